package import AirQuality

/// What a mobile station measured at one time and place (走航).
package struct TrackPoint: Sendable, Hashable {
  /// A value as it stands after screening and calibration.
  package struct Value: Sendable, Hashable {
    package var pollutant: Pollutant
    package var value: Concentration
    package var flag: QualityFlag
    package var reasons: ScreeningReasons

    package init(pollutant: Pollutant, value: Concentration, flag: QualityFlag, reasons: ScreeningReasons) {
      self.pollutant = pollutant
      self.value = value
      self.flag = flag
      self.reasons = reasons
    }
  }

  package var begin: Instant
  package var end: Instant
  package var position: Position
  /// Code of the county it lay in; nil outside of the site, or without boundaries.
  package var county: String?
  /// One for each pollutant.
  package var values: [Value]

  package init(begin: Instant, end: Instant, position: Position, county: String?, values: [Value]) {
    self.begin = begin
    self.end = end
    self.position = position
    self.county = county
    self.values = values
  }
}

/// The newest placed readings of mobile stations, bounded: shown on the map, and part of no mean of the air.
struct MobileTracks: Sendable {
  /// Points kept of one station: a day of minutes.
  static let capacity = 1_440
  /// Values of one point.
  static let maximumValues = 16
  /// Stations with tracks, the first of the registry.
  static let maximumStations = 64

  /// Ascending by begin, then by end. By station.
  private var tracks: [String: [TrackPoint]] = [:]
  /// Derived from the configuration.
  private var moving: Set<String> = []

  init() {}

  mutating func configure(_ site: Site) {
    moving = Set(site.stations.lazy.filter { $0.stationClass == .mobile }.prefix(Self.maximumStations).map(\.id))
    tracks = tracks.filter { moving.contains($0.key) }
  }

  /// Takes the placed readings of a batch, screened and calibrated, in its order.
  mutating func take(_ readings: ContiguousArray<Reading>, stations: [String], places: ReadingPlaces) {
    guard !places.isEmpty, !moving.isEmpty else { return }
    let known = stations.map { moving.contains($0) }
    for (index, reading) in readings.enumerated() {
      let station = Int(reading.station)
      guard known.indices.contains(station), known[station], let place = places.place(of: index),
        reading.flag != .missing, !reading.reasons.contains(.futureStamp), !reading.reasons.contains(.ancientStamp)
      else { continue }
      let value = TrackPoint.Value(
        pollutant: reading.pollutant, value: Concentration(reading.value), flag: reading.flag,
        reasons: reading.reasons)
      put(value, reading, place, into: &tracks[stations[station], default: []])
    }
  }

  private func put(
    _ value: TrackPoint.Value, _ reading: Reading, _ place: (position: Position, county: String?),
    into track: inout [TrackPoint]
  ) {
    let key = (reading.begin, reading.end)
    // Nearly every point is the newest one or comes behind it.
    var index = track.count
    while index > 0, (track[index - 1].begin, track[index - 1].end) >= key { index -= 1 }
    if index == track.count || (track[index].begin, track[index].end) != key {
      if track.count >= Self.capacity {
        guard index > 0 else { return }
        track.removeFirst()
        index -= 1
      }
      track.insert(
        TrackPoint(begin: key.0, end: key.1, position: place.position, county: place.county, values: []), at: index)
    }
    track[index].position = place.position
    track[index].county = place.county
    if let known = track[index].values.firstIndex(where: { $0.pollutant == value.pollutant }) {
      track[index].values[known] = value
    } else if track[index].values.count < Self.maximumValues {
      track[index].values.append(value)
    }
  }

  /// The newest point of a station; nil when there is none.
  func newest(of station: String) -> TrackPoint? { tracks[station]?.last }

  /// The points that begin at `from` or later and before `until`.
  func points(of station: String, from: Instant, until: Instant) -> [TrackPoint] {
    (tracks[station] ?? []).filter { from <= $0.begin && $0.begin < until }
  }

  func encode(into writer: inout ByteWriter) {
    writer.list(tracks.sorted { $0.key < $1.key }) { writer, entry in
      writer.text(entry.key)
      writer.list(entry.value) { $1.encode(into: &$0) }
    }
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    let entries = try reader.list(of: "tracks") {
      reader throws(SnapshotReadingError) -> (String, [TrackPoint]) in
      (
        try reader.text(),
        try reader.list(of: "points") { reader throws(SnapshotReadingError) in try TrackPoint(decoding: &reader) }
      )
    }
    tracks = Dictionary(entries, uniquingKeysWith: { first, _ in first })
  }
}

extension TrackPoint {
  fileprivate func encode(into writer: inout ByteWriter) {
    writer.signed(begin.milliseconds)
    writer.signed(end.milliseconds)
    writer.fixed(position.latitudeE7)
    writer.fixed(position.longitudeE7)
    writer.text(county ?? "")
    writer.list(values) { writer, value in
      writer.byte(value.pollutant.rawValue)
      writer.fixed(value.value.thousandths)
      writer.byte(value.flag.rawValue)
      writer.varint(UInt64(value.reasons.rawValue))
    }
  }

  fileprivate init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    let begin = Instant(milliseconds: try reader.signed())
    let end = Instant(milliseconds: try reader.signed())
    let latitude = try reader.fixed(Int32.self)
    let longitude = try reader.fixed(Int32.self)
    guard let position = Position(latitudeE7: latitude, longitudeE7: longitude) else {
      throw reader.fail("\(latitude), \(longitude) is no position")
    }
    let county = try reader.text()
    let values = try reader.list(of: "values") { reader throws(SnapshotReadingError) in
      TrackPoint.Value(
        pollutant: try reader.coded(Pollutant.self), value: Concentration(thousandths: try reader.fixed(Int32.self)),
        flag: try reader.coded(QualityFlag.self),
        reasons: ScreeningReasons(rawValue: UInt32(truncatingIfNeeded: try reader.varint())))
    }
    self.init(begin: begin, end: end, position: position, county: county.isEmpty ? nil : county, values: values)
  }
}

/// The mean of what mobile stations measured in a county within an hour: information, never part of AQI, levels or the
/// ledger.
package struct TrackMean: Sendable, Hashable {
  package var county: String
  /// Civil hour number.
  package var hour: Int32
  package var pollutant: Pollutant
  package var mean: Concentration
  /// Points that entered: those of flags 1 and 2.
  package var count: Int

  /// The means of the points of a track, by hour, county and pollutant.
  package static func means(of points: [TrackPoint], offset: CivilOffset) -> [TrackMean] {
    struct Key: Hashable {
      var hour: Int32
      var county: String
      var pollutant: UInt8
    }
    var sums: [Key: (sum: Int64, count: Int)] = [:]
    for point in points {
      guard let county = point.county else { continue }
      let hour = offset.hour(
        of: point.begin.adding(milliseconds: (point.end.milliseconds - point.begin.milliseconds) / 2))
      for value in point.values where value.flag.rawValue <= 2 && !value.value.isMissing {
        let key = Key(hour: hour, county: county, pollutant: value.pollutant.rawValue)
        sums[key, default: (0, 0)].sum += Int64(value.value.thousandths)
        sums[key, default: (0, 0)].count += 1
      }
    }
    return sums.sorted {
      ($0.key.hour, $0.key.county, $0.key.pollutant) < ($1.key.hour, $1.key.county, $1.key.pollutant)
    }.compactMap { key, total in
      Pollutant(rawValue: key.pollutant).map {
        TrackMean(
          county: key.county, hour: key.hour, pollutant: $0, mean: .mean(sum: total.sum, count: total.count),
          count: total.count)
      }
    }
  }
}
