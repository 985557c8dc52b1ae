package import AirQuality
package import Assessment
package import Engine

/// Everything a bulletin is made of; nothing is read elsewhere.
package struct BulletinFacts: Sendable {
  /// A unit with what it was in the period and in that of the year before.
  package struct Unit: Sendable {
    package var unit: County
    /// Figures of record.
    package var measured: PeriodAssessment
    package var dustDeducted: PeriodAssessment
    package var provisional: PeriodAssessment
    package var yearBefore: PeriodAssessment
    /// The year until the period's end, and the same of the year before; nil for a day or a week.
    package var yearToDate: PeriodAssessment?
    package var yearToDateBefore: PeriodAssessment?
    /// Days of the period with something above 100, oldest first.
    package var exceedances: [Exceedance]
    /// Hours of the unit's mean above the hourly limit, by pollutant; nil where hours were not looked at.
    package var exceedanceHours: [Pollutant: Int]?
    /// The first day that `exceedanceHours` counts, when hours before it have been pruned; nil for the whole period.
    package var exceedanceHoursFrom: CivilDay?
    /// Whether it has an assessed station in the period.
    package var isMonitored: Bool

    package init(
      unit: County, measured: PeriodAssessment, dustDeducted: PeriodAssessment, provisional: PeriodAssessment,
      yearBefore: PeriodAssessment, yearToDate: PeriodAssessment? = nil, yearToDateBefore: PeriodAssessment? = nil,
      exceedances: [Exceedance] = [], exceedanceHours: [Pollutant: Int]? = nil, isMonitored: Bool = true
    ) {
      self.unit = unit
      self.measured = measured
      self.dustDeducted = dustDeducted
      self.provisional = provisional
      self.yearBefore = yearBefore
      self.yearToDate = yearToDate
      self.yearToDateBefore = yearToDateBefore
      self.exceedances = exceedances
      self.exceedanceHours = exceedanceHours
      self.isMonitored = isMonitored
    }
  }

  /// A day with an AQI above 100.
  package struct Exceedance: Sendable, Hashable {
    package var day: CivilDay
    package var aqi: Int
    /// From some of the six only.
    package var isLowerBound: Bool
    package var primary: [Pollutant]
    package init(day: CivilDay, aqi: Int, isLowerBound: Bool, primary: [Pollutant]) {
      self.day = day
      self.aqi = aqi
      self.isLowerBound = isLowerBound
      self.primary = primary
    }
  }

  package var site: Site
  package var period: AssessmentPeriod
  /// The last day that is over.
  package var through: CivilDay
  /// Counties in the order of the site, then the whole city and the urban district.
  package var units: [Unit]
  /// Rows of the target table as they stood when the period ended, or stand while it runs.
  package var targets: [TargetView]
  /// The plan's tasks (重点任务).
  package var tasks: [PlanTask]
  /// Events of the period, ascending.
  package var events: [EventRecord]
  /// Stated sand-dust that touches the period.
  package var dust: [DustPeriod]
  package var provinceLists: [ProvinceList]
  /// The newest sealed month with its digest, which belongs on paper; nil before the first.
  package var seal: (month: CivilMonth, digest: String)?

  package init(
    site: Site, period: AssessmentPeriod, through: CivilDay, units: [Unit], targets: [TargetView] = [],
    tasks: [PlanTask] = [], events: [EventRecord] = [], dust: [DustPeriod] = [], provinceLists: [ProvinceList] = [],
    seal: (month: CivilMonth, digest: String)? = nil
  ) {
    self.site = site
    self.period = period
    self.through = through
    self.units = units
    self.targets = targets
    self.tasks = tasks
    self.events = events
    self.dust = dust
    self.provinceLists = provinceLists
    self.seal = seal
  }

  /// The last day that the bulletin speaks of.
  package var lastDay: CivilDay { min(period.days.upperBound, through) }
}
