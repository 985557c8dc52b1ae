import AirQuality
import CGzip
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Answers requests for feeds; prepared answers are kept for the civil minute they belong to.
final class DemoFeedResponder: Sendable {
  /// An answer as it goes out.
  struct Prepared: Sendable {
    var minute: Int32
    var body: [UInt8]
    var packed: [UInt8]
    var tag: String
    var lastModified: String
    var contentType: String
  }

  /// Answers kept at most; one a feed is usual, more when clients ask for other spans.
  static let cacheLimit = 256
  /// The county whose micro feed is unreliable.
  static let flakyCounty = "141126"
  /// How long the unreliable feed takes when it is slow, milliseconds of real time.
  static let slowMilliseconds = 400

  private let simulator: DemoSimulator
  private let clock: @Sendable () -> Instant
  private let cache = Mutex<[DemoFeed: Prepared]>([:])

  init(simulator: DemoSimulator, clock: @escaping @Sendable () -> Instant) {
    self.simulator = simulator
    self.clock = clock
  }

  func index() async throws -> Response {
    let list = simulator.feeds().map { $0.path + "\n" }.joined()
    return Response(
      status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
      body: .init(byteBuffer: ByteBuffer(string: "Simulated feeds 模拟数据\n" + list)))
  }

  func respond(to request: Request) async throws -> Response {
    let now = clock()
    guard let feed = Self.feed(path: request.uri.path, minutes: request.uri.queryParameters["minutes"].map(String.init))
    else { return Response(status: .notFound) }
    switch mood(of: feed, at: now) {
    case .well: break
    case .failing: return Response(status: .internalServerError, body: .init(byteBuffer: ByteBuffer(string: "busy\n")))
    case .slow: try await Task.sleep(for: .milliseconds(Self.slowMilliseconds))
    }
    guard let prepared = prepared(feed, at: now) else { return Response(status: .notFound) }
    return Self.response(prepared, to: request)
  }

  /// The feed of a path; nil when there is none.
  static func feed(path: String, minutes: String?) -> DemoFeed? {
    let parts = path.split(separator: "/")
    switch (parts.first, parts.count) {
    case ("national.xml", 1): return .national
    case ("provincial.json", 1): return .provincial
    case ("micro", 2) where parts[1].hasSuffix(".json"):
      let span = minutes.map { Int($0) ?? 0 } ?? DemoFeed.standardMicroMinutes
      return .micro(county: String(parts[1].dropLast(5)), minutes: span)
    case ("lidar", 2) where parts[1].hasSuffix(".json"): return .lidar(station: String(parts[1].dropLast(5)))
    default: return nil
    }
  }

  enum Mood {
    case well, slow, failing
  }

  /// One feed fails in one minute of twelve and is slow in another; the rest are always well.
  func mood(of feed: DemoFeed, at now: Instant) -> Mood {
    guard case .micro(Self.flakyCounty, _) = feed else { return .well }
    let draw = simulator.noise.uniform(990, Int64(CivilOffset.china.minute(of: now)))
    return draw < 1.0 / 12 ? .failing : draw < 2.0 / 12 ? .slow : .well
  }

  private func prepared(_ feed: DemoFeed, at now: Instant) -> Prepared? {
    let minute = CivilOffset.china.minute(of: now)
    if let found = cache.withLock({ $0[feed] }), found.minute == minute { return found }
    guard let answer = simulator.answer(feed, at: now) else { return nil }
    let made = Prepared(
      minute: minute, body: answer.body, packed: Self.gzip(answer.body), tag: Self.tag(answer.body),
      lastModified: Self.httpDate(answer.lastModified), contentType: feed.contentType)
    cache.withLock { cache in
      if cache.count >= Self.cacheLimit { cache = cache.filter { $0.value.minute == minute } }
      if cache.count < Self.cacheLimit { cache[feed] = made }
    }
    return made
  }

  private static func response(_ prepared: Prepared, to request: Request) -> Response {
    var headers: HTTPFields = [.eTag: prepared.tag, .lastModified: prepared.lastModified, .vary: "Accept-Encoding"]
    if isUnchanged(prepared, request) { return Response(status: .notModified, headers: headers) }
    headers[.contentType] = prepared.contentType
    let takesGzip = request.headers[.acceptEncoding]?.contains("gzip") ?? false
    if takesGzip { headers[.contentEncoding] = "gzip" }
    let bytes = takesGzip ? prepared.packed : prepared.body
    return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  /// RFC 9110, 13.2.2: the tag decides; the date only where no tag is sent.
  private static func isUnchanged(_ prepared: Prepared, _ request: Request) -> Bool {
    if let tags = request.headers[.ifNoneMatch] { return tags == "*" || tags.contains(prepared.tag) }
    return request.headers[.ifModifiedSince] == prepared.lastModified
  }

  /// FNV-1a over the body, as a strong tag.
  static func tag(_ body: [UInt8]) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in body { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return "\"" + String(hash, radix: 16) + "\""
  }

  static func gzip(_ body: [UInt8]) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: cgzip_gzip_bound(body.count)) { target, count in
      unsafe body.withUnsafeBufferPointer { source in
        count = unsafe cgzip_gzip(source.baseAddress, source.count, target.baseAddress!, target.count, 1)
      }
    }
  }

  /// `Tue, 01 Dec 2020 00:00:00 GMT` (RFC 9110, 5.6.7).
  static func httpDate(_ instant: Instant) -> String {
    let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let text = CivilOffset.utc.format(Instant(milliseconds: floorDivide(instant.milliseconds, 1_000) * 1_000))
    let date = CivilOffset.utc.day(of: instant)
    let (year, month, day) = date.components
    let weekday = Int((date.number % 7 + 7) % 7)
    let clock = text.dropFirst(11).prefix(8)
    return "\(weekdays[weekday]), \(day < 10 ? "0" : "")\(day) \(months[month - 1]) \(year) \(clock) GMT"
  }
}
