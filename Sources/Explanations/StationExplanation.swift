package import AirQuality
import Engine
import Rollup

/// How the values of one station came about in an hour or a day: the rows as they were sent, what screening and calibration
/// made of them, and what the registry says of the station (点位数据溯源).
package struct StationExplanation: Sendable {
  /// A row of the journal.
  package struct Row: Sendable, Hashable {
    /// Journal position of its answer, and when that was received.
    package var position: Int64
    package var receivedAt: Instant
    package var feed: String
    package var begin: Instant
    package var end: Instant
    /// As decoded, in the pollutant's unit; nil when it was no number.
    package var raw: Double?
    /// After calibration; the raw one where none holds.
    package var value: Double?
    /// Percent; nil where none entered.
    package var humidity: Double?
    /// What was applied; empty where nothing was.
    package var calibration: String
    package var flag: QualityFlag
    package var reasons: [String]
  }

  package var station: Station
  package var pollutant: Pollutant
  package var period: ExplanationPeriod
  package var offset: CivilOffset
  package var setting: StationSetting?
  /// In force in the period, in the order of the registry.
  package var calibrations: [Calibration]
  /// Record of the configuration in force.
  package var configurationPosition: Int64
  /// Stored hours of the period, ascending by civil hour number.
  package var hours: [(hour: Int32, value: Concentration, flag: QualityFlag)]
  package var rows: [Row]
  /// Verdicts of people on readings of the period, those taken back included.
  package var flags: [PersonFlag]
  package var journalReaches: Bool

  /// The answers of this long before the period tell the humidity with which it began.
  package static let leadMilliseconds: Int64 = 3_600_000

  /// - Parameters:
  ///   - facts: batches from `leadMilliseconds` before the period on, and hour chunks of the station's county.
  ///   - id: of a registered station.
  /// - Throws: `ExplanationProblem` when no configuration was in force yet, or the station is not in the registry.
  package init(
    _ facts: Explainer.Facts, station id: String, _ pollutant: Pollutant, _ period: ExplanationPeriod
  ) throws(ExplanationProblem) {
    guard let newest = facts.configurations.last else {
      throw ExplanationProblem("the state begins later: no configuration was in force in the period")
    }
    let configuration = newest.configuration
    guard let known = configuration.site.stations.first(where: { $0.id == id }) else {
      throw ExplanationProblem("no station \"\(id)\" was in the registry in the period")
    }
    station = known
    self.pollutant = pollutant
    self.period = period
    offset = configuration.site.offset
    setting = configuration.registry.setting(of: id)
    let days = period.days
    calibrations = configuration.registry.calibrations.filter { calibration in
      calibration.station == id && calibration.pollutant == pollutant && !known.assessed
        && calibration.from <= days.upperBound && (calibration.until.map { days.lowerBound <= $0 } ?? true)
    }
    configurationPosition = newest.position
    journalReaches = facts.journalReaches
    hours = Engine.series(station: id, pollutant: pollutant, chunks: facts.chunks)
      .filter { period.hours.contains($0.window) && !$0.value.isMissing }
      .map { (hour: $0.window, value: $0.value, flag: $0.flag) }
    flags = facts.flags.concerning(
      id, pollutant, from: configuration.site.offset.start(ofHour: period.hours.lowerBound),
      until: period.end(configuration.site.offset))
    rows = []
    var calibrator = Calibrator()
    calibrator.configure(configuration.registry, site: configuration.site)
    for record in facts.batches { take(record, configuration, &calibrator) }
  }

  private mutating func take(
    _ record: Explainer.Facts.JournalRecord, _ configuration: EngineConfiguration, _ calibrator: inout Calibrator
  ) {
    var batch = record.batch
    guard let index = batch.stations.firstIndex(of: station.id) else { return }
    let sent = batch.readings.map(\.value)
    Engine.screen(&batch, site: configuration.site, limits: configuration.screening)
    let steps = Engine.calibrate(&batch, &calibrator)
    for (place, reading) in batch.readings.enumerated()
    where reading.pollutant == pollutant && Int(reading.station) == index && reading.spanMilliseconds <= 3_600_000
      && period.hours.contains(offset.hour(of: reading.midpoint))
    {
      let step = steps.first { $0.reading == place }
      let reasons = reading.reasons.list
      let verdict =
        flags.verdict(over: reading.begin, flag: reading.flag, reasons: reasons) ?? (reading.flag, reasons)
      rows.append(
        Row(
          position: record.position, receivedAt: batch.receivedAt, feed: batch.feed, begin: reading.begin,
          end: reading.end, raw: sent[place].isFinite ? sent[place] : nil,
          value: reading.value.isFinite ? Concentration(reading.value).value : nil, humidity: step?.humidity,
          calibration: step.map { $0.isApplied ? $0.calibration.formula : "" } ?? "", flag: verdict.flag,
          reasons: verdict.reasons))
    }
  }
}
