import AirQuality
import Alerts
import Testing

/// Feeds hourly running AQIs into a machine and keeps what it says. `nil` is an indeterminate window.
struct Unit {
  var windows = WindowRing()
  var machine = LevelMachine()
  var hour: Int32 = 1_000
  var log: [(hour: Int32, outcome: LevelOutcome)] = []

  mutating func add(_ value: Int?, quality: RunningAQI.Quality = .complete) {
    windows.set(value.map { RunningAQI(value: Int16($0), quality: quality) } ?? .indeterminate, hour: hour)
    judge()
    hour += 1
  }

  mutating func add(_ value: Int?, times: Int, quality: RunningAQI.Quality = .complete) {
    for _ in 0..<times { add(value, quality: quality) }
  }

  mutating func judge() {
    let at = CivilOffset.china.start(ofHour: windows.head! + 1)
    for outcome in machine.judge(windows, criteria: .mee2018, at: at).outcomes { log.append((hour, outcome)) }
  }

  var transitions: [LevelOutcome] {
    log.map(\.outcome).filter { if case .transition = $0 { true } else { false } }
  }
}

@Suite struct LevelMachineTests {
  @Test(arguments: [(24, Level.none), (25, .yellow), (26, .yellow), (48, .yellow), (49, .orange), (50, .orange)])
  func spanOfWindowsDecides(windows: Int, level: Level) {
    var unit = Unit()
    unit.add(150)
    unit.add(201, times: windows)
    #expect(unit.machine.level == level)
  }

  @Test func exactly200IsNotAbove() {
    var unit = Unit()
    unit.add(200, times: 60)
    #expect(unit.machine.level == .none)
    #expect(unit.log.map(\.outcome) == [.becameKnown(since: nil)])
  }

  /// >200 for 96 h is 73 windows, >300 for 48 h is 25 of them.
  @Test(arguments: [(72, 25, Level.orange), (73, 24, .orange), (73, 25, .red), (74, 26, .red)])
  func redNeedsBothSpans(above200: Int, above300: Int, level: Level) {
    var unit = Unit()
    unit.add(210, times: above200 - above300)
    unit.add(301, times: above300)
    #expect(unit.machine.level == level)
  }

  @Test func oneWindowOf500IsRed() {
    var unit = Unit()
    unit.add(499)
    #expect(unit.machine.level == .none)
    unit.add(500)
    #expect(unit.machine.level == .red)
  }

  @Test func gapsNeitherEndNorLengthen() {
    var unit = Unit()
    unit.add(250, times: 20)
    unit.add(nil, times: 24)
    unit.add(250, times: 4)
    #expect(unit.machine.level == .none)
    unit.add(250)
    #expect(unit.machine.level == .yellow)
  }

  @Test func moreThanADayOfGapEndsTheSpan() {
    var unit = Unit()
    unit.add(250, times: 20)
    unit.add(nil, times: 25)
    unit.add(250, times: 24)
    #expect(unit.machine.level == .none)
    unit.add(250)
    #expect(unit.machine.level == .yellow)
  }

  @Test func aLowerBoundRaisesAndNeverClears() {
    var unit = Unit()
    unit.add(250, times: 25, quality: .lowerBound)
    #expect(unit.machine.level == .yellow)
    unit.add(80, times: 100, quality: .lowerBound)
    #expect(unit.machine.level == .yellow)
    #expect(unit.machine.proposal == nil)
    #expect(!unit.machine.isKnown)
  }

  @Test func liftingIsProposedAfter36CleanWindowsAndDoneByAPerson() {
    var unit = Unit()
    unit.add(250, times: 25)
    unit.add(200, times: 35)
    #expect(unit.machine.proposal == nil)
    unit.add(200)
    #expect(unit.machine.proposal?.to == Level.none)
    unit.add(90, times: 200)
    #expect(unit.machine.level == .yellow)
    let at = CivilOffset.china.start(ofHour: unit.hour)
    let lifted = unit.machine.lift(at: at, head: unit.windows.head)
    #expect(lifted == .transition(from: .yellow, to: .none))
    let again = unit.machine.lift(at: at, head: unit.windows.head)
    #expect(again == nil)
    unit.add(250, times: 24)
    #expect(unit.machine.level == .none)
    unit.add(250)
    #expect(unit.machine.level == .yellow)
  }

  @Test func aProposalIsWithdrawnWhenTheAirRises() {
    var unit = Unit()
    unit.add(250, times: 25)
    unit.add(100, times: 36)
    unit.add(201)
    #expect(unit.machine.proposal == nil)
    #expect(unit.log.map(\.outcome).suffix(2) == [.liftProposed(to: .none), .liftWithdrawn])
  }

  @Test func redIsLoweredWhileTheAirStaysAbove200() {
    var unit = Unit()
    unit.add(350, times: 73)
    unit.add(250, times: 35)
    #expect(unit.machine.proposal == nil)
    unit.add(250)
    #expect(unit.machine.proposal?.to == .orange)
  }

  @Test func dataStoppingHoldsTheLevelAndAsksAPerson() {
    var unit = Unit()
    unit.add(250, times: 49)
    unit.add(nil, times: 25)
    #expect(unit.machine.level == .orange)
    let asked = unit.log.map(\.outcome).filter { if case .decisionNeeded = $0 { true } else { false } }
    #expect(asked == [.decisionNeeded(indeterminateHours: 12), .decisionNeeded(indeterminateHours: 24)])
    unit.add(100)
    #expect(unit.machine.level == .orange)
  }

  @Test func historyGivesTheLevelOfNowInOneStep() {
    var unit = Unit()
    for step in 0..<80 { unit.windows.set(RunningAQI(value: 320, quality: .complete), hour: 1_000 + Int32(step)) }
    unit.judge()
    #expect(unit.transitions == [.transition(from: .none, to: .red)])
  }

  @Test func anOldEpisodeThatClearedIsNotRaised() {
    var unit = Unit()
    for step in 0..<60 { unit.windows.set(RunningAQI(value: 320, quality: .complete), hour: 1_000 + Int32(step)) }
    for step in 60..<96 { unit.windows.set(RunningAQI(value: 120, quality: .complete), hour: 1_000 + Int32(step)) }
    unit.judge()
    #expect(unit.transitions.isEmpty)
  }

  @Test func lateWindowsRejudgeTheLevelOfNowOnly() {
    var unit = Unit()
    unit.add(250, times: 12)
    unit.add(150)
    unit.add(250, times: 12)
    #expect(unit.machine.level == .none)
    unit.windows.set(RunningAQI(value: 220, quality: .complete), hour: 1_012)
    unit.judge()
    #expect(unit.machine.level == .yellow)
    unit.windows.set(RunningAQI(value: 150, quality: .complete), hour: 1_012)
    unit.judge()
    #expect(unit.machine.level == .yellow, "a step issued is never taken back by late rows")
  }

  @Test func headsUpOncePerEpisode() {
    var unit = Unit()
    unit.add(201, times: 3)
    unit.add(150, times: 3)
    unit.add(201)
    #expect(unit.log.map(\.outcome).filter { $0 == .headsUp }.count == 1)
    unit.add(100, times: 36)
    unit.add(201)
    #expect(unit.log.map(\.outcome).filter { $0 == .headsUp }.count == 2)
  }

  @Test func snapshotsKeepEverything() throws {
    var generator = SystemRandomNumberGenerator()
    let seed = UInt64.random(in: 0 ... .max, using: &generator)
    var state = seed
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var unit = Unit()
    for _ in 0..<600 {
      let value = next(8) == 0 ? nil : Optional(80 + next(400))
      unit.add(value, quality: next(5) == 0 ? .lowerBound : .complete)
      var writer = ByteWriter()
      unit.machine.encode(into: &writer)
      unit.windows.encode(into: &writer)
      var reader = SnapshotReader(writer.bytes, subject: "a machine")
      let machine = try LevelMachine(decoding: &reader)
      let windows = try WindowRing(decoding: &reader)
      #expect(machine == unit.machine && windows == unit.windows, "seed \(seed)")
      #expect(reader.remaining == 0)
      unit.machine = machine
      unit.windows = windows
    }
  }
}

@Suite struct WindowRingTests {
  @Test func aJumpLeavesTheHoursBetweenIndeterminate() {
    var ring = WindowRing()
    ring.set(RunningAQI(value: 90, quality: .complete), hour: 10)
    ring.set(RunningAQI(value: 91, quality: .complete), hour: 14)
    #expect(ring[10].value == 90)
    #expect(ring[12] == .indeterminate)
    #expect(ring[14].value == 91)
    #expect(ring[15] == .indeterminate)
    ring.set(RunningAQI(value: 92, quality: .complete), hour: 14 + Int32(WindowRing.capacity))
    #expect(ring[14] == .indeterminate)
    let accepted = ring.set(RunningAQI(value: 1, quality: .complete), hour: 14)
    #expect(!accepted)
  }

  @Test func wrapKeepsEachHourApart() {
    var ring = WindowRing()
    for hour in Int32(-500)..<500 {
      ring.set(RunningAQI(value: Int16(hour & 0xff), quality: .complete), hour: hour)
      for back in Int32(0)..<Int32(WindowRing.capacity) where hour - back >= -500 {
        #expect(ring[hour - back].value == Int16((hour - back) & 0xff))
      }
    }
  }
}
