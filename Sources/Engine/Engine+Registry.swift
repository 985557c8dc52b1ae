package import AirQuality
import Rollup
import Screening

/// What the registry of stations does to readings between screening and the rings.
struct RegistryState: Sendable {
  /// What came from a station after its retirement (停用后仍有数据).
  struct Leftover: Sendable, Hashable {
    var rows: UInt64 = 0
    /// End of the newest of these rows.
    var last: Instant
  }

  var calibrator = Calibrator()
  var tracks = MobileTracks()
  /// By station id; only of stations that are retired.
  var leftovers: [String: Leftover] = [:]
  /// The last day of each retired station. Derived from the configuration.
  private(set) var retired: [String: CivilDay] = [:]
  /// By station. Derived from the configuration.
  private(set) var assessments: [String: [AssessmentSpan]] = [:]

  mutating func configure(_ configuration: EngineConfiguration) {
    calibrator.configure(configuration.registry, site: configuration.site)
    tracks.configure(configuration.site)
    assessments = Dictionary(grouping: configuration.registry.assessments, by: \.station)
    retired = [:]
    for setting in configuration.registry.settings {
      if let day = setting.retired { retired[setting.station] = day }
    }
    leftovers = leftovers.filter { retired[$0.key] != nil }
  }

  func encoded() -> [UInt8] {
    var writer = ByteWriter(capacity: 1_024)
    calibrator.encode(into: &writer)
    writer.list(leftovers.sorted { $0.key < $1.key }) { writer, entry in
      writer.text(entry.key)
      writer.varint(entry.value.rows)
      writer.signed(entry.value.last.milliseconds)
    }
    tracks.encode(into: &writer)
    return writer.bytes
  }

  init() {}

  /// What is remembered; what follows from the configuration comes with `configure`.
  init(decoding bytes: [UInt8]) throws(SnapshotReadingError) {
    var reader = SnapshotReader(bytes, subject: "the registry's part of the snapshot")
    try calibrator.decode(&reader)
    let entries = try reader.list(of: "retired stations") {
      reader throws(SnapshotReadingError) -> (String, Leftover) in
      let id = try reader.text()
      let rows = try reader.varint()
      return (id, Leftover(rows: rows, last: Instant(milliseconds: try reader.signed())))
    }
    leftovers = Dictionary(entries, uniquingKeysWith: { first, _ in first })
    tracks = try MobileTracks(decoding: &reader)
    try reader.finish()
  }
}

extension Engine {
  /// Puts calibrations into effect; a row that lacks its humidity becomes suspect, and is counted as such.
  ///
  /// - Returns: the indices of rows that were to be calibrated and are not, ascending.
  @discardableResult
  mutating func calibrate(
    _ readings: inout ContiguousArray<Reading>, stations: [String], _ tally: inout Screener.Tally
  ) -> [Int] {
    guard let configuration, !configuration.registry.calibrations.isEmpty else { return [] }
    let flags = readings.map(\.flag)
    var raw: [Int] = []
    for step in registry.calibrator.calibrate(&readings, stations: stations) where !step.isApplied {
      raw.append(step.reading)
      switch flags[step.reading] {
      case .good: tally.good -= 1
      case .unknown: tally.unknown -= 1
      case .suspect, .fail, .missing: continue
      }
      tally.suspect += 1
    }
    return raw
  }

  /// Gives readings of before the values that the rings have of them, whatever is thought of them now.
  mutating func recalibrate(_ revisions: inout ContiguousArray<Reading>, stations: [String]) {
    guard !revisions.isEmpty else { return }
    let flags = revisions.map(\.flag)
    for index in revisions.indices { revisions[index].flag = .suspect }
    var uncounted = Screener.Tally()
    calibrate(&revisions, stations: stations, &uncounted)
    for (index, flag) in flags.enumerated() { revisions[index].flag = flag }
  }

  /// Takes out what retired stations send; it stays in the journal as evidence.
  ///
  /// - Returns: how many rows that were.
  mutating func withdrawRetired(
    _ readings: inout ContiguousArray<Reading>, stations: [String], isCounted: Bool = true
  ) -> Int {
    guard let configuration, !registry.retired.isEmpty else { return 0 }
    let last = stations.map { registry.retired[$0] }
    guard last.contains(where: { $0 != nil }) else { return 0 }
    let offset = configuration.site.offset
    let before = readings.count
    readings.removeAll { reading in
      let station = Int(reading.station)
      // A stamp that failed is judged by the rings, as ever.
      guard last.indices.contains(station), let day = last[station], !reading.reasons.contains(.futureStamp),
        !reading.reasons.contains(.ancientStamp), offset.day(of: reading.midpoint) > day
      else { return false }
      guard isCounted else { return true }
      var leftover = registry.leftovers[stations[station]] ?? RegistryState.Leftover(last: reading.end)
      leftover.rows += 1
      leftover.last = max(leftover.last, reading.end)
      registry.leftovers[stations[station]] = leftover
      return true
    }
    return before - readings.count
  }

  /// Gives the rows of a journalled answer the flags and values they got when it was applied, as far as `calibrator` has
  /// seen the answers before it.
  package static func calibrate(
    _ batch: inout FeedBatch, _ calibrator: inout Calibrator
  ) -> [Calibrator.Step] {
    calibrator.calibrate(&batch.readings, stations: batch.stations)
  }

  /// What the registry says of a station, and where a mobile one is.
  func describe(_ view: inout StationView) {
    guard let configuration else { return }
    if let point = registry.tracks.newest(of: view.id) {
      view.position = point.position
      view.positionCounty = point.county
    }
    view.retired = registry.retired[view.id]
    view.sentAfterRetirement = registry.leftovers[view.id]?.last
    guard !configuration.registry.isEmpty else { return }
    let today = configuration.site.offset.day(of: now)
    view.calibrations = registry.calibrator.calibrations(of: view.id).filter { $0.isInForce(on: today) }
    view.assessments = registry.assessments[view.id] ?? []
  }

  /// The readings of a mobile station with their places, ascending by begin (走航轨迹).
  package func track(station: String, from: Instant, until: Instant) -> [TrackPoint] {
    registry.tracks.points(of: station, from: from, until: until)
  }
}

extension ContiguousArray<Reading> {
  /// Takes out the elements at `indices`, which ascend.
  mutating func take(_ indices: [Int]) -> ContiguousArray<Reading> {
    guard !indices.isEmpty else { return [] }
    var taken = ContiguousArray<Reading>()
    var kept = ContiguousArray<Reading>()
    for (index, reading) in enumerated() {
      if taken.count < indices.count, indices[taken.count] == index {
        taken.append(reading)
      } else {
        kept.append(reading)
      }
    }
    self = kept
    return taken
  }
}
