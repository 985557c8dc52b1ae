import Glibc
import Testing

@testable import FaultServer

@Suite struct FaultServerTests {
  static let body = Array(#"{"data":[1,2,3]}"#.utf8)
  static let plain = Response(headers: [("Content-Type", "application/json")], body: body)

  /// A server whose `/x` behaves so, and a client connected to it.
  private func pair(_ behaviour: Behaviour) throws -> (FaultServer, RawClient) {
    let server = try FaultServer.start()
    server.route("/x", behaviour)
    return (server, try RawClient(port: server.port))
  }

  @Test func requestsAreRecordedAndConnectionsKept() async throws {
    let (server, client) = try pair(.respond(Self.plain))
    defer { server.stop() }
    for _ in 0..<3 {
      client.get("/x?a=b", headers: ["X-Thing: yes"])
      #expect(client.answer()?.body == Self.body)
    }
    client.send("POST /hook HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello")
    #expect(client.answer()?.status == 404)
    #expect(await server.waitForRequests(4))
    let requests = server.requests()
    #expect(requests.map(\.method) == ["GET", "GET", "GET", "POST"])
    #expect(requests.map(\.positionOnConnection) == [1, 2, 3, 4])
    #expect(requests[0].path == "/x" && requests[0].query == "a=b" && requests[0].header("x-thing") == "yes")
    #expect(requests[3].text == "hello")
    #expect(server.acceptedConnections == 1)
    client.finish()
  }

  @Test func chunkedRequestBody() throws {
    let (server, client) = try pair(.status(200))
    defer { server.stop() }
    client.send("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;q=1\r\nde\r\n0\r\n\r\n")
    #expect(client.answer()?.status == 200)
    #expect(server.requests()[0].text == "abcde")
    client.finish()
  }

  @Test func withoutKeepAliveTheConnectionEnds() throws {
    let (server, client) = try pair(.respond(Self.plain))
    defer { server.stop() }
    server.keepAlive(false)
    client.get("/x")
    let (bytes, end) = client.receive(quietMilliseconds: 5_000)
    #expect(String(decoding: bytes, as: UTF8.self).contains("Connection: close"))
    #expect(end == .closed)
    client.finish()
  }

  @Test func sequencesAdvanceAndStay() throws {
    let (server, client) = try pair(.sequence([.status(500), .status(503), .respond(Self.plain)]))
    defer { server.stop() }
    let statuses = (0..<4).map { _ in
      client.get("/x")
      return client.answer()?.status ?? 0
    }
    #expect(statuses == [500, 503, 200, 200])
    client.finish()
  }

  @Test func truncatedAnnouncesMoreThanItSends() throws {
    let (server, client) = try pair(.truncated(Self.plain, sentBytes: 5))
    defer { server.stop() }
    client.get("/x")
    let (bytes, end) = client.receive(quietMilliseconds: 5_000)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("Content-Length: 16") && text.hasSuffix("\r\n\r\n{\"dat"))
    #expect(end == .closed)
    client.finish()
  }

  @Test(arguments: [
    Behaviour.hang, .hangAfterHeaders(plain), .announced(plain, contentLength: 10_000_000_000),
    .delayed(milliseconds: 60_000, .respond(plain)),
  ])
  func silenceEndsWithTheServer(behaviour: Behaviour) throws {
    let (server, client) = try pair(behaviour)
    client.get("/x")
    #expect(client.receive().end == .silent)
    server.stop()
    #expect(client.receive(quietMilliseconds: 5_000).end != .silent)
    client.finish()
  }

  @Test func tenGigabytesAreAnnounced() throws {
    let (server, client) = try pair(.announced(Self.plain, contentLength: 10_000_000_000))
    defer { server.stop() }
    client.get("/x")
    let text = String(decoding: client.receive().bytes, as: UTF8.self)
    #expect(text.contains("Content-Length: 10000000000"))
    client.finish()
  }

  @Test func dripArrivesWhole() throws {
    let (server, client) = try pair(.drip(Self.plain, bytesPerStep: 4, intervalMilliseconds: 20))
    defer { server.stop() }
    client.get("/x")
    let start = ContinuousClock.now
    #expect(client.answer()?.body == Self.body)
    #expect(ContinuousClock.now - start >= .milliseconds(55))
    client.finish()
  }

  @Test(arguments: [
    Behaviour.reset(.beforeAnswer), .reset(.afterHeaders(plain)), .reset(.afterBodyBytes(plain, 4)),
  ])
  func resets(behaviour: Behaviour) throws {
    let (server, client) = try pair(behaviour)
    defer { server.stop() }
    client.get("/x")
    #expect(client.receive(quietMilliseconds: 5_000).end == .reset)
    client.finish()
  }

  @Test func connectionsThatAreNotServed() async throws {
    let server = try FaultServer.start()
    defer { server.stop() }
    server.connections(.resetOnAccept)
    let reset = try RawClient(port: server.port)
    #expect(reset.receive(quietMilliseconds: 5_000).end == .reset)
    reset.finish()
    server.connections(.neverRead)
    let ignored = try RawClient(port: server.port)
    ignored.get("/x")
    #expect(ignored.receive().end == .silent)
    #expect(server.requests().isEmpty)
    ignored.finish()
    server.connections(.closeOnAccept)
    let closed = try RawClient(port: server.port)
    #expect(closed.receive(quietMilliseconds: 5_000).end != .silent)
    closed.finish()
  }

  @Test func aFullQueueLeavesConnectHanging() throws {
    let listener = try UnansweringListener()
    let descriptor = socket(
      AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    defer { close(descriptor) }
    var address = try Listener.address(host: "127.0.0.1", port: listener.port)
    _ = unsafe Listener.withAddress(&address) { unsafe connect(descriptor, $0, $1) }
    var set = [pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)]
    #expect(unsafe poll(&set, 1, 500) == 0)
  }

  @Test func redirects() throws {
    let (server, client) = try pair(.redirectLoop)
    defer { server.stop() }
    var path = "/x"
    for step in 1...3 {
      client.get(path)
      let answer = try #require(client.answer())
      #expect(answer.status == 302 && answer.head.contains("Location: /x?\(step)\r\n"))
      path = "/x?\(step)"
    }
    server.route("/x", .redirect(location: "http://localhost:1/y", status: 301))
    client.get("/x")
    let answer = try #require(client.answer())
    #expect(answer.status == 301 && answer.head.contains("Location: http://localhost:1/y"))
    client.finish()
  }

  @Test func conditionalRequests() throws {
    let response = Response(
      headers: [("ETag", "\"v1\""), ("Last-Modified", "Tue, 01 Dec 2020 00:00:00 GMT")], body: Self.body)
    let (server, client) = try pair(.conditional(response))
    defer { server.stop() }
    let cases: [(String, Int)] = [
      ("X: y", 200), ("If-None-Match: \"v0\"", 200), ("If-None-Match: \"v0\", \"v1\"", 304),
      ("If-Modified-Since: Tue, 01 Dec 2020 00:00:00 GMT", 304),
      ("If-Modified-Since: Mon, 30 Nov 2020 00:00:00 GMT", 200),
    ]
    for (header, status) in cases {
      client.get("/x", headers: [header])
      #expect(client.answer()?.status == status, "\(header)")
    }
    client.finish()
  }

  @Test(arguments: ["120", "Tue, 01 Dec 2020 00:00:00 GMT", "soon"])
  func retryAfter(value: String) throws {
    let (server, client) = try pair(.tooManyRequests(retryAfter: value))
    defer { server.stop() }
    client.get("/x")
    let answer = try #require(client.answer())
    #expect(answer.status == 429 && answer.head.contains("Retry-After: \(value)\r\n"))
    client.finish()
  }

  @Test func chunkedAnswer() throws {
    let (server, client) = try pair(.chunked(Self.plain, chunkBytes: 10, terminated: false))
    defer { server.stop() }
    client.get("/x")
    let text = String(decoding: client.receive(quietMilliseconds: 5_000).bytes, as: UTF8.self)
    #expect(text.hasSuffix("\r\n\r\na\r\n{\"data\":[1\r\n6\r\n,2,3]}\r\n"))
    client.finish()
  }

  @Test func oddAnswers() throws {
    let (server, client) = try pair(.hugeHeaders(bytes: 300_000))
    defer { server.stop() }
    client.get("/x")
    let huge = try #require(client.answer()).head
    #expect(huge.utf8.count > 300_000)
    server.route("/x", .html)
    client.get("/x")
    let page = try #require(client.answer()).body
    #expect(page.starts(with: Array("<!DOCTYPE".utf8)))
    server.route("/x", .emptyBody)
    client.get("/x")
    #expect(client.answer()?.body == [])
    server.route("/x", .malformedStatusLine)
    client.get("/x")
    let (bytes, end) = client.receive(quietMilliseconds: 5_000)
    #expect(bytes.starts(with: Array("HTPP/".utf8)) && end == .closed)
    client.finish()
  }

  @Test func zeroBombIsSmallAndLarge() {
    let packed = Gzip.zeros(count: 100_000_000)
    #expect(packed.count < 110_000)
    let unpacked = Gzip.decompress(packed, limit: 100_000_000)
    #expect(unpacked?.count == 100_000_000)
    #expect(unpacked?.allSatisfy { $0 == 0 } == true)
    #expect(Gzip.decompress(packed, limit: 99_999_999) == nil)
  }

  @Test func gzipRoundTrip() {
    #expect(Self.plain.gzipped().header("content-encoding") == "gzip")
    #expect(Gzip.decompress(Self.plain.gzipped().body, limit: 100) == Self.body)
    #expect(Gzip.decompress(Self.body, limit: 100) == nil)
  }

  @Test func recordedFolder() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    try Command.write("{\"a\":1}", to: folder.path + "/a.json")
    try Command.write("<x/>", to: folder.path + "/b.xml")
    try Command.run(["gzip", folder.path + "/b.xml"])
    let server = try FaultServer.start()
    defer { server.stop() }
    server.fallback(RecordedFolder(path: folder.path).behaviour)
    let client = try RawClient(port: server.port)
    client.get("/a.json")
    #expect(client.answer()?.body == Array("{\"a\":1}".utf8))
    client.get("/b.xml")
    #expect(client.answer()?.body == Array("<x/>".utf8))
    client.get("/b.xml.gz")
    let packed = try #require(client.answer())
    #expect(packed.head.contains("Content-Encoding: gzip"))
    #expect(Gzip.decompress(packed.body, limit: 100) == Array("<x/>".utf8))
    for path in ["/none", "/../etc/passwd"] {
      client.get(path)
      #expect(client.answer()?.status == 404)
    }
    client.finish()
  }
}

@Suite struct CollectorTests {
  @Test func failsThenAccepts() async throws {
    let collector = try Collector.start(script: .failing(times: 2))
    defer { collector.stop() }
    let client = try RawClient(port: collector.server.port)
    var statuses: [Int] = []
    for attempt in 0..<3 {
      client.send("POST /hook HTTP/1.1\r\nIdempotency-Key: k\r\nContent-Length: 1\r\n\r\n\(attempt)")
      statuses.append(client.answer()?.status ?? 0)
    }
    collector.answer(.always(410))
    client.send("POST /hook HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
    statuses.append(client.answer()?.status ?? 0)
    #expect(statuses == [500, 500, 200, 410])
    #expect(await collector.waitForDeliveries(4))
    #expect(collector.deliveries.map(\.text) == ["0", "1", "2", ""])
    #expect(collector.deliveries[0].header("Idempotency-Key") == "k")
    client.finish()
  }

  @Test func waitingEnds() async throws {
    let collector = try Collector.start()
    #expect(await collector.waitForDeliveries(1, seconds: 0.05) == false)
    collector.stop()
    #expect(await collector.waitForDeliveries(1, seconds: 60) == false)
  }
}
