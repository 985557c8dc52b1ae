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
      standing: FrozenCount(stations.count), feed: feeds[feed] ?? FeedTrace())
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

  /// What the loop over one answer carries along.
  struct Pass {
    let answer: UInt32
    let limits: ScreeningLimits
    let compiled: CompiledLimits
    let offset: CivilOffset
    var standing: FrozenCount
    /// The feed's trace while the answer is read.
    var feed: FeedTrace
    var outcome = Outcome()
    /// Readings of the answer that are measurements.
    var delivered = 0

    init(
      answer: UInt32, limits: ScreeningLimits, compiled: CompiledLimits, offset: CivilOffset, standing: FrozenCount,
      feed: FeedTrace
    ) {
      self.answer = answer
      self.limits = limits
      self.compiled = compiled
      self.offset = offset
      self.standing = standing
      self.feed = feed
    }
  }

  /// Series of each station of a batch, and how many of them stand still.
  struct FrozenCount {
    var series: [UInt16]
    var still: [UInt16]
    init(_ stations: Int) {
      series = Array(repeating: 0, count: stations)
      still = series
    }
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
      if begin > traces[place].begin {
        pass.feed.add(key: keys[Int(row)], pollutant: pollutant, value: value, begin: begin)
        judgeAir(&buffer[index], index, row: row, base: base, air: air, &pass)
      }
      Self.follow(&traces[place], index, value, buffer, course, air: air, &pass)
    } else {
      let key = Self.key(row, pollutant)
      guard var trace = others[key] ?? (others.count < Self.maximumOthers ? SeriesTrace() : nil) else {
        untraced += 1
        return
      }
      if begin > trace.begin { pass.feed.add(key: keys[Int(row)], pollutant: pollutant, value: value, begin: begin) }
      Self.follow(&trace, index, value, buffer, course, air: air, &pass)
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

  /// The reading against its series.
  private static func follow(
    _ trace: inout SeriesTrace, _ index: Int, _ value: Int32, _ buffer: UnsafeMutableBufferPointer<Reading>,
    _ course: CompiledLimits.Course, air: ScreeningContext.CountyAir?, _ pass: inout Pass
  ) {
    let begin = buffer[index].begin.milliseconds
    guard trace.begin != .min else {
      trace.begin(with: buffer[index], value: value, answer: pass.answer, place: index)
      pass.standing.count(buffer[index].station, isStill: false)
      return
    }
    guard begin > trace.begin else { return repeatOrLate(&trace, index, value, buffer, &pass) }
    let step = begin - trace.begin
    if buffer[index].periodMilliseconds != trace.period {
      guard step > SeriesTrace.resetMilliseconds else { return }
      trace.begin(with: buffer[index], value: value, answer: pass.answer, place: index)
      return
    }
    let usual = max(Int64(trace.interval), buffer[index].spanMilliseconds)
    if step > max(SeriesTrace.forgetMilliseconds, pass.limits.gapPeriods * usual) {
      // After a day without one that could be right, the series is what comes: a unit may have been put right.
      pass.mark(&buffer[index], index, buffer[index].flag, .gap)
      trace.begin(with: buffer[index], value: value, answer: pass.answer, place: index)
      pass.standing.count(buffer[index].station, isStill: false)
      return
    }
    if pass.limits.findsUnitMistakes, isUnitMistake(value, trace, air, buffer[index].pollutant) {
      pass.mark(&buffer[index], index, .fail, .unitMistake)
      return
    }
    let afterGap = usual > 0 && step > pass.limits.gapPeriods * usual
    if afterGap { pass.mark(&buffer[index], index, buffer[index].flag, .gap) }
    let isDusty = air?.hasDust ?? false && buffer[index].pollutant.rawValue <= Pollutant.pm10.rawValue
    var wasSpike = false
    if !afterGap, !isDusty {
      wasSpike = judgeSpike(trace, value, buffer, course, index, &pass)
      if !wasSpike { judgeRate(trace, value, step: step, &buffer[index], index, course, &pass) }
    }
    trace.extendRun(value, begin: begin, tolerance: course.flatTolerance, afterGap: afterGap)
    judgeFlatLine(trace, &buffer[index], index, course, &pass)
    pass.standing.count(
      buffer[index].station,
      isStill: trace.runCount >= 3 && trace.runLow == trace.runHigh
        && begin - trace.runBegin >= pass.limits.frozenAfterMilliseconds)
    // A spike is no neighbour of what follows it.
    trace.before = afterGap ? .min : wasSpike ? trace.before : trace.value
    if !afterGap || trace.interval == 0 { trace.interval = Int32(clamping: step) }
    trace.begin = begin
    trace.value = value
    trace.learn(value)
    trace.note(buffer[index], answer: pass.answer, place: index)
  }

  /// A reading that is not newer than its series: the same again, a correction, or late.
  private static func repeatOrLate(
    _ trace: inout SeriesTrace, _ index: Int, _ value: Int32, _ buffer: UnsafeMutableBufferPointer<Reading>,
    _ pass: inout Pass
  ) {
    guard buffer[index].begin.milliseconds == trace.begin, buffer[index].periodMilliseconds == trace.period else {
      return
    }
    guard value != trace.value else {
      if trace.answer == pass.answer {
        pass.mark(&buffer[index], index, trace.flag, ScreeningReasons(rawValue: trace.reasons))
      }
      return
    }
    if trace.answer == pass.answer { pass.mark(&buffer[index], index, .suspect, .duplicateStamp) }
    trace.value = value
    trace.note(buffer[index], answer: pass.answer, place: index)
  }

  /// Whether a value is 500 to 2,000 times, or as small a part of, what its series or its county has been.
  @inline(__always)
  private static func isUnitMistake(
    _ value: Int32, _ trace: SeriesTrace, _ air: ScreeningContext.CountyAir?, _ pollutant: Pollutant
  ) -> Bool {
    guard pollutant != .humidity, pollutant != .temperature, pollutant != .windDirection, value > 0 else {
      return false
    }
    let level: Float
    if trace.levelCount >= 8 {
      level = trace.level
    } else if let air, pollutant.isCriteria, air.reference[Int(pollutant.rawValue)] > 0 {
      level = Float(air.reference[Int(pollutant.rawValue)])
    } else {
      return false
    }
    // Near zero a ratio says nothing, and a plume may rise from there: 5 of the unit (CO: 0.2) at least.
    guard level >= (pollutant == .co ? 200 : 5_000) else { return false }
    let value = Float(value)
    return (value * 500 <= level && level <= value * 2_000) || (level * 500 <= value && value <= level * 2_000)
  }

  /// Whether the newest reading of the series stands alone between the one before it and this one.
  @inline(__always)
  private static func judgeSpike(
    _ trace: SeriesTrace, _ value: Int32, _ buffer: UnsafeMutableBufferPointer<Reading>,
    _ course: CompiledLimits.Course, _ index: Int, _ pass: inout Pass
  ) -> Bool {
    guard trace.before != .min else { return false }
    let (before, middle, after) = (Int64(trace.before), Int64(trace.value), Int64(value))
    // Twice the distance from the nearer neighbour; negative between them, where it is a slope, however steep.
    let excess = Int64((2 * middle - before - after).magnitude) - Int64((before - after).magnitude)
    guard excess > course.spikeSuspect || excess > course.spikeFail else { return false }
    let flag = Pass.worse(trace.flag, excess > course.spikeFail ? .fail : .suspect)
    let place = Int(trace.place)
    if trace.answer == pass.answer, place < index {
      pass.mark(&buffer[place], place, flag, .spike)
    } else {
      var reading = Reading(
        station: buffer[index].station, pollutant: buffer[index].pollutant, value: Double(trace.value) / 1_000,
        begin: Instant(milliseconds: trace.begin), periodMilliseconds: trace.period, flag: flag,
        reasons: ScreeningReasons(rawValue: trace.reasons))
      reading.reasons.insert(.spike)
      pass.outcome.revisions.append(reading)
    }
    return true
  }

  @inline(__always)
  private static func judgeRate(
    _ trace: SeriesTrace, _ value: Int32, step: Int64, _ reading: inout Reading, _ index: Int,
    _ course: CompiledLimits.Course, _ pass: inout Pass
  ) {
    let change = (Int64(value) - Int64(trace.value)).magnitude
    // Beyond an hour the threshold grows with time; within one the air of an hour is the bound.
    let hours = UInt64(max(1, (step + 3_599_999) / 3_600_000))
    if change / hours > UInt64(course.rateFail) {
      pass.mark(&reading, index, .fail, .rateOfChange)
    } else if change / hours > UInt64(course.rateSuspect) {
      pass.mark(&reading, index, .suspect, .rateOfChange)
    }
  }

  @inline(__always)
  private static func judgeFlatLine(
    _ trace: SeriesTrace, _ reading: inout Reading, _ index: Int, _ course: CompiledLimits.Course, _ pass: inout Pass
  ) {
    guard trace.runCount >= 3, Int64(trace.runHigh) > course.flatAbove,
      reading.end.milliseconds - trace.runBegin >= course.flatAfter
    else { return }
    pass.mark(&reading, index, .suspect, .flatLine)
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
    let still = Set(
      rows.indices.filter {
        pass.standing.series[$0] >= FeedTrace.leastSeries && pass.standing.still[$0] == pass.standing.series[$0]
      })
    guard pass.feed.isFrozen || !still.isEmpty else { return }
    for index in readings.indices where readings[index].flag.rawValue <= 3 {
      guard pass.feed.isFrozen || still.contains(Int(readings[index].station)) else { continue }
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

extension ScreeningMemory.FrozenCount {
  @inline(__always)
  mutating func count(_ station: UInt32, isStill: Bool) {
    series[Int(station)] &+= 1
    if isStill { still[Int(station)] &+= 1 }
  }
}

extension ScreeningMemory.Pass {
  /// Gives a reading a reason, and the flag when it is worse than its own.
  mutating func mark(_ reading: inout Reading, _ index: Int, _ flag: QualityFlag, _ reason: ScreeningReasons) {
    let next = Self.worse(reading.flag, flag)
    guard next != reading.flag || !reading.reasons.isSuperset(of: reason) else { return }
    outcome.touched.append((index, reading.flag))
    reading.flag = next
    reading.reasons.insert(reason)
  }

  /// The worse of two verdicts on a value that is there: fail, suspect, not screened, good.
  static func worse(_ a: QualityFlag, _ b: QualityFlag) -> QualityFlag {
    if a == .fail || b == .fail { return .fail }
    if a == .suspect || b == .suspect { return .suspect }
    return a == .unknown || b == .unknown ? .unknown : .good
  }
}
