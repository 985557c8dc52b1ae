import AirQuality
import Polling
import Testing
import Timekeeping

@Suite("Slots of a schedule")
struct PollScheduleTests {
  static let china = CivilOffset.china

  static func at(_ day: String, _ hour: Int, _ minute: Int, _ second: Int = 0) -> Instant {
    let start = china.start(of: CivilDay(day)!)
    return start.adding(milliseconds: Int64(hour * 3_600 + minute * 60 + second) * 1_000)
  }

  /// every, offset, now, expected next slot (hour, minute, second of 2020-12-01 or the day after).
  @Test(arguments: [
    (3_600, 420, at("2020-12-01", 9, 0), at("2020-12-01", 9, 7)),
    (3_600, 420, at("2020-12-01", 9, 7), at("2020-12-01", 10, 7)),
    (3_600, 420, at("2020-12-01", 23, 30), at("2020-12-02", 0, 7)),
    (86_400, 3_600, at("2020-12-01", 0, 30), at("2020-12-01", 1, 0)),
    (86_400, 0, at("2020-12-01", 0, 30), at("2020-12-02", 0, 0)),
    (60, 0, at("2020-12-01", 9, 0, 59), at("2020-12-01", 9, 1)),
    (60, 65, at("2020-12-01", 9, 0, 0), at("2020-12-01", 9, 0, 5)),
  ])
  func nextSlot(every: Int, offset: Int, now: Instant, expected: Instant) {
    let schedule = PollSchedule(
      name: "f", every: .seconds(every), offset: .seconds(offset), zone: PollScheduleTests.china)
    #expect(schedule.slot(after: now) == expected)
    #expect(schedule.slot(atOrBefore: expected) == expected)
    #expect(schedule.count(from: expected, through: expected) == 1)
    #expect(schedule.count(from: expected, through: expected.adding(milliseconds: Int64(every) * 3_000)) == 4)
    #expect(schedule.count(from: expected, through: expected.adding(milliseconds: -1)) == 0)
  }

  @Test func spreadIsStableAndEven() {
    var buckets = [Int](repeating: 0, count: 6)
    for index in 0..<6_000 {
      let schedule = PollSchedule(name: "feed-\(index)", every: .seconds(3_600), offset: nil, zone: .china)
      let again = PollSchedule(name: "feed-\(index)", every: .seconds(3_600), offset: nil, zone: .china)
      #expect(schedule == again)
      buckets[Int(schedule.phaseMilliseconds / 10_000)] += 1
    }
    // Sixty seconds in six parts: a thousand each, give or take.
    #expect(buckets.allSatisfy { $0 > 850 && $0 < 1_150 }, "\(buckets)")
    // Recorded once: another value would move every feed on an upgrade.
    #expect(
      PollSchedule(name: "national", every: .seconds(3_600), offset: nil, zone: .china).phaseMilliseconds == 47_218)
    let short = PollSchedule(name: "x", every: .seconds(5), offset: nil, zone: .china)
    #expect(short.phaseMilliseconds < 5_000)
  }

  @Test func scaledClockShortensDelays() {
    let clock = ManualClock(civil: PollScheduleTests.at("2020-12-01", 9, 0), speed: 600)
    let slot = PollScheduleTests.at("2020-12-01", 9, 10)
    #expect(clock.delay(until: slot) == 1_000_000_000)
    clock.advance(by: .seconds(1))
    #expect(clock.now() == slot)
    #expect(clock.delay(until: slot) == 0)
  }

  @Test func jumpsAreSeenAndSlewIsNot() {
    var detector = ClockJumpDetector()
    let base = PollScheduleTests.at("2020-12-01", 9, 0)
    func look(_ civil: Int64, _ monotonic: Int64) -> Int64? {
      detector.observe(
        civil: base.adding(milliseconds: civil), monotonic: MonotonicInstant(nanoseconds: monotonic * 1_000_000)
      )?.milliseconds
    }
    #expect(look(0, 0) == nil)
    #expect(look(60_030, 60_000) == nil)
    #expect(look(60_030 + 3_600_000, 61_000) == 3_599_000)
    #expect(look(60_030, 62_000) == -3_601_000)
    #expect(look(61_030, 63_000) == nil)
  }

  @Test func digestsTellBodiesApart() {
    var seen = Set<BodyDigest>()
    for length in 0..<40 {
      var body = [UInt8](repeating: 0, count: length)
      #expect(seen.insert(BodyDigest(body)).inserted)
      #expect(BodyDigest(body) == BodyDigest(body))
      for index in 0..<length {
        body[index] = 1
        #expect(seen.insert(BodyDigest(body)).inserted, "length \(length), byte \(index)")
        body[index] = 0
      }
    }
  }
}
