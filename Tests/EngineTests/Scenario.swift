import AirQuality
import Engine

/// A small site under a virtual clock: hours of readings go in, events come out.
struct Scenario {
  static let offset = CivilOffset.china
  var engine = Engine()
  var hour: Int32
  var effects: [Effect] = []
  var lastRecord: (event: EngineEvent, at: Instant)?
  let configuration: EngineConfiguration

  /// Two counties with two assessed stations each, one micro-station, an urban station, two hooks.
  static let site = Site(
    name: "吕梁市", code: "141100", offset: offset,
    counties: [
      County(code: "141102", nameChinese: "离石区", nameEnglish: "Lishi"),
      County(code: "141182", nameChinese: "汾阳市", nameEnglish: "Fenyang"),
    ],
    stations: [
      Station(id: "A1", name: "", county: "141102", stationClass: .national, assessed: true, urban: true),
      Station(
        id: "A2", name: "", county: "141102", stationClass: .national, assessed: true, urban: true, background: true),
      Station(id: "B1", name: "", county: "141182", stationClass: .provincial, assessed: true),
      Station(id: "B2", name: "", county: "141182", stationClass: .provincial, assessed: true),
      Station(id: "M1", name: "", county: "141182", stationClass: .micro, assessed: false),
    ])

  init(start: String = "2020-12-01", targets: [TargetRow] = []) {
    configuration = EngineConfiguration(
      site: Self.site, feeds: ["reference", "second"], targets: targets, criteria: "mee-2018", edition: "by-date",
      hooks: [
        HookSubscription(name: "duty", levels: ["yellow", "orange", "red"], kinds: [.level, .alert]),
        HookSubscription(name: "siren", levels: ["red"], kinds: [.level]),
      ])
    hour = CivilDay(start)!.firstHour
    apply(.configuration(configuration), at: Self.offset.start(ofHour: hour))
  }

  @discardableResult
  mutating func apply(_ event: EngineEvent, at: Instant) -> [Effect] {
    lastRecord = (event, at)
    let made = engine.apply(event, at: at)
    effects += made
    return made
  }

  /// One hour's values of all six pollutants for a station; PM2.5 as given, the rest clean.
  static func readings(station: UInt32, hour: Int32, pm25: Double?) -> [Reading] {
    let values: [(Pollutant, Double)] = [
      (.pm25, pm25 ?? .nan), (.pm10, (pm25 ?? .nan) + 20), (.so2, 20), (.no2, 30), (.o3, 50), (.co, 0.8),
    ]
    return values.map { pollutant, value in
      Reading(
        station: station, pollutant: pollutant, value: value, begin: offset.start(ofHour: hour),
        periodMilliseconds: 3_600_000, flag: value.isNaN ? .missing : .unknown)
    }
  }

  /// Delivers the hour that ends now for the stations of one county (or all), 10 minutes past.
  mutating func step(pm25: [String: Double?]) {
    hour += 1
    let ids = pm25.keys.sorted()
    var readings = ContiguousArray<Reading>()
    for (index, id) in ids.enumerated() {
      readings.append(contentsOf: Self.readings(station: UInt32(index), hour: hour - 1, pm25: pm25[id] ?? nil))
    }
    let at = Self.offset.start(ofHour: hour).adding(milliseconds: 600_000)
    apply(.batch(FeedBatch(feed: "reference", receivedAt: at, stations: ids, readings: readings)), at: at)
  }

  /// The same PM2.5 at all assessed stations of both counties.
  mutating func step(lishi: Double?, fenyang: Double?) {
    step(pm25: ["A1": lishi, "A2": lishi, "B1": fenyang, "B2": fenyang])
  }

  /// Time passes without data.
  mutating func silence() {
    hour += 1
    apply(.tick, at: Self.offset.start(ofHour: hour).adding(milliseconds: 3_600_000))
  }

  var events: [EventRecord] {
    effects.compactMap { if case .event(let event) = $0 { event } else { nil } }
  }

  func transitions(of county: String) -> [String] {
    events.filter { $0.kind == .level && $0.county == county }.map { "\($0.from)>\($0.to)" }
  }

  func deliveries(to hook: String) -> [Int64] {
    effects.compactMap { if case .deliver(hook, let sequence) = $0 { sequence } else { nil } }
  }

  mutating func view() -> SiteView { engine.view(position: 0)! }
  mutating func unit(_ code: String) -> UnitView { view().units.first { $0.county.code == code }! }
}
