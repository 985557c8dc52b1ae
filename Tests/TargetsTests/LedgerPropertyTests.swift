import AirQuality
import Targets
import TestSupport
import Testing

@Suite("The ledger against its definition")
struct LedgerPropertyTests {
  /// The rules of the ledger for an annual mean, as plainly as they can be written.
  private struct Reference {
    var n = 0
    var sum = 0
    var left = 0
    var expected = 0
    var isValidYear = false
    var canBeValid = false

    init(year: Int, values: [Int?], today: CivilDay) {
      var months = [Int: Int]()
      var best = [Int: Int]()
      var elapsed = 0
      for month in 1...12 {
        for dayOfMonth in 1...CivilDay.days(inMonth: month, of: year) {
          guard let day = CivilDay(year: year, month: month, day: dayOfMonth), day < today else {
            left += 1
            best[month, default: 0] += 1
            continue
          }
          if elapsed < values.count, let value = values[elapsed] {
            n += 1
            sum += value
            months[month, default: 0] += 1
            best[month, default: 0] += 1
          }
          elapsed += 1
        }
      }
      if n == 0 {
        expected = left
      } else {
        expected = left * n / elapsed
        let rest = 2 * (left * n % elapsed)
        if rest > elapsed || (rest == elapsed && expected % 2 == 1) { expected += 1 }
      }
      canBeValid = n + left >= 324 && (1...12).allSatisfy { best[$0, default: 0] >= ($0 == 2 ? 25 : 27) }
      isValidYear = n >= 324 && (1...12).allSatisfy { months[$0, default: 0] >= ($0 == 2 ? 25 : 27) }
    }

    /// Whether total/count thousandths, rounded half to even to whole units, is above `target` units.
    func isAbove(_ count: Int, _ target: Int) -> Bool {
      let unit = 1_000 * count
      let whole = sum / unit
      let rest = 2 * (sum % unit)
      let rounded = rest > unit || (rest == unit && whole % 2 == 1) ? whole + 1 : whole
      return rounded > target
    }

    func state(_ target: Int, reviewed: Bool) -> LedgerState {
      if n == 0 { return .unknown }
      if left > 0 {
        if isAbove(n + left, target) { return .missed }
        if !canBeValid { return .unknown }
        return isAbove(n, target) ? .atRisk : .onCourse
      }
      if !isValidYear { return .unknown }
      if isAbove(n, target) { return .missed }
      return reviewed ? .met : .onCourse
    }
  }

  @Test("random years", arguments: [UInt64(1), 2_020, 19_84, 4_096])
  func random(_ seed: UInt64) throws {
    var generator = SeededRandom(seed: seed)
    var states: [LedgerState: Int] = [:]
    for trial in 0..<400 {
      let year = [2019, 2020, 2021, 2024].randomElement(using: &generator) ?? 2020
      let level = Int.random(in: 20...200, using: &generator)
      let gaps = [0, 0, 3, 12, 50].randomElement(using: &generator) ?? 0
      let values: [Int?] = (0..<366).map { _ in
        Int.random(in: 0..<100, using: &generator) < gaps
          ? nil : Int.random(in: 0...(2 * level * 1_000), using: &generator)
      }
      let target = max(1, level + Int.random(in: -12...6, using: &generator))
      let first = try #require(CivilDay(year: year, month: 1, day: 1))
      let today = first.adding(
        days: Int32.random(in: Bool.random(using: &generator) ? -5...400 : 330...370, using: &generator))
      let reviewed = Bool.random(using: &generator)
      let row = TargetRow(
        year: year, county: "141102", indicator: "pm10_annual_mean", target: Double(target), unit: "ug/m3")
      let result = Ledger.evaluate(
        row, .dailyMeans(values.map { $0.map { Concentration(thousandths: Int32($0)) } ?? .missing }), today: today,
        reviewed: reviewed)
      let reference = Reference(year: year, values: values, today: today)
      let place = "seed \(seed), trial \(trial): \(today), target \(target)"
      #expect(result.state == reference.state(target, reviewed: reviewed), "\(place)")
      #expect(result.days == reference.n, "\(place)")
      #expect(result.daysLeft == reference.left, "\(place)")
      #expect(result.daysExpected == reference.expected, "\(place)")
      states[result.state, default: 0] += 1
      guard reference.n > 0 else { continue }
      let projection = try #require(result.projection)
      #expect(projection.low <= projection.value && projection.value <= projection.high, "\(place)")
      #expect(projection.value == result.valueToDate, "\(place)")
      if let remaining = result.remainingMeanAllowed {
        // Spending exactly the allowance brings the year to the target, to half a thousandth a day.
        let total = reference.sum + Int(remaining.thousandths) * reference.expected
        let allowed = target * 1_000 * (reference.n + reference.expected)
        #expect(abs(2 * (total - allowed)) <= reference.expected, "\(place)")
      } else {
        #expect(reference.expected == 0, "\(place)")
      }
    }
    // A seed that never reaches a state would prove nothing about it.
    #expect(states.count == LedgerState.allCases.count, "seed \(seed): \(states)")
  }

  @Test("cleaner days never make a state worse", arguments: [UInt64(11), 141_100])
  func monotone(_ seed: UInt64) throws {
    var generator = SeededRandom(seed: seed)
    // All days are known: the year can always become valid.
    let rank: [LedgerState: Int] = [.met: 0, .onCourse: 0, .atRisk: 1, .missed: 2]
    let row = TargetRow(year: 2020, county: "141102", indicator: "so2_annual_mean", target: 60, unit: "ug/m3")
    let first = try #require(CivilDay(year: 2020, month: 1, day: 1))
    for trial in 0..<200 {
      let today = first.adding(days: Int32.random(in: 1...370, using: &generator))
      var values = (0..<366).map { _ in Concentration(thousandths: Int32.random(in: 0...150_000, using: &generator)) }
      let before = Ledger.evaluate(row, .dailyMeans(values), today: today, reviewed: true)
      let changed = Int.random(in: 0..<min(366, Int(today.number - first.number)), using: &generator)
      values[changed].thousandths /= 2
      let after = Ledger.evaluate(row, .dailyMeans(values), today: today, reviewed: true)
      #expect((rank[after.state] ?? 9) <= (rank[before.state] ?? 9), "seed \(seed), trial \(trial)")
      #expect((after.budgetRatio ?? 0) <= (before.budgetRatio ?? 0), "seed \(seed), trial \(trial)")
    }
  }
}
