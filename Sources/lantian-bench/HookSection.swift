import AirQuality
import Glibc
import LoopbackServer
import Synchronization

/// From the last byte of an answer to the webhook that tells of it, commit included, with the real binary.
///
/// The answers are the hours of one day. Every other one lacks so many values that the running mean becomes
/// indeterminate, the others restore them: each changed answer is an event.
struct HookSection {
  var bench: Workbench

  static let station = "B1000"
  /// 2020-12-01T23:00+08:00: hours 0 to 22 of the day have ended, none of their days has closed.
  static let clock = "2020-12-01T23:00:00+08:00"
  static let dayStart: Int64 = 1_606_752_000_000
  static let hours = 23
  /// Rest between the last webhook and the next changed answer.
  static let pauseNanoseconds: Int64 = 100_000_000

  /// What feed server and collector share.
  private final class Probe: Sendable {
    struct State {
      var isWhole = true
      var answers = 0
      /// When the last byte of the changed answer was sent; nil when its webhook has come.
      var sentAt: Int64?
      var arrivedAt: Int64 = 0
      var milliseconds: [Double] = []
    }
    let state = Mutex(State())

    /// The next answer; a changed one only when the webhook of the one before has come.
    func next(_ now: Int64) -> (isWhole: Bool, isNew: Bool) {
      state.withLock { state in
        guard state.sentAt == nil, now - state.arrivedAt > HookSection.pauseNanoseconds else {
          return (state.isWhole, false)
        }
        state.isWhole = state.answers == 0 || !state.isWhole
        state.answers += 1
        // Until the bytes are out; `sent` sets the moment.
        state.sentAt = .max
        return (state.isWhole, true)
      }
    }

    func sent() { state.withLock { $0.sentAt = monotonic() } }

    func arrived() {
      let now = monotonic()
      state.withLock { state in
        state.arrivedAt = now
        guard let sent = state.sentAt, sent != .max else { return }
        state.milliseconds.append(Double(now - sent) / 1e6)
        state.sentAt = nil
      }
    }

    var samples: [Double] { state.withLock { $0.milliseconds } }
  }

  func run(into report: inout Report) throws {
    let probe = Probe()
    let feed = LoopbackServer { _, connection in
      let (isWhole, isNew) = probe.next(monotonic())
      connection.answer(headers: ["Content-Type: application/json"], body: Self.body(isWhole: isWhole))
      if isNew { probe.sent() }
      return true
    }
    let collector = LoopbackServer { _, connection in
      probe.arrived()
      connection.answer()
      return true
    }
    defer {
      feed.stop()
      collector.stop()
    }
    let city = BenchCity(
      directory: bench.path("hook"), counties: 1, stations: 1, assessed: 1,
      feeds: Self.configuration(feed: feed.url("/feed"), hook: collector.url("/hook")))
    try city.write()
    let disk = try fsyncMicroseconds(city.directory) / 1_000
    let daemon = try city.start(bench, arguments: ["--simulate-from", Self.clock])
    defer { daemon.end(SIGKILL) }
    let wanted = bench.pick(200, quick: 40)
    // Five samples a second are possible: ten times that long is a fault.
    for _ in 0..<wanted * 20 where probe.samples.count <= wanted { usleep(100_000) }
    // The first is the start itself: connections, first commit.
    let samples = Array(probe.samples.dropFirst())
    guard samples.count >= wanted else {
      throw BenchmarkFailure(
        "\(samples.count) of \(wanted) webhooks came, \(probe.state.withLock { $0.answers }) answers changed: "
          + daemon.output.suffix(1_500))
    }
    let reference = ("durable write", disk)
    report.add(
      "hook", "answer's last byte to webhook, median", median(samples), "ms", reference: reference, aim: .atMost(100))
    report.add(
      "hook", "answer's last byte to webhook, 95 %", quantile(samples, 0.95), "ms", reference: reference,
      aim: .atMost(100))
    report.add(
      "hook", "answer's last byte to webhook, slowest", samples.max() ?? .nan, "ms", reference: reference,
      aim: .atMost(100))
  }

  private static func body(isWhole: Bool) -> [UInt8] {
    let rows = (0..<hours).map { hour in
      // Ten hours of 23 without SO2 leave too few for a mean.
      let so2 = isWhole || hour < 13 ? "20" : "null"
      return "{\"sn\":\"\(station)\",\"ts\":\(dayStart + Int64(hour + 1) * 3_600_000),\"pm25\":40,\"pm10\":80,"
        + "\"so2\":\(so2),\"no2\":30,\"o3\":60,\"co\":0.8}"
    }
    return Array("{\"data\":[\(rows.joined(separator: ","))]}".utf8)
  }

  private static func configuration(feed: String, hook: String) -> String {
    """
    feeds:
      - name: probe
        url: "\(feed)"
        every: 100ms
        timeout: 5s
        format:
          json:
            rows: $.data[*]
            station: $.sn
            time: {path: $.ts, as: epoch-ms, stamp: end, period: 1h}
            values:
              pm25: {path: $.pm25, unit: ug/m3}
              pm10: {path: $.pm10, unit: ug/m3}
              so2: {path: $.so2, unit: ug/m3}
              no2: {path: $.no2, unit: ug/m3}
              o3: {path: $.o3, unit: ug/m3}
              co: {path: $.co, unit: mg/m3}
    hooks:
      - name: collector
        webhook: {url: "\(hook)", secret: "not a secret", timeout: 5s}
        kinds: [data]
    """
  }
}
