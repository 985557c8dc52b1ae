/// The edition of HJ 633 by which an AQI is made.
public enum AQIEdition: String, CaseIterable, Sendable, Hashable {
  /// HJ 633-2012, in force 2016-01-01 to 2026-02-28.
  case hj633In2012 = "hj633-2012"
  /// HJ 633-2026, in force from 2026-03-01.
  case hj633In2026 = "hj633-2026"

  /// 2026-03-01, the first day of the 2026 edition.
  public static let firstDayOf2026 = CivilDay(number: 20_513)

  /// The edition spelled `hj633-2012` or `hj633-2026`; nil for anything else.
  public init?(name: String) { self.init(rawValue: name) }

  /// The spelling in configuration and on the command line.
  public var name: String { rawValue }

  /// The edition in force on a day; days before 2016 count as the 2012 edition, which was already used then.
  public static func inForce(on day: CivilDay) -> AQIEdition {
    day < firstDayOf2026 ? .hj633In2012 : .hj633In2026
  }
}

/// The setting `aqi.edition`: one edition for every day, or the one in force on the day that is judged.
public enum AQIEditionSetting: Sendable, Hashable {
  case byDate
  case always(AQIEdition)

  /// Every spelling the setting accepts, for error texts.
  public static let names = ["by-date"] + AQIEdition.allCases.map(\.name)

  /// The setting spelled `by-date`, `hj633-2012` or `hj633-2026`; nil for anything else.
  public init?(name: String) {
    if name == "by-date" {
      self = .byDate
    } else if let edition = AQIEdition(name: name) {
      self = .always(edition)
    } else {
      return nil
    }
  }

  public var name: String {
    switch self {
    case .byDate: "by-date"
    case .always(let edition): edition.name
    }
  }

  /// The edition that judges the air of `day`.
  public func edition(on day: CivilDay) -> AQIEdition {
    switch self {
    case .byDate: AQIEdition.inForce(on: day)
    case .always(let edition): edition
    }
  }
}
