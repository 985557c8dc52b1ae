import AirQuality
import Digests

/// A table with its header understood.
struct ConfigurationTable {
  var file: String
  var digest: String
  /// Position of each column by its name.
  var columns: [String: Int]
  var rows: [CSVReader.Row]

  /// The field of a row, empty when the row is short or the column absent.
  func field(_ column: String, _ row: CSVReader.Row) -> String {
    guard let index = columns[column], index < row.fields.count else { return "" }
    return row.fields[index]
  }

  func location(_ row: CSVReader.Row) -> SourceLocation { SourceLocation(file: file, line: row.line) }
}

extension ConfigurationLoader {
  /// The bytes of a file named by `node`; complaints stand at the node.
  mutating func readFile(
    _ node: ConfigurationNode, limitBytes: Int = ConfigurationBounds.tableBytes
  ) -> LoadedConfiguration.SourceFile? {
    guard let name = filledText(node, "the name of a file") else { return nil }
    let path = resolve(name)
    do {
      let contents = try FileReader.read(path, limitBytes: limitBytes)
      if !files.contains(path) { files.append(path) }
      return LoadedConfiguration.SourceFile(
        path: path, bytes: contents.bytes, digest: SHA256.hex(SHA256.hash(contents.bytes)))
    } catch {
      switch error {
      case .tooLarge:
        fail(
          .badValue(value: written(node), expected: "the file is larger than \(limitBytes) bytes"),
          node)
      case .unreadable(let reason):
        fail(.badValue(value: written(node), expected: "the file cannot be read: \(reason)"), node)
      }
    }
    return nil
  }

  /// Reads a table; `required` columns must be there, columns in neither list are warned of unless `allowsMore`.
  mutating func readTable(
    _ node: ConfigurationNode, required: [String], optional: [String], allowsMore: Bool = false
  ) -> ConfigurationTable? {
    guard let source = readFile(node) else { return nil }
    let start = SourceLocation(file: source.path)
    guard let text = CSVReader.utf8(source.bytes) else {
      fail(.badTable(reason: "is neither UTF-8 nor GB18030 text: save it as CSV UTF-8"), at: start)
      return nil
    }
    let rows: [CSVReader.Row]
    do {
      // A line that begins with # is a remark.
      rows = try CSVReader.rows(text).filter { $0.fields.first?.hasPrefix("#") != true }
    } catch {
      switch error {
      case .malformed(let line, let reason):
        fail(.badTable(reason: reason), at: SourceLocation(file: source.path, line: line))
        return nil
      }
    }
    guard let header = rows.first else {
      fail(
        .badTable(reason: "is empty: the first line must name the columns \(required.joined(separator: ","))"),
        at: start)
      return nil
    }
    let place = SourceLocation(file: source.path, line: header.line)
    guard let columns = readHeader(header, required: required, optional: optional, allowsMore: allowsMore, at: place)
    else { return nil }
    var table = ConfigurationTable(file: source.path, digest: source.digest, columns: columns, rows: [])
    for row in rows.dropFirst() where row.fields.contains(where: { !$0.isEmpty }) {
      if row.fields.count > header.fields.count {
        fail(
          .badTable(
            reason: "the line has \(row.fields.count) fields, the header \(header.fields.count): "
              + "quote fields that hold a comma"), at: table.location(row))
        continue
      }
      table.rows.append(row)
    }
    return table
  }

  private mutating func readHeader(
    _ header: CSVReader.Row, required: [String], optional: [String], allowsMore: Bool, at place: SourceLocation
  ) -> [String: Int]? {
    var columns: [String: Int] = [:]
    for (index, name) in header.fields.enumerated() {
      let column = name.lowercased()
      if column.isEmpty { continue }
      if columns[column] != nil {
        fail(.badTable(reason: "the column \"\(column)\" stands twice in the header: remove one"), at: place)
        return nil
      }
      columns[column] = index
    }
    let known = required + optional
    let strange = header.fields.map { $0.lowercased() }.filter { !$0.isEmpty && !known.contains($0) }
    var complete = true
    for column in required where columns[column] == nil {
      complete = false
      let nearest = SpellingDistance.nearest(to: column, in: strange)
      fail(.columnMissing(column: column, nearest: nearest, found: header.fields), at: place)
    }
    if complete && !allowsMore {
      let absent = optional.filter { columns[$0] == nil }
      for column in strange {
        warn(.unknownColumn(column: column, nearest: SpellingDistance.nearest(to: column, in: absent)), at: place)
      }
    }
    return complete ? columns : nil
  }

  mutating func readTargets(_ lists: [ConfigurationNode]) -> [LoadedConfiguration.SourceFile] {
    lists.flatMap { items($0, of: "target tables", lenient: true) }.compactMap { readFile($0) }
  }

  // MARK: - Daily means

  mutating func readHistory(_ lists: [ConfigurationNode]) -> [DailyMeansFile] {
    var result: [DailyMeansFile] = []
    for item in lists.flatMap({ items($0, of: "tables of daily means", lenient: true) }) {
      guard let table = readTable(item, required: ["date", "county"], optional: [], allowsMore: true) else { continue }
      let rows = table.columns["pollutant"] == nil ? wideRows(table) : longRows(table)
      result.append(DailyMeansFile(source: written(item), digest: table.digest, rows: rows))
    }
    return result
  }

  private mutating func longRows(_ table: ConfigurationTable) -> [DailyMeansFile.Row] {
    guard table.columns["value"] != nil else {
      let found = table.columns.keys.sorted()
      fail(.columnMissing(column: "value", nearest: nil, found: found), at: SourceLocation(file: table.file, line: 1))
      return []
    }
    var collector = DailyMeansCollector()
    for row in table.rows {
      guard let (day, county) = dayAndCounty(table, row) else { continue }
      let name = table.field("pollutant", row)
      guard let pollutant = Pollutant(name: name.lowercased()) else {
        let valid = Pollutant.allCases.map(\.name)
        fail(
          .badField(
            column: "pollutant", value: name,
            expected: SpellingDistance.nearest(to: name, in: valid).map { "did you mean \($0)?" }
              ?? "write one of " + valid.prefix(7).joined(separator: ", ")), at: table.location(row))
        continue
      }
      collect(table.field("value", row), "value", pollutant, county, day, table, row, &collector)
    }
    return collector.rows
  }

  private mutating func wideRows(_ table: ConfigurationTable) -> [DailyMeansFile.Row] {
    let columns = Pollutant.allCases.filter { table.columns[$0.name] != nil }
    let valid = Pollutant.allCases.map(\.name) + ["date", "county"]
    for column in table.columns.keys.sorted() where !valid.contains(column) {
      let nearest = SpellingDistance.nearest(to: column, in: valid)
      warn(.unknownColumn(column: column, nearest: nearest), at: SourceLocation(file: table.file, line: 1))
    }
    if columns.isEmpty {
      let found = table.columns.keys.sorted()
      fail(
        .columnMissing(column: "pollutant", nearest: nil, found: found), at: SourceLocation(file: table.file, line: 1))
      return []
    }
    var collector = DailyMeansCollector()
    for row in table.rows {
      guard let (day, county) = dayAndCounty(table, row) else { continue }
      for pollutant in columns {
        collect(table.field(pollutant.name, row), pollutant.name, pollutant, county, day, table, row, &collector)
      }
    }
    return collector.rows
  }

  private mutating func dayAndCounty(_ table: ConfigurationTable, _ row: CSVReader.Row) -> (CivilDay, String)? {
    let date = table.field("date", row)
    let code = table.field("county", row)
    guard let day = CivilDay(date) ?? Self.looseDay(date) else {
      fail(.badField(column: "date", value: date, expected: "write a date such as 2020-01-31"), at: table.location(row))
      return nil
    }
    guard isUnit(code) else {
      failCounty(code, column: "county", at: table.location(row))
      return nil
    }
    return (day, code)
  }

  /// `2020/1/31`, `20200131`, `2020年1月31日`.
  static func looseDay(_ text: String) -> CivilDay? {
    if text.utf8.count == 8, let number = Quantities.plainInteger(text) {
      return CivilDay(year: Int(number / 10_000), month: Int(number / 100 % 100), day: Int(number % 100))
    }
    let parts = text.split { "-/.年月日".contains($0) }.compactMap { Quantities.plainInteger($0) }
    guard parts.count == 3, parts.allSatisfy({ $0 <= 9_999 }) else { return nil }
    return CivilDay(year: Int(parts[0]), month: Int(parts[1]), day: Int(parts[2]))
  }

  private mutating func collect(
    _ text: String, _ column: String, _ pollutant: Pollutant, _ county: String, _ day: CivilDay,
    _ table: ConfigurationTable, _ row: CSVReader.Row, _ collector: inout DailyMeansCollector
  ) {
    if ["", "-", "--", "—", "——", "/", "na", "n/a", "nan", "null"].contains(text.lowercased()) { return }
    guard let number = Double(text), number.isFinite, (0...1_000_000).contains(number) else {
      fail(
        .badField(
          column: column, value: text,
          expected: "write a daily mean in \(pollutant.unit.rawValue), or leave it empty when there is none"),
        at: table.location(row))
      return
    }
    let key = DailyMeansCollector.Key(county: county, day: day, pollutant: pollutant)
    if let line = collector.lines[key] {
      fail(
        .badTable(reason: "\(county) \(day) \(pollutant.name) already stands in line \(line): remove one"),
        at: table.location(row))
      return
    }
    guard collector.rows.count < ConfigurationBounds.dailyRows else {
      if collector.rows.count == ConfigurationBounds.dailyRows && firstComplaint(about: "rows " + table.file) {
        fail(.tooMany(what: "daily means", limit: ConfigurationBounds.dailyRows), at: table.location(row))
      }
      return
    }
    collector.lines[key] = row.line
    collector.rows.append(
      DailyMeansFile.Row(county: county, day: day, pollutant: pollutant, value: Concentration(number)))
  }
}

/// Daily means of one file while they are read.
private struct DailyMeansCollector {
  struct Key: Hashable {
    var county: String
    var day: CivilDay
    var pollutant: Pollutant
  }
  var rows: [DailyMeansFile.Row] = []
  var lines: [Key: Int] = [:]
}
