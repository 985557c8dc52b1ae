package import AirQuality

/// Puts calibrations into effect on screened readings, before they enter the rings.
///
/// Humidity comes from the same station and from the same answer or those before it: of the reading's own begin and period,
/// else the newest that ended no later than the reading and no more than 15 min before it. A later one is never taken, so
/// that a row that comes again gives the same value. Without humidity the row keeps its raw value and is suspect, with the
/// reason `humidity`; it replaces nothing (`CellClaim.vacancy`).
package struct Calibrator: Sendable, Hashable {
  /// What was done to one reading.
  package struct Step: Sendable, Hashable {
    /// Index into the readings.
    package var reading: Int
    package var raw: Double
    /// Percent; nil when none was needed or known.
    package var humidity: Double?
    package var calibration: Calibration
    /// Whether the value is the calibrated one.
    package var isApplied: Bool
  }

  /// Humidity older than this says nothing of a reading.
  package static let humidityMilliseconds: Int64 = 15 * 60_000

  /// By station, each in the order of the registry.
  private var calibrations: [String: [Calibration]] = [:]
  /// Only of stations whose calibrations need it.
  private var memories: [String: HumidityMemory] = [:]
  private var offset = CivilOffset.china

  package init() {}

  /// Takes a configuration; what is remembered of stations that stay is kept. Assessed stations are never calibrated.
  package mutating func configure(_ registry: StationRegistry, site: Site) {
    offset = site.offset
    let assessed = Set(site.stations.lazy.filter(\.assessed).map(\.id))
    calibrations = Dictionary(
      grouping: registry.calibrations.filter { !assessed.contains($0.station) }, by: \.station)
    memories = memories.filter { calibrations[$0.key]?.contains(where: \.needsHumidity) == true }
  }

  /// Those of a station, in the order of the registry.
  package func calibrations(of station: String) -> [Calibration] { calibrations[station] ?? [] }

  /// Calibrates in place; `stations` are the batch's ids by `Reading.station`.
  ///
  /// - Returns: what was done, in the order of the readings.
  @discardableResult
  package mutating func calibrate(_ readings: inout ContiguousArray<Reading>, stations: [String]) -> [Step] {
    guard !calibrations.isEmpty else { return [] }
    let known = stations.map { calibrations[$0] }
    guard known.contains(where: { $0 != nil }) else { return [] }
    let courses = takeHumidity(readings, stations: stations, known)
    var steps: [Step] = []
    for index in readings.indices {
      let station = Int(readings[index].station)
      guard known.indices.contains(station), let own = known[station] else { continue }
      let course = courses.isEmpty ? nil : courses[station]
      if let step = calibrate(&readings[index], index, own, course, memories[stations[station]]) { steps.append(step) }
    }
    return steps
  }

  /// Remembers the humidity of an answer.
  ///
  /// - Returns: all of it by the batch's stations, for an answer may bring more than the memory holds; empty for none.
  private mutating func takeHumidity(
    _ readings: ContiguousArray<Reading>, stations: [String], _ known: [[Calibration]?]
  ) -> [HumidityCourse] {
    var courses: [HumidityCourse] = []
    for reading in readings where reading.pollutant == .humidity {
      let station = Int(reading.station)
      guard known.indices.contains(station), let own = known[station], own.contains(where: \.needsHumidity),
        let entry = HumidityCourse.Entry(reading)
      else { continue }
      if courses.isEmpty { courses = Array(repeating: HumidityCourse(), count: stations.count) }
      courses[station].append(entry)
      memories[stations[station], default: HumidityMemory()].take(entry)
    }
    for station in courses.indices { courses[station].sort() }
    return courses
  }

  private func calibrate(
    _ reading: inout Reading, _ index: Int, _ own: [Calibration], _ course: HumidityCourse?, _ memory: HumidityMemory?
  ) -> Step? {
    // Of thousandths, as series keep values: so what is made of one again is the same.
    let raw = Concentration(reading.value)
    guard reading.flag != .fail, reading.flag != .missing, !raw.isMissing else { return nil }
    let day = offset.day(of: reading.midpoint)
    guard let calibration = own.first(where: { $0.pollutant == reading.pollutant && $0.isInForce(on: day) }) else {
      return nil
    }
    let relative =
      calibration.needsHumidity
      ? HumidityCourse.humidity(course?.match(for: reading), memory?.course.match(for: reading)) : nil
    var step = Step(
      reading: index, raw: reading.value, humidity: relative, calibration: calibration, isApplied: false)
    guard let value = calibration.concentration(of: raw.value, humidity: relative) else {
      reading.flag = .suspect
      reading.reasons.insert(.humidity)
      return step
    }
    guard !Concentration(value).isMissing else {
      reading.flag = .suspect
      reading.reasons.insert(.notRepresentable)
      return step
    }
    reading.value = value
    reading.reasons.insert(.calibrated)
    step.isApplied = true
    return step
  }

  // MARK: Snapshots

  func encode(into writer: inout ByteWriter) {
    writer.list(memories.sorted { $0.key < $1.key }) { writer, entry in
      writer.text(entry.key)
      entry.value.encode(into: &writer)
    }
  }

  /// What is remembered; calibrations come with `configure`.
  mutating func decode(_ reader: inout SnapshotReader) throws(SnapshotReadingError) {
    let entries = try reader.list(of: "humidity memories") {
      reader throws(SnapshotReadingError) -> (String, HumidityMemory) in
      (try reader.text(), try HumidityMemory(decoding: &reader))
    }
    memories = Dictionary(entries, uniquingKeysWith: { first, _ in first })
  }
}
