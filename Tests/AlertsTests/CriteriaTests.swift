import AirQuality
import Testing

@testable import Alerts

/// Windows of one AQI each, the first at hour 0; nil is indeterminate.
private func ring(_ values: [Int?]) -> WindowRing {
  var ring = WindowRing()
  for (hour, value) in values.enumerated() {
    ring.set(value.map { RunningAQI(value: Int16($0), quality: .complete) } ?? .indeterminate, hour: Int32(hour))
  }
  return ring
}

@Suite struct CriteriaTests {
  @Test func everySchemeIsFoundByItsName() {
    #expect(Criteria.names == ["mee-2018", "mee-2017", "mee-2024"])
    for scheme in Criteria.all { #expect(Criteria.named(scheme.name) == scheme) }
    #expect(Criteria.named("mee-2013") == nil)
  }

  /// The level that so many windows of one AQI after clean air reach, and that one fewer do not.
  @Test(arguments: [
    (Criteria.mee2018, 201, 25, Level.yellow), (.mee2018, 201, 49, .orange), (.mee2018, 301, 73, .red),
    (.mee2018, 500, 1, .red), (.mee2017, 201, 1, .blue), (.mee2017, 201, 25, .yellow), (.mee2017, 301, 49, .orange),
    (.mee2017, 301, 73, .red), (.mee2017, 500, 1, .red), (.mee2024, 151, 25, .yellow), (.mee2024, 201, 1, .yellow),
    (.mee2024, 151, 49, .orange), (.mee2024, 201, 25, .orange), (.mee2024, 301, 49, .red),
  ])
  func levelsStartWithTheirLastWindow(criteria: Criteria, aqi: Int, windows: Int, level: Level) {
    func reached(after count: Int) -> Level {
      LevelAssessment(
        windows: ring(Array(repeating: 40, count: 40) + Array(repeating: aqi, count: count)), criteria: criteria,
        ignoreThrough: nil
      ).level
    }
    #expect(reached(after: windows) == level)
    #expect(reached(after: windows - 1) < level)
  }

  /// What a level does not ask for gives it not, however long it lasts.
  @Test(arguments: [
    (Criteria.mee2018, 200, Level.none), (.mee2018, 300, .orange), (.mee2017, 200, .none), (.mee2017, 300, .yellow),
    (.mee2024, 150, .none), (.mee2024, 300, .orange),
  ])
  func levelsEndAtTheirThresholds(criteria: Criteria, aqi: Int, level: Level) {
    let windows = ring(Array(repeating: aqi, count: 200))
    #expect(LevelAssessment(windows: windows, criteria: criteria, ignoreThrough: nil).level == level)
  }

  /// The short cut to the newest clean spell against every window looked at in turn.
  @Test(arguments: Criteria.all, [1, 2, 3, 4, 5, 6] as [UInt64])
  func theShortCutChangesNothing(criteria: Criteria, seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<60 {
      // Spells of one air, with gaps and lower bounds, over less or more than the ring.
      var windows = WindowRing()
      var hour: Int32 = 0
      while hour < Int32(60 + next(500)) {
        let base = [40, 160, 210, 310, 500][next(5)]
        for _ in 0..<(1 + next(60)) {
          let quality: RunningAQI.Quality = next(12) == 0 ? .indeterminate : next(10) == 0 ? .lowerBound : .complete
          windows.set(RunningAQI(value: quality == .indeterminate ? 0 : Int16(base), quality: quality), hour: hour)
          hour += 1
        }
        if next(6) == 0 { hour += Int32(next(40)) }
      }
      let ignored = next(2) == 0 ? nil : windows.head.map { $0 - Int32(next(400)) }
      let made = LevelAssessment(windows: windows, criteria: criteria, ignoreThrough: ignored)
      let plain = PlainAssessment(windows, criteria, ignored)
      #expect(
        made.level == plain.level && made.firstHour == plain.firstHour && made.spans == plain.spans
          && made.cleanWindows == plain.clean && made.indeterminateWindows == plain.indeterminate, "seed \(seed)")
    }
  }
}

/// The assessment window by window from the oldest on, as its documentation says.
private struct PlainAssessment {
  var level = Level.none
  var firstHour: Int32?
  var spans: [Int: Int] = [:]
  var clean: [Int: Int] = [:]
  var indeterminate = 0

  init(_ windows: WindowRing, _ criteria: Criteria, _ ignoreThrough: Int32?) {
    guard let head = windows.head, let tail = windows.tail else { return }
    let lowest = criteria.rules.map(\.clearThreshold).min() ?? 0
    var runs: [Int: (above: Int, aboveGap: Int, clean: Int, cleanGap: Int)] = [:]
    let thresholds = Set(criteria.rules.flatMap { $0.anyOf.joined().map(\.threshold) })
    let clearing = Set(criteria.rules.map(\.clearThreshold))
    for threshold in thresholds.union(clearing) { runs[threshold] = (0, 0, 0, 0) }
    let start = max(tail, ignoreThrough.map { $0 + 1 } ?? tail)
    if start <= head {
      for hour in start...head {
        for threshold in runs.keys {
          var run = runs[threshold] ?? (0, 0, 0, 0)
          switch windows[hour].isAbove(threshold) {
          case .some(true): run = (run.above + 1, 0, 0, 0)
          case .some(false): run = (0, 0, run.clean + 1, 0)
          case .none:
            run = (run.above, run.aboveGap + 1, run.clean, run.cleanGap + 1)
            if run.aboveGap > 24 { run.above = 0 }
            if run.cleanGap > 24 { run.clean = 0 }
          }
          runs[threshold] = run
        }
        if (runs[lowest]?.clean ?? 0) >= criteria.clearHours { (level, firstHour) = (.none, nil) }
        for rule in criteria.rules where rule.level > level {
          let holds = rule.anyOf.contains { clauses in
            clauses.allSatisfy {
              (runs[$0.threshold]?.above ?? 0) >= $0.hours - 23 && runs[$0.threshold]?.aboveGap == 0
            }
          }
          if holds { (level, firstHour) = (rule.level, firstHour ?? hour) }
        }
        indeterminate = windows[hour].isAbove(lowest) == nil ? indeterminate + 1 : 0
      }
    }
    for threshold in thresholds { spans[threshold] = (runs[threshold]?.above).map { $0 == 0 ? 0 : $0 + 23 } }
    for threshold in clearing { clean[threshold] = runs[threshold]?.clean }
  }
}
