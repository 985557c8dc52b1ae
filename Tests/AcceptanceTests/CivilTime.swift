import AirQuality
import Glibc
import Synchronization

/// The daemon's scaled civil clock as a feed's server sees it: followed from the daemon's own word, never ahead of it.
final class CivilTime: Sendable {
  private struct State {
    var base: Instant
    var origin: ContinuousClock.Instant
    /// Civil seconds per real second; 0 while the daemon is down.
    var speed: Double
  }

  private let state: Mutex<State>
  let speed: Double

  init(start: String, speed: Double) {
    self.speed = speed
    state = Mutex(State(base: Self.instant(start), origin: .now, speed: 0))
  }

  var now: Instant { state.withLock { Self.now($0) } }

  private static func now(_ state: State) -> Instant {
    let elapsed = ContinuousClock.now - state.origin
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    return state.base.adding(milliseconds: Int64(seconds * state.speed * 1_000))
  }

  /// Stands still: the daemon is down, and its clock with it.
  func freeze() {
    state.withLock { $0 = State(base: Self.now($0), origin: .now, speed: 0) }
  }

  /// Goes on from what the daemon says; the answer was made after the request was sent.
  func follow(_ daemon: LantianProcess) throws {
    let said = try daemon.api("status")["now"].string ?? ""
    state.withLock { $0 = State(base: Self.instant(said), origin: .now, speed: speed) }
  }

  /// `2020-12-01T00:00:00[.000]+08:00`.
  static func instant(_ text: String) -> Instant {
    let day = CivilDay(String(text.prefix(10))) ?? CivilDay(number: 0)
    let parts = text.dropFirst(11).prefix(8).split(separator: ":").compactMap { Int64($0) }
    let seconds = parts.count == 3 ? parts[0] * 3_600 + parts[1] * 60 + parts[2] : 0
    return CivilOffset.china.start(of: day).adding(milliseconds: seconds * 1_000)
  }
}
