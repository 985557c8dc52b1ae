package import AirQuality

/// Gives every reading of a batch its QARTOD flag and the reasons for it, in place.
///
/// O(1) a reading; between batches it keeps nothing but its limits. The tests, in the order of their verdicts:
/// - 9 `missing`: the feed marks the value as missing.
/// - 4 `notRepresentable`, `sentinel`, `negative`, `aboveRange`: the value is no measurement.
/// - 4 `futureStamp`, `ancientStamp`: the time is wrong; such rows are quarantined (they enter no ring).
/// - 3 `belowZero`: below zero within the noise of the instrument.
/// - 3 `pm25AbovePM10`: PM2.5 above PM10 of the same station, begin and period in the same batch by more than the
///   tolerance. Both are flagged: the pair does not show which of the two is wrong.
/// - 4 `twinChannels`: the two channels of one instrument disagree beyond `twinDifference` and `twinShare`; what the
///   instrument makes of both fails with them.
/// - 2 `unusablePeriod`: an otherwise good value of one of the six whose period is neither up to 1 h nor 24 h. It is
///   shown, and enters no mean.
/// - 1 otherwise.
///
/// A verdict of 3 or 4 that the decoder already gave (an instrument's own fault mark) is kept: the worse one holds.
package struct Screener: Sendable {
  package let limits: ScreeningLimits
  private let ranges: [ScreeningLimits.Range]
  private let sentinels: SentinelSet
  /// The thresholds of the tests over time.
  let compiled: CompiledLimits

  /// How many readings got which flag.
  package struct Tally: Sendable, Hashable {
    package var good = 0
    package var unknown = 0
    package var suspect = 0
    package var fail = 0
    package var missing = 0
    package init() {}

    /// A reading that was counted under one flag has another.
    package mutating func move(from: QualityFlag, to: QualityFlag) {
      count(from, by: -1)
      count(to)
    }

    mutating func count(_ flag: QualityFlag, by step: Int = 1) {
      switch flag {
      case .good: good += step
      case .unknown: unknown += step
      case .suspect: suspect += step
      case .fail: fail += step
      case .missing: missing += step
      }
    }
  }

  package init(limits: ScreeningLimits = ScreeningLimits()) {
    self.limits = limits
    ranges = limits.ranges
    compiled = CompiledLimits(limits)
    sentinels = SentinelSet(limits.sentinels.map { Int64(($0 * 1_000).rounded()) })
  }

  /// Flags `readings`.
  ///
  /// - Parameters:
  ///   - classes: the class of each station of the batch, by `Reading.station`; nil for a station of no registry.
  ///   - receivedAt: when the answer was received.
  /// - Returns: how many readings got which flag.
  @discardableResult
  package func screen(
    _ readings: inout ContiguousArray<Reading>, classes: [StationClass?], receivedAt: Instant
  ) -> Tally {
    var tally = Tally()
    let bases = classes.map { ScreeningLimits.offset($0) }
    let unregistered = ScreeningLimits.offset(nil)
    var particles = ReadingPairs(.pm25, stations: classes.count)
    var twins = TwinChannels(stations: classes.count)
    readings.withUnsafeMutableBufferPointer { buffer in
      for index in buffer.indices {
        let station = Int(buffer[index].station)
        let base = station < bases.count ? bases[station] : unregistered
        judge(&buffer[index], base: base, receivedAt: receivedAt)
        let pollutant = buffer[index].pollutant
        if pollutant.rawValue <= Pollutant.pm10.rawValue {
          particles.add(index, of: buffer)
        } else if pollutant.rawValue >= Pollutant.pm25A.rawValue {
          twins.add(index, of: buffer)
        }
      }
      particles.finish(buffer)
      twins.judge(buffer, limits)
      for (fine, coarse) in particles.pairs { compare(fine: fine, coarse: coarse, in: buffer) }
      for reading in buffer { tally.count(reading.flag) }
    }
    return tally
  }

  /// The tests of one reading.
  private func judge(_ reading: inout Reading, base: Int, receivedAt: Instant) {
    var reasons = reading.reasons
    var flag = QualityFlag.good
    if reading.flag == .missing || reasons.contains(.missing) {
      reading.reasons = reasons.union(.missing)
      reading.flag = .missing
      judgeStamp(&reading, receivedAt: receivedAt)
      return
    }
    if reading.flag == .fail || reading.flag == .suspect { flag = reading.flag }
    let value = reading.value
    if !(value.magnitude < 2_147_483) {
      // NaN fails the comparison too.
      reasons.insert(.notRepresentable)
      flag = .fail
    } else if value.magnitude >= sentinels.least, isSentinel(value) {
      reasons.insert(.sentinel)
      flag = .fail
    } else {
      let range = ranges[base + Int(reading.pollutant.rawValue)]
      if value < range.lowest {
        reasons.insert(.negative)
        flag = .fail
      } else if value > range.highest {
        reasons.insert(.aboveRange)
        flag = .fail
      } else if value < 0, range.suspectBelowZero {
        reasons.insert(.belowZero)
        flag = worse(flag, .suspect)
      }
    }
    if reading.pollutant.isCriteria, !isKept(period: reading.periodMilliseconds) {
      reasons.insert(.unusablePeriod)
      if flag == .good { flag = .unknown }
    }
    reading.flag = flag
    reading.reasons = reasons
    judgeStamp(&reading, receivedAt: receivedAt)
  }

  /// The tests of the stamp; they turn any verdict, missing included, into 4.
  private func judgeStamp(_ reading: inout Reading, receivedAt: Instant) {
    let (end, overflow) = reading.begin.milliseconds.addingReportingOverflow(reading.spanMilliseconds)
    if overflow || end > receivedAt.milliseconds + limits.futureToleranceMilliseconds {
      reading.reasons.insert(.futureStamp)
      reading.flag = .fail
    } else if reading.begin < limits.earliest
      || reading.begin.milliseconds < receivedAt.milliseconds - limits.ageMilliseconds
    {
      reading.reasons.insert(.ancientStamp)
      reading.flag = .fail
    }
  }

  private func isSentinel(_ value: Double) -> Bool {
    let scaled = value * 1_000
    let whole = scaled.rounded()
    // A conversion of units may have left the last bit of the mantissa astray.
    return (scaled - whole).magnitude < 1e-5 && sentinels.contains(Int64(whole))
  }

  private func isKept(period: Int32) -> Bool {
    (0...3_600_000).contains(period) || period == 86_400_000
  }

  private func worse(_ a: QualityFlag, _ b: QualityFlag) -> QualityFlag {
    if a == .fail || b == .fail { return .fail }
    return a == .suspect || b == .suspect ? .suspect : a
  }

  /// PM2.5 against PM10 of the same time; values that failed or are missing prove nothing.
  private func compare(fine: Int, coarse: Int, in buffer: UnsafeMutableBufferPointer<Reading>) {
    guard buffer[fine].flag.rawValue <= 3, buffer[coarse].flag.rawValue <= 3 else { return }
    let tolerance = max(limits.particleTolerance, buffer[coarse].value * limits.particleToleranceShare)
    guard buffer[fine].value > buffer[coarse].value + tolerance else { return }
    for index in [fine, coarse] {
      buffer[index].reasons.insert(.pm25AbovePM10)
      buffer[index].flag = worse(buffer[index].flag, .suspect)
    }
  }
}
