import AirQuality
import Polling
import Testing
import Timekeeping

@Suite("Request budgets")
struct RequestBudgetTests {
  static func moment(_ seconds: Double, wall: Int64? = nil) -> FeedPoll.Moment {
    FeedPoll.Moment(
      civil: Instant(milliseconds: Int64(seconds * 1_000)),
      monotonic: MonotonicInstant(nanoseconds: Int64(seconds * 1_000_000_000)),
      wallSeconds: wall ?? 1_606_752_000 + Int64(seconds))
  }

  static func budget(_ requests: Int, per: Duration = .seconds(60)) -> RequestBudget {
    RequestBudget(BudgetDefinition(name: "b", requests: requests, per: per))
  }

  /// Whatever is asked and however: in no span of the budget's length are there more requests than it grants.
  @Test(arguments: [1 as UInt64, 2, 3, 4])
  func noSpanHoldsMore(_ seed: UInt64) {
    var generator = JitterGenerator(seed: seed)
    var budget = Self.budget(10)
    var starts: [Double] = []
    var now = 0.0
    for step in 0..<5_000 {
      now += Double.random(in: 0...3, using: &generator)
      let at = Self.moment(now)
      let purpose = [PollPacer.Purpose.regular, .again, .lookBack][Int.random(in: 0..<3, using: &generator)]
      if case .go = budget.ask("f\(step % 40)", purpose, at: at) { starts.append(now) }
      while budget.granted(at: at) != nil { starts.append(now) }
      #expect(budget.waitingCount <= 40)
    }
    for (index, start) in starts.enumerated() where index >= 10 {
      #expect(start - starts[index - 10] >= 60, "seed \(seed) at \(start)")
    }
    // And what may be used is: nine tenths of the grants at least.
    #expect(Double(starts.count) > now / 60 * 9, "seed \(seed): \(starts.count)")
  }

  @Test func whoWaitsLongestGoesFirstAndRegularPollsBeforeOthers() {
    var budget = Self.budget(1)
    #expect(budget.ask("a", .regular, at: Self.moment(0)) == .go())
    #expect(budget.ask("look", .lookBack, at: Self.moment(1)) == .wait())
    #expect(budget.ask("b", .regular, at: Self.moment(2)) == .wait())
    #expect(budget.ask("c", .regular, at: Self.moment(3)) == .wait())
    #expect(budget.ask("b", .regular, at: Self.moment(4)) == .waitsAlready)
    #expect(budget.ask("d", .again, at: Self.moment(5)) == .refused)
    #expect(budget.waitingCount == 3 && budget.refused == 1)
    #expect(budget.granted(at: Self.moment(59)) == nil)
    var order: [String] = []
    for minute in 1...4 {
      let now = Self.moment(Double(minute) * 62)
      while let next = budget.granted(at: now) { order.append(next.feed) }
    }
    #expect(order == ["b", "c", "look"])
  }

  /// A feed that waits for its look-back and is due for a regular poll waits for that instead.
  @Test func aRegularPollReplacesALookBack() {
    var budget = Self.budget(1)
    #expect(budget.ask("a", .regular, at: Self.moment(0)) == .go())
    #expect(budget.ask("b", .lookBack, at: Self.moment(1)) == .wait())
    #expect(budget.ask("b", .regular, at: Self.moment(2)) == .wait(replaced: .lookBack))
    #expect(budget.granted(at: Self.moment(62))?.purpose == .regular)
  }

  /// A quarter is kept for regular polls.
  @Test func aQuarterIsKept() {
    var budget = Self.budget(8)
    var decisions: [RequestBudget.Decision] = []
    for index in 0..<8 { decisions.append(budget.ask("f\(index)", .again, at: Self.moment(0))) }
    #expect(decisions.count { $0 == .go() } == 6 && decisions.count { $0 == .refused } == 2)
    #expect(budget.ask("r", .regular, at: Self.moment(0)) == .go())
    #expect(budget.ask("s", .regular, at: Self.moment(0)) == .go())
    #expect(budget.ask("t", .regular, at: Self.moment(0)) == .wait())
  }

  @Test func aHoldIsForAll() {
    var budget = Self.budget(100)
    budget.hold(until: MonotonicInstant(nanoseconds: 30_000_000_000))
    #expect(budget.available(at: Self.moment(1)) == 0)
    #expect(budget.ask("a", .regular, at: Self.moment(1)) == .wait())
    #expect(budget.nextGrant(at: Self.moment(1)) == 29_000_000_000)
    #expect(budget.granted(at: Self.moment(29)) == nil)
    #expect(budget.granted(at: Self.moment(30))?.feed == "a")
    #expect(budget.nextGrant(at: Self.moment(31)) == nil)
  }

  /// The moment named for the next grant is the first at which there is one.
  @Test(arguments: [(1, 1), (3, 60), (7, 3_600)])
  func theNextGrantIsNamed(_ requests: Int, _ seconds: Int) throws {
    var budget = Self.budget(requests, per: .seconds(seconds))
    for index in 0...requests { _ = budget.ask("f\(index)", .regular, at: Self.moment(1 + Double(index) / 100)) }
    let now = Self.moment(1.5)
    let wait = try #require(budget.nextGrant(at: now))
    func later(_ nanoseconds: Int64) -> FeedPoll.Moment { Self.moment(1.5 + Double(nanoseconds) / 1_000_000_000) }
    var early = budget
    #expect(early.granted(at: later(wait - 1_000_000)) == nil)
    #expect(budget.granted(at: later(wait + 1_000))?.feed == "f\(requests)")
  }

  @Test func midnightGivesAllBack() {
    let definition = BudgetDefinition(name: "b", requests: 2, per: .seconds(86_400), renewal: .midnight(.china))
    var budget = RequestBudget(definition)
    // 2020-12-01 23:59:50 in China.
    let evening = 1_606_752_000 + 86_390 as Int64
    #expect(budget.ask("a", .regular, at: Self.moment(5, wall: evening)) == .go())
    #expect(budget.ask("b", .regular, at: Self.moment(5, wall: evening)) == .go())
    #expect(budget.ask("c", .regular, at: Self.moment(5, wall: evening)) == .wait())
    #expect(budget.nextGrant(at: Self.moment(5, wall: evening)) == 10_000_000_000)
    #expect(budget.granted(at: Self.moment(14, wall: evening + 9)) == nil)
    #expect(budget.granted(at: Self.moment(15, wall: evening + 10))?.feed == "c")
    #expect(budget.available(at: Self.moment(15, wall: evening + 10)) == 1)
  }

  /// A restart does not double the day's budget, and time that passed meanwhile counts.
  @Test(arguments: [BudgetDefinition.Renewal.rolling, .midnight(.china)])
  func aRestartGoesOn(_ renewal: BudgetDefinition.Renewal) {
    let definition = BudgetDefinition(name: "b", requests: 100, per: .seconds(86_400), renewal: renewal)
    let noon: Int64 = 1_606_752_000 + 43_200
    var budget = RequestBudget(definition)
    for index in 0..<60 { _ = budget.ask("f\(index)", .regular, at: Self.moment(50_000, wall: noon)) }
    let memory = budget.memory(at: Self.moment(50_000, wall: noon), allowance: budget.allowance)
    var next = RequestBudget(definition)
    // Another boot: the monotonic clock began anew.
    next.recall(memory, ageMilliseconds: 3_600_000, at: Self.moment(10, wall: noon + 3_600))
    #expect(next.available(at: Self.moment(10, wall: noon + 3_600)) == 35)
    let tomorrow = noon + 3_600 + 86_400 + 1_440
    #expect(next.available(at: Self.moment(10 + 86_400 + 1_440, wall: tomorrow)) == 100)
    // A clock that went back makes nothing of it free.
    var behind = RequestBudget(definition)
    behind.recall(memory, ageMilliseconds: -5_000_000, at: Self.moment(10, wall: noon - 5_000))
    #expect(behind.available(at: Self.moment(10, wall: noon - 5_000)) == 35)
  }
}
