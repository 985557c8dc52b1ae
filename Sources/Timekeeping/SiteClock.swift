package import AirQuality
import Glibc

/// The site's civil clock and the monotonic clock beside it.
///
/// Schedules and windows read the civil side; transfer time-outs and back-off read the monotonic side only. In a
/// demonstration the civil side runs `speed` times as fast as the monotonic one.
package protocol SiteClock: Sendable {
  /// Civil seconds per real second, > 0; 1 for a real clock.
  var speed: Double { get }
  /// The civil moment of the call.
  func now() -> Instant
  /// The monotonic moment of the call.
  func monotonicNow() -> MonotonicInstant
  /// A server outside said that it is this moment now (`Date`, RFC 9110); a clock in doubt about itself may listen.
  func witness(_ server: Instant)
}

extension SiteClock {
  /// Most clocks are never in doubt.
  package func witness(_ server: Instant) {}

  /// Real nanoseconds until the civil moment `instant`; 0 when it has passed.
  package func delay(until instant: Instant) -> Int64 {
    let civil = instant.milliseconds &- now().milliseconds
    guard civil > 0 else { return 0 }
    let nanoseconds = (Double(civil) * 1_000_000 / speed).rounded(.up)
    return nanoseconds < 9.0e18 ? Int64(nanoseconds) : .max
  }
}

/// The machine's wall clock, at speed 1.
package struct WallClock: SiteClock {
  package let speed = 1.0
  package init() {}

  package func now() -> Instant {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) &* 1_000 &+ Int64(time.tv_nsec) / 1_000_000)
  }

  package func monotonicNow() -> MonotonicInstant { .now() }
}

/// A civil clock that starts at a chosen moment and runs `speed` times as fast as the monotonic clock.
package struct ScaledClock: SiteClock {
  package let speed: Double
  /// The civil moment at `origin`.
  package let base: Instant
  /// The monotonic moment that `base` stands for.
  package let origin: MonotonicInstant

  /// - Parameter speed: civil seconds per real second, more than 0 and finite.
  package init(base: Instant, speed: Double, origin: MonotonicInstant = .now()) {
    precondition(speed > 0 && speed.isFinite, "a clock's speed is a positive number")
    self.base = base
    self.speed = speed
    self.origin = origin
  }

  package func now() -> Instant {
    let elapsed = Double(monotonicNow().nanoseconds(since: origin)) / 1_000_000 * speed
    return base.adding(milliseconds: Int64(elapsed))
  }

  package func monotonicNow() -> MonotonicInstant { .now() }
}
