import AirQuality

/// One reading against its series: gap, unit mistake, spike, rate of change and flat line.
extension ScreeningMemory {
  /// The reading against its series.
  static func follow(
    _ trace: inout SeriesTrace, _ claim: Pass.Claim, _ index: Int, _ value: Int32,
    _ buffer: UnsafeMutableBufferPointer<Reading>, _ course: CompiledLimits.Course,
    air: ScreeningContext.CountyAir?, _ pass: inout Pass
  ) {
    let begin = buffer[index].begin.milliseconds
    guard trace.begin != .min else {
      trace.begin(with: buffer[index], value: value, feed: pass.number, answer: pass.answer, place: index)
      pass.standing.count(buffer[index])
      return
    }
    if claim == .beside { return judgeBeside(trace, value, &buffer[index], index, course, air: air, &pass) }
    if claim == .own, begin <= trace.begin {
      return repeatOrLate(&trace, index, value, buffer, course, air: air, &pass)
    }
    let step = begin - trace.begin
    if buffer[index].periodMilliseconds != trace.period {
      guard step > SeriesTrace.resetMilliseconds else { return }
      trace.begin(with: buffer[index], value: value, feed: pass.number, answer: pass.answer, place: index)
      return
    }
    let usual = max(Int64(trace.interval), buffer[index].spanMilliseconds)
    if step > max(SeriesTrace.forgetMilliseconds, pass.limits.gapPeriods * usual) {
      // After a day without one that could be right, the series is what comes: a unit may have been put right.
      if claim == .own { pass.mark(&buffer[index], index, buffer[index].flag, .gap) }
      trace.begin(with: buffer[index], value: value, feed: pass.number, answer: pass.answer, place: index)
      pass.standing.count(buffer[index])
      return
    }
    if failsAsUnitMistake(value, trace, &buffer[index], index, air: air, &pass) { return }
    if claim == .passes {
      trace.pass(to: pass.number, with: buffer[index], value: value, answer: pass.answer, place: index)
      pass.standing.count(buffer[index])
      return
    }
    let afterGap = usual > 0 && step > pass.limits.gapPeriods * usual
    if afterGap { pass.mark(&buffer[index], index, buffer[index].flag, .gap) }
    let isDusty = isDusty(buffer[index].pollutant, air)
    var wasSpike = false
    if !afterGap, !isDusty {
      wasSpike = judgeSpike(trace, value, buffer, course, index, &pass)
      if !wasSpike { judgeRate(from: trace.value, to: value, step: step, &buffer[index], index, course, &pass) }
    }
    trace.extendRun(value, begin: begin, tolerance: course.flatTolerance, afterGap: afterGap)
    judgeFlatLine(trace, &buffer[index], index, course, &pass)
    let isStill =
      trace.runCount >= 3 && trace.runLow == trace.runHigh
      && begin - trace.runBegin >= pass.limits.frozenAfterMilliseconds
    pass.standing.count(buffer[index], stillSince: isStill ? trace.runBegin : nil)
    // A spike is no neighbour of what follows it.
    trace.before = afterGap ? .min : wasSpike ? trace.before : trace.value
    if !afterGap || trace.interval == 0 { trace.interval = Int32(clamping: step) }
    trace.begin = begin
    trace.value = value
    trace.learn(value)
    trace.note(buffer[index], answer: pass.answer, place: index)
  }

  /// Whether a change of particles may be sand-dust.
  @inline(__always)
  private static func isDusty(_ pollutant: Pollutant, _ air: ScreeningContext.CountyAir?) -> Bool {
    pollutant.rawValue <= Pollutant.pm10.rawValue && air?.hasDust ?? false
  }

  /// The newer reading of a feed that does not have the series: it may stand for the other's until that comes.
  private static func judgeBeside(
    _ trace: SeriesTrace, _ value: Int32, _ reading: inout Reading, _ index: Int, _ course: CompiledLimits.Course,
    air: ScreeningContext.CountyAir?, _ pass: inout Pass
  ) {
    let step = reading.begin.milliseconds - trace.begin
    guard step > 0, reading.periodMilliseconds == trace.period else { return }
    if !failsAsUnitMistake(value, trace, &reading, index, air: air, &pass), !isDusty(reading.pollutant, air) {
      judgeRate(from: trace.value, to: value, step: step, &reading, index, course, &pass)
    }
  }

  /// A reading that is not newer than its series: the same again, a correction, or late.
  private static func repeatOrLate(
    _ trace: inout SeriesTrace, _ index: Int, _ value: Int32, _ buffer: UnsafeMutableBufferPointer<Reading>,
    _ course: CompiledLimits.Course, air: ScreeningContext.CountyAir?, _ pass: inout Pass
  ) {
    guard buffer[index].periodMilliseconds == trace.period else { return }
    guard buffer[index].begin.milliseconds == trace.begin else {
      // Its neighbours are gone: of a late row the level of the series alone can be asked.
      _ = failsAsUnitMistake(value, trace, &buffer[index], index, air: air, &pass)
      return
    }
    guard value == trace.value else {
      return correct(&trace, index, value, &buffer[index], course, air: air, &pass)
    }
    if trace.answer == pass.answer {
      pass.mark(&buffer[index], index, trace.flag, ScreeningReasons(rawValue: trace.reasons))
    }
  }

  /// Another value for the newest reading: it is held against what was before that one, and takes its place unless it
  /// fails.
  private static func correct(
    _ trace: inout SeriesTrace, _ index: Int, _ value: Int32, _ reading: inout Reading,
    _ course: CompiledLimits.Course, air: ScreeningContext.CountyAir?, _ pass: inout Pass
  ) {
    if trace.answer == pass.answer { pass.mark(&reading, index, .suspect, .duplicateStamp) }
    var corrected = trace
    corrected.unlearn()
    if failsAsUnitMistake(value, corrected, &reading, index, air: air, &pass) { return }
    if trace.reasons & ScreeningReasons.gap.rawValue != 0 { pass.mark(&reading, index, reading.flag, .gap) }
    if trace.before != .min, !isDusty(reading.pollutant, air) {
      judgeRate(from: trace.before, to: value, step: Int64(trace.interval), &reading, index, course, &pass)
    }
    corrected.correct(value, tolerance: course.flatTolerance)
    judgeFlatLine(corrected, &reading, index, course, &pass)
    guard reading.flag != .fail else { return }
    corrected.note(reading, answer: pass.answer, place: index)
    trace = corrected
    pass.standing.count(reading)
  }

  /// Fails a reading whose value is a mistake of its unit, where such are looked for; true when it is one.
  @inline(__always)
  private static func failsAsUnitMistake(
    _ value: Int32, _ trace: SeriesTrace, _ reading: inout Reading, _ index: Int, air: ScreeningContext.CountyAir?,
    _ pass: inout Pass
  ) -> Bool {
    guard pass.limits.findsUnitMistakes, isUnitMistake(value, trace, air, reading.pollutant) else { return false }
    pass.mark(&reading, index, .fail, .unitMistake)
    return true
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
    from before: Int32, to value: Int32, step: Int64, _ reading: inout Reading, _ index: Int,
    _ course: CompiledLimits.Course, _ pass: inout Pass
  ) {
    let change = (Int64(value) - Int64(before)).magnitude
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
}
