package import AirQuality
import Glibc

/// What every instrument of the demonstration reads: a pure function of seed, station and civil time.
package struct DemoSimulator: Sendable {
  /// The seed of the demonstration as shipped.
  package static let defaultSeed: UInt64 = 20_201_201

  package let air: DemoAir
  package let network: DemoNetwork
  let noise: DemoNoise
  private let countyOf: [String: DemoCounty]

  package init(seed: UInt64 = DemoSimulator.defaultSeed) {
    air = DemoAir(seed: seed)
    network = DemoNetwork()
    noise = DemoNoise(seed: seed ^ 0x5EED)
    countyOf = Dictionary(uniqueKeysWithValues: DemoCity.counties.map { ($0.code, $0) })
  }

  func county(of station: Station) -> DemoCounty? { countyOf[station.county] }

  /// How much more or less a place has than its county; the background station has a third less.
  private func placeFactor(_ station: Station, _ pollutant: Pollutant) -> Double {
    let stream = DemoNoise.stream(station.id) &+ UInt64(pollutant.rawValue)
    let spread = station.stationClass == .micro ? 0.10 : 0.05
    let base = exp(spread * noise.normal(stream, 0))
    guard station.background else { return base }
    return pollutant == .o3 ? 1.1 * base : 0.68 * base
  }

  /// The county's mean air over a civil hour (by its start).
  package func hour(_ county: DemoCounty, _ hour: Int32) -> DemoConcentrations {
    let begin = CivilOffset.china.start(ofHour: hour)
    var sum = DemoConcentrations(pm25: 0, pm10: 0, so2: 0, no2: 0, o3: 0, co: 0)
    for quarter in 0..<4 {
      let air = air.concentrations(county, at: begin.adding(milliseconds: Int64(quarter) * 900_000 + 450_000))
      sum.pm25 += air.pm25 / 4
      sum.pm10 += air.pm10 / 4
      sum.so2 += air.so2 / 4
      sum.no2 += air.no2 / 4
      sum.o3 += air.o3 / 4
      sum.co += air.co / 4
    }
    return sum
  }

  /// What a reference station publishes for the civil hour `hour` in the county's `air` of that hour: integers, CO
  /// with one decimal; nil when the value is missing, which befalls one in eighty.
  package func published(
    _ station: Station, _ pollutant: Pollutant, hour: Int32, air: DemoConcentrations
  ) -> Concentration? {
    let stream = DemoNoise.stream(station.id) &+ 64 &+ UInt64(pollutant.rawValue)
    guard noise.uniform(stream, Int64(hour)) >= 0.0125, let mean = air[pollutant] else { return nil }
    let jitter = exp(0.025 * noise.normal(stream &+ 32, Int64(hour)))
    let value = max(0, mean * placeFactor(station, pollutant) * jitter)
    return Concentration(pollutant == .co ? (value * 10).rounded() / 10 : value.rounded())
  }

  /// The same for a station of the network, whatever its county.
  package func published(_ station: Station, _ pollutant: Pollutant, hour: Int32) -> Concentration? {
    guard let county = county(of: station) else { return nil }
    return published(station, pollutant, hour: hour, air: self.hour(county, hour))
  }

  /// One minute of a micro-station in tenths of its own unit (PM in µg/m³, SO2 in ppb); nil when it sends nothing.
  ///
  /// Micro-stations read high or low by up to a quarter and scatter; one in each county drops out now and then.
  func microTenths(
    _ station: Station, _ pollutant: Pollutant, minute: Int32, air: DemoConcentrations
  ) -> Int? {
    let stream = DemoNoise.stream(station.id) &+ 128 &+ UInt64(pollutant.rawValue)
    if station.id.hasSuffix("-07"), noise.uniform(stream, Int64(minute / 30)) < 0.08 { return nil }
    let scatter = 1 + 0.035 * noise.normal(stream, Int64(minute))
    var value = (air[pollutant] ?? 0) * placeFactor(station, pollutant) * scatter
    if pollutant == .so2 { value /= 64.066 / 24.465 }
    return Int((max(0, value) * 10).rounded())
  }
}
