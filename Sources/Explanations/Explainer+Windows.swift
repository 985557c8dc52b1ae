import AirQuality
import Engine
import Rollup

/// Hours and days, from the stored hours.
extension Explainer {
  func explainHour(_ unit: County, _ pollutant: Pollutant, _ hour: Int32) throws(ExplanationProblem) -> Explanation {
    let day = CivilDay(hour: hour)
    let past = try pastDays(last: day)
    guard let index = past.unitIndex(unit.code) else { throw missing(unit) }
    let mean = past.unitHour(index, hour: hour)[pollutant]
    let parts: [Explanation.Part]
    let isCity = past.units[index].kind == .city
    if isCity {
      parts = counties(of: past) { past.unitHour($0, hour: hour)[pollutant] }
    } else {
      parts = stations(of: index, day, past).map { hourPart($0, pollutant, hour, past) }
    }
    var explanation = draft(
      unit, pollutant, .hour(hour), mean, parts: parts, quotient: quotient(parts))
    explanation.rules = [ExplanationRules.hour] + share(isCity) + [ExplanationRules.rounding(pollutant)]
    explanation.rows = rawRows(of: isCity ? [] : parts.map(\.name), pollutant, hours: hour...hour, past)
    explanation.flags = flags(on: isCity ? [] : parts.map(\.name), pollutant, hours: hour...hour)
    explanation.digest = digest(parts)
    explanation.reviews = reviews(of: isCity ? [] : Set(parts.map(\.name)), pollutant)
    if !explanation.reviews.isEmpty { explanation.rules.append(ExplanationRules.reviewedHour) }
    let input = RealtimeInput(pollutant, explanation.published)
    explanation.iaqi = input.flatMap { AQI($0, edition: explanation.edition).iaqi(of: pollutant) }
    return explanation
  }

  func explainDay(_ unit: County, _ pollutant: Pollutant, _ day: CivilDay) throws(ExplanationProblem) -> Explanation {
    var past = try pastDays(last: day)
    _ = past.review(facts.reviews.flatMap(\.record.days))
    guard let index = past.unitIndex(unit.code) else { throw missing(unit) }
    let isCity = past.units[index].kind == .city
    var mean = past.unitDay(index, pollutant: pollutant, day: day)
    var parts: [Explanation.Part]
    if isCity {
      parts = counties(of: past) { past.unitDay($0, pollutant: pollutant, day: day) }
    } else {
      parts = stations(of: index, day, past).map { dayPart($0, pollutant, day, past) }
    }
    let stored = facts.dayValues.last
    let storedMean = stored?.value.means.first { $0.pollutant == pollutant }
    let comesFromFile = !mean.state.hasValue && stored?.value.isImported == true
    if comesFromFile, let storedMean {
      // The unit's own stations give nothing; a file of daily means does.
      mean = UnitValue(value: storedMean.value, state: .known, valid: mean.valid, expected: mean.expected)
      parts.append(
        Explanation.Part(
          name: "daily-means-file", label: "日均值文件", value: storedMean.value, isUsed: true, remark: "imported", feed: "",
          flag: .good, hours: []))
    }
    var explanation = draft(unit, pollutant, .day(day), mean, parts: parts, quotient: quotient(parts))
    explanation.rules =
      [pollutant == .o3 ? ExplanationRules.ozoneDay : ExplanationRules.day] + share(isCity)
      + [ExplanationRules.rounding(pollutant)]
    explanation.rows = rawRows(
      of: isCity ? [] : parts.map(\.name), pollutant, hours: day.firstHour...day.firstHour + 23, past)
    explanation.flags = flags(
      on: isCity ? [] : parts.map(\.name), pollutant, hours: day.firstHour...day.firstHour + 23)
    explanation.digest = digest(parts)
    explanation.revisions = facts.dayValues
    if past.hasReview(index, pollutant: pollutant, day: day) {
      explanation.provisional = past.unitDay(index, pollutant: pollutant, day: day, basis: .provisional).value
      explanation.isFinal = past.isFinal(index, pollutant: pollutant, day: day)
      explanation.rules.insert(ExplanationRules.review, at: 0)
      explanation.reviews = reviews(of: isCity ? [] : Set(parts.map(\.name)), pollutant)
    }
    explanation.agreesWithStored = storedMean.map {
      $0.value == mean.value && $0.state == KnowledgeState(mean.state) && stored?.value.edition == explanation.edition
    }
    let input = DailyInput(pollutant, explanation.published)
    explanation.iaqi = input.flatMap { AQI($0, edition: explanation.edition).iaqi(of: pollutant) }
    return explanation
  }

  // MARK: Parts

  private func missing(_ unit: County) -> ExplanationProblem {
    ExplanationProblem("\(unit.nameChinese) (\(unit.code)) was not in the configuration then")
  }

  private func stations(of unit: Int, _ day: CivilDay, _ past: Rollup) -> [Int] {
    past.units[unit].stations.filter { past.station($0)?.isAssessed(on: day) == true }
  }

  private func share(_ isCity: Bool) -> [(chinese: String, english: String)] {
    [isCity ? ExplanationRules.city : ExplanationRules.county]
  }

  private func counties(of past: Rollup, _ value: (Int) -> UnitValue) -> [Explanation.Part] {
    past.units.indices.filter { past.units[$0].kind == .county }.map { county in
      let mean = value(county)
      let name = site.counties.first { $0.code == past.units[county].code }?.nameChinese ?? ""
      return Explanation.Part(
        name: past.units[county].code, label: name, value: mean.value, isUsed: mean.state.hasValue,
        remark: mean.state.hasValue ? "" : KnowledgeState(mean.state).rawValue, feed: "", flag: nil, hours: [])
    }
  }

  private func hourPart(_ station: Int, _ pollutant: Pollutant, _ hour: Int32, _ past: Rollup) -> Explanation.Part {
    let stored = past.storedHour(station, pollutant: pollutant, hour: hour)
    let isUsed = stored.map { past.enters($0.flag, station: station) } ?? false
    let remark: String
    switch stored {
    case nil: remark = "no_row"
    case .some(let row) where !isUsed: remark = "flag_\(row.flag.rawValue)"
    case .some(let row):
      remark = [row.isRolled ? "made_of_minutes" : "", row.flag == .suspect ? "suspect" : ""].filter { !$0.isEmpty }
        .joined(separator: " ")
    }
    let review = reviewedHour(past.stationID(station), pollutant, hour).map { value in
      "reviewed_\(value.isMissing ? "none" : value.text())"
    }
    return Explanation.Part(
      name: past.stationID(station), label: past.station(station)?.name ?? "",
      value: isUsed ? stored?.value ?? .missing : .missing, isUsed: isUsed,
      remark: [remark, review ?? ""].filter { !$0.isEmpty }.joined(separator: " "), feed: stored?.feed ?? "",
      flag: stored?.flag, hours: [])
  }

  /// What the newest review made of an hour, missing for none; nil when nobody reviewed it.
  private func reviewedHour(_ station: String, _ pollutant: Pollutant, _ hour: Int32) -> Concentration? {
    let day = CivilDay(hour: hour)
    let reviewed = facts.reviews.lazy.flatMap(\.record.days).reversed().first {
      $0.station == station && $0.pollutant == pollutant && $0.day == day
    }
    let place = Int(hour - day.firstHour)
    return reviewed.flatMap { $0.hours.indices.contains(place) ? $0.hours[place] : nil }
  }

  /// The reviews that gave hours of a pollutant, of the named stations, of all when none is named.
  private func reviews(of stations: Set<String>, _ pollutant: Pollutant) -> [Explanation.Review] {
    facts.reviews.compactMap { review in
      let named = review.record.days.filter {
        $0.pollutant == pollutant && (stations.isEmpty || stations.contains($0.station))
      }
      guard !named.isEmpty else { return nil }
      return Explanation.Review(
        position: review.position, at: review.at, by: review.record.by, source: review.record.source,
        digest: review.record.digest, stations: named.map(\.station))
    }
  }

  /// Verdicts of people on readings of some stations and hours, in the order of the journal.
  private func flags(on stations: [String], _ pollutant: Pollutant, hours: ClosedRange<Int32>) -> [PersonFlag] {
    let (from, until) = (
      site.offset.start(ofHour: hours.lowerBound), site.offset.start(ofHour: hours.upperBound + 1)
    )
    return facts.flags.filter { flag in
      flag.touches(from, until) && stations.contains { flag.concerns($0, pollutant) }
    }
  }

  private func dayPart(_ station: Int, _ pollutant: Pollutant, _ day: CivilDay, _ past: Rollup) -> Explanation.Part {
    let value = past.stationDay(station, pollutant: pollutant, day: day)
    if past.isReviewed(station, pollutant: pollutant, day: day) {
      let id = past.stationID(station)
      let reviewed = facts.reviews.last { review in
        review.record.days.contains { $0.station == id && $0.pollutant == pollutant }
      }
      let hours = reviewed?.record.days.last { $0.station == id && $0.pollutant == pollutant }?.hours ?? []
      let provisional = past.stationDay(station, pollutant: pollutant, day: day, basis: .provisional)
      return Explanation.Part(
        name: id, label: past.station(station)?.name ?? "", value: value, isUsed: !value.isMissing,
        remark: "reviewed provisional_\(provisional.isMissing ? "none" : provisional.text())"
          + (value.isMissing ? " hours_\(hours.count { !$0.isMissing })" : ""),
        feed: "", flag: nil, hours: hours)
    }
    let hours = (0..<24).map { past.stationHour(station, pollutant: pollutant, hour: day.firstHour + Int32($0)) }
    let valid = hours.count { !$0.isMissing }
    var feeds: [String] = []
    for hour in 0..<24 {
      if let feed = past.storedHour(station, pollutant: pollutant, hour: day.firstHour + Int32(hour))?.feed,
        !feed.isEmpty, !feeds.contains(feed)
      {
        feeds.append(feed)
      }
    }
    return Explanation.Part(
      name: past.stationID(station), label: past.station(station)?.name ?? "", value: value, isUsed: !value.isMissing,
      remark: value.isMissing ? "hours_\(valid)" : "", feed: feeds.joined(separator: ","), flag: nil, hours: hours)
  }

  private func quotient(_ parts: [Explanation.Part]) -> (sum: Int64, count: Int)? {
    let used = parts.filter(\.isUsed)
    return used.isEmpty ? nil : (used.reduce(0) { $0 + Int64($1.value.thousandths) }, used.count)
  }

  // MARK: Months and years

  /// From the stored values of the days.
  func explainDays(_ unit: County, _ pollutant: Pollutant, _ period: ExplanationPeriod) -> Explanation {
    var byDay: [CivilDay: DayValueRevision] = [:]
    for revision in facts.dayValues { byDay[revision.value.day] = revision }
    let days = period.days
    var parts: [Explanation.Part] = []
    for number in days.lowerBound.number...days.upperBound.number {
      let day = CivilDay(number: number)
      let stored = byDay[day]
      let mean = stored?.value.means.first { $0.pollutant == pollutant }
      let isUsed = mean.map { $0.state == .known || $0.state == .incomplete } ?? false
      var remark = stored == nil ? "no_value" : isUsed ? "" : mean?.state.rawValue ?? "no_value"
      if isUsed, let stored, stored.revision > 0 { remark = "revision_\(stored.revision)" }
      if isUsed, stored?.value.isImported == true { remark = "imported" }
      if isUsed, mean?.review == .final { remark += remark.isEmpty ? "final" : " final" }
      parts.append(
        Explanation.Part(
          name: day.description, label: "", value: isUsed ? mean?.value ?? .missing : .missing, isUsed: isUsed,
          remark: remark, feed: stored.map { String($0.digest.prefix(16)) } ?? "", flag: nil, hours: []))
    }
    let used = parts.filter(\.isUsed)
    let sum = used.reduce(0) { $0 + Int64($1.value.thousandths) }
    let isValid = validity(used.compactMap { CivilDay($0.name) }, period)
    let mean = UnitValue(
      value: .mean(sum: sum, count: used.count),
      state: used.isEmpty ? .indeterminate : isValid && used.count == parts.count ? .known : .incomplete,
      valid: used.count, expected: parts.count)
    var explanation = draft(
      unit, pollutant, period, mean, parts: parts, quotient: used.isEmpty ? nil : (sum, used.count))
    explanation.rules =
      [ExplanationRules.days, isValid ? ExplanationRules.valid : ExplanationRules.invalid(period)]
      + [ExplanationRules.rounding(pollutant)]
    explanation.digest = digest(parts)
    return explanation
  }

  /// HJ 663: 27 days a month (25 in February); 324 a year with every month valid.
  private func validity(_ days: [CivilDay], _ period: ExplanationPeriod) -> Bool {
    var counts: [CivilMonth: Int] = [:]
    for day in days { counts[CivilMonth(day), default: 0] += 1 }
    func isValid(_ month: CivilMonth) -> Bool { counts[month, default: 0] >= (month.month == 2 ? 25 : 27) }
    switch period {
    case .month(let month): return isValid(month)
    case .year(let year):
      return days.count >= 324 && (0..<12).allSatisfy { isValid(CivilMonth(number: Int32(year * 12 + $0))) }
    default: return true
    }
  }
}

extension RealtimeInput {
  /// One of the six alone; nil for others.
  init?(_ pollutant: Pollutant, _ value: Concentration) {
    let none = Concentration.missing
    func given(_ other: Pollutant) -> Concentration { other == pollutant ? value : none }
    guard pollutant.isCriteria, !value.isMissing else { return nil }
    self.init(
      pm25: given(.pm25), pm10: given(.pm10), so2: given(.so2), no2: given(.no2), o3: given(.o3), co: given(.co),
      so2Day: none)
  }
}

extension DailyInput {
  /// One of the six alone; nil for others.
  init?(_ pollutant: Pollutant, _ value: Concentration) {
    let none = Concentration.missing
    func given(_ other: Pollutant) -> Concentration { other == pollutant ? value : none }
    guard pollutant.isCriteria, !value.isMissing else { return nil }
    self.init(
      pm25: given(.pm25), pm10: given(.pm10), so2: given(.so2), no2: given(.no2), co: given(.co),
      o3EightHour: given(.o3))
  }
}
