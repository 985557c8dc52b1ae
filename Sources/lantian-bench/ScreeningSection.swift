import AirQuality
import Screening
import bench_support

/// Nanoseconds per reading of screening, without and with memory, beside the writing of the same readings into planes in
/// plain C.
struct ScreeningSection {
  var bench: Workbench

  func run(into report: inout Report) throws {
    // As many stations as a city and as a province have.
    for stations in [2_000, 100_000] {
      for course in Course.allCases { try measure(stations: stations, course, &report) }
    }
  }

  /// How the values of a series go.
  private enum Course: String, CaseIterable {
    /// Within what the air does.
    case ordinary
    /// A value in twenty is a spike, which costs a verdict and a revision of the one before.
    case spiky
  }

  private func measure(stations: Int, _ course: Course, _ report: inout Report) throws {
    let minutes = bench.pick(stations > 10_000 ? 60 : 1_200, quick: stations > 10_000 ? 20 : 200)
    let ids = (0..<stations).map { "s\($0)" }
    let classes = [StationClass?](repeating: .micro, count: stations)
    let context = ScreeningContext(places: [Int32](repeating: 0, count: stations), counties: [.init()])
    let screener = Screener()
    var plain: [Double] = []
    var whole: [Double] = []
    var reference: [Double] = []
    var bytes = 0.0
    for _ in 0..<bench.pick(3, quick: 1) {
      reference.append(lantian_bench_planes(stations, Int32(minutes), 0))
      var memory = ScreeningMemory()
      var first: Int64 = 0
      var both: Int64 = 0
      var verdicts = 0
      for minute in 0..<minutes + 5 {
        var readings = Self.readings(stations: stations, minute: minute, course)
        let received = Instant(milliseconds: BodySection.start + Int64(minute + 1) * 60_000 + 500)
        let begin = processorTime()
        screener.screen(&readings, classes: classes, receivedAt: received)
        let middle = processorTime()
        let outcome = memory.judge(
          &readings, feed: "bench", stations: ids, classes: classes, context: context, offset: .china, with: screener)
        let end = processorTime()
        verdicts += outcome.touched.count + outcome.revisions.count
        // The first minutes make the traces.
        guard minute >= 5 else { continue }
        first += middle - begin
        both += end - begin
      }
      guard course == .ordinary || verdicts > minutes * stations / 40 else {
        throw BenchmarkFailure("\(verdicts) verdicts on a load full of spikes")
      }
      let count = Double(minutes * stations * Pollutant.criteriaCount)
      plain.append(Double(first) / count)
      whole.append(Double(both) / count)
      bytes = Double(memory.byteCount) / Double(stations * Pollutant.criteriaCount)
    }
    let load = "\(decimal(Double(stations * 6))) series, \(course.rawValue)"
    report.add("screening", "verdict without memory, \(load)", median(plain), "ns")
    report.add(
      "screening", "verdict, \(load)", median(whole), "ns", reference: ("C planes", median(reference)))
    if course == .ordinary, stations == 2_000 {
      report.add("screening", "memory of one series", bytes, "bytes", aim: .atMost(64))
    }
  }

  /// One minute of all stations.
  private static func readings(stations: Int, minute: Int, _ course: Course) -> ContiguousArray<Reading> {
    let begin = Instant(milliseconds: BodySection.start + Int64(minute) * 60_000)
    var readings: ContiguousArray<Reading> = []
    readings.reserveCapacity(stations * Pollutant.criteriaCount)
    for station in 0..<stations {
      let isSpike = course == .spiky && (station &+ minute) % 20 == 0
      for pollutant in Pollutant.criteria {
        let lane = Int(pollutant.rawValue)
        let base = pollutant == .co ? 1 : 20 + (station * 7 + lane * 5) % 60 + (pollutant == .pm10 ? 60 : 0)
        let value = Double(base) + Double((minute * 3 + station) % 7) / 4 + (isSpike && pollutant == .pm10 ? 700 : 0)
        readings.append(
          Reading(
            station: UInt32(station), pollutant: pollutant, value: value, begin: begin, periodMilliseconds: 60_000,
            flag: .good))
      }
    }
    return readings
  }
}
