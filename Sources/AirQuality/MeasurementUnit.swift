/// A unit of a reading, as configuration and NDJSON spell it.
public enum MeasurementUnit: String, CaseIterable, Sendable, Hashable {
  case microgramsPerCubicMeter = "ug/m3"
  case milligramsPerCubicMeter = "mg/m3"
  case nanogramsPerCubicMeter = "ng/m3"
  case gramsPerCubicMeter = "g/m3"
  case partsPerBillion = "ppb"
  case partsPerMillion = "ppm"
  /// Of a mixture there are as many ppb as the gas that the instrument was set with would show: carbon (以碳计, flame
  /// ionisation), isobutylene (异丁烯) or toluene (甲苯, photoionisation).
  case partsPerBillionCarbon = "ppbC"
  case partsPerMillionCarbon = "ppmC"
  case partsPerBillionIsobutylene = "ppb(isobutylene)"
  case partsPerMillionIsobutylene = "ppm(isobutylene)"
  case partsPerBillionToluene = "ppb(toluene)"
  case partsPerMillionToluene = "ppm(toluene)"
  case celsius = "degC"
  case fahrenheit = "degF"
  case kelvin = "K"
  case percent = "%"
  case fraction = "1"
  case pascals = "Pa"
  case hectopascals = "hPa"
  case kilopascals = "kPa"
  case metersPerSecond = "m/s"
  case kilometersPerHour = "km/h"
  case degrees = "deg"
  /// Dustfall (降尘) of 30 days, GB/T 15265-94. Figures "of the month" (t/(km²·month), 吨/平方公里·月) are published under
  /// this standard and mean the same.
  case tonnesPerSquareKilometerMonth = "t/(km2.30d)"
  case gramsPerSquareMeterMonth = "g/(m2.30d)"
  case milligramsPerSquareMeterDay = "mg/(m2.d)"
  /// A number on the scale of an index.
  case index = "index"
  /// The feed does not say.
  case unspecified = "unspecified"

  /// The unit written as `text`; the usual spellings (`µg/m³`, `ug/m^3`, `UG/M3`, `ug/m-3`) are understood.
  /// Nil when it is not a unit Lantian knows.
  public init?(spelling text: String) {
    switch Self.fold(text) {
    case "ug/m3", "ug/m-3", "ug.m-3", "ugm-3", "ugm3", "microgram/m3", "ug/nm3": self = .microgramsPerCubicMeter
    case "micrograms/m3", "microgrampercubicmeter", "microgramspercubicmeter", "microgramspercubicmetre",
      "微克/立方米", "ug_m3":
      self = .microgramsPerCubicMeter
    case "mg/m3", "mg/m-3", "mg.m-3", "mgm-3", "mgm3", "mg/nm3": self = .milligramsPerCubicMeter
    case "milligramspercubicmeter", "milligramspercubicmetre", "毫克/立方米", "mg_m3": self = .milligramsPerCubicMeter
    case "ng/m3", "ng/m-3", "ngm3": self = .nanogramsPerCubicMeter
    case "g/m3": self = .gramsPerCubicMeter
    case "ppb", "ppbv", "nmol/mol", "[ppb]", "partsperbillion": self = .partsPerBillion
    case "ppm", "ppmv", "umol/mol", "[ppm]", "partspermillion": self = .partsPerMillion
    case "ppbc", "ppb(c)", "ppb(carbon)", "ppb(碳)": self = .partsPerBillionCarbon
    case "ppmc", "ppm(c)", "ppm(carbon)", "ppm(碳)": self = .partsPerMillionCarbon
    case "ppb(isobutylene)", "ppb(isobutene)", "ppb(异丁烯)": self = .partsPerBillionIsobutylene
    case "ppm(isobutylene)", "ppm(isobutene)", "ppm(异丁烯)": self = .partsPerMillionIsobutylene
    case "ppb(toluene)", "ppb(甲苯)": self = .partsPerBillionToluene
    case "ppm(toluene)", "ppm(甲苯)": self = .partsPerMillionToluene
    case "degc", "c", "°c", "℃", "celsius", "degreecelsius", "degreescelsius", "degreec", "cel": self = .celsius
    case "degf", "f", "°f", "fahrenheit", "degreefahrenheit", "degreesfahrenheit": self = .fahrenheit
    case "k", "kelvin": self = .kelvin
    case "%", "%rh", "percent": self = .percent
    case "1", "fraction", "ratio": self = .fraction
    case "pa", "pascal", "pascals": self = .pascals
    case "hpa", "mbar", "mb", "millibar", "millibars", "hectopascal", "hectopascals": self = .hectopascals
    case "kpa": self = .kilopascals
    case "m/s", "ms-1", "mps", "meterspersecond", "metrespersecond": self = .metersPerSecond
    case "km/h", "kmh": self = .kilometersPerHour
    case "deg", "°", "degrees", "degree": self = .degrees
    case "t/(km2.30d)", "t/km2.30d", "t/(km2.month)", "t/km2.month", "t/km2/month", "t/(month.km2)",
      "t/(km2.月)", "t/km2.月", "吨/(平方公里.月)", "吨/平方公里.月", "吨/(平方千米.月)", "吨/平方千米.月", "吨/月.平方公里":
      self = .tonnesPerSquareKilometerMonth
    case "g/(m2.30d)", "g/m2.30d", "g/(m2.month)", "g/m2.month", "g/m2/month": self = .gramsPerSquareMeterMonth
    case "mg/(m2.d)", "mg/m2.d", "mg/m2/d", "mg/(m2.day)", "mg/m2/day": self = .milligramsPerSquareMeterDay
    case "index", "aqi", "iaqi", "usaqi": self = .index
    case "unspecified": self = .unspecified
    default: return nil
    }
  }

  /// Lower case without spaces; signs that only differ by typeface are one.
  private static func fold(_ text: String) -> String {
    var folded = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case " ", "^", "*", "\u{A0}", "\u{FE0F}": continue
      case "µ", "μ": folded += "u"
      case "³": folded += "3"
      case "²": folded += "2"
      case "－", "−", "⁻": folded += "-"
      case "¹": folded += "1"
      case "·", "⋅", "•", "∙", "・": folded += "."
      case "（": folded += "("
      case "）": folded += ")"
      case "㎍": folded += "ug"
      case "㎎": folded += "mg"
      case "㎥": folded += "m3"
      default: folded.unicodeScalars.append(scalar)
      }
    }
    return folded.lowercased()
  }

  /// The factor and offset that turn a value of this unit into `pollutant.unit`: `canonical = value * factor + offset`.
  ///
  /// Gas mixing ratios are converted at 298.15 K and 1013.25 hPa (GB 3095-2012 amendment of 2018: ×M/24.465).
  /// Nil when the unit cannot carry that pollutant (ppb of PM2.5, % of SO2).
  public func conversion(for pollutant: Pollutant) -> (factor: Double, offset: Double)? {
    if self == pollutant.unit { return (1, 0) }
    switch pollutant {
    case .temperature:
      switch self {
      case .fahrenheit: return (5.0 / 9.0, -160.0 / 9.0)
      case .kelvin: return (1, -273.15)
      default: return nil
      }
    case .humidity: return self == .fraction ? (100, 0) : nil
    case .pressure:
      switch self {
      case .pascals: return (0.01, 0)
      case .kilopascals: return (10, 0)
      default: return nil
      }
    case .windSpeed: return self == .kilometersPerHour ? (1 / 3.6, 0) : nil
    case .dustfall:
      switch self {
      // 1 t/km² is 1 g/m².
      case .gramsPerSquareMeterMonth: return (1, 0)
      case .milligramsPerSquareMeterDay: return (0.03, 0)
      default: return nil
      }
    case .co2:
      switch self {
      case .partsPerBillion: return (0.001, 0)
      case .milligramsPerCubicMeter: return (24.465 / 44.009, 0)
      default: return nil
      }
    case .windDirection, .unspecified: return nil
    case .usIndex, .usIndexPM25, .usIndexPM10, .usIndexSO2, .usIndexNO2, .usIndexO3, .usIndexCO:
      return self == .fraction ? (1, 0) : nil
    default: break
    }
    let toMicrograms: Double
    switch self {
    case .microgramsPerCubicMeter: toMicrograms = 1
    case .milligramsPerCubicMeter: toMicrograms = 1_000
    case .nanogramsPerCubicMeter: toMicrograms = 0.001
    case .gramsPerCubicMeter: toMicrograms = 1_000_000
    case .partsPerBillionCarbon, .partsPerMillionCarbon, .partsPerBillionIsobutylene, .partsPerMillionIsobutylene,
      .partsPerBillionToluene, .partsPerMillionToluene:
      guard let gas = referenceGas, pollutant == .voc || pollutant == .nmhc else { return nil }
      toMicrograms = gas.molarMass / 24.465 * (gas.isMillion ? 1_000 : 1)
    case .partsPerBillion, .partsPerMillion:
      let molarMass: Double
      switch pollutant {
      case .so2: molarMass = 64.066
      case .no2: molarMass = 46.0055
      case .no: molarMass = 30.006
      case .nox: molarMass = 46.0055
      case .o3, .o3EightHour: molarMass = 47.998
      case .co: molarMass = 28.010
      case .nh3: molarMass = 17.031
      case .h2s: molarMass = 34.081
      case .benzene: molarMass = 78.114
      case .toluene: molarMass = 92.141
      case .xylene: molarMass = 106.168
      default: return nil
      }
      toMicrograms = molarMass / 24.465 * (self == .partsPerMillion ? 1_000 : 1)
    default: return nil
    }
    return (pollutant.unit == .milligramsPerCubicMeter ? toMicrograms / 1_000 : toMicrograms, 0)
  }

  /// The gas as which a mixture is counted, grams a mole (of carbon: of one atom); nil of other units.
  private var referenceGas: (molarMass: Double, isMillion: Bool)? {
    switch self {
    case .partsPerBillionCarbon: (12.011, false)
    case .partsPerMillionCarbon: (12.011, true)
    case .partsPerBillionIsobutylene: (56.106, false)
    case .partsPerMillionIsobutylene: (56.106, true)
    case .partsPerBillionToluene: (92.141, false)
    case .partsPerMillionToluene: (92.141, true)
    default: nil
    }
  }
}
