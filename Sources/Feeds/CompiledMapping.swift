import AirQuality

/// A mapping, checked and turned into column numbers. Immutable; made once per feed.
final class CompiledMapping: Sendable {
  /// What one number becomes.
  struct Target: Sendable {
    var pollutant: Pollutant
    var factor: Double
    var offset: Double
    /// Column of the row's own unit, -1 when the unit is declared.
    var unitColumn: Int
    /// The value's own period; `rowPeriod` takes the row's.
    var periodMilliseconds: Int32
    /// How early its name stands among those of a long layout.
    var rank = 0

    /// What no period is.
    static let rowPeriod = Int32.min
  }

  /// Rows that are not read.
  struct Exception: Sendable {
    var column: Int
    var texts: [[UInt8]]
    var complaint: String?
  }

  struct Value: Sendable {
    var column: Int
    var target: Target
    /// Column of a longer mean, -1 for none: 0 in both is no value.
    var longMeanColumn = -1
    var substitute: Substitute?
  }

  /// A column that is read instead, in rows of a kind or in all others.
  struct Substitute: Sendable {
    var column: Int
    var kindColumn: Int
    var kind: Double
    var isOfKind: Bool
  }

  struct Long: Sendable {
    var pollutantColumn: Int
    var valueColumn: Int
    var names: [String: Target]
    var knowsCommonNames: Bool
    var takesOneName: Bool
    /// Column of the row's own unit, -1 when the names have theirs.
    var unitColumn: Int
    /// Column of the station of rows that name no pollutant; nil where such rows are errors.
    var unnamedStationColumn: Int?
    var unnamedAdvice: String
  }

  /// Column paths as configured, in column order.
  let columns: [String]
  /// For each column the one that stands in for it where it holds nothing, -1 for none.
  let alternatives: [Int]
  let hasAlternatives: Bool
  let stationColumn: Int?
  let stampColumn: Int?
  let timeOfDayColumn: Int?
  let zoneColumn: Int?
  let endColumn: Int?
  let rowPeriod: RowPeriodReader?
  /// One column is the stamp, and the period is always the same.
  let hasSimpleTime: Bool
  let positionColumns: (latitude: Int, longitude: Int)?
  let namesRepeat: Bool
  let indexColumn: Int?
  let stamp: StampReader
  let values: [Value]
  let exceptions: [Exception]
  let silenceColumn: Int?
  let unratedColumns: (index: Int, grade: Int)?
  /// Whether a 0 may be no value.
  let doubtsZeros: Bool
  let long: Long?
  let missingNumbers: [Double]
  let missingTexts: [[UInt8]]
  let skipsRowsWithoutStation: Bool
  let encoding: TextEncoding
  let averagesTwinChannels: Bool
  let container: FeedMapping.Container
  let error: ErrorMapping?
  /// JSON alone: the rows (unless their columns are named in the body), the places of an error reply, the next page.
  let plan: JSONPlan?
  let errorPlan: JSONPlan?
  let nextPagePlan: JSONPlan?
  let table: JSONTable?
  /// Rows may be single values: the stamps of parallel lists.
  let takesValuesAsRows: Bool
  let advice: String?
  let emptyAdvice: String?
  /// The columns by which a body shows that it is of this format: station, values and their names, alternatives included.
  let ownColumns: [Int]

  init(_ mapping: FeedMapping) throws(MappingError) {
    var builder = ColumnBuilder()
    container = mapping.container
    stationColumn = mapping.station.map { builder.column($0) }
    stampColumn = mapping.time.path.map { builder.column($0) }
    timeOfDayColumn = mapping.time.timeOfDayPath.map { builder.column($0) }
    zoneColumn = mapping.time.zonePath.map { builder.column($0) }
    endColumn = mapping.time.endPath.map { builder.column($0) }
    rowPeriod = mapping.time.rowPeriod.map { period in
      RowPeriodReader(
        column: builder.column(period.path), unitColumn: period.unitPath.map { builder.column($0) } ?? -1,
        unitMilliseconds: period.unitMilliseconds)
    }
    hasSimpleTime =
      stampColumn != nil && timeOfDayColumn == nil && zoneColumn == nil && endColumn == nil && rowPeriod == nil
      && !mapping.time.isMonthly
    namesRepeat = mapping.position?.namesRepeat ?? false
    positionColumns = mapping.position.map { (builder.column($0.latitude), builder.column($0.longitude)) }
    indexColumn = mapping.publishedIndex.map { builder.column($0) }
    stamp = try StampReader(mapping.time, key: "time")
    values = try builder.values(mapping.values)
    exceptions = mapping.exceptions.map { exception in
      Exception(
        column: builder.column(exception.path), texts: exception.texts.map { Array($0.utf8) },
        complaint: exception.complaint)
    }
    silenceColumn = mapping.silencePath.map { builder.column($0) }
    unratedColumns = mapping.unrated.map { (builder.column($0.index), builder.column($0.grade)) }
    doubtsZeros = unratedColumns != nil || values.contains { $0.longMeanColumn >= 0 }
    long = try mapping.long.map { (layout) throws(MappingError) in try builder.long(layout) }
    columns = builder.paths
    alternatives = builder.alternatives
    hasAlternatives = builder.alternatives.contains { $0 >= 0 } || values.contains { $0.substitute != nil }
    advice = mapping.advice
    emptyAdvice = mapping.emptyAdvice
    ownColumns = Self.columns(
      values.map(\.column) + values.compactMap(\.substitute?.column)
        + [long?.pollutantColumn, long?.valueColumn, stationColumn].compactMap { $0 }, alternatives)
    guard !values.isEmpty || long != nil else {
      throw MappingError("values", "no pollutant is mapped; write for example pm25: {path: ..., unit: ug/m3}")
    }
    missingNumbers = mapping.missing.compactMap { if case .number(let number) = $0 { number } else { nil } }
    missingTexts = mapping.missing.compactMap { if case .text(let text) = $0 { Array(text.utf8) } else { nil } }
    skipsRowsWithoutStation = mapping.skipsRowsWithoutStation
    encoding = mapping.encoding
    averagesTwinChannels = mapping.averagesTwinChannels
    error = mapping.error
    guard columns.count <= FeedLimits.columns else {
      throw MappingError("values", "\(columns.count) columns; at most \(FeedLimits.columns) can be read")
    }
    if case .table(let rows, let fields) = mapping.container {
      table = try JSONTable(rows: rows, fields: fields, columns: columns)
    } else {
      table = nil
    }
    plan = try Self.plan(mapping, columns)
    takesValuesAsRows = plan?.columns.contains { $0.level == 0 && $0.steps.isEmpty } ?? false
    (errorPlan, nextPagePlan) = try Self.rootPlans(mapping)
  }

  /// The column itself, or the first of its alternatives that holds a value; failing that, one that holds null or an empty text.
  @inline(__always)
  func present(_ cells: CellRow, _ column: Int) -> Int { hasAlternatives ? firstPresent(cells, column) : column }

  func firstPresent(_ cells: CellRow, _ column: Int) -> Int {
    var candidate = column
    var null: Int?
    while true {
      switch cells[candidate].kind {
      case .absent: break
      case .null: null = null ?? candidate
      case .text(let text) where text.isEmpty: null = null ?? candidate
      default: return candidate
      }
      guard alternatives[candidate] >= 0 else { return null ?? column }
      candidate = alternatives[candidate]
    }
  }

  /// The column that a value of a row is read from.
  func column(ofValue index: Int, _ cells: CellRow) -> Int {
    let column = firstPresent(cells, values[index].column)
    guard let substitute = values[index].substitute, cells[column].isNothing else { return column }
    let isOfKind = cells[present(cells, substitute.kindColumn)].numeric == substitute.kind
    guard isOfKind == substitute.isOfKind, !cells[substitute.column].isAbsent else { return column }
    return substitute.column
  }

  /// The exception that a row is, nil for a row to be read.
  func exception(_ cells: CellRow) -> Exception? {
    exceptions.first { exception in
      guard case .text(let text) = cells[present(cells, exception.column)].kind else { return false }
      let marker = text.trimmed
      return exception.texts.contains { marker.equals($0) }
    }
  }

  /// The head of a row whose period is the mapping's.
  @inline(__always)
  func head(_ station: UInt32, _ instant: Instant) -> RowAssembler.RowHead {
    let period = stamp.periodMilliseconds
    return (station, instant, stamp.begin(of: instant, period: period), period)
  }

  /// The columns that may hold values, alternatives included.
  var valueColumns: [Int] {
    Self.columns(
      values.map(\.column) + values.compactMap(\.substitute?.column) + [long?.valueColumn].compactMap { $0 },
      alternatives)
  }

  private static func columns(_ first: [Int], _ alternatives: [Int]) -> [Int] {
    var columns: [Int] = []
    for column in first {
      var column = column
      while column >= 0 {
        columns.append(column)
        column = alternatives[column]
      }
    }
    return columns
  }

  /// Where an error reply and the next page are told, of JSON bodies.
  private static func rootPlans(_ mapping: FeedMapping) throws(MappingError) -> (error: JSONPlan?, next: JSONPlan?) {
    switch mapping.container {
    case .csv, .xml: return (nil, nil)
    case .json, .ndjson, .table: break
    }
    var error: JSONPlan?
    if let declared = mapping.error {
      var places = [try JSONPath(declared.path, key: "error")]
      if let message = declared.messagePath { places.append(try JSONPath(message, key: "error.message")) }
      error = try JSONPlan(rows: try JSONPath("$", key: "error"), columns: places, key: "error")
    }
    return (error, try mapping.nextPage.map { (path) throws(MappingError) in try JSONPlan(probing: path) })
  }

  /// Checks the container's paths; the plan of its rows when they are JSON with columns that are paths.
  private static func plan(_ mapping: FeedMapping, _ columns: [String]) throws(MappingError) -> JSONPlan? {
    switch mapping.container {
    case .json(let rows), .ndjson(let rows):
      var paths: [JSONPath] = []
      for column in columns { paths.append(try JSONPath(column, key: "path")) }
      return try JSONPlan(rows: try JSONPath(rows, key: "rows"), columns: paths, key: "rows")
    case .table: return nil
    case .csv(let layout):
      guard let ascii = layout.delimiter.asciiValue, ascii != 0x22, ascii != 0x0A, ascii != 0x0D else {
        throw MappingError("csv.delimiter", "the delimiter is one ASCII character such as , ; or a tab")
      }
      guard layout.skippedLines >= 0 else { throw MappingError("csv.skip", "lines to skip are 0 or more") }
      if !layout.hasHeader, let name = columns.first(where: { CSVDecoder.position($0) == nil }) {
        throw MappingError("csv.header", "without a header columns are numbers such as [0], not \"\(name)\"")
      }
    case .xml(let row):
      guard !row.isEmpty, !row.contains(":"), !row.contains("/") else {
        throw MappingError("xml.row", "\"\(row)\" is not the local name of an element (no prefix, no path)")
      }
      if let bad = columns.first(where: { $0.isEmpty || $0.hasPrefix("/") || $0.hasPrefix("$") }) {
        throw MappingError("path", "\"\(bad)\" is no path below the row; write Name, a/b, or @attribute")
      }
    }
    return nil
  }
}

/// Gives paths column numbers, each path one.
private struct ColumnBuilder {
  var paths: [String] = []
  var alternatives: [Int] = []
  /// The paths as written, alternatives and all, with the first column of each.
  private var written: [String: Int] = [:]

  /// The column of a path, or the first of its alternatives.
  mutating func column(_ path: String) -> Int {
    if let known = written[path] { return known }
    let first = paths.count
    var rest = Substring(path)
    while true {
      let bar = rest.firstRange(of: " | ")
      paths.append(String(bar.map { rest[..<$0.lowerBound] } ?? rest))
      alternatives.append(bar == nil ? -1 : paths.count)
      guard let bar else { break }
      rest = rest[bar.upperBound...]
    }
    written[path] = first
    return first
  }

  mutating func values(_ mappings: [ValueMapping]) throws(MappingError) -> [CompiledMapping.Value] {
    var list: [CompiledMapping.Value] = []
    for mapping in mappings {
      let key = "values.\(mapping.pollutant)"
      var target = try target(mapping.pollutant, unit: mapping.unit, perRow: mapping.unitPath != nil, key: key)
      guard !list.contains(where: { $0.target.pollutant == target.pollutant }) else {
        throw MappingError(key, "mapped twice")
      }
      if let own = mapping.periodMilliseconds {
        guard own >= 0, let period = Reading.period(ofSpan: Int64(own)) else {
          throw MappingError(key + ".period", "\(own) ms is no period")
        }
        target.periodMilliseconds = period
      }
      target.unitColumn = mapping.unitPath.map { column($0) } ?? -1
      list.append(
        CompiledMapping.Value(
          column: column(mapping.path), target: target, longMeanColumn: mapping.longMeanPath.map { column($0) } ?? -1,
          substitute: mapping.substitute.map {
            CompiledMapping.Substitute(
              column: column($0.path), kindColumn: column($0.kindPath), kind: $0.kind, isOfKind: $0.isOfKind)
          }))
    }
    return list
  }

  mutating func long(_ layout: LongLayout) throws(MappingError) -> CompiledMapping.Long {
    let unitColumn = layout.unitPath.map { column($0) } ?? -1
    guard !layout.names.isEmpty || layout.knowsCommonNames else {
      throw MappingError("names", "name the feed's pollutants, for example P2: {pollutant: pm25, unit: ug/m3}")
    }
    var names: [String: CompiledMapping.Target] = [:]
    for (rank, name) in layout.names.enumerated() {
      let key = "names.\(name.feedName)"
      var target = try target(name.pollutant, unit: name.unit, perRow: unitColumn >= 0, key: key)
      target.unitColumn = unitColumn
      target.rank = rank
      guard names.updateValue(target, forKey: name.feedName) == nil else { throw MappingError(key, "named twice") }
    }
    return CompiledMapping.Long(
      pollutantColumn: column(layout.pollutant), valueColumn: column(layout.value), names: names,
      knowsCommonNames: layout.knowsCommonNames, takesOneName: layout.takesOneName, unitColumn: unitColumn,
      unnamedStationColumn: layout.unnamed.map { column($0.station) }, unnamedAdvice: layout.unnamed?.advice ?? "")
  }

  private func target(
    _ name: String, unit: String?, perRow: Bool, key: String
  ) throws(MappingError) -> CompiledMapping.Target {
    guard let pollutant = Pollutant(name: name) else {
      let near = nearest(to: name, among: Pollutant.allCases.map(\.name)).map { "; nearest is \($0)" } ?? ""
      throw MappingError(key, "\"\(name)\" is no pollutant\(near)")
    }
    // The 8 h mean of ozone is one whatever the row's period.
    let period = pollutant == .o3EightHour ? 28_800_000 : CompiledMapping.Target.rowPeriod
    var target = CompiledMapping.Target(
      pollutant: pollutant, factor: 1, offset: 0, unitColumn: -1, periodMilliseconds: period)
    guard let unit else {
      guard perRow else {
        throw MappingError(key + ".unit", "the unit is missing; write unit: \(pollutant.unit.rawValue)")
      }
      return target
    }
    switch UnitReading(unit, pollutant) {
    case .conversion(let factor, let offset):
      target.factor = factor
      target.offset = offset
    case .unknown(let message), .unfit(let message):
      throw MappingError(key + ".unit", message)
    }
    return target
  }
}
