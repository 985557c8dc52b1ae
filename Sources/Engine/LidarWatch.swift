import AirQuality

/// The watch over one lidar (激光雷达关注): a state machine without clock, fed with observations and the county's surface.
///
/// Three kinds; the plume has one row of windows for each edge that the lidar looks across (`LidarWatchRow`). A watch begins
/// after `beginsAfter` windows in a row that speak for it and ends after `endsAfter` that speak against it; a window that
/// says nothing (no boundary layer, a cloud, the beam elsewhere) does neither. When nothing has said anything of it for two
/// hours a running watch expires: missing is not clean.
struct LidarWatch: Sendable, Hashable {
  /// What is watched.
  enum Kind: String, CaseIterable, Sendable, Hashable {
    /// An aerosol layer aloft that can be mixed down.
    case elevatedLayer = "elevated-layer"
    /// The mixed layer falls while the surface rises.
    case fallingLayer = "falling-boundary-layer"
    /// A plume across the county's edge.
    case plumeSector = "plume-sector"
  }

  /// A kind, and of plumes the edge.
  struct Subject: Sendable, Hashable {
    var kind: Kind
    var edge: LidarWatchSettings.Edge?
  }

  /// The county's surface as its assessed stations measured it, thousandths: the newest hour and three hours before.
  struct Surface: Sendable, Hashable {
    var pm25: Concentration = .missing
    var pm25Before: Concentration = .missing
    var pm10: Concentration = .missing
    var pm10Before: Concentration = .missing
    /// Where the wind comes from, degrees; nil when no station of the county says.
    var windFromDegrees: Double?
  }

  /// What decided, by name and number.
  typealias Evidence = [EventRecord.Input]

  /// What windows, or silence, brought.
  struct Outcome: Sendable, Hashable {
    enum Change: Sendable, Hashable {
      case began
      case ended
      /// Nothing said anything of it for two hours.
      case silent
      /// The configuration has its edge no more.
      case unwatched
    }
    var subject: Subject
    var change: Change
    var since: Instant
    var at: Instant
    var evidence: Evidence = []
  }

  struct Height: Sendable, Hashable {
    var at: Int64
    var meters: Double
  }

  struct HourMean: Sendable, Hashable {
    var hour: Int32
    var sum: Double
    var count: Int32
  }

  struct Sector: Sendable, Hashable {
    var at: Int64
    var bins: [Float]
  }

  private struct Plume: Sendable, Hashable {
    var edge: LidarWatchSettings.Edge
    var row = LidarWatchRow()
  }

  private var elevated = LidarWatchRow()
  private var falling = LidarWatchRow()
  /// In the order in which the edges were first looked across; at most as many as the configuration has.
  private var plumes: [Plume] = []
  /// Heights of the mixed layer of the last three hours, oldest first; thinned to one in five minutes.
  var heights: [Height] = []
  /// Bases of the lowest elevated layer of the last two hours.
  var bases: [Height] = []
  /// Hourly means of the mixed layer of the last eight days, oldest first.
  var hours: [HourMean] = []
  /// Newest beam by ten degrees of azimuth.
  var sectors: [Int: Sector] = [:]
  /// Stamp of the newest observation.
  private var newest = Int64.min

  static let silenceMilliseconds: Int64 = 2 * 3_600_000
  static let heightMilliseconds: Int64 = 3 * 3_600_000
  static let baseMilliseconds: Int64 = 2 * 3_600_000
  static let spacingMilliseconds: Int64 = 300_000
  private static let scanMilliseconds: Int64 = 3_600_000
  static let keptHours = 8 * 24
  /// Sectors needed for a median.
  static let leastSectors = 6

  init() {}

  /// What runs, and since when.
  var running: [(subject: Subject, since: Instant)] {
    let rows =
      [(Subject(kind: .elevatedLayer), elevated), (Subject(kind: .fallingLayer), falling)]
      + plumes.map { (Subject(kind: .plumeSector, edge: $0.edge), $0.row) }
    return rows.compactMap { subject, row in row.since.map { (subject, $0) } }
  }

  // MARK: Observations

  /// Whether an observation comes too late to say anything: it is no newer than the newest, nor the same moment of a scan.
  func isLate(_ observation: LidarObservation) -> Bool {
    let at = observation.at.milliseconds
    guard at == newest, observation.isSlant, let place = observation.sector else { return at <= newest }
    return sectors[place].map { at <= $0.at } ?? false
  }

  /// Takes an observation that is not late: windows before its own are over.
  mutating func take(
    _ observation: LidarObservation, hour: Int32, surface: Surface, settings: LidarWatchSettings
  ) -> [Outcome] {
    guard !isLate(observation) else { return [] }
    newest = observation.at.milliseconds
    let outcomes = close(before: LidarObservation.window(of: observation.at), settings)
    if observation.isSlant {
      takeSlant(observation, surface, settings)
      return outcomes
    }
    let layer = elevatedLayer(observation, settings)
    elevated.take(layer.verdict, layer.evidence, at: observation.at)
    let fall = fallingLayer(observation, hour: hour, surface, settings)
    falling.take(fall.verdict, fall.evidence, at: observation.at)
    remember(observation, hour: hour)
    return outcomes
  }

  private mutating func takeSlant(_ observation: LidarObservation, _ surface: Surface, _ settings: LidarWatchSettings) {
    guard let azimuth = observation.azimuthDegrees, let place = observation.sector, !observation.alongBeam.isEmpty
    else { return }
    let at = observation.at.milliseconds
    sectors = sectors.filter { at - $0.value.at <= Self.scanMilliseconds }
    sectors[place] = Sector(at: at, bins: observation.alongBeam)
    for edge in settings.edges where edge.station == observation.station && edge.holds(azimuth) {
      let (verdict, evidence) = plume(place, azimuth, edge, surface, settings)
      let index = plumes.firstIndex { $0.edge == edge } ?? plumes.endIndex
      if index == plumes.endIndex { plumes.append(Plume(edge: edge)) }
      plumes[index].row.take(verdict, evidence, at: observation.at, isOfScan: true)
    }
  }

  // MARK: Time

  /// Judges windows that are over by now, and ends what runs when nothing has said anything of it for too long.
  mutating func pass(to now: Instant, settings: LidarWatchSettings) -> [Outcome] {
    var outcomes = close(before: LidarObservation.window(of: now), settings)
    forEachRow { subject, row in
      guard row.isSilent(at: now, after: Self.silenceMilliseconds) else { return }
      if let since = row.since {
        outcomes.append(Outcome(subject: subject, change: .silent, since: since, at: now))
      }
      row = LidarWatchRow()
    }
    guard newest != .min, now.milliseconds - newest > Self.silenceMilliseconds else { return outcomes }
    (heights, bases, sectors) = ([], [], [:])
    return outcomes
  }

  /// Takes the edges of a configuration: what ran across others ends.
  mutating func keep(edges: [LidarWatchSettings.Edge], at now: Instant) -> [Outcome] {
    defer { plumes.removeAll { !edges.contains($0.edge) } }
    return plumes.filter { !edges.contains($0.edge) }.compactMap { plume in
      plume.row.since.map {
        Outcome(
          subject: Subject(kind: .plumeSector, edge: plume.edge), change: .unwatched, since: $0, at: now)
      }
    }
  }

  private mutating func close(before window: Int64, _ settings: LidarWatchSettings) -> [Outcome] {
    var outcomes: [Outcome] = []
    forEachRow { subject, row in
      switch row.close(before: window, settings) {
      case .began(let since, let finding):
        outcomes.append(
          Outcome(subject: subject, change: .began, since: since, at: finding.at, evidence: finding.evidence))
      case .ended(let since, let finding):
        outcomes.append(
          Outcome(subject: subject, change: .ended, since: since, at: finding.at, evidence: finding.evidence))
      case nil: break
      }
    }
    return outcomes
  }

  private mutating func forEachRow(_ body: (Subject, inout LidarWatchRow) -> Void) {
    body(Subject(kind: .elevatedLayer), &elevated)
    body(Subject(kind: .fallingLayer), &falling)
    for index in plumes.indices {
      body(Subject(kind: .plumeSector, edge: plumes[index].edge), &plumes[index].row)
    }
  }

  // MARK: The state as bytes

  func encode(into writer: inout ByteWriter) {
    writer.signed(newest)
    elevated.encode(into: &writer)
    falling.encode(into: &writer)
    writer.list(plumes) { writer, plume in
      plume.edge.encode(into: &writer)
      plume.row.encode(into: &writer)
    }
    for list in [heights, bases] {
      writer.list(list) {
        $0.signed($1.at)
        $0.double($1.meters)
      }
    }
    writer.list(hours) {
      $0.fixed($1.hour)
      $0.double($1.sum)
      $0.fixed($1.count)
    }
    writer.list(sectors.sorted { $0.key < $1.key }) { writer, sector in
      writer.byte(UInt8(sector.key))
      writer.signed(sector.value.at)
      writer.list(sector.value.bins) { $0.fixed($1.bitPattern) }
    }
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    newest = try reader.signed()
    elevated = try LidarWatchRow(decoding: &reader)
    falling = try LidarWatchRow(decoding: &reader)
    plumes = try reader.list(of: "edges") { reader throws(SnapshotReadingError) in
      Plume(
        edge: try LidarWatchSettings.Edge(decoding: &reader), row: try LidarWatchRow(decoding: &reader))
    }
    heights = try Self.heights(&reader)
    bases = try Self.heights(&reader)
    hours = try reader.list(of: "hours", width: 16) { reader throws(SnapshotReadingError) in
      HourMean(hour: try reader.fixed(Int32.self), sum: try reader.double(), count: try reader.fixed(Int32.self))
    }
    guard hours.allSatisfy({ $0.count > 0 }) else { throw reader.fail("an hour without heights") }
    for _ in 0..<(try reader.count(of: "sectors", width: 3)) {
      let place = Int(try reader.byte())
      guard place < 36 else { throw reader.fail("sector \(place)") }
      sectors[place] = Sector(
        at: try reader.signed(),
        bins: try reader.list(of: "bins", width: 4) { reader throws(SnapshotReadingError) in
          Float(bitPattern: try reader.fixed(UInt32.self))
        })
    }
  }

  private static func heights(_ reader: inout SnapshotReader) throws(SnapshotReadingError) -> [Height] {
    try reader.list(of: "heights", width: 9) { reader throws(SnapshotReadingError) in
      Height(at: try reader.signed(), meters: try reader.double())
    }
  }
}
