package import AirQuality
import Glibc

/// The six pollutants at one place and moment: µg/m³, CO in mg/m³.
package struct DemoConcentrations: Sendable, Hashable {
  package var pm25: Double
  package var pm10: Double
  package var so2: Double
  package var no2: Double
  package var o3: Double
  package var co: Double

  /// The value of one of the six; nil for any other pollutant.
  package subscript(pollutant: Pollutant) -> Double? {
    switch pollutant {
    case .pm25: pm25
    case .pm10: pm10
    case .so2: so2
    case .no2: no2
    case .o3: o3
    case .co: co
    default: nil
    }
  }
}

/// The air over the city as a pure function of seed and civil time.
///
/// Ordinary winter days with two peaks, then a stagnation that starts on the second day and builds up, most in the
/// plain; on the ninth day a cold front from the north-west sweeps it away and clean days follow.
package struct DemoAir: Sendable {
  /// The scenario's first moment, 2020-12-01T00:00+08:00.
  package static let start = CivilOffset.china.start(of: CivilDay(number: 18_597))
  /// Hours from the start to the cold front in the north-west.
  static let frontHours = 192.0

  let noise: DemoNoise

  package init(seed: UInt64) { noise = DemoNoise(seed: seed) }

  /// Hours from the scenario's start.
  static func hours(_ instant: Instant) -> Double {
    Double(instant.milliseconds - start.milliseconds) / 3_600_000
  }

  /// How far the stagnation has built up, 0 to 1.
  func stagnation(_ county: DemoCounty, at hours: Double) -> Double {
    let share = min(1, max(0, (hours - county.onsetHours) / county.riseHours))
    let built = share * share * (3 - 2 * share)
    let sinceFront = hours - Self.frontHours - county.frontDelayHours
    return sinceFront <= 0 ? built : built * exp(-sinceFront / 2.5)
  }

  /// How much the front's clean air still shows, 0 to 1: full for two days, gone after five.
  func freshness(_ county: DemoCounty, at hours: Double) -> Double {
    let since = hours - Self.frontHours - county.frontDelayHours
    if since <= 0 { return 0 }
    return min(1, since / 4) * min(1, max(0, (120 - since) / 72))
  }

  /// A daily wave around 1 with its height at `peakHour`.
  private static func wave(_ hours: Double, peakHour: Double, amplitude: Double) -> Double {
    1 + amplitude * cos((hours - peakHour) / 24 * 2 * .pi)
  }

  /// Two waves a day for what traffic and stoves give: heights near 8 and 20 o'clock.
  private static func doubleWave(_ hours: Double, amplitude: Double) -> Double {
    1 + amplitude * cos((hours - 8) / 12 * 2 * .pi)
  }

  /// The county's mean air at a moment.
  package func concentrations(_ county: DemoCounty, at instant: Instant) -> DemoConcentrations {
    let hours = Self.hours(instant)
    let stream = DemoNoise.stream(county.code)
    let stagnation = stagnation(county, at: hours)
    let freshness = freshness(county, at: hours)
    let weather = exp(0.14 * noise.smooth(stream, at: hours, period: 9)) * (1 - 0.72 * freshness)
    let calm = county.winterPM25 * weather * Self.doubleWave(hours, amplitude: 0.16)
    let polluted = county.peakPM25 * Self.doubleWave(hours, amplitude: 0.06)
    let ripple = exp(0.035 * noise.smooth(stream &+ 1, at: hours, period: 3))
    let pm25 = (calm + (polluted - calm) * stagnation) * ripple
    let dust = (28 + county.pm10Target * 0.12) * weather * Self.wave(hours, peakHour: 14, amplitude: 0.25)
    let so2 =
      county.so2Target * 0.85 * Self.wave(hours, peakHour: 9, amplitude: 0.35) * weather * (1 + 0.8 * stagnation)
    let no2 = 34 * Self.doubleWave(hours, amplitude: 0.3) * weather * (1 + 0.9 * stagnation)
    let sun = Self.wave(hours, peakHour: 15, amplitude: 0.75)
    let o3 = 34 * sun * (1 - 0.45 * stagnation) * (1 + 0.5 * freshness)
    let co = 0.45 + pm25 / 125 * Self.doubleWave(hours, amplitude: 0.1)
    return DemoConcentrations(pm25: pm25, pm10: pm25 * 1.22 + dust, so2: so2, no2: no2, o3: o3, co: co)
  }

  /// Height of the mixing layer over the county, metres: low at night, lower while the air stagnates.
  package func mixingHeight(_ county: DemoCounty, at instant: Instant) -> Double {
    let hours = Self.hours(instant)
    let ofDay = hours - (hours / 24).rounded(.down) * 24
    let sun = ofDay > 8 && ofDay < 19 ? sin((ofDay - 8) / 11 * .pi) : 0
    let clear = 320 + 780 * sun
    let stagnation = stagnation(county, at: hours)
    let height = clear * (1 - 0.62 * stagnation) * (1 + 0.6 * freshness(county, at: hours))
    return height * exp(0.05 * noise.smooth(DemoNoise.stream(county.code) &+ 2, at: hours, period: 2))
  }
}
