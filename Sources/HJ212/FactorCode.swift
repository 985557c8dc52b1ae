package import AirQuality

/// The codes of factors that Lantian keeps (HJ 524-2009 for air, HJ 212-2017 appendix B for the weather).
package enum FactorCode {
  /// What a code measures; nil for those that are none of Lantian's pollutants.
  ///
  /// `a05024` (O3) is no code of HJ 212-2017 appendix B, but of HJ 524-2009, and used by all. Some instruments write the
  /// formula instead of a code (`O3-Rtd`).
  package static func pollutant(_ code: String) -> Pollutant? {
    codes[code] ?? codes[code.lowercased()] ?? formulas[code.uppercased()]
  }

  /// The code under which Lantian reports a pollutant upward; nil for those without one.
  package static func code(of pollutant: Pollutant) -> String? {
    codes.filter { $0.value == pollutant }.keys.min()
  }

  private static let codes: [String: Pollutant] = [
    "a34004": .pm25, "a34002": .pm10, "a34001": .tsp, "a34005": .pm1, "a21026": .so2, "a21004": .no2, "a21003": .no,
    "a21002": .nox, "a21005": .co, "a05024": .o3, "a21001": .nh3, "a99054": .voc, "a01001": .temperature,
    "a24088": .nmhc, "a25002": .benzene, "a25003": .toluene, "a25005": .xylene, "a21028": .h2s,
    "a01002": .humidity, "a01006": .pressure, "a01007": .windSpeed, "a01008": .windDirection,
  ]

  private static let formulas: [String: Pollutant] = [
    "PM25": .pm25, "PM2.5": .pm25, "PM10": .pm10, "TSP": .tsp, "SO2": .so2, "NO2": .no2, "NO": .no, "NOX": .nox,
    "CO": .co, "O3": .o3, "NH3": .nh3, "TVOC": .voc, "NMHC": .nmhc, "H2S": .h2s,
  ]

  /// Whether values of a system (ST) are read: those of water, noise and ground are other quantities under codes that
  /// may look alike.
  static func isRead(system: Int?) -> Bool {
    switch system {
    case 21, 23, 24, 25, 26, 32, 33, 34, 91: false
    default: true
    }
  }

  /// Stacks and processes (ST 31) and monitors of volatile organics (ST 27) report concentrations in mg/m³.
  static func isInMilligrams(system: Int?) -> Bool { system == 31 || system == 27 }
}
