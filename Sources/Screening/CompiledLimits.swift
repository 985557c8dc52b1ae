import AirQuality

/// The thresholds of the tests over time as the loop over readings wants them: thousandths, by class and pollutant.
struct CompiledLimits: Sendable {
  /// A threshold that is switched off, and one that no difference of two values exceeds.
  private static let off = Int64.max

  /// Of one class and pollutant.
  struct Course: Sendable, BitwiseCopyable {
    /// Twice the threshold: the test compares |2x(i) − x(i−1) − x(i+1)| − |x(i−1) − x(i+1)|, in whole numbers.
    var spikeSuspect: Int64
    var spikeFail: Int64
    var rateSuspect: Int64
    var rateFail: Int64
    var flatAfter: Int64
    var flatAbove: Int64
    var flatTolerance: Int32
  }

  private let courses: ContiguousArray<Course>
  /// By class: whether its particle sensors scatter light.
  private let scatters: [Bool]

  init(_ limits: ScreeningLimits) {
    courses = ContiguousArray(limits.allCourses.map(Self.course))
    scatters = StationClass.allCases.flatMap { stationClass in
      Array(repeating: Self.scatters(stationClass), count: Pollutant.allCases.count)
    }
  }

  private static func course(_ course: CourseLimits) -> Course {
    func scaled(_ value: Double?, _ factor: Double) -> Int64 {
      guard let value, value.magnitude < 1e9 else { return off }
      return Int64((value * factor).rounded())
    }
    return Course(
      spikeSuspect: scaled(course.spikeSuspect, 2_000), spikeFail: scaled(course.spikeFail, 2_000),
      rateSuspect: scaled(course.rateSuspect, 1_000), rateFail: scaled(course.rateFail, 1_000),
      flatAfter: course.flatAfterMilliseconds ?? off, flatAbove: scaled(course.flatAbove, 1_000),
      flatTolerance: Int32(clamping: scaled(course.flatTolerance, 1_000)))
  }

  /// Micro-stations, mobile ones and those of parks and plants measure particles by light scattering (DOMAIN.md 8).
  static func scatters(_ stationClass: StationClass) -> Bool {
    switch stationClass {
    case .micro, .mobile, .park, .enterprise: true
    case .national, .provincial, .city, .county, .lidar: false
    }
  }

  /// `base` is where the class begins, `ScreeningLimits.offset`.
  @inline(__always) func course(_ base: Int, _ pollutant: Pollutant) -> Course {
    courses[base &+ Int(pollutant.rawValue)]
  }

  @inline(__always) func scatters(_ base: Int) -> Bool { scatters[base] }
}
