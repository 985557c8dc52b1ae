import HJ212

/// Streams of HJ 212 under libFuzzer. The first byte says how the rest is cut into reads: what is found must not depend on it.
enum FuzzHJ212: String, CaseIterable, Sendable {
  case scanner = "hj212-scanner"
  case session = "hj212-session"

  func run(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    let stream = Array(bytes.dropFirst())
    let size = max(1, Int(first))
    switch self {
    case .scanner:
      let whole = Self.scan(stream, size: max(1, stream.count))
      let cut = Self.scan(stream, size: size)
      precondition(whole.found == cut.found && whole.skipped == cut.skipped)
    case .session: Self.talk(stream, size: size)
    }
  }

  private static func scan(_ bytes: [UInt8], size: Int) -> (found: [ScannedFrame], skipped: Int) {
    var scanner = FrameScanner()
    var found: [ScannedFrame] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      scanner.append(bytes[start..<min(bytes.count, start + size)])
      while let next = scanner.next() { found.append(next) }
      precondition(scanner.heldBytes <= HJ212Limits.segmentBytes + 16)
    }
    scanner.finish()
    while let next = scanner.next() { found.append(next) }
    precondition(scanner.next() == nil && scanner.skippedBytes <= bytes.count)
    for case .refused(let frame) in found {
      precondition(frame.segment.count <= HJ212Limits.segmentBytes && !frame.description.isEmpty)
    }
    return (found, scanner.skippedBytes)
  }

  private static let policy = InstrumentPolicy(devices: [
    "A": .init(settings: DeviceSettings(station: "M1"), password: AccessPassword("123456")),
    "OPEN": .init(),
  ])

  private static func talk(_ bytes: [UInt8], size: Int) {
    var session = InstrumentSession(policy: policy)
    var isClosed = false
    var uploads = 0
    func perform(_ actions: [InstrumentSession.Action]) {
      for action in actions {
        precondition(!isClosed)
        switch action {
        case .take(let upload):
          uploads += 1
          // Every third upload is lost; nothing is answered twice.
          for answer in session.settle(upload.id, committed: uploads % 3 != 0) {
            guard case .send(let frame) = answer else { preconditionFailure("only answers follow a commit") }
            precondition(frame.starts(with: Array("##".utf8)))
          }
          precondition(session.settle(upload.id, committed: true).isEmpty)
        case .send(let frame): precondition(frame.starts(with: Array("##".utf8)))
        case .refused(let refusal):
          precondition(
            !refusal.message.isEmpty && refusal.message.utf8.count < 2_000 && refusal.device.utf8.count < 1_000)
        case .noted: break
        case .close: isClosed = true
        }
      }
    }
    for (number, start) in stride(from: 0, to: bytes.count, by: size).enumerated() {
      perform(session.receive(bytes[start..<min(bytes.count, start + size)]))
      if number % 5 == 4 { perform(session.idle()) }
      precondition(session.waitingUploads == 0 && session.waitingPackets <= 1_024)
    }
    perform(session.end())
    precondition(session.receive(bytes).isEmpty && session.end().isEmpty && session.idle().isEmpty)
  }
}
