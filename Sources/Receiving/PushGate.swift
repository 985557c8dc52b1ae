internal import AirQuality
internal import Digests
internal import Secrets
internal import Synchronization
package import Timekeeping

/// The gate of feeds that others push to: who may send, how much at once, and what became of it.
///
/// Everything a head can tell is judged before a body is read: the feed, a token, the encoding, the size, the room.
/// Bodies on their way are bounded in sum; a sender beyond it is told to come again.
package final class PushGate: Sendable {
  /// A signature's stamp may differ from the clock by this much, seconds.
  package static let stampToleranceSeconds: Int64 = 300
  /// Wait that a sender beyond the bound is asked for, seconds.
  package static let retrySeconds = 5

  private struct State {
    /// Nil before the first configuration and at the end.
    var definitions: [String: PushDefinition]?
    var reservedBytes = 0
    var memory = PushMemory()
    /// A signed body is taken once, whatever key comes with it: the signature does not cover the key.
    var signatures = PushMemory(limit: PushMemory.signatureLimit)

    mutating func begin(
      _ signature: PushMemory.Key?, _ key: PushMemory.Key?, digest: [UInt8]
    ) -> PushMemory.Recollection {
      let signed = signature.map { signatures.begin($0, digest: digest) } ?? .new
      guard signed == .new, let key else { return signed }
      let keyed = memory.begin(key, digest: digest)
      if let signature {
        switch keyed {
        case .new: break
        case .known(let report): signatures.settle(signature, report)
        case .running, .different: signatures.forget(signature)
        }
      }
      return keyed
    }

    /// - Parameter report: nil when nothing was committed; both may then come again.
    mutating func settle(_ signature: PushMemory.Key?, _ key: PushMemory.Key?, _ report: ArrivalReport?) {
      if let signature { signatures.end(signature, report) }
      if let key { memory.end(key, report) }
    }
  }

  private let state = Mutex(State())
  private let board = ArrivalBoard()
  private let limitBytes: Int
  private let clock: any SiteClock
  private let wallSeconds: @Sendable () -> Int64
  private let handler: ArrivalHandler
  private let report: @Sendable (String, ArrivalFault) -> Void

  /// - Parameters:
  ///   - limitBytes: of all bodies on their way; a single one may always come.
  ///   - wallSeconds: Unix time, for the stamps of signatures.
  ///   - report: told of each push that is refused or cannot be read, from any thread.
  package init(
    limitBytes: Int, clock: any SiteClock, wallSeconds: @escaping @Sendable () -> Int64,
    handler: @escaping ArrivalHandler, report: @escaping @Sendable (String, ArrivalFault) -> Void = { _, _ in }
  ) {
    self.limitBytes = limitBytes
    self.clock = clock
    self.wallSeconds = wallSeconds
    self.handler = handler
    self.report = report
  }

  /// Makes the feeds those of a configuration.
  package func apply(_ definitions: [PushDefinition]) {
    state.withLock { state in
      state.definitions = Dictionary(definitions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
    board.replace(
      definitions.map { ArrivalStatus(name: $0.name, way: .push, lateMilliseconds: $0.lateMilliseconds) })
  }

  /// Takes nothing more.
  package func close() { state.withLock { $0.definitions = nil } }

  /// In configuration order, from any thread.
  package var statuses: [ArrivalStatus] { board.read() }

  // MARK: Before the body

  /// Judges the head of a push and keeps room for its body.
  package func admit(_ feed: String, _ head: PushHead) throws(PushRefusal) -> PushTicket {
    let definition = try definition(of: feed)
    do throws(PushRefusal) {
      try checkProof(definition, head)
      try checkEncoding(head)
      try checkKey(head)
      if let length = head.contentLength, length > definition.maxBodyBytes { throw tooLarge(definition, packed: true) }
    } catch {
      note(feed, error)
      throw error
    }
    let size = min(head.contentLength ?? definition.maxBodyBytes, definition.maxBodyBytes)
    let isAdmitted = state.withLock { state in
      guard state.reservedBytes == 0 || state.reservedBytes + size <= limitBytes else { return false }
      state.reservedBytes += size
      return true
    }
    guard isAdmitted else {
      let fault = ArrivalFault(code: "backlog_full", message: "\(limitBytes) bytes of pushes are on their way")
      let refusal = PushRefusal(429, fault, retryAfterSeconds: Self.retrySeconds)
      note(feed, refusal)
      throw refusal
    }
    return PushTicket(feed: feed, limitBytes: definition.maxBodyBytes, head: head) { @Sendable [self] in
      state.withLock { $0.reservedBytes -= size }
    }
  }

  private func definition(of feed: String) throws(PushRefusal) -> PushDefinition {
    guard let definitions = state.withLock({ $0.definitions }) else {
      throw PushRefusal(
        503, ArrivalFault(code: "unavailable", message: "the daemon is starting or stopping"),
        retryAfterSeconds: Self.retrySeconds)
    }
    guard let definition = definitions[feed] else {
      throw PushRefusal(404, ArrivalFault(code: "unknown_feed", message: "no feed of this name takes pushes"))
    }
    return definition
  }

  private func checkProof(_ definition: PushDefinition, _ head: PushHead) throws(PushRefusal) {
    switch definition.proof {
    case .token(let token):
      guard let text = head.authorization else { throw unauthorized("an Authorization: Bearer header is needed") }
      let parts = text.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == "bearer" else {
        throw unauthorized("the Authorization header must be of the scheme Bearer")
      }
      let given = Array(parts[1].drop { $0 == " " }.utf8)
      guard ConstantTime.areEqual(given, token.reveal()) else { throw unauthorized("the token is not this feed's") }
    case .signature:
      guard let stamp = head.timestamp, let signature = head.signature else {
        throw unauthorized("the headers X-Lantian-Timestamp and X-Lantian-Signature are needed")
      }
      guard signature.hasPrefix("v1=") else { throw unauthorized("X-Lantian-Signature must begin with v1=") }
      guard !stamp.isEmpty, stamp.utf8.count <= 12, stamp.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        let seconds = Int64(stamp)
      else { throw unauthorized("X-Lantian-Timestamp must be Unix seconds") }
      guard abs(seconds - wallSeconds()) <= Self.stampToleranceSeconds else {
        throw unauthorized(
          "X-Lantian-Timestamp is more than \(Self.stampToleranceSeconds) s away from this machine's clock")
      }
    }
  }

  private func unauthorized(_ message: String) -> PushRefusal {
    PushRefusal(401, ArrivalFault(code: "unauthorized", message: message))
  }

  private func checkEncoding(_ head: PushHead) throws(PushRefusal) {
    if let encoding = head.contentEncoding?.lowercased(), !["", "identity", "gzip", "x-gzip"].contains(encoding) {
      throw PushRefusal(
        415,
        ArrivalFault(code: "unsupported_encoding", message: "Content-Encoding may be gzip or identity, or missing"))
    }
    if let type = head.contentType?.lowercased(), type.hasPrefix("multipart/") {
      throw PushRefusal(
        415,
        ArrivalFault(code: "unsupported_type", message: "send the body itself, not a form with parts (curl -F)"))
    }
  }

  private func checkKey(_ head: PushHead) throws(PushRefusal) {
    guard let key = head.idempotencyKey else { return }
    guard (1...PushMemory.keyBytes).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else {
      throw PushRefusal(
        400,
        ArrivalFault(
          code: "bad_idempotency_key",
          message: "Idempotency-Key must have 1 to \(PushMemory.keyBytes) visible ASCII characters"))
    }
  }

  private func tooLarge(_ definition: PushDefinition, packed: Bool) -> PushRefusal {
    let what = packed ? "the body" : "the unpacked body"
    return PushRefusal(
      413, ArrivalFault(code: "too_large", message: "\(what) is above \(definition.maxBodyBytes) bytes (max_body)"))
  }

  // MARK: The body

  /// Judges a body that has come whole, and returns when it is on disk or refused.
  ///
  /// - Returns: what was committed, and whether it was known by its signature or idempotency key.
  package func take(
    _ ticket: PushTicket, body: [UInt8]
  ) async throws(PushRefusal) -> (report: ArrivalReport, isRepeated: Bool) {
    let definition = try definition(of: ticket.feed)
    let key = ticket.head.idempotencyKey.map { PushMemory.Key(feed: ticket.feed, text: $0) }
    let signature: PushMemory.Key?
    let bytes: [UInt8]
    do throws(PushRefusal) {
      signature = try checkSignature(definition, ticket.head, body).map {
        PushMemory.Key(feed: ticket.feed, text: $0)
      }
      bytes = try unpacked(body, definition, ticket.head)
      if let known = try recall(signature, key, body) {
        board.update(ticket.feed) { $0.repeated(at: clock.now()) }
        return (known, true)
      }
    } catch {
      note(ticket.feed, error)
      throw error
    }
    let arrival = FeedArrival(feed: ticket.feed, bytes: bytes, receivedAt: clock.now())
    let verdict = await withCheckedContinuation { continuation in
      handler(arrival) { @Sendable in continuation.resume(returning: $0) }
    }
    board.update(ticket.feed) { $0.judged(verdict, bytes: body.count, at: clock.now()) }
    let committed: ArrivalReport? = if case .committed(let report) = verdict { report } else { nil }
    state.withLock { $0.settle(signature, key, committed) }
    return (try outcome(of: verdict, ticket.feed), false)
  }

  /// The signature in hexadecimal digits; nil when the feed's proof is another.
  private func checkSignature(
    _ definition: PushDefinition, _ head: PushHead, _ body: [UInt8]
  ) throws(PushRefusal) -> String? {
    guard case .signature(let secret) = definition.proof else { return nil }
    let stamp = head.timestamp ?? ""
    let code = SHA256.authenticationCode(of: Array(stamp.utf8) + [0x2E] + body, key: secret.reveal())
    let given = (head.signature ?? "").dropFirst(3).lowercased()
    let wanted = SHA256.hex(code)
    guard ConstantTime.areEqual(Array(given.utf8), Array(wanted.utf8)) else {
      throw unauthorized("the signature does not fit the time stamp and the body as they came")
    }
    return wanted
  }

  private func unpacked(
    _ body: [UInt8], _ definition: PushDefinition, _ head: PushHead
  ) throws(PushRefusal) -> [UInt8] {
    guard body.count <= definition.maxBodyBytes else { throw tooLarge(definition, packed: true) }
    guard let encoding = head.contentEncoding?.lowercased(), encoding.hasSuffix("gzip") else { return body }
    do {
      return try Gunzip.unpack(body, limitBytes: definition.maxBodyBytes)
    } catch {
      switch error {
      case .tooLarge: throw tooLarge(definition, packed: false)
      case .damaged:
        throw PushRefusal(
          400, ArrivalFault(code: "bad_gzip", message: "the body is no gzip file, or it is damaged or cut short"))
      }
    }
  }

  /// What was committed before under this signature or key; nil when both are new, and running from now on.
  private func recall(
    _ signature: PushMemory.Key?, _ key: PushMemory.Key?, _ body: [UInt8]
  ) throws(PushRefusal) -> ArrivalReport? {
    guard signature != nil || key != nil else { return nil }
    let digest = SHA256.hash(body)
    switch state.withLock({ $0.begin(signature, key, digest: digest) }) {
    case .new: return nil
    case .known(let report): return report
    case .running:
      throw PushRefusal(
        409,
        ArrivalFault(code: "in_progress", message: "a push with this Idempotency-Key or signature is being stored"),
        retryAfterSeconds: 1)
    case .different:
      throw PushRefusal(
        422,
        ArrivalFault(code: "idempotency_mismatch", message: "this Idempotency-Key was used for another body"))
    }
  }

  private func outcome(of verdict: ArrivalVerdict, _ feed: String) throws(PushRefusal) -> ArrivalReport {
    let refusal: PushRefusal
    switch verdict {
    case .committed(let report): return report
    case .unreadable(let fault, let errors):
      // Well formed, and nothing in it could be used, or not well formed at all.
      refusal = PushRefusal(errors.isEmpty ? 400 : 422, fault, errors: errors)
    case .backlogFull(let fault): refusal = PushRefusal(429, fault, retryAfterSeconds: Self.retrySeconds)
    case .notCommitted(let fault): refusal = PushRefusal(503, fault, retryAfterSeconds: Self.retrySeconds)
    case .notConfigured(let fault): refusal = PushRefusal(404, fault)
    }
    report(feed, refusal.fault)
    throw refusal
  }

  private func note(_ feed: String, _ refusal: PushRefusal) {
    let outcome: ArrivalOutcome =
      switch refusal.status {
      case 401: .unauthorized
      case 413: .tooLarge
      case 415: .unsupported
      case 429: .backlogFull
      default: .parse
      }
    board.update(feed) { $0.refused(outcome, refusal.fault, at: clock.now()) }
    report(feed, refusal.fault)
  }
}
