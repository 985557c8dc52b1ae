/// A unit of a reading, as configuration and NDJSON spell it.
public enum MeasurementUnit: String, CaseIterable, Sendable, Hashable {
  case microgramsPerCubicMeter = "ug/m3"
  case milligramsPerCubicMeter = "mg/m3"
  case nanogramsPerCubicMeter = "ng/m3"
  case gramsPerCubicMeter = "g/m3"
  case partsPerBillion = "ppb"
  case partsPerMillion = "ppm"
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
  case tonnesPerSquareKilometerMonth = "t/(km2.30d)"

  /// The unit written as `text`; the usual spellings (`µg/m³`, `ug/m^3`, `UG/M3`, `ug/m-3`) are understood.
  /// Nil when it is not a unit Lantian knows.
  public init?(spelling text: String) {
    var folded = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case " ", "^", "*": continue
      case "µ", "μ": folded += "u"
      case "³": folded += "3"
      case "²": folded += "2"
      case "－": folded += "-"
      default: folded.unicodeScalars.append(scalar)
      }
    }
    let lower = folded.lowercased()
    switch lower {
    case "ug/m3", "ug/m-3", "ugm-3", "ugm3", "microgram/m3", "ug/nm3": self = .microgramsPerCubicMeter
    case "mg/m3", "mg/m-3", "mgm-3", "mgm3", "mg/nm3": self = .milligramsPerCubicMeter
    case "ng/m3", "ng/m-3": self = .nanogramsPerCubicMeter
    case "g/m3": self = .gramsPerCubicMeter
    case "ppb", "ppbv", "nmol/mol": self = .partsPerBillion
    case "ppm", "ppmv", "umol/mol": self = .partsPerMillion
    case "degc", "c", "°c", "℃", "celsius": self = .celsius
    case "degf", "f", "°f", "fahrenheit": self = .fahrenheit
    case "k", "kelvin": self = .kelvin
    case "%", "%rh", "percent": self = .percent
    case "1", "fraction": self = .fraction
    case "pa": self = .pascals
    case "hpa", "mbar", "mb": self = .hectopascals
    case "kpa": self = .kilopascals
    case "m/s", "ms-1": self = .metersPerSecond
    case "km/h", "kmh": self = .kilometersPerHour
    case "deg", "°", "degrees", "degree": self = .degrees
    case "t/(km2.30d)", "t/(km2.month)", "t/km2.month", "t/km2/month": self = .tonnesPerSquareKilometerMonth
    default: return nil
    }
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
    case .windDirection, .dustfall: return nil
    default: break
    }
    let toMicrograms: Double
    switch self {
    case .microgramsPerCubicMeter: toMicrograms = 1
    case .milligramsPerCubicMeter: toMicrograms = 1_000
    case .nanogramsPerCubicMeter: toMicrograms = 0.001
    case .gramsPerCubicMeter: toMicrograms = 1_000_000
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
      default: return nil
      }
      toMicrograms = molarMass / 24.465 * (self == .partsPerMillion ? 1_000 : 1)
    default: return nil
    }
    return (pollutant.unit == .milligramsPerCubicMeter ? toMicrograms / 1_000 : toMicrograms, 0)
  }
}
