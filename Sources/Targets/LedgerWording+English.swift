import AirQuality

extension LedgerWording {
  private var within: String { comparison == .atLeast ? "reaching" : comparison == .below ? "below" : "within" }
  private var beyond: String {
    comparison == .atLeast ? "short of" : comparison == .below ? "not below" : "above"
  }
  private var periods: String { isMonthly ? "months" : "days" }

  func english(_ result: LedgerResult) -> String {
    let target = result.target.map { $0.text() } ?? ""
    let toDate = judged(result.valueToDate)
    let projected = judged(result.projection?.value)
    switch cause {
    case .noNumber: return noNumber
    case .notConnected:
      return counts ? "there are no data to count days from" : "no source of data is connected for this indicator"
    case .countingNotSet: return "how the whole city's days are counted (urban district or county-days) is not set"
    case .noDays: return isMonthly ? "no month of this year is reported yet" : "no valid day in this year so far"
    case .projectedWithin:
      return "going on as it is (seasons not modelled), the year comes to \(projected), \(within) the target \(target)"
        + remaining(result)
    case .projectedAbove:
      return "going on as it is (seasons not modelled), the year comes to \(projected), \(beyond) the target \(target)"
        + remaining(result)
    case .beyondReach:
      let best = comparison == .atLeast ? "good air" : "zero"
      return
        "\(toDate) so far; even \(best) on all \(result.daysLeft) \(periods) left is \(beyond) the target \(target)"
    case .yearWithin: return "the year came to \(toDate), \(within) the target \(target), on reviewed data"
    case .yearWithinProvisional:
      return "the year came to \(toDate), \(within) the target \(target); the review is outstanding"
    case .yearAbove: return "the year came to \(toDate), \(beyond) the target \(target), on reviewed data"
    case .yearAboveProvisional:
      return "the year came to \(toDate), \(beyond) the target \(target); the review is outstanding"
    case .invalidYear:
      return "\(result.days) valid days do not make a valid year (324 days, 27 in each month, 25 in February)"
    case .invalidYearAhead:
      let why =
        result.lostMonth.map { "month \($0.month) can have \($0.days) valid days at most" }
        ?? "the year can have \(result.days + result.daysLeft) valid days at most"
      return
        "\(why): too few for a valid year (324 days, 27 in each month, 25 in February); import the daily means of the past"
    case .missingMonths: return "\(result.missing) months are not reported; the row is judged once they are"
    default: return factEnglish(result, target: target, toDate: toDate)
    }
  }

  private func factEnglish(_ result: LedgerResult, target: String, toDate: String) -> String {
    let station = result.hours.map { "; \($0.year.station) station-hours above it" } ?? ""
    let listing = result.listings.first
    let named = "in the province's list of \(listing?.period ?? "") (\(listing?.document ?? ""))"
    switch cause {
    case .noSeason: return "no heating season is dated for this county"
    case .noSeasonHours: return "no hourly data in the heating season so far"
    case .tooFewSeasonDays:
      return "\(result.days) of \(result.days + result.missing) heating-season days are valid, less than 75 %"
    case .hourAbove:
      return "the highest hourly mean of the heating season is \(toDate), above \(target), in "
        + "\(result.hours?.year.county ?? 0) hours" + station
    case .stationHourAbove:
      return
        "the highest hourly county mean of the heating season is \(toDate), \(within) \(target), but single stations were above"
        + station
    case .hoursWithin:
      return "the highest hourly mean of the heating season is \(toDate), \(within) \(target)" + station
    case .hoursWithinProvisional:
      return
        "the highest hourly mean of the heating season is \(toDate), \(within) \(target); the review is outstanding"
        + station
    case .noList: return "the province's ranking decides; no list of this year is imported yet"
    case .noYearList: return "the province's list of the year is not imported yet"
    case .monthListed: return "named " + named
    case .monthNotListed: return "not named " + named + "; the list of the year decides"
    case .yearListed: return "named " + named + ", the list of the year"
    case .yearNotListed: return "not named " + named + ", the list of the year"
    case .noReport: return "no value is reported yet"
    default: return "\(toDate) is reported so far, the target is \(target); the year's end decides"
    }
  }

  private var noNumber: String {
    let lacking = "the official value of \(row.year - 1) is not known"
    if let days = row.cutDays { return "the target is \(days) days fewer than in \(row.year - 1); \(lacking)" }
    if let drop = row.dropPercent {
      return "the target is \(Concentration(drop).text()) % below \(row.year - 1); \(lacking)"
    }
    return indicator == .heavyDays
      ? "the target is to keep improving; \(lacking)" : "the number is handed down separately and not given yet"
  }

  private func remaining(_ result: LedgerResult) -> String {
    guard let allowed = result.remainingMeanAllowed?.text(decimals: 1) else { return "" }
    if indicator == .goodDays { return "; \(allowed) good days are needed in the \(result.daysLeft) days left" }
    if counts { return "; at most \(allowed) more may come in the \(result.daysLeft) days left" }
    return isMonthly
      ? "; the months left may average \(allowed)" : "; the valid days left may average \(allowed)"
  }
}
