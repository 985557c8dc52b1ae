import AirQuality

/// Windows of ten minutes in a row for and against one watch.
///
/// However often a lidar is asked, a window has one verdict, and it is given when the window is over: by the newest
/// observation of it that says something, or by any that speaks for the watch.
struct LidarWatchRow: Sendable, Hashable {
  /// What an observation says.
  struct Finding: Sendable, Hashable {
    var at: Instant
    /// Whether it speaks for the watch.
    var speaksFor: Bool
    var evidence: [EventRecord.Input]

    /// Of a window of ten minutes.
    var window: Int64 { LidarObservation.window(of: at) }
  }

  /// What a window that is over brought.
  enum Change: Sendable, Hashable {
    case began(since: Instant, Finding)
    case ended(since: Instant, Finding)
  }

  private var speaksFor = 0
  private var against = 0
  /// The first window of the row that began the watch; nil when none runs.
  private(set) var since: Instant?
  /// The first that speaks for it.
  private var first: Instant?
  /// The newest observation that said something.
  private var newest: Instant?
  /// Of the window that is not over.
  private var open: Finding?

  init() {}

  /// Takes what an observation of the open window, or of a later one, says; nil says nothing.
  ///
  /// - Parameter isOfScan: whether the window's others look elsewhere: one that speaks for the watch is not withdrawn by
  ///   one that speaks against it.
  mutating func take(_ verdict: Bool?, _ evidence: [EventRecord.Input], at: Instant, isOfScan: Bool = false) {
    guard let verdict else { return }
    let finding = Finding(at: at, speaksFor: verdict, evidence: evidence)
    newest = at
    if isOfScan, let open, open.window == finding.window, open.speaksFor, !finding.speaksFor { return }
    open = finding
  }

  /// Judges the open window when it lies before `window`.
  mutating func close(before window: Int64, _ settings: LidarWatchSettings) -> Change? {
    guard let finding = open, finding.window < window else { return nil }
    open = nil
    guard finding.speaksFor else {
      against = min(against + 1, 1_000)
      speaksFor = 0
      guard let since, against >= settings.endsAfter else { return nil }
      self = LidarWatchRow()
      return .ended(since: since, finding)
    }
    if speaksFor == 0 { first = finding.at }
    speaksFor = min(speaksFor + 1, 1_000)
    against = 0
    guard since == nil, speaksFor >= settings.beginsAfter else { return nil }
    let begin = first ?? finding.at
    since = begin
    return .began(since: begin, finding)
  }

  /// Whether nothing has said anything for longer than that.
  func isSilent(at now: Instant, after milliseconds: Int64) -> Bool {
    newest.map { now.milliseconds - $0.milliseconds > milliseconds } ?? false
  }

  func encode(into writer: inout ByteWriter) {
    writer.signed(Int64(speaksFor))
    writer.signed(Int64(against))
    for instant in [since, first, newest] { writer.optional(instant) { $0.signed($1.milliseconds) } }
    writer.optional(open) { writer, finding in
      writer.signed(finding.at.milliseconds)
      writer.flag(finding.speaksFor)
      writer.list(finding.evidence) { $1.encode(into: &$0) }
    }
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    speaksFor = try reader.integer("windows")
    against = try reader.integer("windows")
    since = try Self.instant(&reader)
    first = try Self.instant(&reader)
    newest = try Self.instant(&reader)
    open = try reader.optional { reader throws(SnapshotReadingError) in
      Finding(
        at: Instant(milliseconds: try reader.signed()), speaksFor: try reader.flag(),
        evidence: try reader.list(of: "evidence") { reader throws(SnapshotReadingError) in
          try EventRecord.Input(decoding: &reader)
        })
    }
  }

  private static func instant(_ reader: inout SnapshotReader) throws(SnapshotReadingError) -> Instant? {
    try reader.optional { reader throws(SnapshotReadingError) in Instant(milliseconds: try reader.signed()) }
  }
}

extension EventRecord.Input {
  fileprivate func encode(into writer: inout ByteWriter) {
    writer.text(name)
    switch value {
    case .text(let text):
      writer.byte(0)
      writer.text(text)
    case .number(let number):
      writer.byte(1)
      writer.double(number)
    case .flag(let flag):
      writer.byte(2)
      writer.flag(flag)
    }
  }

  fileprivate init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    let name = try reader.text()
    switch try reader.byte() {
    case 0: self.init(name, .text(try reader.text()))
    case 1: self.init(name, .number(try reader.double()))
    case 2: self.init(name, .flag(try reader.flag()))
    case let kind: throw reader.fail("evidence of kind \(kind)")
    }
  }
}
