public import AirQuality

/// A sand-dust period of a unit as people have stated it (沙尘时段).
public struct DustPeriod: Sendable, Hashable {
  /// How far the statement goes.
  public enum Step: String, CaseIterable, Sendable, Hashable {
    /// By a named person with evidence (宣布): withholds the colour.
    case declared
    /// By the national or provincial centre (确认): also changes assessment.
    case confirmed

    /// What `DustPeriod.basis` is called.
    public var basisName: String { self == .declared ? "evidence" : "document" }
  }

  /// Who took the period back, why and when (撤回).
  public struct Withdrawal: Sendable, Hashable {
    public var by: String
    public var reason: String
    public var at: Instant
    public init(by: String, reason: String, at: Instant) {
      self.by = by
      self.reason = reason
      self.at = at
    }
  }

  /// The id of the act that stated it.
  public var id: String
  /// Unit code; the period holds for this unit alone.
  public var county: String
  public var from: Instant
  public var until: Instant
  public var step: Step
  public var by: String
  /// The evidence, or the centre's document number.
  public var basis: String
  /// When it was stated.
  public var at: Instant
  public var withdrawal: Withdrawal?
  /// Whether people have been told of its end.
  public var endTold = false

  public init(
    id: String, county: String, from: Instant, until: Instant, step: Step, by: String, basis: String, at: Instant
  ) {
    self.id = id
    self.county = county
    self.from = from
    self.until = until
    self.step = step
    self.by = by
    self.basis = basis
    self.at = at
  }

  /// Longest period, milliseconds: 31 days.
  public static let longest: Int64 = 31 * 86_400_000

  /// The civil days that the period touches.
  public func days(_ offset: CivilOffset) -> ClosedRange<CivilDay> {
    let first = offset.day(of: from)
    return first...max(first, offset.day(of: until.adding(milliseconds: -1)))
  }
}

/// All periods that were stated, in the order of the acts; part of the snapshot.
///
/// At most `maximum` are kept, twenty years of a city with thirteen counties: of more, the oldest that is withdrawn goes
/// first, else the one that ended first.
struct DustPeriods: Sendable, Hashable {
  static let maximum = 4_096

  private(set) var periods: [DustPeriod] = []

  init() {}

  /// The period that withholds the colour of a window that ends at `at`: its last hour lies in it.
  func withholding(_ county: String, at: Instant) -> DustPeriod? {
    periods.last { $0.county == county && $0.withdrawal == nil && $0.from < at && at <= $0.until }
  }

  /// The days that leave assessment, by unit code.
  func deductedDays(_ offset: CivilOffset) -> [String: Set<CivilDay>] {
    var days: [String: Set<CivilDay>] = [:]
    for period in periods where period.step == .confirmed && period.withdrawal == nil {
      let range = period.days(offset)
      for number in range.lowerBound.number...range.upperBound.number {
        days[period.county, default: []].insert(CivilDay(number: number))
      }
    }
    return days
  }

  mutating func add(_ period: DustPeriod) {
    periods.append(period)
    guard periods.count > Self.maximum else { return }
    let place =
      periods.firstIndex { $0.withdrawal != nil }
      ?? periods.indices.min { (periods[$0].until, $0) < (periods[$1].until, $1) } ?? 0
    periods.remove(at: place)
  }

  /// Takes a period back; nil when there is none with that id, or it is back already.
  mutating func withdraw(_ id: String, _ withdrawal: DustPeriod.Withdrawal) -> DustPeriod? {
    guard let place = periods.lastIndex(where: { $0.id == id }), periods[place].withdrawal == nil else { return nil }
    periods[place].withdrawal = withdrawal
    periods[place].endTold = true
    return periods[place]
  }

  /// The periods that are over and were not told so; they count as told from here on.
  mutating func takeEnded(by now: Instant) -> [DustPeriod] {
    var ended: [DustPeriod] = []
    for place in periods.indices where !periods[place].endTold && periods[place].until <= now {
      periods[place].endTold = true
      ended.append(periods[place])
    }
    return ended
  }

  /// The same periods give the same bytes.
  func encode(into writer: inout ByteWriter) {
    writer.list(periods) { writer, period in
      writer.text(period.id)
      writer.text(period.county)
      writer.signed(period.from.milliseconds)
      writer.signed(period.until.milliseconds)
      writer.text(period.step.rawValue)
      writer.text(period.by)
      writer.text(period.basis)
      writer.signed(period.at.milliseconds)
      writer.optional(period.withdrawal) { writer, withdrawal in
        writer.text(withdrawal.by)
        writer.text(withdrawal.reason)
        writer.signed(withdrawal.at.milliseconds)
      }
      writer.flag(period.endTold)
    }
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    periods = try reader.list(of: "dust periods") { reader throws(SnapshotReadingError) in
      var period = DustPeriod(
        id: try reader.text(), county: try reader.text(), from: Instant(milliseconds: try reader.signed()),
        until: Instant(milliseconds: try reader.signed()), step: try reader.named(DustPeriod.Step.self),
        by: try reader.text(), basis: try reader.text(), at: Instant(milliseconds: try reader.signed()))
      period.withdrawal = try reader.optional { reader throws(SnapshotReadingError) in
        DustPeriod.Withdrawal(
          by: try reader.text(), reason: try reader.text(), at: Instant(milliseconds: try reader.signed()))
      }
      period.endTold = try reader.flag()
      return period
    }
  }
}
