import AirQuality

extension ScreeningMemory {
  /// What the loop over one answer carries along.
  struct Pass {
    let answer: UInt32
    let limits: ScreeningLimits
    let compiled: CompiledLimits
    let offset: CivilOffset
    var standing: FrozenCount
    /// The feed's trace while the answer is read.
    var feed: FeedTrace
    /// The feed's number, and how many feeds are in the configuration.
    let number: UInt16
    let configuredFeeds: UInt16
    var outcome = Outcome()
    /// Readings of the answer that are measurements.
    var delivered = 0

    init(
      answer: UInt32, limits: ScreeningLimits, compiled: CompiledLimits, offset: CivilOffset, standing: FrozenCount,
      feed: FeedTrace, number: UInt16, configuredFeeds: UInt16
    ) {
      self.answer = answer
      self.limits = limits
      self.compiled = compiled
      self.offset = offset
      self.standing = standing
      self.feed = feed
      self.number = number
      self.configuredFeeds = configuredFeeds
    }
  }

  /// Which series of each station of a batch stand still by their newest reading, a bit for each quantity: how many rows an
  /// answer has of each makes no difference.
  struct FrozenCount {
    private var series: [UInt64]
    private var still: [UInt64]
    /// Since when by station: the latest begin among the flat runs of the series that stand still.
    private var since: [Int64]

    init(_ stations: Int) {
      series = Array(repeating: 0, count: stations)
      still = series
      since = Array(repeating: .min, count: stations)
    }
  }
}

extension ScreeningMemory.FrozenCount {
  /// Takes the newest reading of a series; `since` is the begin of its flat run when it stands still.
  @inline(__always)
  mutating func count(_ reading: Reading, stillSince since: Int64? = nil) {
    let station = Int(reading.station)
    let bit = UInt64(1) << UInt64(reading.pollutant.rawValue)
    series[station] |= bit
    if let since {
      still[station] |= bit
      self.since[station] = max(self.since[station], since)
    } else {
      still[station] &= ~bit
    }
  }

  /// Since when all series of a station stand still; nil while one of them moves, or there are too few to tell.
  func frozen(_ station: Int) -> Int64? {
    still[station] == series[station] && series[station].nonzeroBitCount >= FeedTrace.leastSeries
      ? since[station] : nil
  }
}

extension ScreeningMemory.Pass {
  /// What a reading of the answer is to a series.
  enum Claim {
    /// The series is of its feed.
    case own
    /// The series passes to its feed.
    case passes
    /// The series stays another feed's.
    case beside
  }

  @inline(__always)
  func claim(on trace: SeriesTrace, _ reading: Reading) -> Claim {
    trace.feed == number ? .own : foreignClaim(on: trace, reading)
  }

  /// The first feed in the order of the configuration that has a series takes it, also with readings a little older than
  /// another's; any other waits until the one that has it is silent.
  private func foreignClaim(on trace: SeriesTrace, _ reading: Reading) -> Claim {
    guard trace.begin != .min else { return .passes }
    let step = reading.begin.milliseconds - trace.begin
    guard reading.periodMilliseconds == trace.period else {
      return step > SeriesTrace.resetMilliseconds ? .passes : .beside
    }
    // Of moments the usual time between them is known only after the second.
    let reach = limits.gapPeriods * max(Int64(trace.interval), reading.spanMilliseconds, 60_000)
    let countsMore = trace.feed == FeedOrder.none || (number < configuredFeeds && number < trace.feed)
    return step > (countsMore ? -reach - 1 : reach) ? .passes : .beside
  }

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
