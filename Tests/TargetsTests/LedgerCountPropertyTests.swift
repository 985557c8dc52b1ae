import AirQuality
import Targets
import TestSupport
import Testing

/// Counts, months and allowances against plain rational arithmetic, with nothing of the ledger's own.
@Suite("The ledger against rational arithmetic")
struct LedgerCountPropertyTests {
  /// A fraction that is never rounded before it is compared.
  private struct Rational: Comparable {
    var top: Int
    var bottom: Int
    static func < (a: Rational, b: Rational) -> Bool { a.top * b.bottom < b.top * a.bottom }
    static func == (a: Rational, b: Rational) -> Bool { a.top * b.bottom == b.top * a.bottom }

    /// The nearest multiple of 1/parts, ties to the even one.
    func rounded(parts: Int) -> Rational {
      let scaled = top * parts
      var whole = scaled / bottom
      let twice = 2 * (scaled - whole * bottom)
      if twice > bottom || (twice == bottom && whole % 2 != 0) { whole += 1 }
      return Rational(top: whole, bottom: parts)
    }
  }

  private static let firstDays: [Int: CivilDay] = [
    2020: CivilDay(year: 2020, month: 1, day: 1)!, 2021: CivilDay(year: 2021, month: 1, day: 1)!,
  ]

  /// Whether a year with these known days is, or can still become, valid.
  private static func canBeValid(_ year: Int, _ known: [Bool], elapsed: Int) -> Bool {
    var place = 0
    var total = 0
    for month in 1...12 {
      var best = 0
      for _ in 0..<CivilDay.days(inMonth: month, of: year) {
        if place >= elapsed || known[place] { best += 1 }
        place += 1
      }
      if best < (month == 2 ? 25 : 27) { return false }
      total += best
    }
    return total >= 324
  }

  @Test("heavy and good days", arguments: [UInt64(5), 633, 141_128])
  func counts(_ seed: UInt64) throws {
    var generator = SeededRandom(seed: seed)
    var states: [LedgerState: Int] = [:]
    for trial in 0..<600 {
      let isGood = Bool.random(using: &generator)
      let year = Bool.random(using: &generator) ? 2020 : 2021
      let length = CivilDay.days(inYear: year)
      let chance = isGood ? 70 : 4
      let gaps = [0, 0, 2, 10].randomElement(using: &generator) ?? 0
      let flags: [Bool?] = (0..<length).map { _ in
        Int.random(in: 0..<100, using: &generator) < gaps ? nil : Int.random(in: 0..<100, using: &generator) < chance
      }
      let elapsed = Bool.random(using: &generator) ? length : Int.random(in: 0...length, using: &generator)
      let today = try #require(Self.firstDays[year]).adding(days: Int32(elapsed))
      let target = isGood ? Int.random(in: 200...300, using: &generator) : Int.random(in: 0...30, using: &generator)
      let reviewed = Bool.random(using: &generator)
      let row = TargetRow(
        year: year, county: "1", indicator: isGood ? "good_days" : "heavy_days", target: Double(target), unit: "d")
      let result = Ledger.evaluate(
        row, isGood ? .goodDays(flags: flags) : .heavyDays(flags: flags), today: today, reviewed: reviewed)

      let past = flags[..<elapsed]
      let n = past.count { $0 != nil }
      let s = past.count { $0 == true }
      let left = length - elapsed
      let place = "seed \(seed), trial \(trial): \(row.indicator) \(target), \(s) of \(n), \(left) left"
      #expect(result.days == n && result.missing == elapsed - n && result.daysLeft == left, "\(place)")
      states[result.state, default: 0] += 1
      guard n > 0 else {
        #expect(result.state == .unknown, "\(place)")
        continue
      }
      let valid = Self.canBeValid(year, flags.map { $0 != nil }, elapsed: elapsed)
      let expected: LedgerState
      if left > 0 {
        let isLost = isGood ? s + left < target : s > target
        // s + s·r/n in thousandths, as the projection is shown.
        let r = Rational(top: left * n, bottom: elapsed).rounded(parts: 1).top
        let whole = Rational(top: s * r, bottom: n).rounded(parts: 1_000)
        let projected = Rational(top: s * 1_000 + whole.top, bottom: 1_000)
        #expect(result.projection?.value.thousandths == Int32(projected.top), "\(place)")
        let keeps =
          isGood ? projected >= Rational(top: target, bottom: 1) : projected <= Rational(top: target, bottom: 1)
        expected = isLost ? .missed : !valid ? .unknown : keeps ? .onCourse : .atRisk
      } else {
        let keeps = isGood ? s >= target : s <= target
        if !valid && (isGood || keeps) {
          expected = .unknown
        } else {
          expected = !keeps ? .missed : reviewed ? .met : .onCourse
        }
      }
      #expect(result.state == expected, "\(place)")
    }
    #expect(states.count == LedgerState.allCases.count, "seed \(seed): \(states)")
  }

  @Test("dustfall", arguments: [UInt64(9), 2_030])
  func dustfall(_ seed: UInt64) throws {
    var generator = SeededRandom(seed: seed)
    var states: [LedgerState: Int] = [:]
    for trial in 0..<600 {
      let elapsed = Bool.random(using: &generator) ? 12 : Int.random(in: 0...11, using: &generator)
      let hasGaps = Int.random(in: 0..<4, using: &generator) == 0
      let level = Int.random(in: 5_000...30_000, using: &generator)
      let months: [Int?] = (0..<12).map { _ in
        hasGaps && Bool.random(using: &generator) ? nil : Int.random(in: 0...(2 * level), using: &generator)
      }
      let target = Int.random(in: 80...120, using: &generator)
      let today =
        elapsed == 12
        ? try #require(Self.firstDays[2021]) : try #require(CivilDay(year: 2020, month: elapsed + 1, day: 17))
      let row = TargetRow(
        year: 2020, county: "1", indicator: "dustfall", target: Double(target) / 10, unit: "t/(km2.30d)")
      let result = Ledger.evaluate(
        row, .months(months.map { $0.map { Concentration(thousandths: Int32($0)) } ?? .missing }), today: today,
        reviewed: true)
      let past = months[..<elapsed].compactMap { $0 }
      let sum = past.reduce(0, +)
      let limit = Rational(top: target, bottom: 10)
      func isBelow(_ count: Int) -> Bool { Rational(top: sum, bottom: count * 1_000).rounded(parts: 10) < limit }
      let expected: LedgerState
      if past.isEmpty {
        expected = .unknown
      } else if elapsed < 12 {
        let reach = isBelow(past.count + 12 - elapsed)
        expected =
          !reach ? .missed : past.count < elapsed ? .unknown : isBelow(past.count) ? .onCourse : .atRisk
      } else {
        expected = past.count < 12 ? .unknown : isBelow(12) ? .met : .missed
      }
      #expect(result.state == expected, "seed \(seed), trial \(trial): \(past) of \(elapsed), below \(target)/10")
      states[expected, default: 0] += 1
    }
    #expect(states.count == LedgerState.allCases.count, "seed \(seed): \(states)")
  }
}
