/// A calendar month of the site.
public struct CivilMonth: Hashable, Comparable, Sendable, BitwiseCopyable, CustomStringConvertible {
  /// Months since January of the year 0.
  public var number: Int32
  /// The month of that number.
  public init(number: Int32) { self.number = number }
  /// The month a day lies in.
  public init(_ day: CivilDay) {
    let (year, month, _) = day.components
    number = Int32(year * 12 + month - 1)
  }

  /// Parses `2020-12`; nil for anything else.
  public init?(_ text: String) {
    guard let first = CivilDay(text + "-01") else { return nil }
    self.init(first)
  }

  /// Earlier months come first.
  public static func < (a: CivilMonth, b: CivilMonth) -> Bool { a.number < b.number }

  public var year: Int { Int(number) / 12 }
  /// 1 to 12.
  public var month: Int { Int(number) % 12 + 1 }
  /// Its first day.
  public var firstDay: CivilDay { CivilDay(year: year, month: month, day: 1) ?? CivilDay(number: 0) }
  /// 28 to 31.
  public var dayCount: Int { CivilDay.days(inMonth: month, of: year) }
  /// Its days, first to last.
  public var days: ClosedRange<CivilDay> { firstDay...firstDay.adding(days: Int32(dayCount - 1)) }
  /// The month so many later.
  public func adding(months: Int32) -> CivilMonth { CivilMonth(number: number &+ months) }

  /// `2020-12`.
  public var description: String { String(firstDay.description.dropLast(3)) }
}
