import AirQuality
import Rollup
import bench_support

/// Nanoseconds per reading in the rings, hour roll-up included, beside planes in plain C in the same process.
struct RingsSection {
  var bench: Workbench

  func run(into report: inout Report) throws {
    // The 600,000 series of a province, and as many as a city has.
    for stations in [100_000, 2_000] {
      let minutes = stations > 10_000 ? bench.pick(120, quick: 60) : bench.pick(3_600, quick: 600)
      for isShuffled in [false, true] {
        try measure(stations: stations, minutes: minutes, isShuffled: isShuffled, &report)
      }
    }
  }

  private func measure(stations: Int, minutes: Int, isShuffled: Bool, _ report: inout Report) throws {
    var own: [Double] = []
    var reference: [Double] = []
    var chunks: [Double] = []
    var bytes = 0.0
    for _ in 0..<bench.pick(3, quick: 1) {
      reference.append(lantian_bench_planes(stations, Int32(minutes), isShuffled ? 1 : 0))
      var load = RollupWorkload(stations: stations, isShuffled: isShuffled)
      bytes = load.bytesPerSeries
      // The first hour touches fresh memory; it is not measured.
      for _ in 0..<60 {
        load.prepare()
        _ = load.insert()
      }
      var rings = (nanoseconds: Int64(0), minutes: 0)
      var store = (nanoseconds: Int64(0), minutes: 0)
      for _ in 0..<minutes {
        load.prepare()
        let begin = processorTime()
        let (accepted, bytes) = load.insert()
        let spent = processorTime() - begin
        guard accepted == load.count else { throw BenchmarkFailure("\(accepted) of \(load.count) accepted") }
        // The minute in which an hour's chunks are made stands apart: they are work for the store.
        if bytes == 0 {
          rings = (rings.nanoseconds + spent, rings.minutes + 1)
        } else {
          store = (store.nanoseconds + spent, store.minutes + 1)
        }
      }
      own.append(Double(rings.nanoseconds) / Double(rings.minutes * load.count))
      // One such minute encodes the sixty of an hour.
      chunks.append(Double(store.nanoseconds) / Double(store.minutes * load.count * 60))
    }
    let order = isShuffled ? "shuffled" : "forward"
    report.add(
      "rings", "reading into rings, \(decimal(Double(stations * 6))) series, \(order)", median(own), "ns",
      reference: ("C planes", median(reference)), aim: .atMost(5))
    if !isShuffled {
      report.add(
        "rings", "reading into its stored chunk, \(decimal(Double(stations * 6))) series", median(chunks), "ns")
    }
    if stations == 100_000, !isShuffled {
      report.add("rings", "memory of one series, micro-station", bytes, "bytes", aim: .atMost(1_024))
      report.add(
        "rings", "memory of one series, assessed station", Self.assessedBytes, "bytes", aim: .atMost(5 * 1_024))
    }
  }

  /// Assessed stations keep 15 days of hours and 400 days beside their minutes.
  private static var assessedBytes: Double {
    let stations = 1_000
    let county = County(code: "141102", nameChinese: "", nameEnglish: "")
    let registry = (0..<stations).map {
      Station(id: "s\($0)", name: "", county: county.code, stationClass: .national, assessed: true)
    }
    let rollup = Rollup(
      site: Site(name: "", code: "141100", offset: .china, counties: [county], stations: registry), feeds: [])
    return Double(rollup.byteCount) / Double(stations * Pollutant.criteriaCount)
  }
}
