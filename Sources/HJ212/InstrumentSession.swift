internal import AirQuality

/// One connection of an instrument that dials in: bytes in, actions out. No I/O, no clock; the owner performs the
/// actions in their order and reports what became of each upload with `settle`.
///
/// A data reply (9014) is an action of `settle` alone: nothing is answered before it is committed.
package struct InstrumentSession: Sendable {
  /// What the owner does.
  package enum Action: Sendable, Equatable {
    /// Commit it, then call `settle`.
    case take(InstrumentUpload)
    case send([UInt8])
    /// Count it; the first of a kind is worth a line in the log.
    case refused(Refusal)
    /// A good frame that carries no data (heartbeat, state of the device, an answer).
    case noted(command: Int?)
    case close(CloseReason)
  }

  /// A frame that was not taken.
  package struct Refusal: Sendable, Hashable {
    /// What is wrong; the label of its counter.
    package enum Kind: String, Sendable, CaseIterable {
      case length, checksum, segment, device, password, command, content
    }
    package var kind: Kind
    /// MN as it was sent, bounded; empty when there was none.
    package var device: String
    /// English, for people, without the password.
    package var message: String
  }

  /// Why this side ends the connection.
  package enum CloseReason: String, Sendable, Hashable {
    case tooManyRefusals = "too_many_refusals"
    /// Too many bytes that are no frame.
    case noise
  }

  /// Holds from the next frame on.
  package var policy: InstrumentPolicy
  private var scanner = FrameScanner()
  private var assembler = MessageAssembler()
  private var waiting: [UInt64: [Segment]] = [:]
  private var nextID: UInt64 = 0
  private var refusalsInARow = 0
  private var skippedAtLastGood = 0
  private var isClosed = false

  package init(policy: InstrumentPolicy) { self.policy = policy }

  /// Uploads that are not settled; with `HJ212Limits.waitingUploads` of them the owner stops reading.
  package var waitingUploads: Int { waiting.count }
  /// Bytes outside frames so far.
  package var skippedBytes: Int { scanner.skippedBytes }
  /// Packets that wait for others of their message.
  package var waitingPackets: Int { assembler.waitingParts }

  /// Takes the next bytes of the connection.
  package mutating func receive(_ bytes: some Sequence<UInt8>) -> [Action] {
    guard !isClosed else { return [] }
    scanner.append(bytes)
    return drain()
  }

  /// Nothing came for a while: the packets that wait are taken as they are, with what is missing named.
  package mutating func idle() -> [Action] {
    guard !isClosed else { return [] }
    return assembler.takeAll().flatMap { upload($0) }
  }

  /// The connection has ended: what it left unfinished is refused or taken.
  package mutating func end() -> [Action] {
    guard !isClosed else { return [] }
    scanner.finish()
    var actions = drain()
    for message in assembler.takeAll() { actions += upload(message) }
    isClosed = true
    return actions
  }

  /// What became of an upload. Answers follow a commit only; without it the instrument sends again.
  package mutating func settle(_ id: UInt64, committed: Bool) -> [Action] {
    guard let requests = waiting.removeValue(forKey: id), committed else { return [] }
    return requests.filter(\.wantsAnswer).map { .send(Answer.stored.frame(to: $0)) }
  }

  // MARK: Frames

  private mutating func drain() -> [Action] {
    var actions: [Action] = []
    while !isClosed, let found = scanner.next() {
      switch found {
      case .frame(let bytes): actions += take(bytes)
      case .refused(let frame): actions += refuse(frame)
      }
      if refusalsInARow >= HJ212Limits.refusalsInARow { actions.append(close(.tooManyRefusals)) }
    }
    if !isClosed, scanner.skippedBytes - skippedAtLastGood > HJ212Limits.skippedBytes { actions.append(close(.noise)) }
    return actions
  }

  private mutating func close(_ reason: CloseReason) -> Action {
    isClosed = true
    return .close(reason)
  }

  /// A frame whose length and checksum are right.
  private mutating func take(_ bytes: [UInt8]) -> [Action] {
    let segment: Segment
    do throws(SegmentFault) {
      segment = try Segment(bytes)
    } catch {
      return refuse(RefusedFrame(.segment(error), segment: bytes))
    }
    guard let device = policy.devices[segment.device] else {
      let shown = Excerpt.quoted(segment.device)
      return refuse(
        segment, .device, segment.device.isEmpty ? "the frame has no MN" : "MN \(shown) is not in the list of devices",
        .device)
    }
    if let password = device.password, segment.password?.matches(password) != true {
      let found = segment.password == nil ? "no PW" : "another PW than the list of devices"
      return refuse(segment, .password, "the frame has \(found)", .password)
    }
    refusalsInARow = 0
    skippedAtLastGood = scanner.skippedBytes
    return take(segment, bytes)
  }

  private mutating func take(_ segment: Segment, _ bytes: [UInt8]) -> [Action] {
    guard let command = segment.command else { return refuse(segment, .command, "the frame has no CN", .command) }
    switch command {
    case let data where MessageReadings.commands.contains(data):
      let part = MessageAssembler.Part(segment: segment, record: FrameEncoder.record(of: bytes))
      return assembler.take(part).flatMap { upload($0) }
    case 9000...9999:
      // Heartbeats, and answers to requests; neither is answered.
      return [.noted(command: command)]
    case 1000...1999:
      return answered(.noticed, segment)
    case 2000...3999:
      return answered(.stored, segment)
    default:
      return refuse(segment, .command, "CN \(command) is no command of HJ 212", .command)
    }
  }

  private func answered(_ answer: Answer, _ segment: Segment) -> [Action] {
    let noted = Action.noted(command: segment.command)
    return segment.wantsAnswer ? [noted, .send(answer.frame(to: segment))] : [noted]
  }

  private mutating func upload(_ message: MessageAssembler.Message) -> [Action] {
    guard let first = message.parts.first?.segment else { return [] }
    let settings = policy.devices[first.device]?.settings ?? DeviceSettings()
    let read = MessageReadings(first, content: message.content, settings: settings, offset: policy.offset)
    if read.readings.isEmpty, let issue = read.issues.first {
      // Answered as stored it would be lost.
      return message.parts.flatMap { refuse($0.segment, .content, issue.message, .content) }
    }
    nextID += 1
    waiting[nextID] = message.parts.map(\.segment)
    let stations = read.readings.isEmpty ? [] : [read.station]
    return [
      .take(
        InstrumentUpload(
          id: nextID, device: first.device, command: first.command ?? 0,
          batch: ReadingBatch(stations: stations, readings: read.readings), issues: read.issues,
          ignoredFactors: read.ignoredFactors, missingPackets: message.missing,
          record: message.parts.flatMap(\.record)))
    ]
  }

  // MARK: Refusals

  /// Refuses a well-formed frame; the answer goes to those who wait for one.
  private mutating func refuse(
    _ segment: Segment, _ kind: Refusal.Kind, _ message: String, _ reason: Answer.Refusal
  ) -> [Action] {
    refusalsInARow += 1
    let refusal = Action.refused(Refusal(kind: kind, device: Excerpt.plain(segment.device), message: message))
    guard segment.wantsAnswer else { return [refusal] }
    return [refusal, .send(Answer.refused(reason).frame(to: segment))]
  }

  /// Refuses a damaged frame. Whether an answer is wanted cannot be known: it is sent when the frame names its device.
  private mutating func refuse(_ frame: RefusedFrame) -> [Action] {
    refusalsInARow += 1
    let segment = Segment(salvaging: frame.segment)
    let kind: Refusal.Kind
    var answer = Answer.refused(.checksum)
    switch frame.reason {
    case .length, .cutShort: kind = .length
    case .checksum: kind = .checksum
    case .segment(let fault):
      kind = .segment
      if case .value(field: "FLAG", _) = fault { answer = .refused(.flag) }
      if case .value(field: "CN", _) = fault { answer = .refused(.command) }
    }
    let refusal = Action.refused(
      Refusal(kind: kind, device: Excerpt.plain(segment.device), message: frame.description))
    return segment.device.isEmpty ? [refusal] : [refusal, .send(answer.frame(to: segment))]
  }
}
