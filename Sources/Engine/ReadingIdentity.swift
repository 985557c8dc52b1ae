import AirQuality

/// The identity of a reading within a batch: station, pollutant, begin and period (DESIGN.md, "Identity").
struct ReadingIdentity: Hashable {
  var station: UInt32
  var pollutant: Pollutant
  var begin: Int64
  var period: Int32

  init(_ reading: Reading) {
    (station, pollutant) = (reading.station, reading.pollutant)
    (begin, period) = (reading.begin.milliseconds, reading.periodMilliseconds)
  }

  init(_ verdict: ScreeningVerdict) {
    (station, pollutant) = (verdict.station, verdict.pollutant)
    (begin, period) = (verdict.begin.milliseconds, verdict.periodMilliseconds)
  }
}
