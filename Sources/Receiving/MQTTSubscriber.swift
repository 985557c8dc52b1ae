internal import AirQuality
internal import Dispatch
internal import Glibc
internal import Synchronization
internal import Timekeeping

/// Keeps up the subscription of one feed on a thread of its own: connects, takes message by message, commits each before
/// it is acknowledged, and connects again with growing pauses.
final class MQTTSubscriber: Sendable {
  private static let pauseMilliseconds = 500...60_000
  /// How long the broker may be silent before the thread looks whether it shall end.
  private static let turnMilliseconds: Int32 = 500

  let definition: MQTTDefinition
  private let services: MQTTServices
  private let board: ArrivalBoard
  private let isStopping = Atomic<Bool>(false)
  private let wake = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  init(_ definition: MQTTDefinition, services: MQTTServices, board: ArrivalBoard) {
    self.definition = definition
    self.services = services
    self.board = board
  }

  /// Starts the thread.
  func start() throws(ArrivalFault) {
    var thread = pthread_t()
    let me = unsafe Unmanaged.passRetained(self).toOpaque()
    let code = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<MQTTSubscriber>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, me)
    guard code == 0 else {
      unsafe Unmanaged<MQTTSubscriber>.fromOpaque(me).release()
      throw ArrivalFault(code: "thread", message: "no thread for the subscription: error \(code)")
    }
    pthread_detach(thread)
  }

  /// Asks the thread to end; a message under way is finished first.
  func stop() {
    isStopping.store(true, ordering: .releasing)
    wake.signal()
  }

  /// Whether the thread ended within the time; blocks, so never called on a queue of the daemon.
  func hasEnded(within seconds: Int) -> Bool { ended.wait(timeout: .now() + .seconds(seconds)) == .success }

  // MARK: On the thread

  private func run() {
    var pause = Self.pauseMilliseconds.lowerBound
    while !isStopping.load(ordering: .acquiring) {
      do throws(ArrivalFault) {
        try converse { pause = Self.pauseMilliseconds.lowerBound }
      } catch {
        board.update(definition.name) {
          $0.isConnected = false
          $0.refused(.unreachable, error, at: services.clock.now())
        }
        services.report(definition.name, error)
        // Half fixed, half by chance, so that many clients do not come back at once.
        var generator = SystemRandomNumberGenerator()
        let wait = pause / 2 + Int.random(in: 0...(pause / 2), using: &generator)
        _ = wake.wait(timeout: .now() + .milliseconds(wait))
        pause = min(pause * 2, Self.pauseMilliseconds.upperBound)
      }
    }
    board.update(definition.name) { $0.isConnected = false }
    ended.signal()
  }

  private func converse(_ succeeded: () -> Void) throws(ArrivalFault) {
    let connection = try MQTTConnection(definition) { topic, payload, isRetained in
      self.take(topic, payload, isRetained: isRetained)
    }
    try connection.open()
    var isAnnounced = false
    while !isStopping.load(ordering: .acquiring) {
      try connection.turn(milliseconds: Self.turnMilliseconds)
      if connection.isSubscribed, !isAnnounced {
        isAnnounced = true
        succeeded()
        board.update(definition.name) {
          $0.isConnected = true
          $0.reached()
        }
        services.connected(definition.name)
      }
    }
    connection.close()
  }

  /// Has a message committed and waits for it: this thread has nothing else to do, and the broker's queue is the bound.
  private func take(_ topic: String, _ payload: [UInt8], isRetained: Bool) -> MQTTConnection.Receipt {
    let now = services.clock.now()
    let bytes: [UInt8]
    do throws(ArrivalFault) {
      bytes = try unpacked(payload, topic)
    } catch {
      board.update(definition.name) {
        $0.refused(error.code == "too_large" ? .tooLarge : .parse, error, at: now)
      }
      services.report(definition.name, error)
      return .settled
    }
    let arrival = FeedArrival(
      feed: definition.name, name: topic, bytes: bytes, receivedAt: now, station: definition.station(of: topic),
      isRetained: isRetained)
    let answer = Answer()
    services.handler(arrival) { @Sendable in answer.give($0) }
    // Longer, and the broker takes the silence for death.
    guard let verdict = answer.wait(seconds: definition.keepAliveSeconds) else {
      let fault = ArrivalFault(code: "not_committed", message: "the store did not answer in time", path: topic)
      board.update(definition.name) { $0.refused(.notCommitted, fault, at: services.clock.now()) }
      return .keep
    }
    board.update(definition.name) {
      Self.note(verdict, isRetained: isRetained, bytes: payload.count, at: services.clock.now(), in: &$0)
    }
    switch verdict {
    case .committed: return .settled
    case .unreadable(let fault, _):
      services.report(definition.name, fault)
      return .settled
    case .backlogFull, .notCommitted, .notConfigured: return .keep
    }
  }

  /// Counts a message by its verdict. One that the broker had kept and that brought no row is no sign of life: the feed
  /// is neither better nor worse for it.
  static func note(
    _ verdict: ArrivalVerdict, isRetained: Bool, bytes: Int, at instant: Instant, in status: inout ArrivalStatus
  ) {
    let wasGood = status.isGood
    status.judged(verdict, bytes: bytes, at: instant)
    if isRetained, case .committed(let report) = verdict, report.readings == 0 { status.isGood = wasGood }
  }

  private func unpacked(_ payload: [UInt8], _ topic: String) throws(ArrivalFault) -> [UInt8] {
    let limit = definition.maxBodyBytes
    guard payload.count <= limit else {
      throw ArrivalFault(
        code: "too_large", message: "the message has \(payload.count) bytes, above \(limit) (max_body)", path: topic)
    }
    guard Gunzip.isPacked(payload) else { return payload }
    do {
      return try Gunzip.unpack(payload, limitBytes: limit)
    } catch {
      switch error {
      case .tooLarge:
        throw ArrivalFault(code: "too_large", message: "unpacked it is above \(limit) bytes (max_body)", path: topic)
      case .damaged: throw ArrivalFault(code: "bad_gzip", message: "damaged gzip", path: topic)
      }
    }
  }

  /// One verdict on its way from another thread.
  private final class Answer: Sendable {
    private let verdict = Mutex<ArrivalVerdict?>(nil)
    private let given = DispatchSemaphore(value: 0)

    func give(_ verdict: ArrivalVerdict) {
      self.verdict.withLock { $0 = verdict }
      given.signal()
    }

    func wait(seconds: Int) -> ArrivalVerdict? {
      given.wait(timeout: .now() + .seconds(seconds)) == .success ? verdict.withLock { $0 } : nil
    }
  }
}
