import AirQuality
import Glibc

/// Daily means of January to November 2020, county by county: what the bureau would import from its archive.
package struct DemoHistory: Sendable {
  /// 2020-01-01 to 2020-11-30.
  static let days = CivilDay(number: 18_262)..<CivilDay(number: 18_597)

  private let noise: DemoNoise

  package init(seed: UInt64 = DemoSimulator.defaultSeed) { noise = DemoNoise(seed: seed ^ 0xDA11) }

  /// The table with its header `date,county,pm25,pm10,so2,no2,o3,co`; O3 is the daily maximum of 8 h means, CO in
  /// mg/m³, the rest µg/m³. An empty field is a day without a valid mean.
  package func csv() -> String {
    var text = "date,county,pm25,pm10,so2,no2,o3,co\n"
    let columns = DemoCity.counties.map { series($0) }
    for day in Self.days.lowerBound.number..<Self.days.upperBound.number {
      let index = Int(day - Self.days.lowerBound.number)
      for (county, series) in zip(DemoCity.counties, columns) {
        let row = series[index]
        text += "\(CivilDay(number: day)),\(county.code)"
        for value in row.map({ $0.map { "\($0)" } ?? "" }) + [] { text += "," + value }
        text += "\n"
      }
    }
    return text
  }

  /// The six values of each day, rounded as published; CO is the last and a text-ready decimal.
  private func series(_ county: DemoCounty) -> [[DemoDecimal?]] {
    let stream = DemoNoise.stream(county.code)
    let count = Int(Self.days.upperBound.number - Self.days.lowerBound.number)
    let weather = (0..<count).map { exp(0.28 * noise.smooth(stream, at: Double($0), period: 2.5)) }
    let cold = (0..<count).map { 0.5 + 0.5 * cos((Double($0) - 10) / 366 * 2 * .pi) }
    let spring = (0..<count).map { exp(-pow((Double($0) - 105) / 30, 2)) }
    let pm10Shape = (0..<count).map { (0.55 + 0.75 * cold[$0] + 0.45 * spring[$0]) * weather[$0] }
    let so2Shape = (0..<count).map { (0.35 + 1.3 * cold[$0]) * weather[$0] }
    let pm10 = scaled(pm10Shape, toMean: county.pm10Target * county.pm10Share)
    let so2 = scaled(so2Shape, toMean: county.so2Target * county.so2Share)
    return (0..<count).map { day in
      // The instruments of each county stand still for calibration on two days in summer.
      if noise.uniform(stream &+ 9, Int64(day / 2)) < 0.012 && (150..<240).contains(day) {
        return Array(repeating: nil, count: 6)
      }
      let pm25 = pm10[day] * (0.36 + 0.22 * cold[day] - 0.08 * spring[day])
      let no2 = (22 + 24 * cold[day]) * weather[day]
      let o3 = (150 - 95 * cold[day]) * exp(0.12 * noise.smooth(stream &+ 1, at: Double(day), period: 2))
      let co = 4 + 11 * cold[day] * weather[day]
      let whole = [pm25, pm10[day], so2[day], no2, o3].map { DemoDecimal(tenths: Int($0.rounded()) * 10) }
      return whole + [DemoDecimal(tenths: Int(co.rounded()))]
    }
  }

  private func scaled(_ shape: [Double], toMean target: Double) -> [Double] {
    let factor = target / (shape.reduce(0, +) / Double(shape.count))
    return shape.map { $0 * factor }
  }
}

/// A number with at most one decimal, printed without a point when it is whole.
struct DemoDecimal: Sendable, CustomStringConvertible {
  let tenths: Int
  var description: String { tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)" }
}
