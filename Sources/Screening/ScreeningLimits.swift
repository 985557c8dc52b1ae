package import AirQuality

/// The thresholds of the screening tests, with the defaults that hold when nothing is configured.
///
/// Values are in the pollutant's canonical unit (`Pollutant.unit`).
package struct ScreeningLimits: Sendable, Hashable {
  /// What an instrument of one class can report of one pollutant.
  package struct Range: Sendable, Hashable {
    /// Lowest value that noise around zero explains: below it the value fails, from here to below 0 it is suspect.
    /// For quantities that may be negative (temperature) the lowest the instrument measures.
    package var lowest: Double
    /// Highest value the instrument measures; above it the value fails.
    package var highest: Double
    /// Whether a value below zero (and not below `lowest`) is suspect.
    package var suspectBelowZero: Bool

    package init(_ lowest: Double, _ highest: Double, suspectBelowZero: Bool = true) {
      self.lowest = lowest
      self.highest = highest
      self.suspectBelowZero = suspectBelowZero
    }
  }

  /// Numbers that instruments and platforms send for "no value"; equal to a thousandth.
  package var sentinels: [Double] = [
    -99, -999, -999.9, -9_999, -9_999.9, -99_999, -999_999, -32_768, 9_999, 9_999.9, 99_999, 999_999, 32_767, 65_535,
  ]
  /// How far the end of a reading may lie after its reception, milliseconds (clock error of the sender): 5 min.
  package var futureToleranceMilliseconds: Int64 = 300_000
  /// Readings that began longer before their reception fail, milliseconds: 400 days, the length of the ledger.
  package var ageMilliseconds: Int64 = 400 * 86_400_000
  /// Nothing before this moment is real: 2000-01-01T00:00Z.
  package var earliest = Instant(milliseconds: 946_684_800_000)
  /// PM2.5 above PM10 is suspect beyond the larger of this amount (µg/m³) …
  package var particleTolerance: Double = 5
  /// … and this share of PM10: both instruments' uncertainty.
  package var particleToleranceShare: Double = 0.1

  private var table: [Range]

  package init() {
    table = StationClass.allCases.flatMap { stationClass in
      Pollutant.allCases.map { Self.standard(stationClass, $0) }
    }
  }

  /// The range of a pollutant at a station class; stations outside the registry are judged as micro-stations.
  package subscript(stationClass: StationClass?, pollutant: Pollutant) -> Range {
    get { table[Self.offset(stationClass) + Int(pollutant.rawValue)] }
    set { table[Self.offset(stationClass) + Int(pollutant.rawValue)] = newValue }
  }

  /// Where the ranges of a class begin in `ranges`, indexed by `Pollutant.rawValue`.
  static func offset(_ stationClass: StationClass?) -> Int {
    let index = StationClass.allCases.firstIndex(of: stationClass ?? .micro) ?? 0
    return index * Pollutant.allCases.count
  }

  var ranges: [Range] { table }

  /// Documented defaults. Upper ends are wide enough for dust storms and for smelters' SO2 (the AQI's own scale ends
  /// lower) and narrow enough to catch a factor of a thousand between mg and µg. Micro-stations scatter light: their
  /// particle sensors saturate near 2,000 µg/m³ and wander further below zero.
  private static func standard(_ stationClass: StationClass, _ pollutant: Pollutant) -> Range {
    let sensor: Bool =
      switch stationClass {
      case .micro, .mobile, .park, .enterprise: true
      case .national, .provincial, .city, .county, .lidar: false
      }
    switch pollutant {
    case .pm25, .pm25A, .pm25B: return Range(sensor ? -5 : -10, 2_000)
    case .pm1, .pm1A, .pm1B: return Range(sensor ? -5 : -10, 2_000)
    case .pm10, .pm10A, .pm10B: return Range(sensor ? -5 : -10, sensor ? 5_000 : 10_000)
    case .tsp: return Range(-10, 20_000)
    case .so2: return Range(sensor ? -50 : -15, 5_000)
    case .no2: return Range(sensor ? -50 : -10, 4_000)
    case .no: return Range(sensor ? -50 : -10, 4_000)
    case .nox: return Range(sensor ? -50 : -10, 8_000)
    case .o3, .o3EightHour: return Range(sensor ? -50 : -10, 2_000)
    case .co: return Range(sensor ? -2 : -1, 150)
    // In a stack ammonia slips by milligrams (limits 2.5 and 8 mg/m³).
    case .nh3: return Range(-50, stationClass == .enterprise ? 500_000 : 10_000)
    case .voc: return Range(-50, 50_000)
    case .dustfall: return Range(0, 1_000)
    case .temperature: return Range(-60, 65, suspectBelowZero: false)
    case .humidity: return Range(-1, 105)
    case .pressure: return Range(300, 1_100)
    case .windSpeed: return Range(-0.5, 75)
    case .windDirection: return Range(0, 360)
    case .h2s, .benzene, .toluene, .xylene, .nmhc: return Range(-50, 50_000)
    case .blackCarbon: return Range(-5, 500)
    case .co2: return Range(200, 50_000)
    // The scale of the index ends at 500; concentrations above it are published beyond.
    case .usIndex, .usIndexPM25, .usIndexPM10, .usIndexSO2, .usIndexNO2, .usIndexO3, .usIndexCO:
      return Range(-1, 5_000)
    case .unspecified: return Range(-.greatestFiniteMagnitude, .greatestFiniteMagnitude, suspectBelowZero: false)
    }
  }
}
