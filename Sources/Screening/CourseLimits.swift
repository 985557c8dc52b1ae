import AirQuality

/// Thresholds of the tests that hold a reading against those before it (QARTOD tests 6, 7 and 8: spike, rate of change,
/// flat line), of one class and pollutant, in the pollutant's unit. A threshold of nil switches its verdict off.
///
/// The defaults are no norm: they are the 99.99 % quantiles of spikes and hourly changes of twelve stations in Beijing
/// from 2013 to 2017 (2.4 million hours, dust storms included), and the run lengths of equal values that fewer than four
/// of 10,000 hours have. They only make a value suspect; it enters the means of assessed stations all the same.
package struct CourseLimits: Sendable, Hashable {
  /// |x(i) − (x(i−1) + x(i+1)) / 2| − |(x(i−1) − x(i+1)) / 2| above this makes x(i) suspect (the form of SeaDataNet and
  /// Argo: QARTOD's, without what a step between the neighbours adds) …
  package var spikeSuspect: Double?
  /// … or fail.
  package var spikeFail: Double?
  /// A change between two readings above this is suspect; per hour when they are more than an hour apart …
  package var rateSuspect: Double?
  /// … or fails.
  package var rateFail: Double?
  /// Values that differ by no more than this are one flat line.
  package var flatTolerance: Double
  /// A flat line is suspect from this length on, milliseconds; it never fails by itself (DOMAIN.md 12).
  package var flatAfterMilliseconds: Int64?
  /// Values up to this may stand still: instruments repeat what lies near their detection limit.
  package var flatAbove: Double

  package init(
    spikeSuspect: Double?, spikeFail: Double? = nil, rateSuspect: Double?, rateFail: Double? = nil,
    flatTolerance: Double = 0, flatAfterMilliseconds: Int64?, flatAbove: Double = 0
  ) {
    self.spikeSuspect = spikeSuspect
    self.spikeFail = spikeFail
    self.rateSuspect = rateSuspect
    self.rateFail = rateFail
    self.flatTolerance = flatTolerance
    self.flatAfterMilliseconds = flatAfterMilliseconds
    self.flatAbove = flatAbove
  }

  /// No test over time.
  package static let none = CourseLimits(spikeSuspect: nil, rateSuspect: nil, flatAfterMilliseconds: nil)

  /// The documented defaults; they are the same for every class.
  static func standard(_ pollutant: Pollutant) -> CourseLimits {
    let hour: Int64 = 3_600_000
    switch pollutant {
    case .pm25, .pm25A, .pm25B, .pm1, .pm1A, .pm1B:
      return CourseLimits(spikeSuspect: 250, rateSuspect: 355, flatAfterMilliseconds: 6 * hour, flatAbove: 10)
    case .pm10, .pm10A, .pm10B, .tsp:
      return CourseLimits(spikeSuspect: 400, rateSuspect: 570, flatAfterMilliseconds: 6 * hour, flatAbove: 20)
    case .so2: return CourseLimits(spikeSuspect: 130, rateSuspect: 190, flatAfterMilliseconds: 8 * hour, flatAbove: 10)
    case .no2: return CourseLimits(spikeSuspect: 100, rateSuspect: 125, flatAfterMilliseconds: 6 * hour, flatAbove: 10)
    case .o3: return CourseLimits(spikeSuspect: 165, rateSuspect: 190, flatAfterMilliseconds: 6 * hour, flatAbove: 10)
    // Carbon monoxide is given in tenths of a milligram and stands still for long in clean air.
    case .co: return CourseLimits(spikeSuspect: 6.2, rateSuspect: 8, flatAfterMilliseconds: 24 * hour, flatAbove: 0.5)
    case .humidity:
      return CourseLimits(spikeSuspect: nil, rateSuspect: nil, flatAfterMilliseconds: 12 * hour, flatAbove: 0)
    default: return .none
    }
  }
}
