import AirQuality
import Synchronization
import Testing
import Timekeeping

@Suite("A wall clock that leaps")
struct SteadyClockTests {
  /// The machine's two clocks, moved by hand.
  private final class Machine: Sendable {
    private let state = Mutex((wall: Int64(1_600_000_000_000), boot: Int64(5_000), said: [SteadyClock.Report]()))
    func pass(_ milliseconds: Int64) {
      state.withLock {
        $0.wall += milliseconds
        $0.boot += milliseconds
      }
    }
    func leap(_ milliseconds: Int64) { state.withLock { $0.wall += milliseconds } }
    var wall: Int64 { state.withLock { $0.wall } }
    var said: [SteadyClock.Report] { state.withLock { $0.said } }
    func clock() -> SteadyClock {
      SteadyClock(
        look: { [self] in
          state.withLock {
            SteadyClock.Look(wall: Instant(milliseconds: $0.wall), bootMilliseconds: $0.boot)
          }
        }, report: { [self] report in state.withLock { $0.said.append(report) } })
    }
  }

  private static let day: Int64 = 86_400_000

  @Test func ordinaryTimeAndSmallStepsAreFollowed() {
    let machine = Machine()
    let clock = machine.clock()
    machine.pass(3_600_000)
    #expect(clock.now().milliseconds == machine.wall)
    machine.leap(SteadyClock.patienceMilliseconds)
    #expect(clock.now().milliseconds == machine.wall)
    machine.leap(-Self.day)
    #expect(clock.now().milliseconds == machine.wall)
    #expect(machine.said.isEmpty)
  }

  @Test func aLeapThatIsTakenBackLeavesNoTrace() {
    let machine = Machine()
    let clock = machine.clock()
    let begin = clock.now().milliseconds
    machine.leap(3 * Self.day)
    machine.pass(60_000)
    #expect(clock.now().milliseconds == begin + 60_000)
    machine.pass(60_000)
    #expect(clock.now().milliseconds == begin + 120_000)
    machine.leap(-3 * Self.day)
    machine.pass(1_000)
    #expect(clock.now().milliseconds == begin + 121_000)
    #expect(machine.said == [.held(aheadMilliseconds: 3 * Self.day), .withdrawn])
  }

  @Test func aServerConfirmsTheNewTime() {
    let machine = Machine()
    let clock = machine.clock()
    machine.leap(2 * Self.day)
    let held = clock.now().milliseconds
    #expect(held == machine.wall - 2 * Self.day)
    // A server whose clock says something else altogether is no witness.
    clock.witness(Instant(milliseconds: machine.wall - Self.day))
    #expect(clock.now().milliseconds == held)
    clock.witness(Instant(milliseconds: machine.wall + 2_000))
    #expect(clock.now().milliseconds == machine.wall)
    #expect(
      machine.said == [.held(aheadMilliseconds: 2 * Self.day), .confirmed(aheadMilliseconds: 2 * Self.day)])
  }

  @Test func withoutAWitnessTheNewTimeIsTakenInTheEnd() {
    let machine = Machine()
    let clock = machine.clock()
    machine.leap(Self.day)
    _ = clock.now()
    machine.pass(SteadyClock.patienceMilliseconds - 1)
    #expect(clock.now().milliseconds == machine.wall - Self.day)
    machine.pass(1)
    #expect(clock.now().milliseconds == machine.wall)
    #expect(machine.said.last == .accepted(aheadMilliseconds: Self.day))
  }

  @Test func aServerThatDeniesItKeepsTheDoubtAlive() {
    let machine = Machine()
    let clock = machine.clock()
    machine.leap(Self.day)
    _ = clock.now()
    for _ in 0..<10 {
      machine.pass(SteadyClock.patienceMilliseconds - 1)
      clock.witness(Instant(milliseconds: machine.wall - Self.day))
      #expect(clock.now().milliseconds == machine.wall - Self.day)
    }
    #expect(machine.said == [.held(aheadMilliseconds: Self.day)])
  }
}
