import AirQuality
import Digests
import Receiving
import Secrets
import Synchronization
import Testing
import Timekeeping

@Suite("The gate of pushes")
struct PushGateTests {
  static let token = "0123456789abcdef"
  static let now: Int64 = 1_600_000_000

  /// What the gate handed on, and what it is told of it.
  final class Sink: Sendable {
    let arrivals = Mutex<[FeedArrival]>([])
    let verdict: Mutex<ArrivalVerdict>

    init(_ verdict: ArrivalVerdict = .committed(ArrivalReport(readings: 1, rows: 1))) { self.verdict = Mutex(verdict) }

    func take(_ arrival: FeedArrival, _ done: @escaping @Sendable (ArrivalVerdict) -> Void) {
      arrivals.withLock { $0.append(arrival) }
      done(verdict.withLock { $0 })
    }
  }

  static func gate(_ sink: Sink, limit: Int = 1 << 20) -> PushGate {
    let gate = PushGate(limitBytes: limit, clock: WallClock(), wallSeconds: { now }, handler: sink.take)
    gate.apply([
      PushDefinition(
        name: "vendor", proof: .token(Secret(token)), maxBodyBytes: 1_000, lateMilliseconds: 60_000),
      PushDefinition(
        name: "signed", proof: .signature(Secret("key")), maxBodyBytes: 1_000, lateMilliseconds: 60_000),
    ])
    return gate
  }

  static func bearer(_ text: String = "Bearer " + token, _ change: (inout PushHead) -> Void = { _ in }) -> PushHead {
    var head = PushHead(authorization: text, contentLength: 2)
    change(&head)
    return head
  }

  static func signed(_ body: [UInt8], at stamp: String = String(now), key: String = "key") -> PushHead {
    let code = SHA256.authenticationCode(of: Array((stamp + ".").utf8) + body, key: Array(key.utf8))
    return PushHead(timestamp: stamp, signature: "v1=" + SHA256.hex(code), contentLength: body.count)
  }

  static func status(_ gate: PushGate, _ feed: String, _ head: PushHead, _ body: [UInt8] = [0x7B, 0x7D]) async -> Int {
    do throws(PushRefusal) {
      _ = try await gate.take(try gate.admit(feed, head), body: body)
      return 200
    } catch {
      return error.status
    }
  }

  @Test(
    "a token is asked for before the body",
    arguments: [
      (nil, 401), ("", 401), ("Bearer", 401), ("Bearer ", 401), ("Bearer 0123456789abcde", 401),
      ("Bearer 0123456789abcdef0", 401), ("Basic 0123456789abcdef", 401), ("Bearer 0123456789abcdef", 200),
      ("bearer  0123456789abcdef", 200),
    ] as [(String?, Int)])
  func token(header: String?, expected: Int) async {
    let sink = Sink()
    let gate = Self.gate(sink)
    var head = PushHead(contentLength: 2)
    head.authorization = header
    #expect(await Self.status(gate, "vendor", head) == expected)
    #expect(sink.arrivals.withLock(\.count) == (expected == 200 ? 1 : 0))
    let status = gate.statuses[0]
    #expect(status.count(of: .unauthorized) == (expected == 401 ? 1 : 0) && status.name == "vendor")
    #expect(expected == 200 || status.lastFailure?.fault.message.contains(Self.token) == false)
  }

  @Test("a signature covers stamp and body, and grows old")
  func signature() async {
    let sink = Sink()
    let gate = Self.gate(sink)
    let body = Array("[1]".utf8)
    #expect(await Self.status(gate, "signed", Self.signed(body), body) == 200)
    #expect(await Self.status(gate, "signed", Self.signed(body, at: String(Self.now - 300)), body) == 200)
    for stamp in ["", "x", "-1", "1e9", "\(Self.now - 301)", "\(Self.now + 301)", "9999999999999999999"] {
      #expect(await Self.status(gate, "signed", Self.signed(body, at: stamp), body) == 401, "\(stamp)")
    }
    #expect(await Self.status(gate, "signed", Self.signed(body, key: "kez"), body) == 401)
    #expect(await Self.status(gate, "signed", Self.signed(body), body + [0x20]) == 401)
    var other = Self.signed(body)
    other.timestamp = String(Self.now + 1)
    #expect(await Self.status(gate, "signed", other, body) == 401)
    #expect(await Self.status(gate, "signed", Self.bearer(), body) == 401)
    #expect(await Self.status(gate, "vendor", Self.signed(body), body) == 401)
    #expect(sink.arrivals.withLock(\.count) == 2)
  }

  @Test("feeds, encodings, keys and sizes")
  func heads() async {
    let gate = Self.gate(Sink())
    #expect(await Self.status(gate, "nobody", Self.bearer()) == 404)
    for (encoding, status) in [("gzip", 400), ("br", 415), ("gzip, gzip", 415), ("identity", 200), ("GZIP", 400)] {
      #expect(
        await Self.status(gate, "vendor", Self.bearer { $0.contentEncoding = encoding }) == status, "\(encoding)")
    }
    #expect(await Self.status(gate, "vendor", Self.bearer { $0.contentType = "Multipart/form-data; x" }) == 415)
    #expect(await Self.status(gate, "vendor", Self.bearer { $0.contentType = "text/csv" }) == 200)
    #expect(await Self.status(gate, "vendor", Self.bearer { $0.contentLength = 1_001 }) == 413)
    #expect(
      await Self.status(gate, "vendor", Self.bearer { $0.contentLength = nil }, .init(repeating: 1, count: 1_001))
        == 413)
    for (key, status) in [("", 400), ("a b", 400), (String(repeating: "k", count: 256), 400), ("k-1", 200)] {
      #expect(await Self.status(gate, "vendor", Self.bearer { $0.idempotencyKey = key }) == status, "\(key)")
    }
    gate.close()
    #expect(await Self.status(gate, "vendor", Self.bearer()) == 503)
  }

  @Test("a gzip body is unpacked within the bound")
  func gzip() async {
    let sink = Sink()
    let gate = Self.gate(sink)
    let head = Self.bearer { $0.contentEncoding = "gzip" }
    #expect(await Self.status(gate, "vendor", head, GunzipTests.packed(Array("[2]".utf8))) == 200)
    #expect(sink.arrivals.withLock { $0.map(\.bytes) } == [Array("[2]".utf8)])
    #expect(await Self.status(gate, "vendor", head, GunzipTests.packed(.init(repeating: 0, count: 1_001))) == 413)
  }

  @Test("verdicts as statuses")
  func verdicts() async {
    let fault = ArrivalFault(code: "not_json", message: "m", path: "$")
    let row = ArrivalRowError(row: 0, code: "value", message: "m", path: "$[0]")
    for (verdict, status, outcome) in [
      (.committed(ArrivalReport(readings: 0, rows: 0)), 200, .empty),
      (.unreadable(fault, errors: []), 400, .parse), (.unreadable(fault, errors: [row]), 422, .parse),
      (.backlogFull(fault), 429, .backlogFull), (.notCommitted(fault), 503, .notCommitted),
      (.notConfigured(fault), 404, .notCommitted),
    ] as [(ArrivalVerdict, Int, ArrivalOutcome)] {
      let gate = Self.gate(Sink(verdict))
      #expect(await Self.status(gate, "vendor", Self.bearer()) == status, "\(verdict)")
      #expect(gate.statuses[0].count(of: outcome) == 1, "\(verdict)")
      #expect(gate.statuses[0].isGood == (status == 200))
    }
  }

  @Test("a key answers again what was committed, and nothing else")
  func idempotency() async throws {
    let sink = Sink()
    let gate = Self.gate(sink)
    let head = Self.bearer { $0.idempotencyKey = "k" }
    sink.verdict.withLock { $0 = .notCommitted(ArrivalFault(code: "not_committed", message: "m")) }
    #expect(await Self.status(gate, "vendor", head) == 503)
    sink.verdict.withLock { $0 = .committed(ArrivalReport(readings: 7, rows: 8)) }
    let first = try await gate.take(try gate.admit("vendor", head), body: [1])
    let second = try await gate.take(try gate.admit("vendor", head), body: [1])
    #expect(first.report == second.report && !first.isRepeated && second.isRepeated && first.report.readings == 7)
    #expect(await Self.status(gate, "vendor", head, [2]) == 422)
    #expect(sink.arrivals.withLock(\.count) == 2)
    #expect(gate.statuses[0].count(of: .repeated) == 1 && gate.statuses[0].readings == 7)
    // Another feed's key is another key.
    var other = Self.signed([1])
    other.idempotencyKey = "k"
    #expect(await Self.status(gate, "signed", other, [1]) == 200)
  }

  @Test("a signed body is taken once, whatever key comes with it; what was not committed may come again")
  func replays() async throws {
    let sink = Sink(.notCommitted(ArrivalFault(code: "not_committed", message: "m")))
    let gate = Self.gate(sink)
    let head = Self.signed([1])
    #expect(await Self.status(gate, "signed", head, [1]) == 503)
    sink.verdict.withLock { $0 = .committed(ArrivalReport(readings: 7, rows: 8)) }
    let first = try await gate.take(try gate.admit("signed", head), body: [1])
    #expect(!first.isRepeated)
    var keyed = head
    for key in [nil, "k", "l"] {
      keyed.idempotencyKey = key
      let again = try await gate.take(try gate.admit("signed", keyed), body: [1])
      #expect(again.isRepeated && again.report == first.report)
    }
    #expect(sink.arrivals.withLock(\.count) == 2 && gate.statuses[1].count(of: .repeated) == 3)
    // Another stamp is another push, and a key knows it again.
    var later = Self.signed([1], at: String(Self.now + 1))
    later.idempotencyKey = "m"
    #expect(try await !gate.take(try gate.admit("signed", later), body: [1]).isRepeated)
    var latest = Self.signed([1], at: String(Self.now + 2))
    latest.idempotencyKey = "m"
    #expect(try await gate.take(try gate.admit("signed", latest), body: [1]).isRepeated)
    latest.idempotencyKey = nil
    #expect(try await gate.take(try gate.admit("signed", latest), body: [1]).isRepeated)
    #expect(sink.arrivals.withLock(\.count) == 3)
  }

  @Test("bodies on their way are bounded, and the room comes back")
  func room() throws {
    let gate = Self.gate(Sink(), limit: 1_500)
    var tickets = [try gate.admit("vendor", Self.bearer { $0.contentLength = nil })]
    #expect(throws: PushRefusal.self) { try gate.admit("vendor", Self.bearer { $0.contentLength = 501 }) }
    tickets.append(try gate.admit("vendor", Self.bearer { $0.contentLength = 500 }))
    #expect(gate.statuses[0].count(of: .backlogFull) == 1)
    tickets.removeFirst()
    tickets.append(try gate.admit("vendor", Self.bearer { $0.contentLength = 1_000 }))
    #expect(tickets.count == 2)
  }
}
