import AirQuality

/// Makes readings of rows, whatever container they came in. One per body.
struct RowAssembler {
  let mapping: CompiledMapping
  let context: DecodeContext
  var stations = StationTable()
  var readings = ContiguousArray<Reading>()
  /// One for each reading when the mapping says where rows were taken.
  var positions = ContiguousArray<Position>()
  var published: [PublishedIndex] = []
  var log = ErrorLog()
  var rowCount = 0
  var skippedRows = 0
  var ignoredValues = 0
  /// Values of rows that tell no unit, taken in the unit of their name or pollutant.
  var unitlessValues = 0
  /// Whether a row that names no pollutant was kept.
  var hasUnnamed = false
  var notes: [String] = []
  /// The stamp last read: feeds repeat theirs row after row.
  var lastStamp: (bytes: [UInt8], instant: Instant)?
  /// A date and its time of day, joined.
  var joined: [UInt8] = []
  /// What the rows' names and units turned out to mean; bodies repeat a few.
  var names: [(bytes: [UInt8], target: CompiledMapping.Target?)] = []
  var units: [(bytes: [UInt8], pollutant: Pollutant, conversion: (Double, Double)?)] = []
  private let tracksPositions: Bool
  /// Where the row being taken was.
  private var place = Position.none
  /// Where each station was first, by its number; empty unless names repeat.
  private var firstPlaces: [Position] = []
  /// Whether any row so far had a station, a name or a value where the mapping looks for it, if only null.
  private var sawKnown = false
  /// Which names were taken, of those that mean the same.
  var preference = NamePreference()
  private var overrides: StationOverrides
  /// What is set for the station of the row being taken.
  var setting: StationSetting?
  /// Paths of a JSON table's columns, which each body names anew.
  var tablePlan: JSONPlan?

  init(_ mapping: CompiledMapping, _ context: DecodeContext) {
    self.mapping = mapping
    self.context = context
    overrides = StationOverrides(context.overrides)
    tracksPositions = mapping.positionColumns != nil
  }

  /// Takes the rows of a JSON body, or of the line `line` of a body that has one on each.
  mutating func take(_ block: CellBlock, line: Int = 0) {
    for index in 0..<block.count {
      var position = block.position(index)
      position.line = line
      if block.hasColumns(index) || mapping.takesValuesAsRows {
        take(block.row(index), position)
      } else {
        note(.row, position, nil, "a row is an object or a list here; this one is left out")
        rowCount += 1
      }
    }
  }

  /// Takes one row.
  mutating func take(_ cells: CellRow, _ position: RowPosition) {
    defer { rowCount += 1 }
    if !sawKnown { sawKnown = mapping.ownColumns.contains { !cells[$0].isAbsent } }
    if !mapping.exceptions.isEmpty, let exception = mapping.exception(cells) {
      leaveOut(exception, position)
      return
    }
    guard let station = station(cells, position), var head = head(station, cells, position) else { return }
    if !context.overrides.isEmpty {
      findSetting(of: station)
      if let setting { head = mapping.head(head, by: setting) }
    }
    if tracksPositions, let columns = mapping.positionColumns {
      find(columns, cells, position)
      if mapping.namesRepeat, isElsewhere(station) {
        let (name, here) = (stations.names[Int(station)], place)
        note(
          .station, position, mapping.stationColumn,
          "\(name) names another place, at \(here.latitude), \(here.longitude): the feed has two stations of that name, "
            + "and the row is left out; ask for one of them alone")
        return
      }
    }
    if mapping.hasAlternatives {
      for index in mapping.values.indices {
        take(index, mapping.column(ofValue: index, cells), cells, position, head)
      }
    } else {
      for index in mapping.values.indices {
        take(index, mapping.values[index].column, cells, position, head)
      }
    }
    if let long = mapping.long { take(long, cells, position, head) }
    if let column = mapping.indexColumn, case .text(let text) = cells[column].kind,
      case .number(let index) = NumberText(text), index >= 0, index <= 10_000
    {
      published.append(PublishedIndex(station: station, begin: head.begin, aqi: Int(index)))
    }
  }

  /// Takes one value of a wide row, at `column`.
  @inline(__always)
  private mutating func take(
    _ index: Int, _ column: Int, _ cells: CellRow, _ position: RowPosition, _ head: RowHead
  ) {
    guard var value = number(cells[column], column, position) else { return }
    if value == 0, mapping.doubtsZeros, mapping.isNoValue(zeroOf: index, cells) { value = .nan }
    append(value, mapping.values[index].target, column, cells, position, head)
  }

  typealias RowHead = (station: UInt32, stamp: Instant, begin: Instant, period: Int32)

  /// Whether the row lies more than a degree from where its station was first.
  private mutating func isElsewhere(_ station: UInt32) -> Bool {
    guard place.isKnown else { return false }
    while firstPlaces.count <= Int(station) { firstPlaces.append(.none) }
    let first = firstPlaces[Int(station)]
    guard first.isKnown else {
      firstPlaces[Int(station)] = place
      return false
    }
    return abs(Int64(first.latitudeE7) - Int64(place.latitudeE7)) > 10_000_000
      || abs(Int64(first.longitudeE7) - Int64(place.longitudeE7)) > 10_000_000
  }

  /// Where the row was taken; a position that is none is an error, and the row's values stay.
  private mutating func find(
    _ columns: (latitude: Int, longitude: Int), _ cells: CellRow, _ row: RowPosition
  ) {
    place = .none
    let column = mapping.present(cells, columns.latitude)
    guard let north = cells[column].numeric, let east = cells[mapping.present(cells, columns.longitude)].numeric else {
      return
    }
    if let found = Position(latitude: north, longitude: east) {
      place = found
    } else {
      note(.position, row, column, "\(north), \(east) is no place on the globe; the row is kept without one")
    }
  }

  @inline(__always)
  private mutating func append(
    _ value: Double, _ target: CompiledMapping.Target, _ column: Int, _ cells: CellRow, _ position: RowPosition,
    _ head: RowHead
  ) {
    guard let reading = reading(value, target, column, cells, position, head) else { return }
    keep(reading)
  }

  /// Keeps a reading of the row.
  @inline(__always)
  mutating func keep(_ reading: Reading) {
    readings.append(reading)
    if tracksPositions { positions.append(place) }
  }

  /// Puts a reading of the row in the place of an earlier one.
  mutating func replace(_ index: Int, by reading: Reading) {
    readings[index] = reading
    if tracksPositions { positions[index] = place }
  }

  /// The reading of a value in the pollutant's unit; nil (and noted) when it is none that can be kept.
  @inline(__always)
  mutating func reading(
    _ value: Double, _ target: CompiledMapping.Target, _ column: Int, _ cells: CellRow, _ position: RowPosition,
    _ head: RowHead
  ) -> Reading? {
    var factor = target.factor
    var offset = target.offset
    let isSet = setting?.units.contains { $0.pollutant == target.pollutant } ?? false
    if target.unitColumn >= 0, !value.isNaN, !isSet {
      guard let own = unit(cells, target, position) else { return nil }
      (factor, offset) = own
    }
    if let setting, let declared = setting.units.first(where: { $0.pollutant == target.pollutant }),
      let conversion = declared.unit.conversion(for: target.pollutant)
    {
      (factor, offset) = conversion
    }
    let converted = value * factor + offset
    if converted.isInfinite {
      note(.value, position, column, "\(value) is more than can be kept; look at the feed")
      return nil
    }
    let missing = converted.isNaN
    let own = target.periodMilliseconds
    return Reading(
      station: head.station, pollutant: target.pollutant, value: converted,
      begin: own == CompiledMapping.Target.rowPeriod
        ? head.begin : mapping.begin(of: head.stamp, period: own, by: setting),
      periodMilliseconds: own == CompiledMapping.Target.rowPeriod ? head.period : own,
      flag: missing ? .missing : .unknown,
      reasons: missing ? .missing : [])
  }

  /// NaN for a declared missing value; nil when there is nothing to make a reading of.
  @inline(__always)
  mutating func number(_ cell: Cell, _ column: Int, _ position: RowPosition) -> Double? {
    let value: Double
    switch cell.kind {
    case .number(let number): value = number
    case .integer(let integer): value = Double(integer)
    case .absent: return nil
    case .null: return .nan
    case .text(let text): return textNumber(text, column, position)
    default:
      if case .duplicate = cell.kind {
        note(.duplicateKey, position, column, "the key stands twice in its row; neither value is taken")
      } else {
        note(.value, position, column, "\(cell.description) is no number")
      }
      return nil
    }
    return mapping.missingNumbers.contains(value) ? .nan : value
  }

  private mutating func textNumber(_ raw: ByteText, _ column: Int, _ position: RowPosition) -> Double? {
    let text = raw.trimmed
    for marker in mapping.missingTexts where text.equals(marker) { return .nan }
    switch NumberText(text) {
    case .number(let number): return mapping.missingNumbers.contains(number) ? .nan : number
    case .outOfRange:
      note(.value, position, column, "\(excerpt(text)) is beyond any number that can be kept; look at the feed")
    case .notANumber:
      note(
        .value, position, column,
        "\(excerpt(text)) is no number; if the feed means \"no value\", add it to missing")
    case .empty:
      if mapping.plan != nil || mapping.table != nil {
        note(.value, position, column, "an empty text is no number; if it means \"no value\", add \"\" to missing")
      } else {
        return .nan
      }
    }
    return nil
  }

  /// Looks up what is set for a station, once a body.
  private mutating func findSetting(of station: UInt32) {
    setting = overrides.setting(of: station, in: stations)
  }

  private mutating func station(_ cells: CellRow, _ position: RowPosition) -> UInt32? {
    if let first = mapping.stationColumn {
      let column = mapping.present(cells, first)
      if !cells[column].isVacant { return station(cells[column], column, position) }
      if mapping.skipsRowsWithoutStation {
        skippedRows += 1
        return nil
      }
    }
    if let name = context.defaultStation { return stations.number(of: name) }
    note(.station, position, mapping.stationColumn, "the row names no station; give the feed a station")
    return nil
  }

  /// The number of the station that a cell names; nil (and noted) when it is no name.
  mutating func station(_ cell: Cell, _ column: Int, _ position: RowPosition) -> UInt32? {
    switch cell.kind {
    case .text(let raw):
      let text = raw.trimmed
      if let number = stations.number(of: text) { return number }
      note(
        .station, position, column,
        "\(excerpt(text)) is no station id: at most \(FeedLimits.stationBytes) bytes without control characters")
    case .integer(let code): return stations.number(of: String(code))
    default: note(.station, position, column, "the station id is \(cell.description); a text is needed")
    }
    return nil
  }

  private mutating func leaveOut(_ exception: CompiledMapping.Exception, _ position: RowPosition) {
    if let complaint = exception.complaint {
      note(.row, position, exception.column, complaint)
    } else {
      ignoredValues += 1
    }
  }

  /// Keeps an error, or counts it when enough are kept.
  mutating func note(
    _ code: RowError.Code, _ position: RowPosition, _ column: Int?, _ message: @autoclosure () -> String
  ) {
    guard log.admits() else { return }
    log.keep(RowError(code, path: path(position, column), row: rowCount, message: message()))
  }

  private func path(_ position: RowPosition, _ column: Int?) -> String {
    switch mapping.container {
    case .json, .ndjson, .table:
      let line = position.line > 0 ? "line \(position.line), " : ""
      guard let plan = mapping.plan ?? tablePlan else { return line + "$" }
      return line + (column.map { plan.path(position, column: $0) } ?? plan.path(position))
    case .csv:
      return "line \(position.line)" + (column.map { ", column \"\(mapping.columns[$0])\"" } ?? "")
    case .xml(let row):
      let name = "line \(position.line), \(row)[\(position.indices.0)]"
      return name + (column.map { "/" + mapping.columns[$0] } ?? "")
    }
  }

  /// The result, once the container is read to its end or to `failure`.
  consuming func finish(_ failure: DecodeFailure?) -> DecodedBody {
    var body = DecodedBody()
    body.batch = ReadingBatch(
      stations: stations.names, readings: readings,
      positions: positions.contains { $0.isKnown } ? positions : [])
    if mapping.averagesTwinChannels { body.batch.averageTwinChannels() }
    body.notes = notes
    if let names = mapping.long?.names, let note = preference.note(names) { body.notes.append(note) }
    if unitlessValues > 0 {
      body.notes.append(
        "\(unitlessValues) values tell no unit: they are taken in the one of their name, or else in their pollutant's own"
      )
    }
    if hasUnnamed, let advice = mapping.long?.unnamedAdvice { body.notes.append(advice) }
    if let advice = mapping.advice, !readings.isEmpty { body.notes.append(advice) }
    body.publishedIndices = published
    body.errors = log.kept
    body.errorCount = log.count
    body.rowCount = rowCount
    body.skippedRows = skippedRows
    body.ignoredValues = ignoredValues
    if let advice = mapping.emptyAdvice, sawKnown, readings.isEmpty, log.count == 0, rowCount > skippedRows {
      body.notes.append(advice)
    }
    body.settle(failure ?? (isForeign && log.count == 0 ? foreign : nil))
    return body
  }

  /// Whether there were rows and none held anything at a place that the format reads.
  var isForeign: Bool { rowCount > 0 && !sawKnown && readings.isEmpty }

  /// Rows that hold nothing at any place the format reads are another format's.
  private var foreign: DecodeFailure {
    let own = mapping.ownColumns
    let named = own.prefix(6).map { mapping.columns[$0] }.joined(separator: ", ")
    return DecodeFailure(
      .noRows,
      "no row has any of this format's stations or values (\(named)\(own.count > 6 ? ", …" : "")): check the feed's format"
    )
  }
}

extension DecodedBody {
  /// Sets the verdict from what was found and what went wrong with the body as a whole.
  mutating func settle(_ failure: DecodeFailure?) {
    if let failure {
      verdict = .failed(failure)
    } else if !batch.readings.isEmpty || !profiles.isEmpty {
      verdict = .ok
    } else if let first = errors.first {
      verdict = .failed(
        DecodeFailure(
          .noUsableRow, "none of \(rowCount) rows could be used; the first at \(first.path): \(first.message)"))
    } else {
      verdict = .empty
    }
  }
}
