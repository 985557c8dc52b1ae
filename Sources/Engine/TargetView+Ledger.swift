import AirQuality
import Targets

extension TargetView.Figure {
  init(_ result: LedgerResult) {
    self.init(
      value: result.valueToDate?.value, days: result.days, missing: result.missing, deducted: result.deducted,
      state: result.state.rawValue)
  }
}

extension TargetView {
  /// A row as it stands; `since` is the day its state came, `episodeFrom` the first day of the running level episode.
  init(_ revision: TargetRevision, _ result: LedgerResult, since: CivilDay?, episodeFrom: CivilDay?) {
    let row = revision.row
    self.init(
      year: row.year, county: row.county, indicator: row.indicator, target: result.target?.value, unit: row.unit,
      valueToDate: result.valueToDate?.value, days: result.days, missing: result.missing,
      remainingMeanAllowed: result.remainingMeanAllowed?.value,
      projection: result.projection.map {
        Projection(
          value: $0.value.value, low: $0.low.value, high: $0.high.value, method: $0.method.rawValue)
      }, state: result.state.rawValue, reason: result.reason, reasonEnglish: result.reasonEnglish,
      budgetRatio: result.budgetRatio)
    self.since = since
    review = result.isFinal ? .final : .provisional
    counted = result.counted.rawValue
    left = result.daysLeft
    expected = result.daysExpected
    let indicator = Indicator(rawValue: row.indicator)
    comparison = (row.comparison ?? indicator?.comparison ?? .atMost).rawValue
    source = row.source
    inForceFrom = row.inForceFrom
    earlier = revision.earlier.map {
      Earlier(target: $0.target, source: $0.source, inForceFrom: $0.inForceFrom)
    }
    basis = row.basis.rawValue
    printedDrop = row.dropPercent
    printedCut = row.cutDays
    episode = episodeFrom.flatMap { from in result.episodeRatio.map { Episode(from: from, spent: $0) } }
    baseline = result.baseline.map {
      Baseline(
        year: $0.year, value: $0.value.value, low: $0.low.value, high: $0.high.value, isOfficial: $0.isOfficial,
        isDerived: $0.isDerived, source: $0.source)
    }
    if let low = result.dropLow, let high = result.dropHigh { drop = Drop(low: low.value, high: high.value) }
    hours = result.hours.map {
      Hours(
        county: $0.year.county, station: $0.year.station, stationMaximum: $0.stationMaximum?.value,
        seasonFrom: $0.season?.from, seasonUntil: $0.season?.until, seasonCounty: $0.seasonCount.county,
        seasonStation: $0.seasonCount.station)
    }
    lists = result.listings.map { Listing(period: $0.period, document: $0.document, isListed: $0.isListed) }
  }
}
