package import AirQuality

/// One unit's daily values as they count, with what they were before any review.
package struct DayFigures: Sendable, Hashable {
  package var day: CivilDay
  /// In the order of `Pollutant.criteria`, not yet rounded; missing without a valid value.
  package var values: [Concentration]
  /// As if nothing had been reviewed (初步数据).
  package var provisional: [Concentration]
  /// Which values are final (终审).
  package var isFinal: [Bool]

  package init(day: CivilDay, values: [Concentration], provisional: [Concentration]? = nil, isFinal: [Bool]? = nil) {
    precondition(values.count == Pollutant.criteriaCount)
    self.day = day
    self.values = values
    self.provisional = provisional ?? values
    self.isFinal = isFinal ?? values.map { _ in false }
  }
}

/// On which ground a figure stands (口径).
package enum AssessmentBasis: String, CaseIterable, Sendable, Hashable {
  /// Figures of record: reviewed where there is a review (实况).
  case measured
  /// The same without the days that confirmed sand-dust touches (扣除沙尘).
  case dustDeducted = "dust_deducted"
  /// As if nothing had been reviewed (初步).
  case provisional
}
