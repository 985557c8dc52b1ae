/// Sends messages to a superior platform, one at a time: the next starts when the one before is answered with a data
/// reply (9014) under its QN. No I/O, no clock; the owner performs the actions in their order.
///
/// Without an answer the same frame is sent again (HJ 212-2017: overtime and re-sends), then the connection is given up
/// until a pause is over that doubles. A message that the platform refuses costs the connection nothing. Either way the
/// message goes back to the owner, who offers again what is next by then: what the owner has given up meanwhile is not
/// sent any more. Delivery is at least once: a platform tells repeated frames by their QN.
package struct UplinkSession: Sendable {
  /// Times and counts of an uplink.
  package struct Policy: Sendable, Hashable {
    /// Wait for a connection, and for an answer.
    package var connectMilliseconds: Int64 = 10_000
    package var answerMilliseconds: Int64 = 5_000
    /// Times a frame is sent over one connection.
    package var sends = 3
    /// First pause after a failure; it doubles up to the longest.
    package var pauseMilliseconds: Int64 = 5_000
    package var longestPauseMilliseconds: Int64 = 300_000
    package init() {}
  }

  /// What the owner does.
  package enum Action: Sendable, Equatable {
    case connect
    case send([UInt8])
    /// Call `timeFired` after that long; replaces an earlier one.
    case arm(milliseconds: Int64)
    case disarm
    case close
    /// Answered; the owner offers the next.
    case delivered(id: Int64)
    /// The attempt is over and the message is the owner's again.
    case failed(id: Int64, reason: String)
    /// The platform does not take this message, or it cannot be written; others may be taken, over the same connection.
    case refused(id: Int64, reason: String)
  }

  private enum State: Sendable {
    case closed
    case connecting
    case open
    /// The current message was sent that many times.
    case waiting(sends: Int)
    case pausing
  }

  package var password: AccessPassword?
  private let policy: Policy
  private var state = State.closed
  /// The message that is waited for, or that is sent when the connection stands.
  private var current: UplinkMessage?
  private var scanner = FrameScanner()
  private var skippedAtLastGood = 0
  private var failures = 0

  package init(password: AccessPassword?, policy: Policy = Policy()) {
    self.password = password
    self.policy = policy
  }

  /// Whether a message can be offered: no frame is to be answered.
  package var isFree: Bool { if case .waiting = state { false } else { true } }
  package var isConnected: Bool {
    switch state {
    case .open, .waiting: true
    default: false
    }
  }

  /// Takes the next message, in place of one that was offered and is not sent yet. Only when `isFree`.
  package mutating func offer(_ message: UplinkMessage) -> [Action] {
    precondition(isFree, "a message is offered while another is on its way")
    current = message
    switch state {
    case .closed: return connect()
    case .open: return send(1)
    case .connecting, .waiting, .pausing: return []
    }
  }

  /// The connection stands.
  package mutating func connected() -> [Action] {
    guard case .connecting = state else { return [] }
    scanner = FrameScanner()
    skippedAtLastGood = 0
    state = .open
    return current == nil ? [.disarm] : send(1)
  }

  /// The connection ended, or could not be made.
  package mutating func disconnected(_ reason: String) -> [Action] {
    switch state {
    case .closed, .pausing: return []
    case .open where current == nil:
      state = .closed
      return [.disarm]
    case .connecting, .open, .waiting: return fail(reason, closes: false)
    }
  }

  /// Takes bytes of the platform.
  package mutating func received(_ bytes: some Sequence<UInt8>) -> [Action] {
    guard isConnected else { return [] }
    scanner.append(bytes)
    var actions: [Action] = []
    while isConnected, let found = scanner.next() {
      guard case .frame(let bytes) = found, let segment = try? Segment(bytes) else { continue }
      skippedAtLastGood = scanner.skippedBytes
      actions += take(segment)
    }
    if isConnected, scanner.skippedBytes - skippedAtLastGood > HJ212Limits.skippedBytes {
      actions += fail("the platform sends no frames")
    }
    return actions
  }

  /// What was armed is over.
  package mutating func timeFired() -> [Action] {
    switch state {
    case .connecting: return fail("no connection within \(policy.connectMilliseconds / 1_000) s")
    case .waiting(let sends) where sends < policy.sends: return send(sends + 1)
    case .waiting(let sends): return fail("no answer to \(sends) frames")
    case .pausing where current == nil:
      state = .closed
      return []
    case .pausing: return connect()
    case .open, .closed: return []
    }
  }

  /// Ends everything; the current message stays with the owner.
  package mutating func stop() -> [Action] {
    let closes: [Action] = isConnected ? [.disarm, .close] : [.disarm]
    state = .closed
    current = nil
    return closes
  }

  // MARK: Steps

  private mutating func connect() -> [Action] {
    state = .connecting
    return [.arm(milliseconds: policy.connectMilliseconds), .connect]
  }

  private mutating func send(_ count: Int) -> [Action] {
    guard let current else { return [] }
    guard let frame = current.frame(password: password) else {
      return refuse("the frame would be longer than \(HJ212Limits.writtenSegmentBytes) bytes")
    }
    state = .waiting(sends: count)
    return [.send(frame), .arm(milliseconds: policy.answerMilliseconds)]
  }

  private mutating func take(_ segment: Segment) -> [Action] {
    switch segment.command {
    case 9014:
      guard let current, case .waiting = state, segment.requestNumber == current.requestNumber else { return [] }
      failures = 0
      self.current = nil
      state = .open
      return [.disarm, .delivered(id: current.id)]
    case 9011:
      guard let current, case .waiting = state, segment.requestNumber == current.requestNumber else { return [] }
      let code = DataContent(reading: segment.content).parameter("QnRtn") ?? ""
      // 1 says that the request will be carried out; the data reply follows.
      guard code != "1" else { return [] }
      failures = 0
      return refuse("the platform refuses with QnRtn=\(Excerpt.plain(code))")
    case let request? where (1_000..<4_000).contains(request) && segment.wantsAnswer:
      // A superior platform may ask what only an instrument can do.
      return [.send(Answer.refused(.declined).frame(to: segment))]
    default: return []
    }
  }

  /// The message is at fault, not the connection: that stays for the next.
  private mutating func refuse(_ reason: String) -> [Action] {
    guard let refused = current else { return [] }
    current = nil
    state = .open
    return [.disarm, .refused(id: refused.id, reason: reason)]
  }

  private mutating func fail(_ reason: String, closes: Bool = true) -> [Action] {
    var actions: [Action] = []
    let closes = closes && !isPausing
    if let current { actions.append(.failed(id: current.id, reason: reason)) }
    current = nil
    if closes { actions.append(.close) }
    let pause = min(policy.longestPauseMilliseconds, policy.pauseMilliseconds << Int64(min(failures, 20)))
    failures += 1
    state = .pausing
    return actions + [.arm(milliseconds: pause)]
  }

  private var isPausing: Bool { if case .pausing = state { true } else { false } }
}

/// The sources (MN) whose messages a platform refuses: each is passed over for a while of its own, so that a wrong MN
/// holds up nothing but itself. No clock; at most one entry for each source that was ever refused.
package struct UplinkParking: Sendable {
  /// How long a refused source is passed over.
  package struct Policy: Sendable, Hashable {
    /// After the first refusal; it doubles with each further one up to the longest.
    package var pauseMilliseconds: Int64 = 5_000
    package var longestPauseMilliseconds: Int64 = 3_600_000
    package init() {}
  }

  private struct Place: Sendable {
    var refusals: Int
    var until: Int64
  }

  private let policy: Policy
  private var places: [String: Place] = [:]

  package init(policy: Policy = Policy()) { self.policy = policy }

  /// Takes a refusal at `now`, in milliseconds of any clock that never goes back; returns for how many milliseconds the
  /// source is parked.
  package mutating func refused(_ source: String, at now: Int64) -> Int64 {
    let refusals = places[source]?.refusals ?? 0
    let pause = min(policy.longestPauseMilliseconds, policy.pauseMilliseconds << Int64(min(refusals, 20)))
    places[source] = Place(refusals: refusals + 1, until: now + pause)
    return pause
  }

  /// Takes a delivery: the next refusal of the source begins with the first pause.
  package mutating func accepted(_ source: String) { places[source] = nil }

  /// The sources that are passed over at `now`, on the clock of `refused`.
  package func parked(at now: Int64) -> Set<String> {
    Set(places.filter { $0.value.until > now }.keys)
  }
}
