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

  /// Two channels of one instrument disagree beyond this difference (µg/m³) …
  package var twinDifference: Double = 5
  /// … together with this share of their mean, 2|A−B| / (A+B) (US EPA, sensortoolkit): both fail, and with them what the
  /// instrument makes of them.
  package var twinShare: Double = 0.7
  /// All values of a station, or of a feed, the same under new stamps for this long: frozen, milliseconds.
  package var frozenAfterMilliseconds: Int64 = 3 * 3_600_000
  /// A reading that begins more than this many periods after the one before follows a gap.
  package var gapPeriods: Int64 = 3
  /// Relative humidity, %, from which particles of a light-scattering sensor are suspect when they also lie above the
  /// assessed stations of the county by `humidityRatio` …
  package var humidityWithReference: Double = 85
  /// … and from which they are suspect without such a reference.
  package var humidityAlone: Double = 95
  package var humidityRatio: Double = 1.5
  /// How old the humidity of a station may be, milliseconds.
  package var humidityAgeMilliseconds: Int64 = 900_000
  /// Whether values that are a thousandfold off their own course fail.
  package var findsUnitMistakes = true
  /// A station's hour disagrees with its neighbours beyond so many robust standard deviations (1.4826 MAD) …
  package var neighbourDeviations: Double = 6
  /// … and this share of their median …
  package var neighbourShare: Double = 1
  /// … when so many other stations of the county have the hour.
  package var neighbourStations = 5

  private var table: [Range]
  private var courses: [CourseLimits]

  package init() {
    table = StationClass.allCases.flatMap { stationClass in
      Pollutant.allCases.map { Self.standard(stationClass, $0) }
    }
    courses = StationClass.allCases.flatMap { _ in Pollutant.allCases.map(CourseLimits.standard) }
  }

  /// The tests over time of a pollutant at a station class; stations outside the registry are judged as micro-stations.
  package subscript(course stationClass: StationClass?, pollutant: Pollutant) -> CourseLimits {
    get { courses[Self.offset(stationClass) + Int(pollutant.rawValue)] }
    set { courses[Self.offset(stationClass) + Int(pollutant.rawValue)] = newValue }
  }

  /// The tests over time in the order of `ranges`.
  var allCourses: [CourseLimits] { courses }

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
