import AirQuality

/// Makes readings of points that name their quantities themselves. One per body.
struct PointAssembler {
  let context: DecodeContext
  var stations = StationTable()
  var readings = ContiguousArray<Reading>()
  var positions = ContiguousArray<Position>()
  var log = ErrorLog()
  var rowCount = 0
  var ignoredValues = 0
  private var names: [(bytes: [UInt8], quantity: QuantityName?)] = []
  private var hint = 0
  private var overrides: StationOverrides

  init(_ context: DecodeContext) {
    self.context = context
    overrides = StationOverrides(context.overrides)
  }

  /// What a name measures. Points of one body look alike: the name is usually the one that came after the last.
  mutating func quantity(_ name: ByteText) -> QuantityName? {
    if hint < names.count, name.equals(names[hint].bytes) {
      let found = names[hint].quantity
      hint = hint + 1 == names.count ? 0 : hint + 1
      return found
    }
    for index in names.indices where name.equals(names[index].bytes) {
      hint = index + 1 == names.count ? 0 : index + 1
      return names[index].quantity
    }
    let found = name.count > FeedLimits.nameBytes ? nil : QuantityName(name.string)
    if names.count < FeedLimits.rememberedNames, name.count <= FeedLimits.nameBytes {
      names.append((name.bytes, found))
      hint = 0
    }
    return found
  }

  /// The station's number, of the point's own name or else the feed's; nil (and noted) when there is none.
  mutating func station(_ name: ByteText?, line: Int) -> UInt32? {
    if let name, !name.trimmed.isEmpty {
      if let number = stations.number(of: name.trimmed) { return number }
      note(.station, line, "\(excerpt(name)) is no station id: at most \(FeedLimits.stationBytes) bytes of text")
      return nil
    }
    if let name = context.defaultStation { return stations.number(of: name) }
    note(.station, line, "the point names no station (station, site, sensor …); give the feed a station")
    return nil
  }

  /// The factor and offset of a quantity of a station: in the unit that the registry sets, in `spelled`, in the unit of its
  /// name, or else in the pollutant's own.
  mutating func conversion(
    _ quantity: QuantityName, of station: UInt32, spelled: ByteText?, line: Int, _ place: @autoclosure () -> String
  ) -> (factor: Double, offset: Double)? {
    let pollutant = quantity.pollutant
    if let own = overrides.setting(of: station, in: stations)?.conversion(for: pollutant) { return own }
    guard let spelled, !spelled.isEmpty else {
      if let conversion = (quantity.unit ?? pollutant.unit).conversion(for: pollutant) { return conversion }
      note(.unit, line, "\(place()): \(quantity.unit?.rawValue ?? "") cannot carry \(pollutant.name)")
      return nil
    }
    switch UnitReading(spelled.string, pollutant) {
    case .conversion(let factor, let offset): return (factor, offset)
    case .unknown(let message), .unfit(let message):
      note(.unit, line, "\(place()): \(message)")
      return nil
    }
  }

  /// Adds a reading of `value` (NaN when missing) in the pollutant's unit. The stamp ends a period, of `window` or else of
  /// what the registry sets, and means something else when the registry says so.
  mutating func append(
    _ pollutant: Pollutant, _ value: Double, station: UInt32, stamp: Instant, window: Int32,
    position: Position = .none
  ) {
    let missing = value.isNaN
    // Without a unit some write pascals: the air's pressure is never that many hPa.
    let value = pollutant == .pressure && value > 20_000 ? value / 100 : value
    let setting = overrides.setting(of: station, in: stations)
    let period = setting?.stamp == .instant ? 0 : window != 0 ? window : setting?.periodMilliseconds ?? 0
    let begin =
      setting?.stamp ?? .end == .end ? stamp.adding(milliseconds: -Reading.span(ofPeriod: period)) : stamp
    readings.append(
      Reading(
        station: station, pollutant: pollutant, value: value, begin: begin, periodMilliseconds: period,
        flag: missing ? .missing : .unknown, reasons: missing ? .missing : []))
    if position.isKnown || !positions.isEmpty {
      while positions.count < readings.count - 1 { positions.append(.none) }
      positions.append(position)
    }
  }

  /// Keeps an error of a line, or counts it when enough are kept.
  mutating func note(_ code: RowError.Code, _ line: Int, _ message: @autoclosure () -> String) {
    log.note(code, row: rowCount, path: "line \(line)", message())
  }

  consuming func finish(_ failure: DecodeFailure?, notes: [String] = []) -> DecodedBody {
    var body = DecodedBody()
    body.batch = ReadingBatch(stations: stations.names, readings: readings, positions: positions)
    body.errors = log.kept
    body.errorCount = log.count
    body.rowCount = rowCount
    body.ignoredValues = ignoredValues
    body.notes = notes
    body.settle(failure)
    return body
  }
}

/// The tags and labels under which points name their station, their quantity and their unit; the first that is there holds.
enum PointTags {
  static let station = [
    "station", "station_id", "stationid", "station_code", "stationcode", "site", "site_id", "device_name",
    "sensor_name",
    "node", "chip_id", "chipid", "sensor", "sensor_id", "sensorid", "sensor_index", "device", "device_id", "deviceid",
    "serial", "serialno", "serial_number", "airgradient_serial_number", "sn", "mn", "mac", "entity_id", "id",
    "location", "location_id", "county", "city", "name", "host", "instance",
  ].map { Array($0.utf8) }
  static let quantity = ["pollutant", "parameter", "quantity", "species", "observed_property"].map { Array($0.utf8) }
  static let unit = ["unit", "units", "uom"].map { Array($0.utf8) }
  static let latitude = ["lat", "latitude"].map { Array($0.utf8) }
  static let longitude = ["lon", "lng", "long", "longitude"].map { Array($0.utf8) }

  /// How early the name stands in the list, nil when it does not.
  static func rank(_ name: ByteText, in list: [[UInt8]]) -> Int? { list.firstIndex { name.equals($0) } }
}
