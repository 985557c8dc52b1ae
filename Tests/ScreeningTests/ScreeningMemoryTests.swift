import AirQuality
import TestSupport
import Testing

@testable import Screening

/// The tests that hold a reading against those before it.
@Suite struct ScreeningMemoryTests {
  static let start = CivilOffset.china.start(ofHour: CivilDay("2020-12-01")!.firstHour)
  static let hour: Int64 = 3_600_000

  /// One station's readings of one quantity, one answer a reading, under the tests without memory first.
  struct Course {
    var memory = ScreeningMemory()
    var screener = Screener()
    var stationClass: StationClass? = .national
    var context = ScreeningContext()
    var outcomes: [ScreeningMemory.Outcome] = []
    /// What the rings would hold: the newest verdict of each begin.
    var kept: [Int64: Reading] = [:]

    mutating func answer(_ readings: [Reading], stations: [String] = ["S"], feed: String = "f") -> [Reading] {
      var batch = ContiguousArray(readings)
      let classes = stations.map { _ in stationClass }
      let received = (readings.map(\.end).max() ?? start).adding(milliseconds: 60_000)
      screener.screen(&batch, classes: classes, receivedAt: received)
      let outcome = memory.judge(
        &batch, feed: feed, stations: stations, classes: classes, context: context, offset: .china, with: screener)
      outcomes.append(outcome)
      for reading in batch + outcome.revisions { kept[reading.begin.milliseconds] = reading }
      return Array(batch)
    }

    mutating func hours(_ values: [Double?], _ pollutant: Pollutant = .pm25, from first: Int64 = 0) {
      for (index, value) in values.enumerated() {
        guard let value else { continue }
        _ = answer([Self.reading(value, pollutant, hour: first + Int64(index))])
      }
    }

    static func reading(
      _ value: Double, _ pollutant: Pollutant = .pm25, station: UInt32 = 0, hour: Int64,
      period: Int64 = ScreeningMemoryTests.hour
    ) -> Reading {
      Reading(
        station: station, pollutant: pollutant, value: value, begin: start.adding(milliseconds: hour * period),
        periodMilliseconds: Int32(period))
    }

    /// Reasons by hour.
    func reasons(_ count: Int) -> [[String]] {
      (0..<count).map { kept[start.milliseconds + Int64($0) * ScreeningMemoryTests.hour]?.reasons.list ?? [] }
    }
  }

  // MARK: Spike and rate of change

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var values: [Double?]
    /// Hours with reasons.
    var expected: [Int: [String]]
    var testDescription: String { name }
  }

  static let courses: [Case] = [
    Case(name: "calm", values: [40, 42, 39, 41, 45], expected: [:]),
    // 300 lies 259.5 above the mean of its neighbours: a spike of more than 250, a change of less than 355.
    Case(name: "a spike", values: [40, 41, 300, 40, 42], expected: [2: ["spike"]]),
    Case(name: "exactly the threshold", values: [40, 290, 40, 41], expected: [:]),
    Case(name: "a hair above", values: [40, 290.001, 40, 41], expected: [1: ["spike"]]),
    Case(name: "a dip", values: [400, 401, 100, 402], expected: [2: ["spike"]]),
    Case(name: "a steep slope is none", values: [40, 300, 560, 820, 900], expected: [:]),
    Case(name: "the end of a slope that falls back", values: [40, 300, 560, 40], expected: [2: ["spike"], 3: []]),
    Case(name: "a step", values: [40, 41, 500, 510, 505], expected: [2: ["rate_of_change"]]),
    Case(name: "a step down", values: [500, 501, 40, 41], expected: [2: ["rate_of_change"]]),
    // The spike of 500 was seen as a change first; the value behind it is compared with neither.
    Case(
      name: "a spike that was a change", values: [40, 41, 500, 40, 42], expected: [2: ["spike", "rate_of_change"]]),
    Case(name: "nothing across a gap", values: [40, 41, nil, nil, nil, 600, 610], expected: [5: ["gap"]]),
    Case(name: "a missing hour is no gap", values: [40, 41, nil, 300, 41], expected: [3: ["spike"]]),
    Case(name: "two hours allow twice the change", values: [40, 41, nil, 700, 705], expected: [:]),
  ]

  @Test("spike and rate of change", arguments: courses)
  func course(_ item: Case) {
    var course = Course()
    course.hours(item.values)
    let found = course.reasons(item.values.count)
    for hour in item.values.indices { #expect(found[hour] == item.expected[hour] ?? [], "hour \(hour)") }
  }

  @Test func aSpikeInOneAnswerIsMarkedInPlace() {
    var course = Course()
    let found = course.answer((0..<4).map { Course.reading($0 == 2 ? 400 : 40, hour: $0) })
    #expect(found.map(\.flag) == [.good, .good, .suspect, .good])
    #expect(course.outcomes[0].revisions.isEmpty)
  }

  @Test func aSpikeOfAnEarlierAnswerIsARevision() throws {
    var course = Course()
    course.hours([40, 41, 300])
    #expect(course.kept[Self.start.milliseconds + 2 * Self.hour]?.flag == .good)
    course.hours([40], from: 3)
    let revision = try #require(course.outcomes[3].revisions.first)
    #expect(revision.begin.milliseconds == Self.start.milliseconds + 2 * Self.hour)
    #expect(revision.value == 300 && revision.flag == .suspect && revision.reasons == .spike)
  }

  @Test func thresholdsThatFail() {
    var course = Course()
    var limits = ScreeningLimits()
    limits[course: .national, .pm25].spikeFail = 250
    limits[course: .national, .pm25].rateFail = 400
    course.screener = Screener(limits: limits)
    course.hours([40, 41, 340, 40, 800])
    #expect(course.kept[Self.start.milliseconds + 2 * Self.hour]?.flag == .fail)
    #expect(course.kept[Self.start.milliseconds + 4 * Self.hour]?.flag == .fail)
  }

  // MARK: Repetition

  @Test func whatIsSentAgainIsFoundTheSame() {
    var course = Course()
    let values: [Double] = [40, 41, 300, 40, 42, 41]
    course.hours(values)
    // The feed sends its last hours again with every answer: no verdict may flip.
    let again = course.answer(values.enumerated().map { Course.reading($1, hour: Int64($0)) })
    #expect(again.map(\.reasons.list) == [[], [], ["spike"], [], [], []])
    #expect(again[2].flag == .suspect)
    // A correction of that hour is another reading.
    #expect(course.answer([Course.reading(44, hour: 2)])[0].flag == .good)
  }

  @Test func lateRowsAreJudgedAlone() {
    var course = Course()
    course.hours([40, 41, 42, 43], from: 10)
    #expect(course.answer([Course.reading(900, hour: 3)])[0].flag == .good)
    #expect(course.answer([Course.reading(44, hour: 14)])[0].flag == .good)
  }

  @Test func twoValuesForOneMomentInOneAnswer() {
    var course = Course()
    let found = course.answer([Course.reading(40, hour: 0), Course.reading(55, hour: 0), Course.reading(55, hour: 0)])
    #expect(found.map(\.flag) == [.good, .suspect, .suspect])
    #expect(found[1].reasons == .duplicateStamp)
    // In a later answer it is a correction.
    #expect(course.answer([Course.reading(60, hour: 0)])[0].flag == .good)
  }

  @Test func correctionsOfTheNewestHourAreJudged() {
    var course = Course()
    course.hours((0..<14).map { 50 + Double($0 % 3) })
    func again(_ value: Double) -> Reading { course.answer([Course.reading(value, hour: 13)])[0] }
    #expect(again(0.05).reasons == .unitMistake && again(0.05).flag == .fail)
    #expect(again(1_900).reasons == .rateOfChange && again(1_900).flag == .suspect)
    #expect(again(60).reasons.isEmpty && again(60).flag == .good)
    // What failed left no trace, and the level knows the last value alone.
    #expect(course.answer([Course.reading(61, hour: 14)])[0].flag == .good && course.outcomes.last?.revisions == [])
    #expect(course.answer([Course.reading(0.05, hour: 15)])[0].reasons == .unitMistake)
    // A corrected value that stands alone is one when the next has come.
    _ = course.answer([Course.reading(62, hour: 15)])
    #expect(course.answer([Course.reading(390, hour: 15)])[0].flag == .good)
    _ = course.answer([Course.reading(60, hour: 16)])
    #expect(course.outcomes.last?.revisions.map(\.value) == [390])
  }

  @Test func aCorrectionEndsAFlatLine() {
    var course = Course()
    course.hours(Array(repeating: 40, count: 8))
    #expect(course.kept[Self.start.milliseconds + 7 * Self.hour]?.reasons == .flatLine)
    #expect(course.answer([Course.reading(41, hour: 7)])[0].reasons.isEmpty)
    course.hours([41], from: 8)
    #expect(course.kept[Self.start.milliseconds + 8 * Self.hour]?.reasons.isEmpty == true)
  }

  @Test func aCorrectionIsHeldAgainstTheHumidity() {
    var course = Course()
    course.stationClass = .micro
    _ = course.answer([Course.reading(97, .humidity, hour: 0), Course.reading(60, hour: 0)])
    #expect(course.answer([Course.reading(80, hour: 0)])[0].reasons == .humidity)
  }

  // MARK: Flat line, frozen

  @Test(
    arguments: [
      (Pollutant.pm25, 40.0, 6), (.pm25, 10.0, nil), (.pm10, 80.0, 6), (.so2, 40.0, 8), (.no2, 30.0, 6), (.o3, 60.0, 6),
      (.co, 1.2, 24), (.co, 0.5, nil),
    ] as [(Pollutant, Double, Int?)])
  func flatLine(pollutant: Pollutant, value: Double, after: Int?) {
    var course = Course()
    course.hours(Array(repeating: value, count: 40), pollutant)
    let first = course.reasons(40).firstIndex { $0.contains("flat_line") }
    // The hour that makes the line that long is its last.
    #expect(first == after.map { $0 - 1 })
    #expect(course.kept.values.allSatisfy { $0.flag != .fail })
    course.hours([value + 1], pollutant, from: 40)
    #expect(course.reasons(41)[40].isEmpty)
  }

  @Test func aFrozenStation() {
    var course = Course()
    func values(_ hour: Int64, _ step: Double) -> [Reading] {
      [(Pollutant.pm25, 40.0), (.so2, 21), (.no2, 33), (.co, 0.9)].map {
        Course.reading($1 + step, $0, hour: hour)
      } + [Course.reading(50 + Double(hour), station: 1, hour: hour)]
    }
    var found: [[Reading]] = []
    for hour in 0..<5 { found.append(course.answer(values(Int64(hour), 0), stations: ["S", "T"])) }
    // Four quantities the same over three hours of stamps; the other station moves.
    #expect(found[2].allSatisfy { $0.flag == .good })
    #expect(found[3].prefix(4).allSatisfy { $0.flag == .suspect && $0.reasons == .frozen })
    #expect(found[3][4].flag == .good && course.outcomes.allSatisfy { $0.froze == nil })
    #expect(course.answer(values(5, 1), stations: ["S", "T"]).allSatisfy { $0.flag == .good })
  }

  @Test(
    "what stands still does not depend on how an answer is cut", arguments: [1, 3, 20, 240] as [Int64])
  func frozenInAnswersOfAnyLength(rows: Int64) {
    func course(_ lanes: [Pollutant]) -> [Pollutant: Int] {
      var course = Course()
      course.stationClass = .micro
      var frozen: [Pollutant: Int] = [:]
      for first in stride(from: 0, to: 240, by: Int(rows)) as StrideTo<Int64> {
        let readings = (first..<min(240, first + rows)).flatMap { minute in
          lanes.map { Course.reading(3, $0, hour: minute, period: 60_000) }
        }
        for reading in course.answer(readings) where reading.reasons.contains(.frozen) {
          frozen[reading.pollutant, default: 0] += 1
        }
      }
      return frozen
    }
    // One series of clean air is no frozen station.
    #expect(course([.pm25]).isEmpty && course([.pm25, .pm10, .so2]).isEmpty)
    // Four are, from three hours on.
    let lanes: [Pollutant] = [.pm25, .pm10, .so2, .usIndexCO]
    #expect(course(lanes) == Dictionary(uniqueKeysWithValues: lanes.map { ($0, 60) }))
  }

  @Test func everyQuantityHasItsBit() { #expect(Pollutant.allCases.allSatisfy { $0.rawValue < 64 }) }

  @Test func aFrozenFeed() {
    var course = Course()
    func values(_ hour: Int64, _ step: Double) -> [Reading] {
      (0..<3).flatMap { station in
        [Pollutant.pm25, .so2].map {
          Course.reading(40 + Double(station) + step, $0, station: UInt32(station), hour: hour)
        }
      }
    }
    let stations = ["A", "B", "C"]
    var found: [[Reading]] = []
    for hour in 0..<5 { found.append(course.answer(values(Int64(hour), 0), stations: stations)) }
    #expect(course.outcomes.map { $0.froze != nil } == [false, false, false, true, false])
    #expect(course.outcomes[3].froze == Self.start)
    #expect(found[3].allSatisfy { $0.reasons.contains(.frozen) } && found[4].allSatisfy { $0.flag == .suspect })
    // The same answer fetched again is no new one.
    _ = course.answer(values(4, 0), stations: stations)
    #expect(course.outcomes.last?.thawed == nil && course.memory.isFrozen(feed: "f"))
    #expect(course.answer(values(5, 1), stations: stations).allSatisfy { $0.flag == .good })
    #expect(course.outcomes.last?.thawed == Self.start)
  }

  // MARK: Unit mistakes, humidity, sand-dust, twin channels

  @Test("a late row of another unit fails too")
  func lateUnitMistakes() {
    var course = Course()
    course.hours([nil, nil] + (0..<12).map { 48 + Double($0 % 3) })
    #expect(course.answer([Course.reading(0.049, hour: 0)])[0].reasons == .unitMistake)
    let late = course.answer([Course.reading(49, hour: 1)])[0]
    #expect(late.reasons == [] && late.flag == .good)
  }

  @Test func unitMistakes() {
    var course = Course()
    course.hours([80, 90, 85, 88, 92, 90, 86, 84, 0.09, 88])
    #expect(course.reasons(10)[8] == ["unit_mistake"])
    #expect(course.kept[Self.start.milliseconds + 8 * Self.hour]?.flag == .fail)
    // It left no trace.
    #expect(course.reasons(10)[9].isEmpty)
    // Clean air after foul is no mistake, and neither is a plume over clean air.
    var clean = Course()
    clean.hours([80, 90, 85, 88, 92, 90, 86, 84, 2, 1], .so2)
    #expect(clean.reasons(10).allSatisfy { !$0.contains("unit_mistake") })
    var plume = Course()
    plume.hours([1, 1, 2, 1, 1, 2, 1, 1, 1, 900], .so2)
    #expect(plume.kept[Self.start.milliseconds + 9 * Self.hour]?.flag == .suspect)
  }

  @Test(
    arguments: [
      (84.0, 60, 200.0, false), (85.0, 60, 90.0, false), (85, 60, 90.1, true), (94, nil, 200, false),
      (95, nil, 200, true),
    ] as [(Double, Double?, Double, Bool)])
  func humidity(percent: Double, reference: Double?, value: Double, isSuspect: Bool) {
    for (stationClass, scatters) in [(StationClass.micro, true), (.national, false)] {
      var course = Course()
      course.stationClass = stationClass
      var air = ScreeningContext.CountyAir()
      if let reference { air.reference[0] = Int32(reference * 1_000) }
      course.context = ScreeningContext(places: [0], counties: [air])
      let found = course.answer([
        Course.reading(percent, .humidity, hour: 0), Course.reading(value, hour: 0),
      ])
      #expect(found[1].reasons.contains(.humidity) == (isSuspect && scatters))
    }
  }

  @Test func oldHumidityProvesNothing() {
    var course = Course()
    course.stationClass = .micro
    _ = course.answer([Course.reading(99, .humidity, hour: 0)])
    #expect(course.answer([Course.reading(60, hour: 1)])[0].flag == .good)
    #expect(course.memory.humidity(station: "S", hour: CivilDay("2020-12-01")!.firstHour) == 99)
    #expect(course.memory.humidity(station: "S", hour: CivilDay("2020-12-01")!.firstHour + 1) == nil)
  }

  @Test func sandDust() {
    for (stationClass, flag) in [(StationClass.micro, QualityFlag.suspect), (.national, .good)] {
      var course = Course()
      course.stationClass = stationClass
      course.hours([80, 85], .pm10)
      course.context = ScreeningContext(places: [0], counties: [ScreeningContext.CountyAir(hasDust: true)])
      // The front is real: neither a spike nor a change.
      course.hours([1_500, 90], .pm10, from: 2)
      let found = course.kept[Self.start.milliseconds + 2 * Self.hour]
      #expect(found?.flag == flag && found?.reasons == .sandDust)
    }
  }

  @Test(arguments: [
    (40.0, 44.0, false), (40, 45, false), (4, 9.001, true), (100, 207, false), (100, 208, true),
    (0, 5, false), (0, 5.001, true),
  ])
  func twinChannels(a: Double, b: Double, disagree: Bool) {
    var course = Course()
    course.stationClass = .micro
    let found = course.answer([
      Course.reading((a + b) / 2, hour: 0), Course.reading(a, .pm25A, hour: 0), Course.reading(b, .pm25B, hour: 0),
      Course.reading(30, .pm10, hour: 1),
    ])
    let expected: QualityFlag = disagree ? .fail : .good
    #expect(found.prefix(3).allSatisfy { $0.flag == expected && $0.reasons.contains(.twinChannels) == disagree })
    #expect(found[3].flag == .good)
  }

  // MARK: People

  @Test func overridesStandUntilWithdrawn() {
    var course = Course()
    course.hours([40, 41])
    func verdict(_ id: String, _ flag: QualityFlag, _ pollutant: Pollutant?, _ hours: Range<Int64>) -> ScreeningOverride
    {
      ScreeningOverride(
        id: id, station: "S", pollutant: pollutant, from: Self.start.adding(milliseconds: hours.lowerBound * Self.hour),
        until: Self.start.adding(milliseconds: hours.upperBound * Self.hour), flag: flag, by: "张三", reason: "校准",
        at: Self.start)
    }
    var isTaken = course.memory.add(verdict("a", .fail, .pm25, 2..<4))
    #expect(isTaken)
    course.hours([42, 43, 44], from: 2)
    #expect(course.kept[Self.start.milliseconds + 2 * Self.hour]?.flag == .fail)
    #expect(course.kept[Self.start.milliseconds + 2 * Self.hour]?.reasons.list == ["overridden"])
    #expect(course.kept[Self.start.milliseconds + 4 * Self.hour]?.flag == .good)
    // The newest verdict counts; what is missing stays missing.
    isTaken = course.memory.add(verdict("b", .good, nil, 3..<8))
    #expect(isTaken)
    course.hours([nil, 43], from: 2)
    #expect(course.kept[Self.start.milliseconds + 3 * Self.hour]?.flag == .good)
    var missing = Course.reading(.nan, hour: 5)
    missing.flag = .missing
    #expect(course.answer([missing])[0].flag == .missing)
    let end = ScreeningOverride.Withdrawal(by: "李四", reason: "误判", at: Self.start)
    let taken = course.memory.withdraw("a", end)
    let again = course.memory.withdraw("a", end)
    #expect(taken?.withdrawal == end && again == nil)
    let before = course.memory.takeBefore("a")
    #expect(before.map(\.reading.value) == [42, 43])
  }

  // MARK: The state

  /// Random answers, among them late, repeated and wild ones: the state after a round trip judges on as the one without.
  @Test(arguments: [UInt64](1...20))
  func roundTripGoesOnTheSame(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var course = Course()
    course.stationClass = .micro
    var other = course
    for step in 0..<60 {
      let stations = ["A", "B", "C"].shuffled(using: &random)
      let readings = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        Reading(
          station: UInt32.random(in: 0..<3, using: &random),
          pollutant: Pollutant.allCases.randomElement(using: &random)!,
          value: [0, 40, 41, 300, 0.04, 9_000, .nan, 96].randomElement(using: &random)!,
          begin: Self.start.adding(milliseconds: Int64.random(in: -3...Int64(step), using: &random) * Self.hour),
          periodMilliseconds: [0, 60_000, 3_600_000].randomElement(using: &random)!)
      }
      let first = course.answer(readings, stations: stations)
      if step == 30 {
        var writer = ByteWriter()
        other.memory.encode(into: &writer)
        var reader = SnapshotReader(writer.bytes, subject: "memory")
        other.memory = try ScreeningMemory(decoding: &reader)
        try reader.finish()
      }
      let second = other.answer(readings, stations: stations)
      #expect(first.map(\.flag) == second.map(\.flag), "seed \(seed), step \(step)")
      #expect(first.map(\.reasons) == second.map(\.reasons), "seed \(seed), step \(step)")
    }
    var one = ByteWriter()
    course.memory.encode(into: &one)
    var two = ByteWriter()
    other.memory.encode(into: &two)
    #expect(one.bytes == two.bytes, "seed \(seed)")
    // A torn state is an error, never a trap.
    for length in stride(from: 0, to: one.bytes.count, by: 97) {
      var reader = SnapshotReader(Array(one.bytes.prefix(length)), subject: "memory")
      #expect(throws: SnapshotReadingError.self, "seed \(seed), \(length) bytes") {
        _ = try ScreeningMemory(decoding: &reader)
        try reader.finish()
      }
    }
  }

  @Test func stationsOfNoRegistryAreForgotten() {
    var course = Course()
    _ = course.answer([Course.reading(40, hour: 0)], stations: ["S"])
    _ = course.answer([Course.reading(40, .humidity, hour: 200)], stations: ["T"])
    _ = course.answer([Course.reading(40, hour: 200)], stations: ["U"])
    let now = Self.start.adding(milliseconds: 201 * Self.hour)
    course.memory.keep(stations: ["T"], feeds: ["f"], now: now)
    #expect(course.memory.ids == ["T", "U"])
    #expect(course.memory.humidity(station: "T", hour: CivilDay("2020-12-01")!.firstHour + 200) == 40)
    // It goes on from its trace.
    _ = course.answer([Course.reading(41, hour: 201)], stations: ["U"])
    #expect(course.answer([Course.reading(600, hour: 202)], stations: ["U"])[0].reasons == .rateOfChange)
  }

  @Test func stationsWithoutTheSixAreRemembered() {
    var course = Course()
    _ = course.answer([Course.reading(1_010, .pressure, hour: 200)], stations: ["P"])
    _ = course.answer([Course.reading(60, .humidity, hour: 200)], stations: ["H"])
    _ = course.answer([Course.reading(60, .humidity, hour: 0)], stations: ["old"])
    course.memory.keep(stations: [], feeds: ["f"], now: Self.start.adding(milliseconds: 201 * Self.hour))
    #expect(course.memory.ids == ["P", "H"])
    #expect(course.memory.humidity(station: "H", hour: CivilDay("2020-12-01")!.firstHour + 200) == 60)
  }

  @Test func humidityThatComesAgainCountsOnce() {
    var course = Course()
    func minute(_ minute: Int64, _ value: Double) -> Reading {
      Course.reading(value, .humidity, hour: minute, period: 60_000)
    }
    let first = CivilDay("2020-12-01")!.firstHour
    _ = course.answer([minute(0, 40), minute(1, 60)])
    // The feed sends its last rows again with every answer.
    for _ in 0..<3 { _ = course.answer([minute(0, 40), minute(1, 60), minute(2, 80)]) }
    #expect(course.memory.humidity(station: "S", hour: first) == 60)
    _ = course.answer([minute(2, 50)])
    #expect(course.memory.humidity(station: "S", hour: first) == 50)
    _ = course.answer([minute(60, 70), minute(60, 30), minute(2, 99)])
    #expect(course.memory.humidity(station: "S", hour: first) == 50)
    #expect(course.memory.humidity(station: "S", hour: first + 1) == 30)
  }

  @Test func aUnitThatWasPutRightIsTakenAfterADay() {
    var course = Course()
    course.stationClass = .micro
    course.hours((0..<10).map { 2_400 + Double($0 % 3) }, .so2)
    course.hours((0..<30).map { 2.4 + Double($0 % 3) }, .so2, from: 10)
    let flags = (0..<40).map {
      course.kept[Self.start.milliseconds + Int64($0) * Self.hour]?.flag
    }
    #expect(flags[10..<36].allSatisfy { $0 == .fail })
    #expect(flags[36...].allSatisfy { $0 == .good }, "\(flags)")
  }

  @Test func oneClockAheadFreezesNoFeed() {
    var course = Course()
    let lanes: [Pollutant] = [.pm25, .pm10, .so2, .no2, .o3, .co]
    for minute in 0..<240 as Range<Int64> {
      var readings: [Reading] = []
      for station in 0..<4 as Range<UInt32> {
        for (lane, pollutant) in lanes.enumerated() {
          let isAhead = station == 3
          let value = pollutant == .co ? 1 : Double(40 + lane) + (isAhead ? 0 : Double((minute + Int64(station)) % 5))
          readings.append(
            Course.reading(value, pollutant, station: station, hour: minute + (isAhead ? 3 : 0), period: 60_000))
        }
      }
      let found = course.answer(readings, stations: ["A", "B", "C", "D"])
      if minute == 239 {
        #expect(!course.memory.isFrozen(feed: "f"))
        #expect(found.filter { $0.station < 3 }.allSatisfy { !$0.reasons.contains(.frozen) })
        #expect(found.filter { $0.station == 3 }.allSatisfy { $0.reasons.contains(.frozen) })
      }
    }
  }

  @Test func aFrozenFeedStaysFrozenWhenStationsAreForgotten() {
    var course = Course()
    let ids = ["gone", "A", "B", "C"]
    func still(_ hour: Int64, _ stations: Range<UInt32>) -> [Reading] {
      stations.flatMap { station in
        [Pollutant.pm25, .pm10, .so2].map { Course.reading(40 + Double(station), $0, station: station, hour: hour) }
      }
    }
    _ = course.answer(still(0, 0..<1), stations: ids)
    for hour in 200..<206 as Range<Int64> { _ = course.answer(still(hour, 1..<4), stations: ids) }
    #expect(course.memory.isFrozen(feed: "f"))
    course.memory.keep(
      stations: ["A", "B", "C"], feeds: ["f"], now: Self.start.adding(milliseconds: 206 * Self.hour))
    _ = course.answer(still(206, 1..<4), stations: ids)
    #expect(course.memory.isFrozen(feed: "f") && course.outcomes.last?.thawed == nil)
  }

  @Test func sentinelsOfEverySizeAreHeeded() {
    var limits = ScreeningLimits()
    limits.sentinels = [-1, 0]
    var course = Course()
    course.screener = Screener(limits: limits)
    #expect(course.answer([Course.reading(-1, hour: 0)])[0].reasons == .sentinel)
    #expect(course.answer([Course.reading(0, hour: 1)])[0].flag == .fail)
    #expect(course.answer([Course.reading(-999, hour: 2)])[0].reasons == .negative)
  }

  @Test func limitsRoundTrip() throws {
    var limits = ScreeningLimits()
    limits[.micro, .pm25].highest = 900
    limits[course: .park, .so2] = CourseLimits(
      spikeSuspect: 1, spikeFail: 2, rateSuspect: nil, rateFail: 4, flatTolerance: 0.5, flatAfterMilliseconds: nil,
      flatAbove: 3)
    limits.sentinels = [-1]
    limits.humidityAlone = 90
    limits.findsUnitMistakes = false
    var writer = ByteWriter()
    limits.encode(into: &writer)
    var reader = SnapshotReader(writer.bytes, subject: "limits")
    #expect(try ScreeningLimits(decoding: &reader) == limits)
    try reader.finish()
  }

  @Test func robustCentre() throws {
    #expect(RobustCentre([]) == nil)
    let odd = try #require(RobustCentre([5, 1, 9, 3, 100]))
    #expect(odd.median == 5 && odd.deviation == 4 && odd.count == 5)
    let even = try #require(RobustCentre([1, 2, 3, 100]))
    #expect(even.median == 2 && even.deviation == 1)
    #expect(odd.excludes(100, deviations: 6, share: 1, least: 10))
    #expect(!odd.excludes(100, deviations: 6, share: 1, least: 95))
    #expect(!odd.excludes(9, deviations: 6, share: 0, least: 0))
    let extreme = try #require(RobustCentre([.min, .max, .max]))
    #expect(extreme.median == .max && extreme.deviation == 0)
  }
}
