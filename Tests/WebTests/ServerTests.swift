import AirQuality
import Engine
import Foundation
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import Web

/// Real sockets: loopback and socket files, free ports only.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ServerTests {
  private static func server(
    _ sources: WebSources = SampleSite.sources(), _ limits: WebLimits = WebLimits()
  ) -> WebServer {
    var logger = Logger(label: "web")
    logger.logLevel = .critical
    return WebServer(sources: sources, logger: logger, limits: limits)
  }

  private enum Address {
    case port(Int)
    case file(String)
  }

  /// Sends text and reads until the server closes or `until` is met.
  private func exchange(
    _ address: Address, _ text: String, until: @Sendable @escaping (String) -> Bool = { _ in false }
  ) async throws -> String {
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    let setup: @Sendable (any Channel) -> EventLoopFuture<NIOAsyncChannel<ByteBuffer, ByteBuffer>> = { channel in
      channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel(wrappingChannelSynchronously: channel) }
    }
    let channel =
      switch address {
      case .port(let port): try await bootstrap.connect(host: "127.0.0.1", port: port, channelInitializer: setup)
      case .file(let path): try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: setup)
      }
    return try await channel.executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(string: text))
      var received = ""
      do {
        for try await buffer in inbound {
          received += String(buffer: buffer)
          if until(received) { break }
        }
      } catch is IOError {
        // A reset ends the answer too.
      }
      return received
    }
  }

  private func get(_ address: Address, _ target: String, method: String = "GET", body: String = "") async throws
    -> String
  {
    try await exchange(
      address,
      "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        + body)
  }

  @Test func tcpServesTheAPIAndNotTheControl() async throws {
    let server = Self.server()
    let port = try await server.start(host: "127.0.0.1", port: 0)
    let counties = try await get(.port(port), "/api/v1/counties")
    #expect(counties.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(counties.contains("离石区"))
    let head = try await get(.port(port), "/api/v1/counties", method: "HEAD")
    let length = try #require(
      counties.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix("content-length") })
    #expect(head.contains(length) && head.hasSuffix("\r\n\r\n"))
    #expect(try await get(.port(port), "/api/v1/stream", method: "HEAD").hasSuffix("\r\n\r\n"))
    let lift = try await get(
      .port(port), "/control/v1/lift", method: "POST", body: #"{"county":"141129","by":"a","reason":"b"}"#)
    #expect(lift.hasPrefix("HTTP/1.1 404"))
    #expect(try await get(.port(port), "/-/reload", method: "POST").hasPrefix("HTTP/1.1 200"))
    await server.stop(deadline: .seconds(5))
    // Another test may listen on the port by now, and answers nothing of ours.
    let after = try? await get(.port(port), "/api/v1/counties")
    #expect(after?.contains("离石区") != true)
  }

  @Test func connectionsAreKeptAndRequestsPipelined() async throws {
    let server = Self.server()
    let port = try await server.start(host: "127.0.0.1", port: 0)
    let one = "GET /-/healthy HTTP/1.1\r\nHost: a\r\n\r\n"
    let last = "GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    let text = try await exchange(.port(port), one + one + last)
    #expect(text.components(separatedBy: "HTTP/1.1 200").count == 3)
    #expect(text.contains("HTTP/1.1 404"))
    await server.stop(deadline: .seconds(5))
  }

  @Test func aTakenAddressIsNamed() async throws {
    let first = Self.server()
    let port = try await first.start(host: "127.0.0.1", port: 0)
    let second = Self.server()
    do {
      _ = try await second.start(host: "127.0.0.1", port: port)
      Issue.record("two servers on one port")
    } catch {
      #expect(error == .cannotListen(address: "127.0.0.1:\(port)", reason: "Address already in use"))
    }
    await second.stop(deadline: .seconds(1))
    await first.stop(deadline: .seconds(1))
  }

  @Test func aStreamIsServedAndEndsWithTheDaemon() async throws {
    let broadcaster = Broadcaster()
    let server = Self.server(SampleSite.sources(broadcaster: broadcaster))
    let port = try await server.start(host: "127.0.0.1", port: 0)
    let request = "GET /api/v1/stream?include=counties HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 10\r\n\r\n"
    let replayed = try await exchange(.port(port), request) { $0.contains("id: 12\n") }
    #expect(replayed.contains("event: snapshot\n") && replayed.contains("id: 11\n") && !replayed.contains("id: 10\n"))
    async let whole = exchange(.port(port), request) { text in
      // The stream is open now: stopping must end it.
      if text.contains("id: 12\n") { broadcaster.stop() }
      return false
    }
    #expect(try await whole.contains("id: 12\n"))
    await server.stop(deadline: .seconds(5))
    #expect(broadcaster.clientCount == 0)
  }

  @Test func stoppingDoesNotWaitForSilentClients() async throws {
    let server = Self.server()
    let port = try await server.start(host: "127.0.0.1", port: 0)
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    let silent = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
    // Half a request: the server cannot answer it.
    try await silent.writeAndFlush(
      ByteBuffer(string: "POST /-/reload HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab"))
    #expect(try await get(.port(port), "/-/healthy").contains("200"))
    let begun = ContinuousClock.now
    await server.stop(deadline: .milliseconds(200))
    #expect(ContinuousClock.now - begun < .seconds(10))
    try? await silent.close()
  }

  @Test func stoppingDoesNotWaitForAStreamThatNobodyReads() async throws {
    // 40 MB of events: more than the sockets hold, so that the stream is stuck in a write.
    let many: @Sendable (Int64, Int) -> [EventRecord] = { since, limit in
      (since..<min(since + Int64(limit), 10_000)).map { number in
        var event = SampleSite.events[0]
        event.sequence = number + 1
        event.textEnglish = String(repeating: "x", count: 4_000)
        return event
      }
    }
    var view = SampleSite.view
    view.lastSequence = 10_000
    let last = view
    let broadcaster = Broadcaster()
    var sources = SampleSite.sources(broadcaster: broadcaster, view: { last })
    let (asked, tell) = AsyncStream<Void>.makeStream()
    sources.events = { since, limit in
      tell.yield()
      return many(since, limit)
    }
    let server = Self.server(sources)
    let port = try await server.start(host: "127.0.0.1", port: 0)
    let deaf = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.autoRead, value: false).connect(host: "127.0.0.1", port: port).get()
    try await deaf.writeAndFlush(
      ByteBuffer(string: "GET /api/v1/stream HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 0\r\n\r\n"))
    for await _ in asked { break }
    let begun = ContinuousClock.now
    await server.stop(deadline: .milliseconds(300))
    #expect(ContinuousClock.now - begun < .seconds(10))
    #expect(broadcaster.clientCount == 0)
    try? await deaf.close()
  }

  @Test func tooMuchIsRefused() async throws {
    var limits = WebLimits()
    limits.requestBodyBytes = 1_000
    let server = Self.server(SampleSite.sources(), limits)
    let port = try await server.start(host: "127.0.0.1", port: 0)
    let body = String(repeating: "x", count: 2_000)
    #expect(try await get(.port(port), "/-/reload", method: "POST", body: body).hasPrefix("HTTP/1.1 413"))
    let long = "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "y", count: 40_000))\r\n\r\n"
    let refused = try await exchange(.port(port), long)
    #expect(refused.isEmpty || refused.hasPrefix("HTTP/1.1 4"))
    #expect(try await exchange(.port(port), "NONSENSE\r\n\r\n").hasPrefix("HTTP/1.1 400"))
    await server.stop(deadline: .seconds(5))
  }

  @Test func aRefusedPushSeesItsRefusalWhateverItSends() async throws {
    let server = Self.server()
    let port = try await server.start(host: "127.0.0.1", port: 0)
    let large = String(repeating: "x", count: 5_000_000)
    func push(_ headers: String, _ body: String) async throws -> String {
      try await exchange(
        .port(port), "POST /api/v1/push/x HTTP/1.1\r\nHost: a\r\n\(headers)\r\n\r\n" + body)
    }
    let length = "Content-Length: 5000000"
    #expect(try await push(length, large).hasPrefix("HTTP/1.1 401"))
    #expect(try await push("Authorization: Bearer t\r\n" + length, large).hasPrefix("HTTP/1.1 413"))
    let chunks = "4c4b40\r\n\(large)\r\n0\r\n\r\n"
    let chunked = try await push("Authorization: Bearer t\r\nTransfer-Encoding: chunked", chunks)
    #expect(chunked.hasPrefix("HTTP/1.1 413") && chunked.lowercased().contains("connection: close"))
    let good = try await push(
      "Authorization: Bearer t\r\nConnection: close\r\nContent-Length: 90000", String(large.prefix(90_000)))
    #expect(good.hasPrefix("HTTP/1.1 200") && good.contains(#""readings":90000"#))
    await server.stop(deadline: .seconds(5))
  }

  @Test func idleConnectionsAreClosed() async throws {
    var limits = WebLimits()
    limits.idleSeconds = 1
    limits.requestReadSeconds = 1
    let server = Self.server(SampleSite.sources(), limits)
    let port = try await server.start(host: "127.0.0.1", port: 0)
    #expect(try await exchange(.port(port), "GET / HT").isEmpty)
    let half = try await exchange(.port(port), "POST /-/reload HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab")
    #expect(!half.contains("200"))
    await server.stop(deadline: .seconds(5))
  }

  // MARK: Control socket

  private func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "lantian-web-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.path)
  }

  @Test func theControlSocketServesActs() async throws {
    try await withFolder { folder in
      let path = folder + "/control.sock"
      let server = Self.server()
      try await server.startControl(path: path)
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o660)
      let lift = try await get(
        .file(path), "/control/v1/lift", method: "POST", body: #"{"county":"141129","by":"张三","reason":"达标"}"#)
      #expect(lift.contains(#"{"status":"success","data":{"county":"141129","sequence":13}}"#))
      #expect(try await get(.file(path), "/api/v1/status").hasPrefix("HTTP/1.1 200"))
      await server.stop(deadline: .seconds(5))
      #expect(!FileManager.default.fileExists(atPath: path))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  @Test func aSocketInUseOrAFileIsLeftAlone() async throws {
    try await withFolder { folder in
      let path = folder + "/control.sock"
      let first = Self.server()
      try await first.startControl(path: path)
      let second = Self.server()
      do {
        try await second.startControl(path: path)
        Issue.record("two daemons on one socket")
      } catch let error as WebError {
        #expect(error == .cannotListen(address: path, reason: "another lantian daemon answers there"))
      }
      #expect(try await get(.file(path), "/-/healthy").hasPrefix("HTTP/1.1 200"))
      let file = folder + "/file"
      try "mine".write(toFile: file, atomically: true, encoding: .utf8)
      await #expect(throws: WebError.self) { try await second.startControl(path: file) }
      #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
      let long = folder + "/" + String(repeating: "a", count: 120)
      await #expect(throws: WebError.self) { try await second.startControl(path: long) }
      await second.stop(deadline: .seconds(1))
      await first.stop(deadline: .seconds(1))
    }
  }

  @Test func aDeadSocketIsReplaced() async throws {
    try await withFolder { folder in
      let path = folder + "/control.sock"
      // A socket whose listener is gone but whose file stayed, as after a kill.
      let bound = folder + "/bound"
      let dead = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .bind(unixDomainSocketPath: bound).get()
      // Renamed, because closing removes the file under its first name.
      try FileManager.default.moveItem(atPath: bound, toPath: path)
      try await dead.close()
      #expect(FileManager.default.fileExists(atPath: path))
      let server = Self.server()
      try await server.startControl(path: path)
      #expect(try await get(.file(path), "/-/ready").hasPrefix("HTTP/1.1 200"))
      await server.stop(deadline: .seconds(1))
    }
  }
}
