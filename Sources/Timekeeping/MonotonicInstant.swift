import Glibc

/// A moment of the machine's monotonic clock (CLOCK_MONOTONIC), in nanoseconds since an arbitrary origin.
///
/// It never jumps and never names a civil moment; time-outs, back-off and durations are measured with it.
package struct MonotonicInstant: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// Nanoseconds since the clock's origin.
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The moment of the call.
  package static func now() -> MonotonicInstant {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return MonotonicInstant(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
  }

  package static func < (a: MonotonicInstant, b: MonotonicInstant) -> Bool { a.nanoseconds < b.nanoseconds }

  /// The moment `nanoseconds` later; saturates at the end of time.
  package func adding(nanoseconds: Int64) -> MonotonicInstant {
    let (sum, overflow) = self.nanoseconds.addingReportingOverflow(nanoseconds)
    return MonotonicInstant(nanoseconds: overflow ? (nanoseconds > 0 ? .max : .min) : sum)
  }

  /// Nanoseconds from `earlier` to this moment; negative when this one came first.
  package func nanoseconds(since earlier: MonotonicInstant) -> Int64 { nanoseconds &- earlier.nanoseconds }

  /// Seconds from `earlier` to this moment.
  package func seconds(since earlier: MonotonicInstant) -> Double {
    Double(nanoseconds(since: earlier)) / 1_000_000_000
  }
}

extension Duration {
  /// Whole nanoseconds, saturated to ±292 years.
  package var nanoseconds64: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds > 0 ? .max : .min }
    let (sum, carried) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
    return carried ? (seconds > 0 ? .max : .min) : sum
  }

  /// Whole milliseconds, rounded toward zero.
  package var milliseconds64: Int64 { nanoseconds64 / 1_000_000 }
}
