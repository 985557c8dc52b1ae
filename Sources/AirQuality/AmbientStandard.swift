/// The ambient air quality standard (环境空气质量标准, GB 3095): limits by pollutant, averaging period and class.
public enum AmbientStandard: String, CaseIterable, Sendable, Hashable {
  /// GB 3095-2012, with the 2018 amendment of reference states; until 2026-02-28.
  case gb3095In2012 = "gb3095-2012"
  /// GB 3095-2026, transition limits: from 2026-03-01 until 2030-12-31.
  case gb3095In2026Transition = "gb3095-2026-transition"
  /// GB 3095-2026, final limits: from 2031-01-01.
  case gb3095In2026 = "gb3095-2026"

  /// The class of an area (功能区类别).
  public enum Grade: Int, CaseIterable, Sendable, Hashable {
    /// Nature reserves and the like (一级).
    case first = 1
    /// Where people live and work (二级).
    case second = 2
  }

  /// What a limit is held against.
  public enum Average: String, CaseIterable, Sendable, Hashable {
    case year
    /// 24 h mean of the civil day.
    case day
    /// Highest running 8 h mean of the day, ozone alone.
    case eightHours
    case hour
  }

  /// The limits in force on a day.
  public static func inForce(on day: CivilDay) -> AmbientStandard {
    if day < AQIEdition.firstDayOf2026 { return .gb3095In2012 }
    // 2031-01-01.
    return day.number < 22_280 ? .gb3095In2026Transition : .gb3095In2026
  }

  /// The limit in `Pollutant.unit`, nil where the standard has none (GB 3095, table 1).
  public func limit(_ pollutant: Pollutant, _ average: Average, _ grade: Grade = .second) -> Concentration? {
    guard let pair = pair(pollutant, average) else { return nil }
    return Concentration(thousandths: 1_000 * (grade == .first ? pair.0 : pair.1))
  }

  /// The limit that a day's value is held against: the 24 h mean's, for ozone that of its highest 8 h mean.
  public func dailyLimit(_ pollutant: Pollutant, _ grade: Grade = .second) -> Concentration? {
    limit(pollutant, pollutant == .o3 ? .eightHours : .day, grade)
  }

  /// First and second class.
  private func pair(_ pollutant: Pollutant, _ average: Average) -> (Int32, Int32)? {
    switch (pollutant, average) {
    case (.so2, .year): self == .gb3095In2026 ? (20, 20) : (20, 60)
    case (.so2, .day): self == .gb3095In2026 ? (50, 50) : (50, 150)
    case (.so2, .hour): self == .gb3095In2026 ? (150, 150) : (150, 500)
    case (.no2, .year): self == .gb3095In2026 ? (30, 30) : (40, 40)
    case (.no2, .day): self == .gb3095In2026 ? (50, 50) : (80, 80)
    case (.no2, .hour): (200, 200)
    case (.co, .day): (4, 4)
    case (.co, .hour): (10, 10)
    case (.o3, .eightHours): (100, 160)
    case (.o3, .hour): (160, 200)
    case (.pm10, .year):
      switch self {
      case .gb3095In2012: (40, 70)
      case .gb3095In2026Transition: (40, 60)
      case .gb3095In2026: (20, 50)
      }
    case (.pm10, .day):
      switch self {
      case .gb3095In2012: (50, 150)
      case .gb3095In2026Transition: (50, 120)
      case .gb3095In2026: (50, 100)
      }
    case (.pm25, .year):
      switch self {
      case .gb3095In2012: (15, 35)
      case .gb3095In2026Transition: (15, 30)
      case .gb3095In2026: (10, 25)
      }
    case (.pm25, .day):
      switch self {
      case .gb3095In2012: (35, 75)
      case .gb3095In2026Transition: (35, 60)
      case .gb3095In2026: (25, 50)
      }
    default: nil
    }
  }
}
