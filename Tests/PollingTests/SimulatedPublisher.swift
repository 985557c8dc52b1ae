import AirQuality
import Polling

/// A source that publishes a period's values some time after its end, with a poller beside it, under a virtual clock.
struct SimulatedPublisher {
  /// What a poll met.
  struct Poll {
    var at: Instant
    var purpose: PollPacer.Purpose
    var isNew: Bool
  }

  static let start = CivilOffset.china.start(of: CivilDay("2020-12-01")!)

  var cadence: Int64
  /// Milliseconds from the end of the period of that number to its publication.
  var lag: (Int) -> Int64
  /// Stations of the period at that many milliseconds after its publication; the usual number by default.
  var stations: (_ number: Int, _ after: Int64) -> Int = { _, _ in 100 }
  var span: Int64
  var pacer: PollPacer
  var polls: [Poll] = []
  /// Changes of lateness as they were told.
  var news: [(at: Instant, isLate: Bool)] = []

  init(_ definition: FeedDefinition, cadence: Int64, span: Int64? = nil, lag: @escaping (Int) -> Int64) {
    self.cadence = cadence
    self.span = span ?? cadence
    self.lag = lag
    pacer = PollPacer(definition, zone: .china, now: Self.start)
  }

  func end(_ number: Int) -> Instant { Self.start.adding(milliseconds: Int64(number) * cadence) }

  /// The newest period that is there, if any.
  func newest(at now: Instant) -> NewestPeriod? {
    var number = Int((now.milliseconds - Self.start.milliseconds) / cadence)
    while number > -100 {
      let after = now.milliseconds - end(number).milliseconds - lag(number)
      if after >= 0 {
        return NewestPeriod(
          end: end(number), spanMilliseconds: span, stations: stations(number, after),
          recentStations: stations(number - 1, .max))
      }
      number -= 1
    }
    return nil
  }

  /// Runs until `hours` after the start.
  mutating func run(hours: Int, from begin: Instant = SimulatedPublisher.start) {
    let last = Self.start.adding(milliseconds: Int64(hours) * 3_600_000)
    var now = begin
    var looks = 0
    while true {
      let look = pacer.nextLook(at: now)
      now = max(now, look)
      guard now < last, looks < 1_000_000 else { return }
      looks += 1
      let due = pacer.due(at: now)
      if let isLate = pacer.latenessChange(at: now) { news.append((now, isLate)) }
      guard let due else { continue }
      let answered = now.adding(milliseconds: 200)
      let isNew = pacer.answered(newest(at: now), at: answered)
      if let isLate = pacer.latenessChange(at: answered) { news.append((now, isLate)) }
      polls.append(Poll(at: now, purpose: due.purpose, isNew: isNew))
      now = answered
    }
  }

  /// Polls from an hour after the start on.
  func polls(fromHour hour: Int) -> [Poll] {
    polls.filter { $0.at >= Self.start.adding(milliseconds: Int64(hour) * 3_600_000) }
  }

  /// Seconds from each publication to the poll that found it, from an hour on.
  func delays(fromHour hour: Int) -> [Double] {
    polls(fromHour: hour).filter(\.isNew).compactMap { poll in
      guard let period = newest(at: poll.at) else { return nil }
      let number = Int((period.end.milliseconds - Self.start.milliseconds) / cadence)
      return Double(poll.at.milliseconds - end(number).milliseconds - lag(number)) / 1_000
    }
  }
}
