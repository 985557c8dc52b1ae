import AirQuality
import Daemon
import Engine
import Explanations
import FoundationEssentials
import Glibc
import Store
import Timekeeping

/// From `exec` to ready: the real binary on the state of 200 stations, six pollutants, a year of hours and two days of
/// minutes, as a killed daemon leaves it (a snapshot and five minutes of journal after it).
struct ReadySection {
  var bench: Workbench

  static let days = 365
  static let minuteDays = 2
  static let tailMinutes = 5

  func run(into report: inout Report) throws {
    let city = BenchCity(
      directory: bench.path("city"),
      feeds: """
        feeds:
          - {name: hours, url: "http://127.0.0.1:9/hours", every: 1h, format: cnemc}
          - {name: minutes, url: "http://127.0.0.1:9/minutes", every: 1h, format: cnemc}
        """)
    try city.write()
    let begin = monotonic()
    let readings = try makeState(city)
    let seconds = Double(monotonic() - begin) / 1e9
    report.add("ready", "readings/s through engine and store (making the state)", Double(readings) / seconds, "1/s")
    report.add("ready", "state of \(Self.days) days of hours, \(Self.minuteDays) of minutes", stateMiB(city), "MiB")
    try explain(city, into: &report)
    var times: [Double] = []
    var resident = 0.0
    for _ in 0..<bench.pick(7, quick: 3) {
      let once = try start(city)
      times.append(once.milliseconds)
      resident = max(resident, once.resident)
    }
    report.add("ready", "start to ready after kill -9, median", median(times), "ms", aim: .atMost(2_000))
    report.add("ready", "start to ready after kill -9, slowest", times.max() ?? .nan, "ms")
    report.add("ready", "memory when ready", resident, "MiB")
  }

  private func makeState(_ city: BenchCity) throws -> Int {
    let configuration = try city.load().engine
    let stations = (0..<city.stations).map(BenchCity.station)
    // Ends with the running minute, so that the daemon's clock need not jump.
    let end = Instant(milliseconds: WallClock().now().milliseconds / 60_000 * 60_000)
    let hour: Int64 = 3_600_000
    let firstMinute = end.milliseconds - Int64(Self.minuteDays) * 24 * hour
    let first = (end.milliseconds / hour - Int64(bench.pick(Self.days, quick: Self.days)) * 24) * hour
    var maker = try StateMaker(directory: city.stateDirectory)
    try maker.apply(.configuration(configuration), at: Instant(milliseconds: first))
    var at = first
    while at + hour <= firstMinute {
      try maker.batch(
        feed: "hours", stations: stations, begin: Instant(milliseconds: at), period: Int32(hour),
        at: Instant(milliseconds: at + hour + 300_000))
      at += hour
    }
    at = firstMinute
    while at < end.milliseconds {
      let now = Instant(milliseconds: at + 60_000)
      try maker.batch(
        feed: "minutes", stations: stations, begin: Instant(milliseconds: at), period: 60_000, at: now)
      if at == end.milliseconds - Int64(Self.tailMinutes) * 60_000 {
        try maker.apply(.tick, at: now, withSnapshot: true)
      }
      at += 60_000
    }
    try maker.finish()
    return maker.readings
  }

  /// How a number was made, from the state of a year: a closed hour and a closed day down to their raw rows, and the year.
  private func explain(_ city: BenchCity, into report: inout Report) throws {
    let store = try Store(reading: city.stateDirectory)
    defer { store.closeAndWait() }
    let county = try city.load().engine.site.counties[0].code
    let day = CivilOffset.china.day(of: WallClock().now()).adding(days: -30)
    let periods: [(String, ExplanationPeriod)] = [
      ("an hour", .hour(day.firstHour + 9)), ("a day", .day(day)), ("a year", .year(day.year)),
    ]
    for (name, period) in periods {
      var times: [Double] = []
      for _ in 0..<bench.pick(9, quick: 3) {
        let begin = monotonic()
        _ = try StoredExplanation(store: store).explain(county, .pm10, period).lines().count
        times.append(Double(monotonic() - begin) / 1e6)
      }
      report.add("explain", "\(name) of a county, a year of data, median", median(times), "ms", aim: .atMost(50))
    }
  }

  private func start(_ city: BenchCity) throws -> (milliseconds: Double, resident: Double) {
    let notify = try NotifySocket(path: bench.path("notify"))
    defer { notify.close() }
    let begin = monotonic()
    let daemon = try city.start(bench, environment: ["NOTIFY_SOCKET=\(notify.path)"])
    do {
      try notify.waitForReady(milliseconds: 120_000)
    } catch {
      daemon.end(SIGKILL)
      throw BenchmarkFailure("\(error): \(daemon.output.suffix(2_000))")
    }
    let milliseconds = Double(monotonic() - begin) / 1e6
    let resident = daemon.usage?.residentMiB ?? .nan
    daemon.end(SIGKILL)
    return (milliseconds, resident)
  }

  private func stateMiB(_ city: BenchCity) -> Double { directoryMiB(city.stateDirectory) }
}

/// Size of the files directly in a directory.
func directoryMiB(_ path: String) -> Double {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
  let bytes = names.reduce(0.0) { sum, name in
    let attributes = try? FileManager.default.attributesOfItem(atPath: path + "/" + name)
    return sum + Double((attributes?[.size] as? Int) ?? Int((attributes?[.size] as? UInt64) ?? 0))
  }
  return bytes / 1_048_576
}
