import AirQuality
import Engine

extension ReplayEpisode {
  /// The episodes that level events tell of, in the order of their starts.
  static func episodes(of events: [EventRecord]) -> [ReplayEpisode] {
    var open: [String: ReplayEpisode] = [:]
    var closed: [ReplayEpisode] = []
    for event in events where event.kind == .level {
      let step = Step(level: event.to, at: event.at, runningAQI: event.value.map { Int($0) }, sequence: event.sequence)
      var episode =
        open[event.county]
        ?? ReplayEpisode(county: event.county, peak: event.to, start: event.at, end: nil, steps: [])
      episode.steps.append(step)
      if rank(event.to) > rank(episode.peak) { episode.peak = event.to }
      if event.to == "none" {
        episode.end = event.at
        open[event.county] = nil
        closed.append(episode)
      } else {
        open[event.county] = episode
      }
    }
    closed += open.values
    return closed.sorted { ($0.start, $0.county) < ($1.start, $1.county) }
  }

  /// Order of level names.
  static func rank(_ level: String) -> Int { ["none", "blue", "yellow", "orange", "red"].firstIndex(of: level) ?? 0 }

  /// The highest daily AQI from the day before the start, on which the air of the first window began, to the end.
  mutating func takeDays(_ result: ReplayResult, _ offset: CivilOffset, _ lastDay: CivilDay) {
    let from = offset.day(of: start).adding(days: -1)
    let through = end.map { offset.day(of: $0) } ?? lastDay
    highestDailyAQI = (result.days[county] ?? []).lazy.filter { $0.day >= from && $0.day <= through }
      .compactMap(\.aqi).max()
  }
}
