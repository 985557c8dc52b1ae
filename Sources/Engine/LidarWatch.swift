import AirQuality

/// The watch over one lidar (激光雷达关注): a state machine without clock, fed with observations and the county's surface.
///
/// Three kinds, each with its own row of observations for and against it. It begins after `beginsAfter` observations in a row
/// that speak for it and ends after `endsAfter` that speak against it; an observation that says nothing (no boundary layer, a
/// cloud) does neither. When the lidar is silent for two hours a running watch expires: missing is not clean.
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

  /// What an observation, or silence, brought.
  enum Outcome: Sendable, Hashable {
    case began(Kind, since: Instant, Evidence)
    case ended(Kind, since: Instant, Evidence)
    case expired(Kind, since: Instant)
  }

  private struct Row: Sendable, Hashable {
    var speaksFor = 0
    var against = 0
    /// The first observation of the row that began the watch; nil when none runs.
    var since: Instant?
    /// The first that speaks for it.
    var first: Instant?
  }

  private struct Height: Sendable, Hashable {
    var at: Int64
    var meters: Double
  }

  private struct HourMean: Sendable, Hashable {
    var hour: Int32
    var sum: Double
    var count: Int32
  }

  private struct Sector: Sendable, Hashable {
    var at: Int64
    var bins: [Float]
  }

  private var rows: [Row] = Array(repeating: Row(), count: Kind.allCases.count)
  /// Heights of the mixed layer of the last three hours, oldest first; thinned to one in five minutes.
  private var heights: [Height] = []
  /// Bases of the lowest elevated layer of the last two hours.
  private var bases: [Height] = []
  /// Hourly means of the mixed layer of the last eight days, oldest first.
  private var hours: [HourMean] = []
  /// Newest beam by ten degrees of azimuth.
  private var sectors: [Int: Sector] = [:]
  /// Sectors that stood out at their newest look, by edge.
  private var newest = Int64.min

  static let silenceMilliseconds: Int64 = 2 * 3_600_000
  private static let heightMilliseconds: Int64 = 3 * 3_600_000
  private static let baseMilliseconds: Int64 = 2 * 3_600_000
  private static let spacingMilliseconds: Int64 = 300_000
  private static let scanMilliseconds: Int64 = 3_600_000
  private static let keptHours = 8 * 24
  /// Sectors needed for a median.
  private static let leastSectors = 6

  init() {}

  /// Kinds that run, and since when.
  var running: [(kind: Kind, since: Instant)] {
    Kind.allCases.enumerated().compactMap { index, kind in rows[index].since.map { (kind, $0) } }
  }

  // MARK: Observations

  /// Takes an observation; an older one than the newest is late and says nothing.
  mutating func take(
    _ observation: LidarObservation, hour: Int32, surface: Surface, settings: LidarWatchSettings
  ) -> [Outcome] {
    guard observation.at.milliseconds > newest else { return [] }
    newest = observation.at.milliseconds
    if observation.isSlant { return takeSlant(observation, surface, settings) }
    var outcomes: [Outcome] = []
    let layer = elevatedLayer(observation, settings)
    if let outcome = judge(.elevatedLayer, layer.verdict, layer.evidence, observation.at, settings) {
      outcomes.append(outcome)
    }
    let fall = fallingLayer(observation, hour: hour, surface, settings)
    if let outcome = judge(.fallingLayer, fall.verdict, fall.evidence, observation.at, settings) {
      outcomes.append(outcome)
    }
    remember(observation, hour: hour)
    return outcomes
  }

  /// Ends what runs when the lidar has been silent for too long.
  mutating func expire(at now: Instant) -> [Outcome] {
    guard newest != .min, now.milliseconds - newest > Self.silenceMilliseconds else { return [] }
    var outcomes: [Outcome] = []
    for (index, kind) in Kind.allCases.enumerated() {
      if let since = rows[index].since { outcomes.append(.expired(kind, since: since)) }
      rows[index] = Row()
    }
    heights = []
    bases = []
    sectors = [:]
    return outcomes
  }

  /// `verdict`: true speaks for it, false against it, nil says nothing.
  private mutating func judge(
    _ kind: Kind, _ verdict: Bool?, _ evidence: Evidence, _ at: Instant, _ settings: LidarWatchSettings
  ) -> Outcome? {
    guard let verdict else { return nil }
    let index = Kind.allCases.firstIndex(of: kind) ?? 0
    if verdict {
      if rows[index].speaksFor == 0 { rows[index].first = at }
      rows[index].speaksFor = min(rows[index].speaksFor + 1, 1_000)
      rows[index].against = 0
      guard rows[index].since == nil, rows[index].speaksFor >= settings.beginsAfter else { return nil }
      let since = rows[index].first ?? at
      rows[index].since = since
      return .began(kind, since: since, evidence)
    }
    rows[index].against = min(rows[index].against + 1, 1_000)
    rows[index].speaksFor = 0
    guard let since = rows[index].since, rows[index].against >= settings.endsAfter else { return nil }
    rows[index] = Row()
    return .ended(kind, since: since, evidence)
  }

  // MARK: Elevated layer

  private func elevatedLayer(
    _ observation: LidarObservation, _ settings: LidarWatchSettings
  ) -> (verdict: Bool?, evidence: Evidence) {
    let found = observation.layers.first {
      $0.contrast >= settings.layerContrast && $0.baseMeters <= settings.layerMaximumMeters
    }
    guard let found else {
      // A low cloud hides what is above it.
      if let cloud = observation.cloudBaseMeters, cloud < settings.layerMaximumMeters { return (nil, []) }
      return (false, [])
    }
    var evidence: Evidence = [
      .init("base_m", .number(found.baseMeters)), .init("top_m", .number(found.topMeters)),
      .init("contrast", .number(found.contrast)),
    ]
    guard let top = observation.boundaryLayerMeters ?? heights.last?.meters else { return (nil, evidence) }
    evidence.append(.init("boundary_layer_m", .number(top)))
    let distance = found.baseMeters - top
    if distance <= settings.layerDistanceMeters { return (true, evidence) }
    let highest = bases.map(\.meters).max() ?? found.baseMeters
    let descent = highest - found.baseMeters
    evidence.append(.init("descent_m", .number(descent)))
    return (
      descent >= settings.layerDescentMeters && distance <= 3 * settings.layerDistanceMeters, evidence
    )
  }

  // MARK: Falling boundary layer

  private func fallingLayer(
    _ observation: LidarObservation, hour: Int32, _ surface: Surface, _ settings: LidarWatchSettings
  ) -> (verdict: Bool?, evidence: Evidence) {
    guard let now = observation.boundaryLayerMeters, let highest = heights.map(\.meters).max(), highest > 0 else {
      return (nil, [])
    }
    var evidence: Evidence = [
      .init("boundary_layer_m", .number(now)), .init("highest_m", .number(highest)),
      .init("hours", .number(Double(Self.heightMilliseconds / 3_600_000))),
    ]
    let lost = (highest - now) / highest
    let usual = usualHeight(hour)
    if let usual { evidence.append(.init("usual_m", .number(usual))) }
    let isBelowUsual = usual.map { now < settings.usualShare * $0 } ?? (lost >= settings.fallShareAlone)
    let falls = lost >= settings.fallShare && highest - now >= 200 && isBelowUsual
    let rise = Self.rise(surface, settings)
    evidence += rise.evidence
    guard let rises = rise.verdict else { return (falls ? nil : false, evidence) }
    return (falls && rises, evidence)
  }

  /// Whether the surface rises; nil when neither of the two is known.
  private static func rise(
    _ surface: Surface, _ settings: LidarWatchSettings
  ) -> (verdict: Bool?, evidence: Evidence) {
    var verdict: Bool?
    var evidence: Evidence = []
    for (name, now, before, least) in [
      ("pm25", surface.pm25, surface.pm25Before, Int32(15_000)), ("pm10", surface.pm10, surface.pm10Before, 30_000),
    ] where !now.isMissing && !before.isMissing {
      evidence += [.init(name, .number(now.value)), .init("\(name)_before", .number(before.value))]
      let change = Int64(now.thousandths) - Int64(before.thousandths)
      let rises = change >= Int64(least) && Double(change) >= settings.riseShare * Double(before.thousandths)
      verdict = (verdict ?? false) || rises
    }
    return (verdict, evidence)
  }

  /// The mean of this hour of the day over the days before; nil while fewer than three are known.
  private func usualHeight(_ hour: Int32) -> Double? {
    let same = hours.filter { $0.hour < hour - 12 && ($0.hour - hour).isMultiple(of: 24) }
    guard same.count >= 3 else { return nil }
    return same.reduce(0) { $0 + $1.sum / Double($1.count) } / Double(same.count)
  }

  private mutating func remember(_ observation: LidarObservation, hour: Int32) {
    let at = observation.at.milliseconds
    heights.removeAll { at - $0.at > Self.heightMilliseconds }
    bases.removeAll { at - $0.at > Self.baseMilliseconds }
    if let base = observation.layers.first?.baseMeters, at - (bases.last?.at ?? .min / 2) >= Self.spacingMilliseconds {
      bases.append(Height(at: at, meters: base))
    }
    guard let height = observation.boundaryLayerMeters else { return }
    if at - (heights.last?.at ?? .min / 2) >= Self.spacingMilliseconds {
      heights.append(Height(at: at, meters: height))
    }
    if let last = hours.last, last.hour == hour {
      hours[hours.count - 1].sum += height
      hours[hours.count - 1].count += 1
    } else if hours.last.map({ $0.hour < hour }) ?? true {
      hours.append(HourMean(hour: hour, sum: height, count: 1))
      if hours.count > Self.keptHours { hours.removeFirst() }
    }
  }

  // MARK: Plume sector

  private mutating func takeSlant(
    _ observation: LidarObservation, _ surface: Surface, _ settings: LidarWatchSettings
  ) -> [Outcome] {
    guard let azimuth = observation.azimuthDegrees, (0...360).contains(azimuth), !observation.alongBeam.isEmpty else {
      return []
    }
    let at = observation.at.milliseconds
    sectors = sectors.filter { at - $0.value.at <= Self.scanMilliseconds }
    let place = Int(azimuth / 10) % 36
    sectors[place] = Sector(at: at, bins: observation.alongBeam)
    guard let edge = settings.edges.first(where: { $0.station == observation.station && $0.holds(azimuth) }) else {
      return []
    }
    let (verdict, evidence) = plume(place, azimuth, edge, surface, settings)
    return judge(.plumeSector, verdict, evidence, observation.at, settings).map { [$0] } ?? []
  }

  private func plume(
    _ place: Int, _ azimuth: Double, _ edge: LidarWatchSettings.Edge, _ surface: Surface,
    _ settings: LidarWatchSettings
  ) -> (verdict: Bool?, evidence: Evidence) {
    // From half a kilometre on this side of the edge to two kilometres beyond it.
    let first = max(0, Int((edge.rangeMeters - 500) / LidarObservation.binMeters))
    let last = min(LidarObservation.maximumBins, Int((edge.rangeMeters + 2_000) / LidarObservation.binMeters))
    guard first < last else { return (nil, []) }
    func mean(_ bins: [Float]) -> Double? {
      let used = bins[min(first, bins.count)..<min(last, bins.count)].filter(\.isFinite)
      return used.count * 2 >= last - first ? Double(used.reduce(0, +)) / Double(used.count) : nil
    }
    let others = sectors.filter { $0.key != place }.compactMap { mean($0.value.bins) }.sorted()
    guard let own = sectors[place].flatMap({ mean($0.bins) }), others.count >= Self.leastSectors else {
      return (nil, [])
    }
    let median = others[others.count / 2]
    guard median > 0 else { return (nil, []) }
    let ratio = own / median
    var evidence: Evidence = [
      .init("azimuth_deg", .number(azimuth)), .init("range_m", .number(edge.rangeMeters)),
      .init("ratio", .number(ratio)), .init("sectors", .number(Double(others.count))),
      .init("beyond", .text(edge.beyond)),
    ]
    guard ratio >= settings.plumeRatio else { return (false, evidence) }
    guard let wind = surface.windFromDegrees else { return (true, evidence) }
    evidence.append(.init("wind_from_deg", .number(wind)))
    let turn = abs((wind - azimuth).truncatingRemainder(dividingBy: 360))
    return (min(turn, 360 - turn) <= 60, evidence)
  }

  // MARK: The state as bytes

  func encode(into writer: inout ByteWriter) {
    writer.signed(newest)
    writer.list(rows) { writer, row in
      writer.signed(Int64(row.speaksFor))
      writer.signed(Int64(row.against))
      writer.optional(row.since) { $0.signed($1.milliseconds) }
      writer.optional(row.first) { $0.signed($1.milliseconds) }
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
    rows = try reader.list(of: "watches") { reader throws(SnapshotReadingError) in
      Row(
        speaksFor: try reader.integer("observations"), against: try reader.integer("observations"),
        since: try Self.instant(&reader), first: try Self.instant(&reader))
    }
    guard rows.count == Kind.allCases.count else { throw reader.fail("\(rows.count) kinds of watches") }
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

  private static func instant(_ reader: inout SnapshotReader) throws(SnapshotReadingError) -> Instant? {
    try reader.optional { reader throws(SnapshotReadingError) in Instant(milliseconds: try reader.signed()) }
  }

  private static func heights(_ reader: inout SnapshotReader) throws(SnapshotReadingError) -> [Height] {
    try reader.list(of: "heights", width: 9) { reader throws(SnapshotReadingError) in
      Height(at: try reader.signed(), meters: try reader.double())
    }
  }
}
