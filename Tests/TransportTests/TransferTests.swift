import LoopbackServer
import Secrets
import Testing
import Timekeeping
import Transport

@Suite("Transfers on loopback")
struct TransferTests {
  /// A hundred million zeros; made before any transfer's clock runs.
  static let bomb = Gzip.bomb(size: 100_000_000)

  /// Answers by path; unknown paths get their own name.
  static func serve(_ request: LoopbackServer.Request, _ connection: LoopbackServer.Connection) -> Bool {
    switch request.path {
    case "/chunked":
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
      connection.send("6\r\n world\r\n0\r\n\r\n")
    case "/gzip":
      connection.answer(headers: ["Content-Encoding: gzip"], body: Gzip.stored(Array("blue sky".utf8)))
    case "/bomb": connection.answer(headers: ["Content-Encoding: gzip"], body: bomb)
    case "/huge":
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
      connection.waitForClose()
      return false
    case "/endless":
      connection.send("HTTP/1.1 200 OK\r\n\r\n")
      let block = [UInt8](repeating: 0x78, count: 65_536)
      for _ in 0..<10_000 { if !connection.send(block) { break } }
      return false
    case "/drip":
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nx")
      connection.waitForClose()
      return false
    case "/hang":
      connection.waitForClose()
      return false
    case "/reset":
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
      connection.resetOnClose()
      return false
    case "/short":
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
      return false
    case "/nothing": return false
    case "/nonsense":
      connection.send("SSH-2.0-OpenSSH_9.2\r\n\r\n")
      return false
    case "/loop": connection.answer("302 Found", headers: ["Location: /loop"])
    case "/once": connection.answer("302 Found", headers: ["Location: /target"])
    case "/file": connection.answer("302 Found", headers: ["Location: file:///etc/passwd"])
    case "/tls": connection.answer("302 Found", headers: ["Location: https://127.0.0.1:1/"])
    case "/headers":
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n")
      let line = "X-Filler: " + String(repeating: "y", count: 1_000) + "\r\n"
      for _ in 0..<200 { if !connection.send(line) { break } }
      connection.send("\r\n")
    case "/304": connection.send("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n")
    case "/echo": connection.answer(headers: ["X-Method: \(request.method)"], body: request.body)
    case "/who":
      let auth = request.headers["authorization"] ?? "-"
      connection.answer(body: Array("\(auth) \(request.headers["x-api-key"] ?? "-")".utf8))
    default: connection.answer(headers: ["X-Path: \(request.path)"], body: Array(request.path.utf8))
    }
    return true
  }

  /// Runs `body` with a server and a session that are closed afterwards.
  func withServer(
    limits: TransportLimits = TransportLimits(), _ body: (LoopbackServer, Session) async throws -> Void
  ) async throws {
    let server = LoopbackServer(TransferTests.serve)
    let session = try Session(limits: limits)
    try await body(server, session)
    await session.close()
    server.stop()
  }

  @Test(arguments: [("/plain", "/plain"), ("/chunked", "hello world"), ("/gzip", "blue sky"), ("/once", "/target")])
  func bodies(path: String, expected: String) async throws {
    try await withServer { server, session in
      let result = await session.fetch(server.url(path))
      #expect(result.response?.status == 200)
      #expect(result.response?.text == expected)
      #expect(result.response?.httpVersion == 11)
      #expect(result.totalSeconds > 0)
      #expect(result.connectSeconds > 0)
      #expect(result.lastByteAt > MonotonicInstant(nanoseconds: 0))
    }
  }

  @Test func headersAreFoundInAnyCase() async throws {
    try await withServer { server, session in
      let result = await session.fetch(server.url("/304"))
      #expect(result.response?.status == 304)
      #expect(result.response?.headers.first("etag") == "\"a\"")
      #expect(result.response?.headers.first("tag") == nil)
    }
  }

  /// Each bad peer: the kind of failure it must give.
  @Test(arguments: [
    ("/bomb", "too_large"), ("/huge", "too_large"), ("/endless", "too_large"), ("/headers", "too_large"),
    ("/drip", "timeout"), ("/hang", "timeout"), ("/reset", "reset"), ("/short", "reset"), ("/nothing", "reset"),
    ("/nonsense", "protocol"), ("/loop", "redirects"), ("/file", "redirects"), ("/tls", "redirects"),
  ])
  func failures(path: String, kind: String) async throws {
    #expect(TransferTests.bomb.count < 1_000_000)
    try await withServer { server, session in
      let result = await session.fetch(server.url(path)) {
        $0.maxBodyBytes = 1 << 20
        $0.maxHeaderBytes = 16 << 10
        $0.timeout = path == "/hang" ? .milliseconds(300) : .seconds(20)
        $0.lowSpeedBytesPerSecond = 1_000
        $0.lowSpeedSeconds = 1
      }
      let error = try #require(result.failure)
      #expect(error.kind.rawValue == kind, "\(error)")
      #expect(!error.message.isEmpty)
      // The peer's failure is its own: the next transfer works.
      let next = await session.fetch(server.url("/next"))
      #expect(next.response?.text == "/next", "\(String(describing: next.failure))")
    }
  }

  @Test func refusedConnectionAndBadURL() async throws {
    try await withServer { server, session in
      server.stop()
      let refused = await session.fetch("http://127.0.0.1:1/")
      #expect(refused.failure?.kind == .connect)
      #expect(refused.failure?.isRetryable == true)
      let scheme = await session.fetch("file:///etc/passwd")
      #expect(scheme.failure?.kind == .protocol)
      var request = TransferRequest(url: server.url("/"))
      request.headers = [TransferHeader("X-Evil", "a\r\nHost: b")]
      let injected = await session.fetch(request)
      #expect(injected.failure?.kind == .protocol)
    }
  }

  @Test func postWithBodyThenGetOnTheSameHandle() async throws {
    try await withServer { server, session in
      var request = TransferRequest(url: server.url("/echo"))
      request.method = .post
      request.body = [UInt8](repeating: 0x61, count: 2_000_000)
      request.headers = [TransferHeader("Content-Type", "text/plain")]
      let posted = await session.fetch(request)
      #expect(posted.response?.body.count == 2_000_000)
      #expect(posted.response?.headers.first("x-method") == "POST")
      let got = await session.fetch(server.url("/echo"))
      #expect(got.response?.headers.first("x-method") == "GET")
      #expect(got.response?.body.isEmpty == true)
    }
  }

  @Test(arguments: [
    (TransferAuthentication.none, "- -"),
    (.basic(user: "u", password: Secret("p")), "Basic dTpw -"),
    (.bearer(Secret("tok")), "Bearer tok -"),
    (.header(name: "X-Api-Key", value: Secret("k")), "- k"),
  ])
  func authentication(_ authentication: TransferAuthentication, seen: String) async throws {
    try await withServer { server, session in
      let result = await session.fetch(server.url("/who")) { $0.authentication = authentication }
      #expect(result.response?.text == seen)
      #expect(!"\(authentication)".contains("tok"))
    }
  }

  /// Credentials stay with the host they were given for.
  @Test func redirectsDoNotCarryCredentialsElsewhere() async throws {
    let other = LoopbackServer(TransferTests.serve)
    let moved = LoopbackServer { request, connection in
      let target = request.path == "/here" ? "/who" : other.url("/who")
      if request.path == "/who" { return TransferTests.serve(request, connection) }
      connection.answer("302 Found", headers: ["Location: \(target)"])
      return true
    }
    let session = try Session()
    let basic = await session.fetch(moved.url("/there")) {
      $0.authentication = .basic(user: "u", password: Secret("p"))
    }
    #expect(basic.response?.text == "- -")
    let bearer = await session.fetch(moved.url("/there")) { $0.authentication = .bearer(Secret("tok")) }
    #expect(bearer.response?.text == "- -")
    let key = TransferAuthentication.header(name: "X-Api-Key", value: Secret("k"))
    let header = await session.fetch(moved.url("/there")) { $0.authentication = key }
    #expect(header.failure?.kind == .redirects)
    let same = await session.fetch(moved.url("/here")) { $0.authentication = key }
    #expect(same.response?.text == "- k")
    // Headers of the configuration alike.
    let kept = await session.fetch(moved.url("/there")) { $0.keepsOrigin = true }
    #expect(kept.failure?.kind == .redirects)
    #expect(await session.fetch(moved.url("/here")) { $0.keepsOrigin = true }.response != nil)
    await session.close()
    other.stop()
    moved.stop()
  }
}
