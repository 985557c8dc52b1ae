import AirQuality
import Demo

/// Levels of the simulated air by the plain reading of HJ 633-2012 and the criteria of 2018-2020, written without any
/// of the program's own rooms.
struct NaiveFindings {
  /// Running 24 h AQI by the hour that ends the window, counted from the start; nil without 20 valid hours.
  private(set) var running: [Int?] = []

  /// Over `hours` hours from the scenario's start, of the unit with these stations.
  init(_ simulator: DemoSimulator, stations: [Station], hours: Int) {
    let first = CivilOffset.china.hour(of: DemoScenario.start)
    let series = (0..<hours).map { hour in
      Pollutant.criteria.map { Self.mean(simulator, stations, $0, hour: first + Int32(hour)) }
    }
    self.init(series: series)
  }

  /// From hourly means of the six.
  init(series: [[Double?]]) {
    running = series.indices.map { end in Self.aqi(Array(series[max(0, end - 23)...end])) }
  }

  /// Unweighted mean over units, hour by hour, where 75 % of them are known.
  static func city(_ simulator: DemoSimulator, hours: Int) -> NaiveFindings {
    let first = CivilOffset.china.hour(of: DemoScenario.start)
    let series = (0..<hours).map { hour in
      Pollutant.criteria.map { pollutant -> Double? in
        let known = DemoCity.counties.compactMap { county in
          mean(simulator, assessed(simulator, county.code), pollutant, hour: first + Int32(hour))
        }
        return known.count * 4 >= DemoCity.counties.count * 3 ? known.reduce(0, +) / Double(known.count) : nil
      }
    }
    return NaiveFindings(series: series)
  }

  static func assessed(_ simulator: DemoSimulator, _ county: String) -> [Station] {
    simulator.network.reference.filter { $0.county == county && $0.assessed }
  }

  private static func mean(
    _ simulator: DemoSimulator, _ stations: [Station], _ pollutant: Pollutant, hour: Int32
  ) -> Double? {
    guard let county = DemoCity.counties.first(where: { $0.code == stations.first?.county }) else { return nil }
    let air = simulator.hour(county, hour)
    let values = stations.compactMap { simulator.published($0, pollutant, hour: hour, air: air)?.value }
    let needed = stations.count < 4 ? 0.5 : 0.75
    guard Double(values.count) >= needed * Double(stations.count) else { return nil }
    return values.reduce(0, +) / Double(values.count)
  }

  private static let nodes: [(Int, [Double])] = [
    (0, [0, 35, 75, 115, 150, 250, 350, 500]), (1, [0, 50, 150, 250, 350, 420, 500, 600]),
    (2, [0, 50, 150, 475, 800, 1600, 2100, 2620]), (3, [0, 40, 80, 180, 280, 565, 750, 940]),
    (4, [0, 100, 160, 215, 265, 800]), (5, [0, 2, 4, 14, 24, 36, 48, 60]),
  ]

  private static func aqi(_ window: [[Double?]]) -> Int? {
    var highest: Int?
    for (lane, points) in nodes {
      let concentration: Double?
      if lane == 4 {
        concentration = (8...24).compactMap { end -> Double? in
          guard window.count >= end else { return nil }
          let values = window[(end - 8)..<end].compactMap { $0[4] }
          return values.count >= 6 ? values.reduce(0, +) / Double(values.count) : nil
        }.max()
      } else {
        let values = window.compactMap { $0[lane] }
        concentration = values.count >= 20 ? values.reduce(0, +) / Double(values.count) : nil
      }
      guard let concentration else { continue }
      let index = iaqi(lane == 5 ? (concentration * 10).rounded() / 10 : concentration.rounded(), points)
      highest = max(highest ?? 0, index)
    }
    return highest
  }

  private static func iaqi(_ value: Double, _ points: [Double]) -> Int {
    let steps: [Double] = [0, 50, 100, 150, 200, 300, 400, 500]
    guard let upper = points.indices.dropFirst().first(where: { value <= points[$0] }) else { return 500 }
    let share = (value - points[upper - 1]) / (points[upper] - points[upper - 1])
    return Int((steps[upper - 1] + share * (steps[upper] - steps[upper - 1]) - 1e-9).rounded(.up))
  }

  /// Longest unbroken run of windows above `limit`.
  func longestRun(above limit: Int) -> Int {
    var longest = 0
    var run = 0
    for aqi in running {
      run = (aqi ?? 0) > limit ? run + 1 : 0
      longest = max(longest, run)
    }
    return longest
  }

  /// 48 h are 25 windows, 72 h 49, 96 h 73.
  var peakLevel: String {
    let heavy = longestRun(above: 200)
    if (heavy >= 73 && longestRun(above: 300) >= 25) || running.contains(where: { ($0 ?? 0) >= 500 }) { return "red" }
    return heavy >= 49 ? "orange" : heavy >= 25 ? "yellow" : "none"
  }

  /// The hour that ends the last window above 200.
  var lastHeavyHour: Int? { running.lastIndex { ($0 ?? 0) > 200 } }
}
