import AirQuality

/// Since when a station without a `from` of its own is assessed.
///
/// A station that a later configuration makes assessed has no past in the means: its empty hours of before would turn
/// windows that are known into unknown ones. Without a date in the registry its assessment begins with the day after the
/// change, its first whole day. Stations of the first configuration, and the first ones of a county that had none, have
/// been assessed all along: there is no mean of before that they could change.
struct Membership: Sendable, Hashable {
  /// First day by station id; only of those that came later and whose registry entry gives no day.
  private var since: [String: CivilDay] = [:]

  init() {}

  /// The site as it counts from `today` on: `next` with the first days filled in. `earlier` is the site of the
  /// configuration before, nil for the first one.
  mutating func site(_ next: Site, after earlier: Site?, today: CivilDay) -> Site {
    guard let earlier else { return next }
    let before = earlier.stations.filter(\.assessed)
    let assessed = Set(before.map(\.id))
    let monitored = Set(before.map(\.county))
    var kept: [String: CivilDay] = [:]
    var site = next
    for index in site.stations.indices where site.stations[index].assessed && site.stations[index].from == nil {
      let id = site.stations[index].id
      let isNew = !assessed.contains(id) && monitored.contains(site.stations[index].county)
      guard let day = since[id] ?? (isNew ? today.adding(days: 1) : nil) else { continue }
      kept[id] = day
      site.stations[index].from = day
    }
    since = kept
    return site
  }

  /// The same site again, after a snapshot.
  func site(_ configured: Site) -> Site {
    var site = configured
    for index in site.stations.indices where site.stations[index].from == nil {
      site.stations[index].from = since[site.stations[index].id]
    }
    return site
  }

  /// The site of the newest of some configurations as it counts: their instants decide when later stations begin.
  static func site(of generations: [(at: Instant, configuration: EngineConfiguration)]) -> Site? {
    var membership = Membership()
    var earlier: Site?
    var site: Site?
    for (at, configuration) in generations {
      let today = configuration.site.offset.day(of: at)
      site = membership.site(configuration.site, after: earlier, today: today)
      earlier = configuration.site
    }
    return site
  }

  func encode(into writer: inout ByteWriter) {
    writer.list(since.sorted { $0.key < $1.key }) {
      $0.text($1.key)
      $0.fixed($1.value.number)
    }
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    let entries = try reader.list(of: "members") { reader throws(SnapshotReadingError) in
      (try reader.text(), CivilDay(number: try reader.fixed(Int32.self)))
    }
    since = Dictionary(entries, uniquingKeysWith: { first, _ in first })
  }
}
