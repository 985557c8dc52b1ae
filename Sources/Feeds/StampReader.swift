import AirQuality

/// Turns one stamp of a feed into an instant, as its mapping declares.
struct StampReader: Sendable {
  enum Failure: Error {
    case missing
    case unreadable
    /// Outside the years 1 to 9999.
    case outOfRange
  }

  let notation: TimeMapping.Notation
  let meaning: TimeMapping.Meaning
  /// 0 where rows tell their own, or the month does.
  let periodMilliseconds: Int32
  let isMonthly: Bool
  private let zone: CivilOffset?
  private let pattern: StampPattern?

  /// Years 1 to 9999 in UTC.
  static let instants = -62_135_596_800_000...253_402_300_799_999

  init(_ mapping: TimeMapping, key: String) throws(MappingError) {
    notation = mapping.notation
    meaning = mapping.meaning
    zone = mapping.zone
    isMonthly = mapping.isMonthly
    periodMilliseconds = try Self.period(mapping, key)
    guard (mapping.path == nil) == (mapping.notation == .received) else {
      throw MappingError(
        key + ".path", mapping.path == nil ? "the path of the stamp is missing" : "as: received reads no path")
    }
    if mapping.notation == .local {
      let text = mapping.pattern ?? "yyyy-MM-dd HH:mm:ss"
      guard let pattern = StampPattern(text, needsDay: !mapping.isMonthly) else {
        throw MappingError(key + ".pattern", "\"\(text)\" does not name year, month and day: yyyy-MM-dd HH:mm:ss")
      }
      self.pattern = pattern
    } else {
      guard mapping.pattern == nil else {
        throw MappingError(key + ".pattern", "a pattern goes with as: local, not as: \(mapping.notation.rawValue)")
      }
      pattern = nil
    }
  }

  private static func period(_ mapping: TimeMapping, _ key: String) throws(MappingError) -> Int32 {
    let tellsItself = mapping.endPath != nil || mapping.rowPeriod != nil || mapping.isMonthly
    guard let period = mapping.periodMilliseconds < 0 ? nil : Reading.period(ofSpan: Int64(mapping.periodMilliseconds))
    else {
      throw MappingError(key + ".period", "\(mapping.periodMilliseconds) ms is no period: write 1m, 1h, 1d")
    }
    if mapping.meaning == .instant, period != 0 || mapping.isMonthly {
      throw MappingError(key + ".period", "a value of an instant has no period: leave it out, or write stamp: end")
    }
    if mapping.meaning != .instant, period == 0, !tellsItself {
      throw MappingError(key + ".period", "stamp: \(mapping.meaning.rawValue) needs the averaging period, such as 1h")
    }
    if mapping.endPath != nil, mapping.meaning != .begin {
      throw MappingError(key + ".end", "with the path of the end, the stamp is the period's begin: write stamp: begin")
    }
    return period
  }

  /// Start of an averaging period that the stamp marks.
  @inline(__always)
  func begin(of stamp: Instant, period: Int32) -> Instant {
    meaning == .end ? stamp.adding(milliseconds: -Reading.span(ofPeriod: period)) : stamp
  }

  /// The calendar month of a stamp: its begin and period.
  func month(of stamp: Instant, _ context: DecodeContext) -> (begin: Instant, period: Int32)? {
    let offset = zone ?? context.siteOffset
    let month = CivilMonth(offset.day(of: meaning == .end ? stamp.adding(milliseconds: -1) : stamp))
    return Reading.period(ofSpan: Int64(month.dayCount) * 86_400_000).map { (offset.start(of: month.firstDay), $0) }
  }

  /// The instant that a number means; fractions of a millisecond are dropped.
  func read(_ number: Double, _ context: DecodeContext) throws(Failure) -> Instant {
    let milliseconds: Double
    switch notation {
    case .epochMilliseconds: milliseconds = number
    case .epochSeconds: milliseconds = (number * 1_000).rounded()
    case .age: milliseconds = Double(context.receivedAt.milliseconds) - (number * 1_000).rounded()
    case .received: return context.receivedAt
    case .rfc3339, .isoLocal, .local:
      // `20201201` and the like arrive as numbers.
      guard number == number.rounded(), number >= 0, number < 1e17 else { throw .unreadable }
      return try read(text: Array(String(Int64(number)).utf8), context)
    }
    guard milliseconds >= Double(Self.instants.lowerBound), milliseconds <= Double(Self.instants.upperBound) else {
      throw .outOfRange
    }
    return Instant(milliseconds: Int64(milliseconds))
  }

  private func read(text: [UInt8], _ context: DecodeContext, offset: CivilOffset? = nil) throws(Failure) -> Instant {
    let result = text.withText { (view: ByteText) -> Result<Instant, Failure> in
      do throws(Failure) { return .success(try read(view, context, offset: offset)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// The instant that a text means; `offset`: the row's own, where it stands apart.
  func read(_ raw: ByteText, _ context: DecodeContext, offset own: CivilOffset? = nil) throws(Failure) -> Instant {
    let text = raw.trimmed
    if notation == .received { return context.receivedAt }
    guard !text.isEmpty else { throw .missing }
    guard text.count <= FeedLimits.stampBytes else { throw .unreadable }
    if let folded = text.foldedWidth { return try read(text: folded, context, offset: own) }
    let offset = own ?? zone ?? context.siteOffset
    let found: Instant?
    switch notation {
    case .epochMilliseconds, .epochSeconds, .age:
      switch NumberText(text) {
      case .number(let number): return try read(number, context)
      case .outOfRange: throw .outOfRange
      case .notANumber, .empty: throw .unreadable
      }
    case .received: return context.receivedAt
    case .rfc3339: found = StampPattern.iso(text, offset: offset, heedsOffset: true)
    case .isoLocal: found = StampPattern.iso(text, offset: offset, heedsOffset: false)
    case .local: found = pattern?.read(text, offset: offset)
    }
    guard let found else { throw .unreadable }
    return found
  }

  /// What a stamp of this notation looks like, for messages.
  var example: String {
    switch notation {
    case .epochMilliseconds: "milliseconds since 1970 such as 1606784400000"
    case .epochSeconds: "seconds since 1970 such as 1606784400"
    case .rfc3339: "a time such as 2020-12-01T09:00:00+08:00"
    case .isoLocal: "a time such as 2020-12-01T09:00:00"
    case .local: "a time written as \(pattern?.text ?? "")"
    case .age: "an age in seconds"
    case .received: "nothing"
    }
  }
}

extension Cell {
  /// An offset that stands in a column of its own: `+02:00`, or whole hours.
  func offset() throws(StampReader.Failure) -> CivilOffset {
    switch kind {
    case .text(let text):
      var cursor = StampPattern.Cursor(text: text.trimmed)
      guard let offset = cursor.offset(), cursor.atEnd else { throw .unreadable }
      return offset
    case .integer(let hours):
      guard (-14...14).contains(hours) else { throw .unreadable }
      return CivilOffset(seconds: Int32(hours) * 3_600)
    case .absent, .null: throw .missing
    default: throw .unreadable
    }
  }
}
