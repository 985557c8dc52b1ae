package import AirQuality
import Glibc
import Synchronization

/// The machine's wall clock, which is not believed at once when it leaps ahead.
///
/// Everything journalled carries its instant, and the journal never goes back: a clock that is days ahead for a minute (a
/// bad time server, a dead battery, a typing error) would close days that have not been. So a forward step beyond
/// `patience` is held: time goes on by the machine's boot clock, which counts sleep too, until
/// - the `Date` header of a feed's server says that the new time is right: it is taken at once;
/// - the wall clock comes back: nothing has happened;
/// - nobody confirms or denies it for `patience`: it is taken. A server that says the old time is right restarts the wait.
///
/// Small steps forward and every step back are followed at once; the engine's time itself never runs backwards.
package final class SteadyClock: SiteClock {
  /// What became of a leap, for the log.
  package enum Report: Sendable, Equatable {
    /// Held; civil milliseconds of the leap.
    case held(aheadMilliseconds: Int64)
    /// The wall clock came back by itself.
    case withdrawn
    case confirmed(aheadMilliseconds: Int64)
    /// Nobody said anything for `patience`.
    case accepted(aheadMilliseconds: Int64)
  }

  /// The two clocks of the machine at one moment.
  package struct Look: Sendable {
    package var wall: Instant
    /// CLOCK_BOOTTIME, milliseconds.
    package var bootMilliseconds: Int64
    package init(wall: Instant, bootMilliseconds: Int64) {
      self.wall = wall
      self.bootMilliseconds = bootMilliseconds
    }
  }

  private struct State {
    var last: Look
    /// Set while a leap is held: the look at which it was first seen, or last denied.
    var doubtSince: Int64?
  }

  package let speed = 1.0
  /// A leap beyond this is held, and for this long.
  package static let patienceMilliseconds: Int64 = 15 * 60_000
  /// How far a server's clock may be off to count as a witness.
  package static let witnessMilliseconds: Int64 = 5 * 60_000

  private let state: Mutex<State>
  private let look: @Sendable () -> Look
  private let report: @Sendable (Report) -> Void

  /// - Parameters:
  ///   - look: reads the machine's clocks; tests give their own.
  ///   - report: called on the thread that noticed.
  package init(
    look: @escaping @Sendable () -> Look = SteadyClock.machine, report: @escaping @Sendable (Report) -> Void
  ) {
    self.look = look
    self.report = report
    state = Mutex(State(last: look(), doubtSince: nil))
  }

  /// The machine's clocks now.
  package static func machine() -> Look {
    var time = timespec()
    unsafe clock_gettime(CLOCK_BOOTTIME, &time)
    return Look(
      wall: WallClock().now(), bootMilliseconds: Int64(time.tv_sec) &* 1_000 &+ Int64(time.tv_nsec) / 1_000_000)
  }

  package func monotonicNow() -> MonotonicInstant { .now() }

  /// The wall clock, or while a leap of it is held the time that has passed since.
  package func now() -> Instant {
    let seen = look()
    let (instant, said) = state.withLock { state in Self.step(&state, seen) }
    if let said { report(said) }
    return instant
  }

  /// A server's time settles a leap that is held; without one it changes nothing.
  package func witness(_ server: Instant) {
    let seen = look()
    let said = state.withLock { state -> Report? in
      _ = Self.step(&state, seen)
      guard state.doubtSince != nil else { return nil }
      let ahead = seen.wall.milliseconds - state.last.wall.milliseconds
      if abs(server.milliseconds - seen.wall.milliseconds) <= Self.witnessMilliseconds {
        state = State(last: seen, doubtSince: nil)
        return .confirmed(aheadMilliseconds: ahead)
      }
      if abs(server.milliseconds - state.last.wall.milliseconds) <= Self.witnessMilliseconds {
        state.doubtSince = seen.bootMilliseconds
      }
      return nil
    }
    if let said { report(said) }
  }

  private static func step(_ state: inout State, _ seen: Look) -> (Instant, Report?) {
    let elapsed = max(0, seen.bootMilliseconds - state.last.bootMilliseconds)
    let expected = state.last.wall.adding(milliseconds: elapsed)
    let ahead = seen.wall.milliseconds - expected.milliseconds
    guard ahead > patienceMilliseconds else {
      let said: Report? = state.doubtSince == nil ? nil : .withdrawn
      state = State(last: seen, doubtSince: nil)
      return (seen.wall, said)
    }
    if let since = state.doubtSince, seen.bootMilliseconds - since >= patienceMilliseconds {
      state = State(last: seen, doubtSince: nil)
      return (seen.wall, .accepted(aheadMilliseconds: ahead))
    }
    let isNew = state.doubtSince == nil
    state.last = Look(wall: expected, bootMilliseconds: seen.bootMilliseconds)
    if isNew { state.doubtSince = seen.bootMilliseconds }
    return (expected, isNew ? .held(aheadMilliseconds: ahead) : nil)
  }
}
