import AirQuality

/// What a value is held to: a limit, how it is compared, and the step to which the value is rounded first.
struct LedgerGoal {
  /// Thousandths.
  let limit: Int64
  let comparison: TargetComparison
  /// Thousandths of the last decimal that counts (GB/T 8170).
  let step: Int64

  init(limit: Concentration, comparison: TargetComparison, decimals: Int) {
    self.limit = Int64(limit.thousandths)
    self.comparison = comparison
    step = [1_000, 100, 10, 1][decimals]
  }

  /// Whether sum/count, rounded once from the exact quotient, keeps to the target.
  func isKept(sum: Int64, count: Int64) -> Bool {
    let rounded = divideHalfEven(sum, count * step) * step
    switch comparison {
    case .atMost: return rounded <= limit
    case .below: return rounded < limit
    case .atLeast: return rounded >= limit
    }
  }

  /// Whether an exact count keeps to it.
  func isKept(count: Int64) -> Bool {
    switch comparison {
    case .atMost: count <= limit
    case .below: count < limit
    case .atLeast: count >= limit
    }
  }
}
