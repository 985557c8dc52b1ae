import AirQuality
import Polling
import Testing

@Suite("Publication lag")
struct PublicationLagTests {
  static let minute: Int64 = 60_000
  static let hour: Int64 = 3_600_000

  static func feed(_ every: Duration = .seconds(3_600), offset: Duration? = .seconds(420)) -> FeedDefinition {
    var feed = FeedDefinition(name: "national", url: "http://h/", every: every, offset: offset)
    feed.publication = PublicationRules()
    return feed
  }

  /// A lag for each period, the same in every run of the same seed.
  static func lags(_ range: ClosedRange<Int64>, seed: UInt64) -> (Int) -> Int64 {
    { number in
      var generator = JitterGenerator(seed: seed &+ UInt64(bitPattern: Int64(number)) &* 0x9E37_79B9)
      return Int64.random(in: range, using: &generator)
    }
  }

  // MARK: Quantiles

  @Test func quantilesOfKnownLagsAreExact() {
    var samples = LagSamples()
    #expect(samples.quantile(0.5, tolerance: 10) == nil)
    for lag in 1...100 { samples.add(.init(lower: Int64(lag) * 1_000 - 5, upper: Int64(lag) * 1_000)) }
    for (share, lag) in [(0.01, 1_000), (0.5, 50_000), (0.9, 90_000), (0.99, 99_000), (0.999, 100_000)] {
      #expect(samples.quantile(share, tolerance: 10)?.milliseconds == Int64(lag), "\(share)")
      #expect(samples.quantile(share, tolerance: 10)?.isSeen == true)
    }
  }

  @Test func lateLooksDoNotMakeTheSourceSlow() {
    // Half of the lags are known, the others only to be at most 60: the known ones decide.
    var samples = LagSamples()
    for lag in 1...20 {
      samples.add(.init(lower: Int64(lag) * 1_000 - 5, upper: Int64(lag) * 1_000))
      samples.add(.init(lower: 0, upper: 60_000))
    }
    #expect(samples.quantile(0.9, tolerance: 10)?.milliseconds == 18_000)
    #expect(samples.quantile(0.5, tolerance: 10)?.milliseconds == 10_000)
    // Bounds alone: the least of them.
    var bounds = LagSamples()
    bounds.add(.init(lower: 0, upper: 9_000))
    bounds.add(.init(lower: 0, upper: 7_000))
    #expect(bounds.quantile(0.9, tolerance: 10)! == (7_000, false))
  }

  @Test func theOldestSamplesGo() {
    var samples = LagSamples()
    for lag in 1...300 { samples.add(.init(lower: Int64(lag) * 1_000 - 1, upper: Int64(lag) * 1_000)) }
    #expect(samples.count == LagSamples.capacity)
    #expect(samples.quantile(0.001, tolerance: 10)?.milliseconds == 101_000)
  }

  // MARK: The schedule

  /// Hours of a source whose lag lies in a range: once learned, nine of ten are found within the range's width and some
  /// steps, with fewer than two polls each, and none is called late.
  @Test(arguments: [
    (20 * minute, 30 * minute), (2 * minute, 4 * minute), (45 * minute, 50 * minute), (70 * minute, 75 * minute),
    (0, 5_000),
  ])
  func pollsFollowThePublication(_ range: (Int64, Int64)) {
    let seed: UInt64 = 11
    var simulation = SimulatedPublisher(Self.feed(), cadence: Self.hour, lag: Self.lags(range.0...range.1, seed: seed))
    simulation.run(hours: 24 * 12)
    let delays = simulation.delays(fromHour: 72).sorted()
    let polls = simulation.polls(fromHour: 72)
    #expect((214...217).contains(delays.count), "seed \(seed)")
    #expect(polls.count < delays.count * 2, "seed \(seed): \(polls.count)")
    let width = Double(range.1 - range.0) / 1_000
    #expect(delays[delays.count * 9 / 10] <= width + 120, "seed \(seed): \(delays[delays.count * 9 / 10])")
    #expect(delays[delays.count / 2] <= width / 2 + 60, "seed \(seed): \(delays[delays.count / 2])")
    #expect(simulation.news.isEmpty)
    let summary = simulation.pacer.publication.summary
    let usual = summary.usualMilliseconds ?? 0
    #expect(usual >= range.0 && usual <= range.1 + 2 * Self.minute, "seed \(seed): \(usual)")
  }

  /// With `every` of an hour no poll is made between a publication and the next one's time.
  @Test func nothingIsPolledWhileNothingCanBeNew() {
    var simulation = SimulatedPublisher(
      Self.feed(), cadence: Self.hour, lag: Self.lags(24 * Self.minute...26 * Self.minute, seed: 5))
    simulation.run(hours: 24 * 8)
    for poll in simulation.polls(fromHour: 72) {
      let minute = poll.at.milliseconds % Self.hour / Self.minute
      #expect((18...40).contains(minute), "\(minute)")
    }
  }

  /// A shorter `every` stays the longest distance, and one poll still stands right after the publication.
  @Test func everyStaysTheLongestDistance() {
    var simulation = SimulatedPublisher(
      Self.feed(.seconds(600), offset: .zero), cadence: Self.hour,
      lag: Self.lags(24 * Self.minute...26 * Self.minute, seed: 5))
    simulation.run(hours: 24 * 8)
    let polls = simulation.polls(fromHour: 48)
    for (before, after) in zip(polls, polls.dropFirst()) {
      #expect(after.at.milliseconds - before.at.milliseconds <= 751_000)
    }
    let delays = simulation.delays(fromHour: 48).sorted()
    #expect(delays[delays.count * 9 / 10] < 240)
  }

  /// While a level is in force the shorter interval is the longest distance; afterwards one poll an hour is enough again.
  @Test func denserPollingBoundsTheDistance() {
    var feed = Self.feed()
    feed.denser = DenserPolling(levels: ["red"], every: .seconds(300))
    var simulation = SimulatedPublisher(feed, cadence: Self.hour) { number in
      25 * Self.minute + Int64(number % 5) * 10_000
    }
    simulation.run(hours: 48)
    let now = simulation.end(48)
    let changes = [simulation.pacer.setDense(true, at: now), simulation.pacer.setDense(true, at: now)]
    #expect(changes == [true, false])
    simulation.run(hours: 60, from: now)
    let dense = simulation.polls(fromHour: 48)
    for (before, after) in zip(dense, dense.dropFirst()) {
      #expect(after.at.milliseconds - before.at.milliseconds <= 376_000)
    }
    let ends = simulation.pacer.setDense(false, at: simulation.end(60))
    #expect(ends)
    simulation.run(hours: 84, from: simulation.end(60))
    #expect(simulation.polls(fromHour: 61).count < 23 * 2)
  }

  /// A source that becomes faster is followed down, one that becomes slower is followed up.
  @Test(arguments: [(30, 10), (10, 30)])
  func changesAreFollowed(_ minutes: (Int64, Int64)) {
    var simulation = SimulatedPublisher(Self.feed(), cadence: Self.hour) { number in
      (number < 24 * 10 ? minutes.0 : minutes.1) * Self.minute + Int64(number % 7) * 10_000
    }
    simulation.run(hours: 24 * 40)
    let delays = simulation.delays(fromHour: 24 * 35).sorted()
    #expect(delays[delays.count / 2] < 240, "\(delays[delays.count / 2])")
  }

  /// Before anything is learned polls keep to their slots; without rules they always do.
  @Test func slotsComeFirst() {
    var feed = Self.feed()
    feed.publication = nil
    var simulation = SimulatedPublisher(feed, cadence: Self.hour) { _ in 25 * Self.minute }
    simulation.run(hours: 24)
    #expect(simulation.polls.count == 24)
    #expect(simulation.polls.allSatisfy { $0.at.milliseconds % Self.hour == 420_000 && $0.purpose == .regular })
    #expect(simulation.pacer.summary == nil)
    var learning = SimulatedPublisher(Self.feed(), cadence: Self.hour) { _ in 25 * Self.minute }
    learning.run(hours: 1)
    #expect(learning.polls.first?.at.milliseconds.quotientAndRemainder(dividingBy: Self.hour).remainder == 420_000)
  }

  /// Values of a minute that are published every five: the cadence is that of the publications.
  @Test func theCadenceIsThatOfThePublications() {
    var simulation = SimulatedPublisher(
      Self.feed(.seconds(600), offset: nil), cadence: 5 * Self.minute, span: Self.minute
    ) { _ in 40_000 }
    simulation.run(hours: 24)
    #expect(simulation.pacer.publication.cadence == 5 * Self.minute)
    #expect(simulation.polls(fromHour: 12).count < 12 * 12 * 2)
    #expect(simulation.news.isEmpty)
  }

  // MARK: Half an hour is no hour

  /// The national feed shows an hour with 36 of its 1,499 stations first; the hour counts when the bulk is there, also
  /// when the slots before anything is learned see the 36 alone.
  @Test(arguments: [420, 720, 2_400])
  func theBulkCounts(offset: Int) {
    var simulation = SimulatedPublisher(Self.feed(offset: .seconds(offset)), cadence: Self.hour) { _ in
      10 * Self.minute
    }
    simulation.stations = { _, after in after < 15 * Self.minute ? 36 : 1_499 }
    simulation.run(hours: 24 * 8)
    let usual = simulation.pacer.publication.summary.usualMilliseconds ?? 0
    #expect(usual > 24 * Self.minute && usual < 28 * Self.minute, "\(usual)")
    #expect(simulation.news.isEmpty)
  }

  /// A source that loses a third of its stations for good is late for some hours, then the rest is the bulk.
  @Test func lostStationsAreForgotten() {
    var simulation = SimulatedPublisher(Self.feed(), cadence: Self.hour) { _ in 10 * Self.minute }
    simulation.stations = { number, _ in number < 100 ? 300 : 200 }
    simulation.run(hours: 24 * 6)
    #expect(simulation.news.map(\.isLate) == [true, false])
    #expect(simulation.pacer.publication.newestEnd == simulation.end(143))
  }

  // MARK: Late

  /// One hour comes 95 minutes late: it is told once, and once that it is there; the repeated polls are bounded.
  @Test func aLatePeriodIsToldOnce() {
    var simulation = SimulatedPublisher(Self.feed(), cadence: Self.hour) { number in
      number == 100
        ? 95 * Self.minute : number == 101 ? 40 * Self.minute : 10 * Self.minute + Int64(number % 3) * 20_000
    }
    simulation.run(hours: 24 * 6)
    #expect(simulation.news.map(\.isLate) == [true, false])
    let told = simulation.news[0].at.milliseconds - simulation.end(100).milliseconds
    #expect(told > 19 * Self.minute && told < 26 * Self.minute, "\(told)")
    let asked = simulation.polls.filter { $0.at > simulation.end(100) && $0.at < simulation.end(101) }
    #expect(asked.count <= PublicationRules().attempts + 2, "\(asked.count)")
    let reason = simulation.pacer.publication.summary.lateReason(at: simulation.end(150), zone: .china)
    #expect(
      reason?.hasPrefix("the period ending 2020-12-07T00:00:00+08:00 is not there, 360 min after its end") == true)
  }

  /// A source that stops for a day: no storm of polls, one alarm, and the lag is not learned from it.
  @Test func anOutageIsNoLag() {
    var simulation = SimulatedPublisher(Self.feed(), cadence: Self.hour) { number in
      (100..<124).contains(number) ? Int64(124 - number) * Self.hour : 10 * Self.minute
    }
    simulation.run(hours: 24 * 8)
    #expect(simulation.news.map(\.isLate) == [true, false])
    let during = simulation.polls.filter { $0.at > simulation.end(101) && $0.at < simulation.end(123) }
    #expect(during.count <= 22 * (PublicationRules().attempts + 2))
    #expect((simulation.pacer.publication.summary.p90Milliseconds ?? .max) < 13 * Self.minute)
  }

  /// What was learned survives a restart; nothing is late before the first answer, and the missed hour is asked for.
  @Test func aRestartGoesOn() throws {
    var first = SimulatedPublisher(Self.feed(), cadence: Self.hour) { _ in 20 * Self.minute }
    first.run(hours: 24 * 4)
    var memory = PollingMemory(savedAt: 7)
    memory.feeds = [
      .init(name: "national", address: 3, publication: first.pacer.publication.memory, lastSuccess: first.end(3)),
      .init(name: "new", address: 4, publication: .init()),
    ]
    memory.budgets = [.init(name: "b", spent: .init())]
    memory.budgets[0].spent.parts = [.init(ageMilliseconds: 5, count: 9)]
    let read = try PollingMemory(memory.bytes)
    #expect(read == memory)
    let begin = SimulatedPublisher.start.adding(milliseconds: 24 * 5 * Self.hour)
    var second = SimulatedPublisher(Self.feed(), cadence: Self.hour) { _ in 20 * Self.minute }
    second.pacer = PollPacer(Self.feed(), zone: .china, now: begin)
    second.pacer.recall(read.feeds[0].publication)
    #expect(second.pacer.publication.summary.p90Milliseconds == first.pacer.publication.summary.p90Milliseconds)
    #expect(second.pacer.latenessChange(at: begin) == nil)
    second.run(hours: 24 * 6, from: begin)
    #expect(second.polls.first.map { $0.at.milliseconds - begin.milliseconds < Self.minute } == true)
    #expect(second.news.isEmpty)
    #expect(second.delays(fromHour: 24 * 5 + 2).allSatisfy { $0 < 240 })
  }

  /// Damaged bytes are refused whole; no byte makes it trap.
  @Test func damagedMemoryIsRefused() {
    var memory = PollingMemory(savedAt: 7)
    memory.feeds = [.init(name: "a", address: 3, publication: .init())]
    let bytes = memory.bytes
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 0x21
      #expect(throws: PollingMemory.Damage.self) { try PollingMemory(damaged) }
      #expect(throws: PollingMemory.Damage.self) { try PollingMemory(Array(bytes[..<index])) }
    }
  }

  // MARK: Odd answers

  /// Stamps from another world, forecasts and empty answers teach nothing and trap nowhere.
  @Test func oddStampsAreLeftAlone() {
    var pacer = PollPacer(Self.feed(), zone: .china, now: SimulatedPublisher.start)
    let now = SimulatedPublisher.start.adding(milliseconds: 1_000)
    for end in [Int64.min, -1, 0, now.milliseconds + 121_000, .max] {
      pacer.answered(NewestPeriod(end: Instant(milliseconds: end), spanMilliseconds: 1, stations: 1), at: now)
    }
    pacer.answered(nil, at: now)
    #expect(pacer.publication.newestEnd == nil)
    #expect(pacer.publication.samples.count == 0)
  }

  @Test func theNewestPeriodHasEndedAndHasValues() {
    func reading(_ station: UInt32, hour: Int64, span: Int32 = 3_600_000, value: Double = 1) -> Reading {
      Reading(
        station: station, pollutant: .pm25, value: value, begin: Instant(milliseconds: hour * Self.hour),
        periodMilliseconds: span)
    }
    let batch = ReadingBatch(
      stations: ["a", "b", "c"],
      readings: [
        reading(0, hour: 1), reading(0, hour: 1, span: 1_800_000), reading(1, hour: 1),
        reading(2, hour: 1, value: .nan),
        reading(2, hour: 0), reading(0, hour: -22, span: 86_400_000), reading(0, hour: 2), reading(1, hour: 9),
      ])
    let now = Instant(milliseconds: 2 * Self.hour + 60_000)
    #expect(
      batch.newestPeriod(at: now)
        == NewestPeriod(
          end: Instant(milliseconds: 2 * Self.hour), spanMilliseconds: Self.hour, stations: 2, recentStations: 3))
    #expect(ReadingBatch().newestPeriod(at: now) == nil)
  }
}
