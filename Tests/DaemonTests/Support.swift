import AirQuality
import ConfigurationFiles
import Engine
import Logging
import Store
import TestSupport
import Timekeeping

@testable import Daemon

/// A clock that stands until a test moves it.
enum Sample {
  /// 2020-12-01 00:00 in China.
  static let start = Instant(milliseconds: 1_606_752_000_000)

  static let site = Site(
    name: "吕梁市", code: "141100", offset: .china,
    counties: [County(code: "141102", nameChinese: "离石区", nameEnglish: "Lishi")],
    stations: [
      Station(id: "A1", name: "", county: "141102", stationClass: .national, assessed: true, urban: true)
    ])

  static let configuration = EngineConfiguration(
    site: site, feeds: ["reference"], targets: [], criteria: "mee-2018", edition: "by-date",
    hooks: [HookSubscription(name: "duty", levels: ["yellow", "orange", "red"], kinds: [.level, .data, .notice])])

  /// One hour of the station's PM2.5, received at the hour's end.
  static func batch(hour: Int, value: Double = 40) -> EngineEvent {
    let begin = start.adding(milliseconds: Int64(hour) * 3_600_000)
    let readings: ContiguousArray<Reading> = [
      Reading(station: 0, pollutant: .pm25, value: value, begin: begin, periodMilliseconds: 3_600_000),
      Reading(station: 0, pollutant: .pm10, value: value + 20, begin: begin, periodMilliseconds: 3_600_000),
    ]
    return .batch(
      FeedBatch(
        feed: "reference", receivedAt: begin.adding(milliseconds: 3_600_000), stations: ["A1"], readings: readings))
  }

  /// An act that does nothing and takes `bytes` in the journal.
  static func ballast(_ number: Int, bytes: Int) -> EngineEvent {
    .act(.lift(id: "ballast-\(number)", county: "none", by: "test", reason: String(repeating: "x", count: bytes)))
  }

  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// What a pipeline let others see.
final class Seen: Sendable {
  let events = Collector<[EventRecord]>()
  let views = Collector<SiteView>()
  let failures = Collector<StoreError>()

  var outlets: EnginePipeline.Outlets {
    EnginePipeline.Outlets(
      events: { [events] in events.add($0) }, view: { [views] in views.add($0) }, deliveries: {},
      failure: { [failures] in failures.add($0) })
  }
}

extension Store {
  func close() async {
    await withCheckedContinuation { continuation in close { continuation.resume() } }
  }
}

/// A configuration folder with one county, one station and the feeds and hooks given.
func loadedConfiguration(_ rest: String, in directory: TemporaryDirectory) throws -> LoadedConfiguration {
  write(Array("code,name_zh,name_en,group\n141102,离石区,Lishi,\n".utf8), to: directory.path + "/counties.csv")
  write(
    Array("id,name,county,class,lat,lon,assessed\nA1,A1,141102,national,,,yes\n".utf8),
    to: directory.path + "/stations.csv")
  let text = """
    version: 1
    site: {name: 吕梁市, code: "141100", offset: "+08:00"}
    counties: counties.csv
    stations: stations.csv
    state: \(directory.path)/state
    listen: 127.0.0.1:0

    """
  write(Array((text + rest).utf8), to: directory.path + "/lantian.yaml")
  return try ConfigurationLoader.load(
    ConfigurationSources(
      path: directory.path + "/lantian.yaml", environment: [:], presets: ConfigurationSources.knownPresets))
}
