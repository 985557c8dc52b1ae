package import AirQuality

/// What a feed of arrivals has seen since the start; civil times.
package struct ArrivalStatus: Sendable {
  /// By which way the arrivals come.
  package enum Way: String, Sendable {
    case push
    case spool
    case mqtt
  }

  /// A fault and when it was met.
  package struct Failure: Sendable, Hashable {
    package var at: Instant
    package var fault: ArrivalFault
  }

  package var name: String
  package var way: Way
  /// Milliseconds without a committed arrival after which the feed is late.
  package var lateMilliseconds: Int64
  package var readings: UInt64 = 0
  /// As they came, before unpacking.
  package var bytes: UInt64 = 0
  package var lastArrival: Instant?
  package var lastCommit: Instant?
  /// The newest fault, row faults included; kept after a success.
  package var lastFailure: Failure?
  /// Whether the newest arrival was committed.
  package var isGood = false
  /// Spool: files that wait. MQTT: whether the connection stands; nil for others.
  package var waiting: Int?
  package var isConnected: Bool?
  /// Indexed by `ArrivalOutcome.rawValue`.
  private var outcomes = [UInt64](repeating: 0, count: ArrivalOutcome.allCases.count)

  package init(name: String, way: Way, lateMilliseconds: Int64) {
    self.name = name
    self.way = way
    self.lateMilliseconds = lateMilliseconds
  }

  /// Arrivals that ended so.
  package func count(of outcome: ArrivalOutcome) -> UInt64 { outcomes[outcome.rawValue] }

  /// All arrivals.
  package var arrivals: UInt64 { outcomes.reduce(0, +) }

  /// Counts an arrival that did not get to be decoded, or a fault of the way itself.
  package mutating func refused(_ outcome: ArrivalOutcome, _ fault: ArrivalFault, at instant: Instant) {
    outcomes[outcome.rawValue] += 1
    lastArrival = instant
    lastFailure = Failure(at: instant, fault: fault)
    // What a stranger sends says nothing about the feed.
    if outcome != .unauthorized { isGood = false }
  }

  /// Counts an arrival by its verdict and says how it ended.
  @discardableResult
  package mutating func judged(_ verdict: ArrivalVerdict, bytes size: Int, at instant: Instant) -> ArrivalOutcome {
    bytes += UInt64(max(0, size))
    lastArrival = instant
    let outcome: ArrivalOutcome
    switch verdict {
    case .committed(let report):
      outcome = report.readings == 0 ? .empty : .ok
      isGood = true
      readings += UInt64(max(0, report.readings))
      if report.readings > 0 { lastCommit = instant }
      if let first = report.errors.first {
        lastFailure = Failure(
          at: instant, fault: ArrivalFault(code: "row_\(first.code)", message: first.message, path: first.path))
      }
    case .unreadable(let fault, _): outcome = fail(.parse, fault, instant)
    case .backlogFull(let fault): outcome = fail(.backlogFull, fault, instant)
    case .notCommitted(let fault), .notConfigured(let fault): outcome = fail(.notCommitted, fault, instant)
    }
    outcomes[outcome.rawValue] += 1
    return outcome
  }

  /// The way itself works again: what came before its fault counts again.
  package mutating func reached() { isGood = true }

  /// Counts a repetition that needed no decoding.
  package mutating func repeated(at instant: Instant) {
    outcomes[ArrivalOutcome.repeated.rawValue] += 1
    lastArrival = instant
    isGood = true
  }

  private mutating func fail(_ outcome: ArrivalOutcome, _ fault: ArrivalFault, _ instant: Instant) -> ArrivalOutcome {
    lastFailure = Failure(at: instant, fault: fault)
    isGood = false
    return outcome
  }

  /// Counters of the feed before a change of its definition.
  package mutating func inherit(_ earlier: ArrivalStatus) {
    guard earlier.way == way else { return }
    let late = lateMilliseconds
    self = earlier
    lateMilliseconds = late
  }
}
