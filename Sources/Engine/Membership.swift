import AirQuality

/// Since when, and until when, stations count as assessed where the registry gives no dates.
///
/// - A station that a later configuration makes assessed has no past in the means: its empty hours of before would turn
///   windows that are known into unknown ones. Without a date in the registry its assessment begins with the day after the
///   change, its first whole day. Stations of the first configuration, and the first ones of a county that had none, have
///   been assessed all along: there is no mean of before that they could change.
/// - A station that leaves the registry, or ceases to be assessed, keeps its past: means of days before it left are not
///   made anew without it. It counts until the day before the change, for as long as the ledger reaches. One that comes
///   back counts as if it had never left; what it missed is missing.
struct Membership: Sendable, Hashable {
  /// A station that was assessed and is not any more.
  struct Departed: Sendable, Hashable {
    /// As it was, with the days of its assessment.
    var station: Station
    /// When it left.
    var at: Instant
  }

  /// First day by station id; only of those that came later and whose registry entry gives no day.
  private var since: [String: CivilDay] = [:]
  private var departed: [String: Departed] = [:]

  /// A departed station is forgotten after so many days: no mean of the ledger holds it any more.
  static let memoryDays: Int32 = 400

  init() {}

  /// When a station left that is kept for its past; nil for all others.
  func departure(of id: String) -> Instant? { departed[id]?.at }

  /// Takes a new registry at an instant. `earlier` is the one before, nil for the first.
  mutating func update(_ next: Site, after earlier: Site?, at: Instant) {
    guard let earlier else { return }
    let today = next.offset.day(of: at)
    let before = earlier.stations.filter(\.assessed)
    let monitored = Set(before.map(\.county))
    let assessed = Set(before.map(\.id))
    let staying = Set(next.stations.lazy.filter(\.assessed).map(\.id))
    for var station in before where !staying.contains(station.id) {
      station.from = station.from ?? since[station.id]
      station.until = min(station.until ?? today, today.adding(days: -1))
      departed[station.id] = Departed(station: station, at: at)
    }
    var kept: [String: CivilDay] = [:]
    for station in next.stations where station.assessed && station.from == nil {
      let id = station.id
      if let left = departed[id] {
        kept[id] = left.station.from
      } else if let day = since[id] {
        kept[id] = day
      } else if !assessed.contains(id), monitored.contains(station.county) {
        kept[id] = today.adding(days: 1)
      }
    }
    since = kept
    let counties = Set(next.counties.map(\.code))
    departed = departed.filter { id, left in
      !staying.contains(id) && counties.contains(left.station.county)
        && today.number - next.offset.day(of: left.at).number <= Self.memoryDays
    }
  }

  /// The site as it counts: first days filled in, departed stations kept for their past.
  func effective(_ configured: Site) -> Site {
    var site = configured
    var present: Set<String> = []
    for index in site.stations.indices {
      let id = site.stations[index].id
      present.insert(id)
      if let left = departed[id] {
        site.stations[index] = left.station
      } else if site.stations[index].from == nil {
        site.stations[index].from = since[id]
      }
    }
    for id in departed.keys.sorted() where !present.contains(id) {
      if let left = departed[id] { site.stations.append(left.station) }
    }
    return site
  }

  /// The site of the newest of some configurations as it counts: their instants decide when stations begin and end.
  static func site(of generations: [(at: Instant, configuration: EngineConfiguration)]) -> Site? {
    var membership = Membership()
    var earlier: Site?
    for (at, configuration) in generations {
      membership.update(configuration.site, after: earlier, at: at)
      earlier = configuration.site
    }
    return earlier.map { membership.effective($0) }
  }

  func encode(into writer: inout ByteWriter) {
    writer.list(since.sorted { $0.key < $1.key }) {
      $0.text($1.key)
      $0.fixed($1.value.number)
    }
    writer.list(departed.values.sorted { $0.station.id < $1.station.id }) { writer, left in
      left.station.encode(into: &writer)
      writer.fixed(left.at.milliseconds)
    }
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    let entries = try reader.list(of: "members") { reader throws(SnapshotReadingError) in
      (try reader.text(), CivilDay(number: try reader.fixed(Int32.self)))
    }
    since = Dictionary(entries, uniquingKeysWith: { first, _ in first })
    let left = try reader.list(of: "departed stations") { reader throws(SnapshotReadingError) in
      Departed(station: try Station(decoding: &reader), at: Instant(milliseconds: try reader.fixed(Int64.self)))
    }
    departed = Dictionary(left.map { ($0.station.id, $0) }, uniquingKeysWith: { first, _ in first })
  }
}
