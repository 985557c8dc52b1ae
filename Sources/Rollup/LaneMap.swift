import AirQuality

/// Which lanes of the rings belong to which station, and which stations to which unit.
///
/// A station has six lanes in the order of `Pollutant.criteria`; its minute lanes begin at six times its index.
/// Registered stations come first, in the order of `Site`, then unknown ones as they are first seen.
struct LaneMap: Sendable {
  struct Entry: Sendable {
    var id: String
    /// Index into `site.stations`; nil for a station of no registry.
    var registered: Int?
    /// Units whose means the station enters.
    var units: [Int]
  }

  /// Where a station's cells lie; without references, for the loops over all stations.
  struct Place: Sendable, BitwiseCopyable {
    /// First lane in the ordinary hour ring; -1 for assessed stations.
    var hourLane: Int32
    /// First lane in the deep hour ring and the ledger; -1 for stations that are not assessed.
    var deepLane: Int32
    /// Index into `site.counties`; their count for a station of no county.
    var bucket: Int32

    var isAssessed: Bool { deepLane >= 0 }
    var limit: UInt8 { isAssessed ? Cell.assessedLimit : Cell.ordinaryLimit }
  }

  /// The first and last day of a station's assessment by number; the last before the first when it has none.
  struct Assessment: Sendable, BitwiseCopyable {
    var first: Int32
    var last: Int32
  }

  let site: Site
  private(set) var assessments: ContiguousArray<Assessment> = []
  private(set) var entries: [Entry] = []
  private(set) var places: ContiguousArray<Place> = []
  private(set) var units: [RollupUnit]
  /// Lanes in the ordinary hour ring and in the deep one.
  private(set) var ordinaryLanes = 0
  private(set) var deepLanes = 0
  private var indices: [String: Int] = [:]
  private var unitIndices: [String: Int] = [:]

  init(site: Site) {
    self.site = site
    units = site.counties.map { RollupUnit(code: $0.code, kind: .county) }
    units.append(RollupUnit(code: site.code, kind: .city))
    units.append(RollupUnit(code: site.urbanCode, kind: .urban))
    for (index, unit) in units.enumerated() { unitIndices[unit.code] = index }
    let buckets = Dictionary(site.counties.enumerated().map { ($1.code, $0) }, uniquingKeysWith: { first, _ in first })
    // Of stations that share an id the first counts; `check` refuses such a registry.
    for (index, station) in site.stations.enumerated() where indices[station.id] == nil {
      add(id: station.id, registered: index, bucket: buckets[station.county] ?? site.counties.count)
    }
    registeredCount = entries.count
  }

  /// How many of the entries are registered; the rest are unknown stations.
  private(set) var registeredCount = 0

  var cityUnit: Int { site.counties.count }
  var urbanUnit: Int { site.counties.count + 1 }
  /// Buckets of stored chunks: one a county and one for stations of no county.
  var bucketCount: Int { site.counties.count + 1 }

  func index(of id: String) -> Int? { indices[id] }
  func unit(_ code: String) -> Int? { unitIndices[code] }
  func code(ofBucket bucket: Int) -> String { bucket < site.counties.count ? site.counties[bucket].code : "" }
  func bucket(of code: String) -> Int? {
    code.isEmpty ? site.counties.count : unitIndices[code].flatMap { $0 < site.counties.count ? $0 : nil }
  }

  func station(_ index: Int) -> Station? { entries[index].registered.map { site.stations[$0] } }

  /// Whether the station is assessed on a day (its registry dates included).
  func isAssessed(_ index: Int, on day: CivilDay) -> Bool {
    assessments[index].first <= day.number && day.number <= assessments[index].last
  }

  /// Gives an unknown station its lanes.
  mutating func addUnknown(_ id: String) -> Int {
    add(id: id, registered: nil, bucket: site.counties.count)
    return entries.count - 1
  }

  private mutating func add(id: String, registered: Int?, bucket: Int) {
    let index = entries.count
    let station = registered.map { site.stations[$0] }
    var entry = Entry(id: id, registered: registered, units: [])
    var place = Place(hourLane: -1, deepLane: -1, bucket: Int32(bucket))
    if let station, station.assessed {
      place.deepLane = Int32(deepLanes)
      deepLanes += Pollutant.criteriaCount
      if bucket < cityUnit { entry.units.append(contentsOf: [bucket, cityUnit]) }
      if station.urban, station.stationClass == .national, !station.background { entry.units.append(urbanUnit) }
      for unit in entry.units { units[unit].stations.append(index) }
    } else {
      place.hourLane = Int32(ordinaryLanes)
      ordinaryLanes += Pollutant.criteriaCount
      if station?.stationClass == .micro, bucket < cityUnit {
        units[bucket].micro.append(index)
        units[cityUnit].micro.append(index)
      }
    }
    indices[id] = index
    entries.append(entry)
    places.append(place)
    let isAssessed = station?.assessed ?? false
    assessments.append(
      isAssessed
        ? Assessment(first: station?.from?.number ?? .min, last: station?.until?.number ?? .max)
        : Assessment(first: 1, last: 0))
  }
}
