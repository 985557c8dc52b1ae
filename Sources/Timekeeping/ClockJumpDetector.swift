package import AirQuality

/// Notices that the civil clock moved otherwise than the monotonic clock says it should have.
///
/// Slow corrections (slewing) stay below the threshold between two looks; a step, a suspend or a person does not.
package struct ClockJumpDetector: Sendable {
  /// A step of the civil clock.
  package struct Jump: Equatable, Sendable {
    /// Civil milliseconds too many (forward, > 0) or too few (backward, < 0).
    package var milliseconds: Int64
    /// The civil moment after the step.
    package var at: Instant
  }

  /// Civil milliseconds of difference that count as a jump.
  package let thresholdMilliseconds: Int64
  private let speed: Double
  private var last: (civil: Instant, monotonic: MonotonicInstant)?

  package init(speed: Double = 1, thresholdMilliseconds: Int64 = 2_000) {
    self.speed = speed
    self.thresholdMilliseconds = thresholdMilliseconds
  }

  /// Compares this look with the one before it.
  package mutating func observe(civil: Instant, monotonic: MonotonicInstant) -> Jump? {
    defer { last = (civil, monotonic) }
    guard let last else { return nil }
    let expected = Double(monotonic.nanoseconds(since: last.monotonic)) / 1_000_000 * speed
    let difference = civil.milliseconds - last.civil.milliseconds - Int64(expected)
    guard abs(difference) >= Int64(Double(thresholdMilliseconds) * max(1, speed)) else { return nil }
    return Jump(milliseconds: difference, at: civil)
  }
}
