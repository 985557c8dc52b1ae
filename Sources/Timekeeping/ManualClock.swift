package import AirQuality
import Synchronization

/// A clock that a test moves by hand; both sides move together unless the civil side is made to jump.
package final class ManualClock: SiteClock {
  package let speed: Double
  private let state: Mutex<(civil: Instant, monotonic: MonotonicInstant)>

  package init(civil: Instant, monotonic: MonotonicInstant = MonotonicInstant(nanoseconds: 0), speed: Double = 1) {
    self.speed = speed
    state = Mutex((civil, monotonic))
  }

  package func now() -> Instant { state.withLock { $0.civil } }
  package func monotonicNow() -> MonotonicInstant { state.withLock { $0.monotonic } }

  /// Moves both sides by a real duration; the civil side by `speed` times as much.
  package func advance(by duration: Duration) {
    let nanoseconds = duration.nanoseconds64
    let civil = Int64((Double(nanoseconds) / 1_000_000 * speed).rounded())
    state.withLock {
      $0.civil = $0.civil.adding(milliseconds: civil)
      $0.monotonic = $0.monotonic.adding(nanoseconds: nanoseconds)
    }
  }

  /// Moves the civil side alone, as a person or an NTP step would.
  package func jump(milliseconds: Int64) {
    state.withLock { $0.civil = $0.civil.adding(milliseconds: milliseconds) }
  }
}
