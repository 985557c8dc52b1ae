import AirQuality
import CGzip
import Demo
import Dispatch
import Glibc
import Synchronization
import Testing

/// The feed server over real sockets, its clock moved by the test.
@Suite(.serialized) struct FeedServerTests {
  /// 2020-12-03 09:30.
  static let moment = DemoScenario.start.adding(milliseconds: (2 * 24 * 60 + 9 * 60 + 30) * 60_000)

  final class Clock: Sendable {
    private let now: Mutex<Instant>
    init(_ instant: Instant) { now = Mutex(instant) }
    func set(_ instant: Instant) { now.withLock { $0 = instant } }
    func read() -> Instant { now.withLock { $0 } }
  }

  private func withServer(_ body: (Int, Clock) async throws -> Void) async throws {
    let clock = Clock(Self.moment)
    let server = try await DemoFeedServer.start(clock: { clock.read() })
    do {
      try await body(server.port, clock)
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }

  @Test func everyFeedAnswersAndSaysWhenNothingChanged() async throws {
    try await withServer { port, _ in
      for feed in DemoSimulator().feeds() where feed.name != "micro-141126" {
        let first = try await SmallClient.get(port, feed.path)
        #expect(first.status == 200 && first.headers["content-type"] == feed.contentType, "\(feed)")
        #expect(first.body == DemoSimulator().answer(feed, at: Self.moment)?.body, "\(feed)")
        let tag = try #require(first.headers["etag"])
        let modified = try #require(first.headers["last-modified"])
        #expect(modified.hasSuffix(" GMT") && modified.contains(" Dec 2020 "))
        let again = try await SmallClient.get(port, feed.path, ["If-None-Match": tag])
        #expect(again.status == 304 && again.body.isEmpty && again.headers["etag"] == tag)
        let status1 = try await SmallClient.get(port, feed.path, ["If-Modified-Since": modified]).status
        #expect(status1 == 304)
        let status2 = try await SmallClient.get(port, feed.path, ["If-None-Match": "\"0\""]).status
        #expect(status2 == 200)
      }
    }
  }

  @Test func timeChangesTheAnswer() async throws {
    try await withServer { port, clock in
      let first = try await SmallClient.get(port, "/national.xml")
      let tag = try #require(first.headers["etag"])
      clock.set(Self.moment.adding(milliseconds: 5 * 60_000))
      let status3 = try await SmallClient.get(port, "/national.xml", ["If-None-Match": tag]).status
      #expect(status3 == 304)
      clock.set(Self.moment.adding(milliseconds: 60 * 60_000))
      let status4 = try await SmallClient.get(port, "/national.xml", ["If-None-Match": tag]).status
      #expect(status4 == 200)
    }
  }

  @Test func gzipWhenAsked() async throws {
    try await withServer { port, _ in
      let plain = try await SmallClient.get(port, "/micro/141181.json?minutes=30")
      let packed = try await SmallClient.get(port, "/micro/141181.json?minutes=30", ["Accept-Encoding": "gzip, br"])
      #expect(packed.headers["content-encoding"] == "gzip" && plain.headers["content-encoding"] == nil)
      #expect(packed.body.count * 3 < plain.body.count)
      var decoded = [UInt8](repeating: 0, count: plain.body.count)
      let size = unsafe cgzip_gunzip(packed.body, packed.body.count, &decoded, decoded.count)
      #expect(size == plain.body.count && decoded == plain.body)
    }
  }

  @Test func whatIsNotThere() async throws {
    try await withServer { port, _ in
      for path in ["/nothing", "/micro/999999.json", "/lidar/LD99.json", "/micro/141181.json?minutes=1000", "/micro/x"]
      {
        let status5 = try await SmallClient.get(port, path).status
        #expect(status5 == 404, "\(path)")
      }
      let status6 = try await SmallClient.get(port, "/").status
      #expect(status6 == 200)
    }
  }

  @Test func oneFeedFailsNowAndThen() async throws {
    try await withServer { port, clock in
      var statuses: [Int: Int] = [:]
      for minute in 0..<60 {
        clock.set(Self.moment.adding(milliseconds: Int64(minute) * 60_000))
        let status = try await SmallClient.get(port, "/micro/141126.json").status
        statuses[status, default: 0] += 1
      }
      #expect(Set(statuses.keys) == [200, 500])
      #expect((1...15).contains(statuses[500] ?? 0), "\(statuses)")
    }
  }

  @Test func aTakenPortIsAnError() async throws {
    try await withServer { port, _ in
      await #expect(throws: (any Error).self) {
        _ = try await DemoFeedServer.start(port: port, clock: { Self.moment })
      }
    }
  }
}

/// One request on one connection.
enum SmallClient {
  struct Failure: Error {}

  struct Answer {
    var status: Int
    var headers: [String: String]
    var body: [UInt8]
  }

  /// Blocks a thread of its own: the server's handlers need the shared pool.
  static func get(_ port: Int, _ path: String, _ headers: [String: String] = [:]) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async { @Sendable in
        continuation.resume(with: Result { try exchange(port, path, headers) })
      }
    }
  }

  private static func exchange(_ port: Int, _ path: String, _ headers: [String: String]) throws -> Answer {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var patience = timeval(tv_sec: 10, tv_usec: 0)
    _ = unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw Failure() }
    var request = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    for (name, value) in headers { request += "\(name): \(value)\r\n" }
    let bytes = Array((request + "\r\n").utf8)
    _ = unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    var answer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while answer.count < 16 << 20 {
      let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
      if count <= 0 { break }
      answer += chunk[..<count]
    }
    return try parse(answer)
  }

  private static func parse(_ bytes: [UInt8]) throws -> Answer {
    guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: [13, 10, 13, 10]) }) else { throw Failure() }
    let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
    guard let first = lines.first?.split(separator: " "), first.count >= 2, let status = Int(first[1]) else {
      throw Failure()
    }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
    }
    return Answer(status: status, headers: headers, body: Array(bytes[(end + 4)...]))
  }
}
