package import AirQuality

extension ScreeningMemory {
  /// Judges the readings of one answer, after the tests without memory have.
  ///
  /// - Parameters:
  ///   - readings: in the order of the answer; flags and reasons are changed in place.
  ///   - feed: the feed's name.
  ///   - stations: the batch's station ids, by `Reading.station`.
  ///   - classes: their classes; nil for a station of no registry.
  ///   - context: their counties' air.
  ///   - offset: of the site's civil time.
  package mutating func judge(
    _ readings: inout ContiguousArray<Reading>, feed: String, stations: [String], classes: [StationClass?],
    context: ScreeningContext, offset: CivilOffset, with screener: Screener
  ) -> Outcome {
    answer &+= 1
    let rows = resolve(stations, feed: feed, known: context.known)
    let bases = classes.map { ScreeningLimits.offset($0) }
    var pass = Pass(
      answer: answer, limits: screener.limits, compiled: screener.compiled, offset: offset,
      standing: FrozenCount(stations.count), feed: feeds[feed] ?? FeedTrace(), number: order.number(of: feed),
      configuredFeeds: order.configured)
    takeHumidity(readings, rows: rows, offset: offset)
    readings.withUnsafeMutableBufferPointer { buffer in
      for index in buffer.indices {
        let station = Int(buffer[index].station)
        // What failed, is missing or wrongly stamped is no measurement, and leaves no trace.
        guard buffer[index].flag.rawValue <= 3, station < rows.count, rows[station] >= 0 else { continue }
        let scaled = (buffer[index].value * 1_000).rounded(.toNearestOrEven)
        guard scaled.magnitude < 2_147_483_647 else { continue }
        pass.delivered += 1
        judge(
          index, Int32(scaled), buffer, row: rows[station], base: bases[station], air: context.air(of: station), &pass)
      }
    }
    markFrozen(&readings, rows: rows, feed: feed, &pass)
    remember(readings, rows: rows, pass.outcome)
    override(&readings, feed: feed, stations: stations, &pass)
    return pass.outcome
  }

  private mutating func takeHumidity(_ readings: ContiguousArray<Reading>, rows: [Int32], offset: CivilOffset) {
    for reading in readings where reading.pollutant == .humidity && reading.flag.rawValue <= 3 {
      let station = Int(reading.station)
      guard station < rows.count, rows[station] >= 0, reading.value.isFinite else { continue }
      humidity.take(
        Float(reading.value), begin: reading.begin.milliseconds, hour: offset.hour(of: reading.midpoint),
        row: rows[station])
    }
  }

  // MARK: One reading

  private mutating func judge(
    _ index: Int, _ value: Int32, _ buffer: UnsafeMutableBufferPointer<Reading>, row: Int32, base: Int,
    air: ScreeningContext.CountyAir?, _ pass: inout Pass
  ) {
    let pollutant = buffer[index].pollutant
    if marks.reach(buffer[index].begin.milliseconds), let mark = marks[Self.key(buffer[index], row: row, value: value)]
    {
      // Another verdict on the same reading would be a correction of itself.
      pass.mark(&buffer[index], index, mark.flag, mark.reasons)
    }
    let begin = buffer[index].begin.milliseconds
    let course = pass.compiled.course(base, pollutant)
    if pollutant.isCriteria {
      let place = Int(row) * Pollutant.criteriaCount + Int(pollutant.rawValue)
      let claim = pass.claim(on: traces[place], buffer[index])
      if claim == .passes || (claim == .own && begin > traces[place].begin) {
        pass.feed.add(key: keys[Int(row)], pollutant: pollutant, value: value, begin: begin)
      }
      if traces[place].isNews(begin: begin, value: value) {
        judgeAir(&buffer[index], index, row: row, base: base, air: air, &pass)
      }
      Self.follow(&traces[place], claim, index, value, buffer, course, air: air, &pass)
    } else {
      let key = Self.key(row, pollutant)
      guard var trace = others[key] ?? (others.count < Self.maximumOthers ? SeriesTrace() : nil) else {
        untraced += 1
        return
      }
      let claim = pass.claim(on: trace, buffer[index])
      if claim == .passes || (claim == .own && begin > trace.begin) {
        pass.feed.add(key: keys[Int(row)], pollutant: pollutant, value: value, begin: begin)
      }
      Self.follow(&trace, claim, index, value, buffer, course, air: air, &pass)
      others[key] = trace
    }
  }

  /// Humidity and sand-dust: what the air does to the instrument.
  @inline(__always)
  private func judgeAir(
    _ reading: inout Reading, _ index: Int, row: Int32, base: Int, air: ScreeningContext.CountyAir?,
    _ pass: inout Pass
  ) {
    guard reading.pollutant.rawValue <= Pollutant.pm10.rawValue else { return }
    let scatters = pass.compiled.scatters(base)
    if let air, air.hasDust {
      // Light scattering sees little of the coarse grains; a reference instrument measures them.
      let flag: QualityFlag = scatters && reading.pollutant == .pm10 ? .suspect : reading.flag
      pass.mark(&reading, index, flag, .sandDust)
    }
    guard scatters, let newest = humidity.newest(of: row),
      (reading.begin.milliseconds - newest.begin).magnitude <= UInt64(max(0, pass.limits.humidityAgeMilliseconds))
    else { return }
    let humidity = Double(newest.value)
    let reference = air?.reference[Int(reading.pollutant.rawValue)] ?? .min
    let isArtefact =
      reference == .min
      ? humidity >= pass.limits.humidityAlone
      : humidity >= pass.limits.humidityWithReference
        && reading.value * 1_000 > Double(reference) * pass.limits.humidityRatio
    if isArtefact { pass.mark(&reading, index, .suspect, .humidity) }
  }

  // MARK: The whole answer

  /// Stations all of whose values stand still, and a feed that repeats itself.
  private mutating func markFrozen(
    _ readings: inout ContiguousArray<Reading>, rows: [Int32], feed: String, _ pass: inout Pass
  ) {
    switch pass.feed.settle(
      after: pass.limits.frozenAfterMilliseconds, delivered: pass.delivered)
    {
    case .froze(let since): pass.outcome.froze = Instant(milliseconds: since)
    case .thawed(let since): pass.outcome.thawed = Instant(milliseconds: since)
    case nil: break
    }
    feeds[feed] = pass.feed
    let still = rows.indices.map { pass.standing.frozen($0) }
    guard pass.feed.isFrozen || still.contains(where: { $0 != nil }) else { return }
    let after = pass.limits.frozenAfterMilliseconds
    for index in readings.indices where readings[index].flag.rawValue <= 3 {
      let station = Int(readings[index].station)
      // Of a station those that came after it had stood still for so long, in whichever answer.
      let since = station < still.count ? still[station] : nil
      let isStill = since.map { readings[index].begin.milliseconds - $0 >= after } ?? false
      guard pass.feed.isFrozen || isStill else { continue }
      pass.mark(&readings[index], index, .suspect, .frozen)
    }
  }

  /// Remembers what was found against readings, for when they are sent again.
  private mutating func remember(_ readings: ContiguousArray<Reading>, rows: [Int32], _ outcome: Outcome) {
    for (index, _) in outcome.touched { remember(readings[index], rows: rows) }
    for revision in outcome.revisions { remember(revision, rows: rows) }
  }

  private mutating func remember(_ reading: Reading, rows: [Int32]) {
    let scaled = (reading.value * 1_000).rounded(.toNearestOrEven)
    guard scaled.magnitude < 2_147_483_647 else { return }
    marks.set(
      ScreeningMarks.Mark(flag: reading.flag, reasons: reading.reasons),
      for: Self.key(reading, row: rows[Int(reading.station)], value: Int32(scaled)))
  }

  private static func key(_ reading: Reading, row: Int32, value: Int32) -> ScreeningMarks.Key {
    ScreeningMarks.Key(
      begin: reading.begin.milliseconds, row: row, period: reading.periodMilliseconds, value: value,
      pollutant: reading.pollutant.rawValue)
  }

  /// Verdicts of people; a value that is missing or no number stays what it is.
  private mutating func override(
    _ readings: inout ContiguousArray<Reading>, feed: String, stations: [String], _ pass: inout Pass
  ) {
    guard !overrides.isEmpty else { return }
    let standing = Dictionary(grouping: overrides.filter { $0.withdrawal == nil }, by: \.station)
    let concerned = stations.map { standing[$0] ?? [] }
    let fixed: ScreeningReasons = [.missing, .notRepresentable, .futureStamp, .ancientStamp]
    for index in readings.indices {
      let station = Int(readings[index].station)
      guard station < concerned.count, !concerned[station].isEmpty, readings[index].reasons.isDisjoint(with: fixed),
        readings[index].flag != .missing,
        let verdict = concerned[station].last(where: {
          $0.covers(readings[index].pollutant, begin: readings[index].begin)
        })
      else { continue }
      pass.outcome.touched.append((index, readings[index].flag))
      keep(readings[index], feed: feed, before: verdict.id)
      readings[index].flag = verdict.flag
      readings[index].reasons.insert(.overridden)
    }
    // What a later value shows of an earlier one is what the tests think of it: the person's verdict stands.
    for index in pass.outcome.revisions.indices {
      let reading = pass.outcome.revisions[index]
      guard
        let verdict = concerned[Int(reading.station)].last(where: {
          $0.covers(reading.pollutant, begin: reading.begin)
        })
      else { continue }
      keep(reading, feed: feed, before: verdict.id, isRevision: true)
      pass.outcome.revisions[index].flag = verdict.flag
      pass.outcome.revisions[index].reasons.insert(.overridden)
    }
  }
}
