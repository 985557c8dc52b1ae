package import AirQuality
internal import Timekeeping

/// When a feed's new periods appear (发布延迟): learned from its answers, told as the next expectation. No clock, no I/O.
///
/// A period counts as published when the bulk of its stations is there (`PublicationRules.completeness` of the usual
/// number, and of those that had a value just before). The hour of the day makes no difference: a source that is slow at night is slow in the quantiles.
package struct PublicationLag: Hashable, Sendable {
  /// What is used of the samples; made anew with each publication.
  private struct Learned: Hashable {
    var cadence: Int64 = 0
    /// Median, the quantile of the schedule, and that of the alarm, milliseconds.
    var median: Int64 = 0
    var usual: Int64 = 0
    var alarm: Int64 = 0
    /// Where early polls begin.
    var early: Int64 = 0
    var isMeasured = false
  }

  package let rules: PublicationRules
  /// Spreads the polls of feeds that publish together; also decides which periods are awaited early.
  private let salt: UInt64
  package private(set) var samples = LagSamples()
  /// End of the newest published period.
  package private(set) var newestEnd: Instant?
  /// Averaging period of the newest values, milliseconds.
  package private(set) var span: Int64 = 0
  /// Distances between the ends of successive publications, milliseconds, oldest first.
  package private(set) var gaps: [Int64] = []
  /// Stations of the newest periods when they were last seen, oldest first.
  package private(set) var stationCounts: [Int] = []
  /// A newer period of which too few stations are there.
  package private(set) var partial: NewestPeriod?
  /// The newest answer that held nothing newer than `newestEnd`.
  private var lastWithout: Instant?
  /// Every poll since then was answered: nothing could have come unseen for reasons of ours or the network's.
  private var isClean = true
  /// An answer came since the start: before, what is awaited may be there.
  private var isAwake = false
  private var learned = Learned()

  /// Ages of newest periods that are believed, milliseconds.
  static let plausibleAges: ClosedRange<Int64> = -NewestPeriod.toleranceMilliseconds...400 * 86_400_000
  static let keptGaps = 32
  static let keptCounts = 7

  package init(rules: PublicationRules, name: String) {
    self.rules = rules
    salt = stableHash(name)
  }

  // MARK: What is seen

  /// An answer came whose newest period is `period`; nil: it had nothing, or nothing new. True when a period was
  /// published by it.
  @discardableResult
  package mutating func answered(_ period: NewestPeriod?, at moment: Instant) -> Bool {
    defer {
      isClean = true
      isAwake = true
    }
    guard let period, Self.plausibleAges.contains(moment.milliseconds &- period.end.milliseconds) else {
      lastWithout = moment
      return false
    }
    if let newestEnd, period.end <= newestEnd {
      if period.end == newestEnd, let last = stationCounts.indices.last {
        stationCounts[last] = max(stationCounts[last], period.stations)
      }
      lastWithout = moment
      return false
    }
    if let partial, partial.end < period.end { remember(stations: partial.stations) }
    guard isBulk(period) else {
      partial = period
      lastWithout = moment
      if newestEnd == nil { begin(before: period) }
      return false
    }
    publish(period, at: moment)
    return true
  }

  /// A poll failed: until the next answer nobody knows what was there.
  package mutating func failed() { isClean = false }

  /// The civil clock stepped: what was seen before it cannot be measured against what comes.
  package mutating func clockStepped() {
    lastWithout = nil
    isClean = false
    isAwake = false
  }

  /// The first answer holds a period that is not whole: it is awaited, the one before counts as there.
  private mutating func begin(before period: NewestPeriod) {
    newestEnd = period.end.adding(milliseconds: -period.spanMilliseconds)
    span = period.spanMilliseconds
    learn()
  }

  private func isBulk(_ period: NewestPeriod) -> Bool {
    // Stations that had a value just before are expected, from the first answer on.
    let median = stationCounts.isEmpty ? 0 : stationCounts.sorted()[stationCounts.count / 2]
    let usual = max(median, period.recentStations)
    return Double(period.stations) >= (Double(usual) * rules.completeness).rounded(.down)
  }

  private mutating func remember(stations: Int) {
    if stationCounts.count == Self.keptCounts { stationCounts.removeFirst() }
    stationCounts.append(stations)
  }

  private mutating func publish(_ period: NewestPeriod, at moment: Instant) {
    let upper = moment.milliseconds - period.end.milliseconds
    let lower = isClean ? lastWithout.map { $0.milliseconds - period.end.milliseconds } ?? 0 : 0
    samples.add(LagSamples.Sample(lower: lower, upper: upper))
    if let newestEnd {
      if gaps.count == Self.keptGaps { gaps.removeFirst() }
      gaps.append(period.end.milliseconds - newestEnd.milliseconds)
    }
    remember(stations: period.stations)
    newestEnd = period.end
    span = period.spanMilliseconds
    partial = nil
    lastWithout = moment
    learn()
  }

  private mutating func learn() {
    var next = Learned()
    let median = gaps.isEmpty ? 0 : gaps.sorted()[gaps.count / 2]
    // Values of a minute may be published every five: what the gaps say counts, once there are some.
    next.cadence = gaps.count >= 3 || span == 0 ? median : span
    guard next.cadence > 0 else { return learned = next }
    let tolerance = 2 * rules.stepMilliseconds(attempt: 0, cadence: next.cadence)
    func lag(_ share: Double) -> (milliseconds: Int64, isSeen: Bool) {
      samples.quantile(share, tolerance: tolerance) ?? (0, false)
    }
    next.median = lag(0.5).milliseconds
    next.usual = lag(rules.quantile).milliseconds
    next.alarm = max(
      lag(rules.alarmQuantile).milliseconds,
      next.usual + rules.alarmFloorMilliseconds(cadence: next.cadence))
    let low = lag(0.1).milliseconds
    next.early = max(low * 3 / 4, low - 2 * tolerance)
    next.isMeasured = samples.exactCount(tolerance: tolerance) >= Self.leastExact
    learned = next
  }

  /// Narrow intervals needed until the quantiles are believed; before, every period is awaited early.
  private static let leastExact = 4

  // MARK: What is expected

  /// Civil milliseconds between publications; nil before it is known.
  package var cadence: Int64? { learned.cadence > 0 ? learned.cadence : nil }

  /// Whether the schedule can follow.
  package var isLearned: Bool {
    cadence != nil && newestEnd != nil && samples.count >= PublicationRules.leastToFollow
  }

  /// End of the period that is awaited; nil before a cadence is known.
  package var expectedEnd: Instant? {
    guard let newestEnd, let cadence else { return nil }
    return newestEnd.adding(milliseconds: cadence)
  }

  /// The first moment after `moment` at which a period that is not there yet should be polled for; nil before anything is
  /// learned.
  package func target(after moment: Instant) -> Instant? {
    guard isLearned, let newestEnd, let cadence else { return nil }
    let longest = learned.usual + 2 * rules.marginMilliseconds(cadence: cadence)
    let passed = moment.milliseconds - newestEnd.milliseconds - longest
    var number = max(1, floorDivide(passed, cadence))
    // Early and usual moments differ by less than the lag, so a few periods decide.
    for _ in 0..<64 {
      let end = newestEnd.adding(milliseconds: number &* cadence)
      let target = end.adding(milliseconds: wait(for: end, cadence))
      if target > moment { return target }
      number += 1
    }
    return moment.adding(milliseconds: cadence)
  }

  /// End of the newest period whose moment for a poll has come at `moment`; nil when it is the one that is there, or
  /// nothing is known. Before anything is learned that moment is the period's end.
  package func awaitedEnd(at moment: Instant) -> Instant? {
    guard let newestEnd, let cadence else { return nil }
    var number = floorDivide(moment.milliseconds - newestEnd.milliseconds, cadence)
    for _ in 0..<64 where number >= 1 {
      let end = newestEnd.adding(milliseconds: number * cadence)
      if !isLearned || end.adding(milliseconds: wait(for: end, cadence)) <= moment { return end }
      number -= 1
    }
    return nil
  }

  private func wait(for end: Instant, _ cadence: Int64) -> Int64 {
    let period = UInt64(bitPattern: floorDivide(end.milliseconds, cadence))
    if !learned.isMeasured || (period &+ salt) % PublicationRules.measuredPeriods == 0 { return learned.early }
    let margin = rules.marginMilliseconds(cadence: cadence)
    return learned.usual + margin + Int64(salt >> 8) % 1_000 * margin / 1_000
  }

  /// The moment from which the awaited period is late (迟到); nil while too little is known.
  package var alarmAt: Instant? {
    guard isAwake, isLearned, samples.count >= PublicationRules.leastToAlarm, let expectedEnd else { return nil }
    return expectedEnd.adding(milliseconds: learned.alarm)
  }

  /// What people see of it.
  package var summary: PublicationSummary {
    let isKnown = isLearned
    return PublicationSummary(
      usualMilliseconds: isKnown ? learned.median : nil, p90Milliseconds: isKnown ? learned.usual : nil,
      alarmMilliseconds: samples.count < PublicationRules.leastToAlarm ? nil : learned.alarm, samples: samples.count,
      newestEnd: newestEnd, expectedEnd: expectedEnd, alarmAt: alarmAt, partialStations: partial?.stations)
  }
}

extension PublicationLag {
  /// What a restart needs of it.
  package struct Memory: Hashable, Sendable {
    package var samples: [LagSamples.Sample] = []
    package var newestEnd: Instant?
    package var span: Int64 = 0
    package var gaps: [Int64] = []
    package var stationCounts: [Int] = []
    package init() {}
  }

  package var memory: Memory {
    var memory = Memory()
    memory.samples = samples.samples
    memory.newestEnd = newestEnd
    memory.span = span
    memory.gaps = gaps
    memory.stationCounts = stationCounts
    return memory
  }

  /// Takes what was learned before a restart or under the feed's earlier definition.
  package mutating func recall(_ memory: Memory) {
    guard newestEnd == nil else { return }
    for sample in memory.samples.suffix(LagSamples.capacity) {
      samples.add(LagSamples.Sample(lower: sample.lower, upper: sample.upper))
    }
    newestEnd = memory.newestEnd
    span = max(0, memory.span)
    gaps = memory.gaps.suffix(Self.keptGaps).filter { $0 > 0 }
    stationCounts = memory.stationCounts.suffix(Self.keptCounts).filter { $0 >= 0 }
    isClean = false
    learn()
  }
}
