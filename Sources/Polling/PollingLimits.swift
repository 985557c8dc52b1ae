/// Back-off, breaker and waiting bounds of every feed. All times are real, whatever the civil clock's speed.
package struct PollingLimits: Sendable {
  /// Shortest wait after a failure, in nanoseconds.
  package var backOffFloor: Int64 = 1_000_000_000
  /// The range of the first wait; doubles with every further failure.
  package var backOffBase: Int64 = 5_000_000_000
  /// Longest range of a wait.
  package var backOffCeiling: Int64 = 600_000_000_000
  /// Longest range of a wait after a poll that was lost by our own doing.
  package var retryCeiling: Int64 = 60_000_000_000
  /// Failures in a row that open the breaker.
  package var breakerFailures = 5
  /// First open time; doubles with every failed probe.
  package var breakerBase: Int64 = 60_000_000_000
  package var breakerCeiling: Int64 = 1_800_000_000_000
  /// How long the consumer may keep a body before the poll counts as not committed.
  package var verdictTimeout: Int64 = 60_000_000_000
  /// Due polls are grouped into ticks of this length.
  package var tick: Int64 = 100_000_000
  /// Longest sleep between two looks at the civil clock.
  package var longestSleep: Int64 = 60_000_000_000

  package init() {}

  /// Full jitter: anything from the floor to the doubled range, for the `failures`-th failure in a row (from 1).
  func backOff(failures: Int, using generator: inout some RandomNumberGenerator) -> Int64 {
    let range = doubled(backOffBase, times: failures - 1, ceiling: backOffCeiling)
    return max(backOffFloor, Int64.random(in: 0...range, using: &generator))
  }

  /// Full jitter before the retry of the `drops`-th poll in a row (from 1) that was lost by our own doing.
  func retryTime(drops: Int, using generator: inout some RandomNumberGenerator) -> Int64 {
    let range = doubled(backOffBase, times: drops - 1, ceiling: min(retryCeiling, backOffCeiling))
    return max(backOffFloor, Int64.random(in: 0...range, using: &generator))
  }

  /// The breaker's open time for the `openings`-th opening in a row (from 1): half fixed, half jitter.
  func openTime(openings: Int, using generator: inout some RandomNumberGenerator) -> Int64 {
    let range = doubled(breakerBase, times: openings - 1, ceiling: breakerCeiling)
    return range / 2 + Int64.random(in: 0...(range / 2), using: &generator)
  }

  private func doubled(_ base: Int64, times: Int, ceiling: Int64) -> Int64 {
    var value = base
    var left = times
    while left > 0, value < ceiling {
      value *= 2
      left -= 1
    }
    return min(value, ceiling)
  }
}
