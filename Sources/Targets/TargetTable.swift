public import AirQuality

/// A year's target table as read from CSV (`Deploy/targets/README.md` states the format).
public struct TargetTable: Sendable, Equatable {
  /// The good rows, in the order of the file.
  public var rows: [TargetRow]
  /// The line of each row.
  public internal(set) var lines: [Int] = []
  /// Every fault, at most `maximumProblems`; a table with any is not to be used.
  public var problems: [TargetProblem]

  public static let maximumBytes = 4_194_304
  public static let maximumRows = 10_000
  public static let maximumProblems = 100

  /// The columns in the order in which the shipped tables have them.
  public static let columns = [
    "year", "county", "name", "indicator", "target", "unit", "drop_percent", "cut_days", "baseline", "source",
    "in_force_from", "compare", "basis",
  ]
  static let requiredColumns = ["year", "county", "indicator", "target", "unit"]

  init(rows: [TargetRow], problems: [TargetProblem]) {
    self.rows = rows
    self.problems = problems
  }

  /// Reads a whole file; `file` names it in problems.
  public init(parsing bytes: [UInt8], file: String) {
    var reader = TargetTableReader(file: file)
    reader.read(bytes)
    self.rows = reader.rows
    self.lines = reader.lines
    self.problems = reader.problems
  }
}

/// The state of one reading of a table.
struct TargetTableReader {
  let file: String
  var rows: [TargetRow] = []
  var lines: [Int] = []
  var problems: [TargetProblem] = []
  /// Column name to field index.
  private var places: [String: Int] = [:]
  private var width = 0
  private var line = 0
  /// Where a year, unit and indicator stood first.
  private var seen: [String: Int] = [:]

  init(file: String) { self.file = file }

  mutating func read(_ bytes: [UInt8]) {
    guard bytes.count <= TargetTable.maximumBytes else {
      line = 1
      report("", "", "\(bytes.count) bytes, at most \(TargetTable.maximumBytes) are read", "split the table by year")
      return
    }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      line = 1 + bytes.prefix(firstInvalid(bytes)).count { $0 == 0x0A }
      report("", "", "the text is not UTF-8", "save the file as \"CSV UTF-8\"")
      return
    }
    let content = bytes.starts(with: CSVLine.byteOrderMark) ? bytes.dropFirst(CSVLine.byteOrderMark.count) : bytes[...]
    for text in content.split(separator: 0x0A, omittingEmptySubsequences: false) {
      line += 1
      guard problems.count < TargetTable.maximumProblems else { return }
      if text.first == 0x23 || text.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x2C }) { continue }
      do {
        let fields = try CSVLine.fields(of: text).map { String(decoding: $0, as: UTF8.self) }
        if places.isEmpty {
          guard header(fields) else { return }
        } else {
          row(fields)
        }
      } catch {
        report(
          "field \(error.field)", CSVLine.excerpt(text), "a quote is not closed or text follows it",
          "write quotes inside a field twice")
        if places.isEmpty { return }
      }
      guard rows.count <= TargetTable.maximumRows else {
        rows.removeLast()
        lines.removeLast()
        report("", "", "more than \(TargetTable.maximumRows) rows", "split the table by year")
        return
      }
    }
    if places.isEmpty {
      line = 1
      report("", "", "the table is empty", "begin with the header " + TargetTable.columns.joined(separator: ","))
    }
  }

  /// Whether rows can be read under this header.
  private mutating func header(_ fields: [String]) -> Bool {
    width = fields.count
    for (index, field) in fields.enumerated() where !field.isEmpty {
      let name = field.lowercased()
      if !TargetTable.columns.contains(name) {
        let near = nearest(to: name, among: TargetTable.columns)
        report("column", field, "unknown column", "did you mean \(near)?")
      } else if places.updateValue(index, forKey: name) != nil {
        report("column", field, "the column stands twice", "keep one of them")
      }
    }
    for name in TargetTable.requiredColumns where places[name] == nil {
      report("column", name, "the column is missing", "add it to the header")
    }
    return problems.isEmpty
  }

  private mutating func row(_ fields: [String]) {
    guard fields.count <= width || fields[width...].allSatisfy(\.isEmpty) else {
      report("", "", "\(fields.count) fields, the header has \(width)", "quote fields that hold commas")
      return
    }
    let before = problems.count
    let year = self.year(cell("year", fields))
    let county = cell("county", fields)
    if county.isEmpty { report("county", county, "empty", "write the unit's code, as 141102") }
    let indicator = self.indicator(cell("indicator", fields))
    let target = number("target", fields)
    let unit = self.unit(cell("unit", fields), target: target)
    let drop = improvable("drop_percent", fields)
    if let drop, drop.thousandths < 0 || drop.thousandths > 100_000 {
      report(
        "drop_percent", cell("drop_percent", fields), "not between 0 and 100", "write the drop as printed, as 11.6")
    }
    let cut = improvable("cut_days", fields)
    if let cut, cut.thousandths % 1_000 != 0 || !(0...366_000).contains(cut.thousandths) {
      report(
        "cut_days", cell("cut_days", fields), "not a whole number of days from 0 to 366",
        "write the cut as printed, as 4")
    }
    let baseline = number("baseline", fields)
    let from = day("in_force_from", fields)
    let comparison = comparison(cell("compare", fields))
    let basis = basis(cell("basis", fields), indicator)
    let source = cell("source", fields)
    if from != nil && source.isEmpty {
      report("source", "", "a revision without its document", "write the document that replaces the earlier row")
    }
    guard problems.count == before, let year, let indicator else { return }
    let identity = "\(year),\(county),\(indicator.rawValue),\(from?.description ?? "")"
    if let first = seen[identity] {
      report(
        "indicator", indicator.rawValue, "the same year, unit and indicator stand in line \(first)",
        "keep one row, or give the revision its day in the column in_force_from")
      return
    }
    seen[identity] = line
    lines.append(line)
    rows.append(
      TargetRow(
        year: year, county: county, indicator: indicator.rawValue, target: target?.value, unit: unit,
        dropPercent: drop?.value, cutDays: cut.map { Int($0.thousandths / 1_000) }, baseline: baseline?.value,
        source: source, inForceFrom: from, comparison: comparison, basis: basis))
  }
}

extension TargetTableReader {
  private func cell(_ name: String, _ fields: [String]) -> String {
    guard let place = places[name], place < fields.count else { return "" }
    return fields[place]
  }

  private mutating func year(_ text: String) -> Int? {
    if let year = amount(text), year.thousandths % 1_000 == 0, (1_990_000...2_199_000).contains(year.thousandths) {
      return Int(year.thousandths / 1_000)
    }
    report("year", text, "not a year from 1990 to 2199", "write four digits, as 2020")
    return nil
  }

  private mutating func indicator(_ text: String) -> Indicator? {
    if let indicator = Indicator(rawValue: text) { return indicator }
    let near = nearest(to: text, among: Indicator.allCases.map(\.rawValue))
    report("indicator", text, "unknown indicator", "did you mean \(near)?")
    return nil
  }

  /// Only a row that states a value needs a unit.
  private mutating func unit(_ text: String, target: Concentration?) -> String {
    if text == "d" || text == "%" || text.isEmpty && target == nil { return text }
    if let unit = MeasurementUnit(spelling: text) { return unit.rawValue }
    report("unit", text, text.isEmpty ? "empty" : "unknown unit", "write ug/m3, d, % or t/(km2.30d)")
    return text
  }

  /// A number that may be empty, not below zero.
  private mutating func number(_ name: String, _ fields: [String]) -> Concentration? {
    let text = cell(name, fields)
    if text.isEmpty { return nil }
    if let amount = amount(text), amount.thousandths >= 0 { return amount }
    report(name, text, "not a number from 0 up", "write a plain decimal number, or leave the field empty")
    return nil
  }

  /// The same, where the plan may say 持续改善 in place of a number.
  private mutating func improvable(_ name: String, _ fields: [String]) -> Concentration? {
    let text = cell(name, fields)
    return text == "improve" || text == "持续改善" ? nil : number(name, fields)
  }

  private mutating func day(_ name: String, _ fields: [String]) -> CivilDay? {
    let text = cell(name, fields)
    if text.isEmpty { return nil }
    if let day = CivilDay(text) { return day }
    report(name, text, "not a date", "write it as 2020-07-01, or leave the field empty")
    return nil
  }

  private mutating func comparison(_ text: String) -> TargetComparison? {
    if text.isEmpty { return nil }
    if let comparison = TargetComparison(rawValue: text) { return comparison }
    report("compare", text, "unknown comparison", "write at_most, below or at_least, or leave the field empty")
    return nil
  }

  /// Only means of PM10 and PM2.5 and counts of days can leave out sand-dust.
  private mutating func basis(_ text: String, _ indicator: Indicator?) -> TargetBasis {
    if text.isEmpty { return .measured }
    guard let basis = TargetBasis(rawValue: text) else {
      report("basis", text, "unknown basis", "write measured or dust_deducted, or leave the field empty")
      return .measured
    }
    if let indicator, basis == .dustDeducted, !indicator.isDeductible {
      report(
        "basis", text, "\(indicator.rawValue) is not judged without sand-dust",
        "leave the field empty; only means of PM10 and PM2.5 and counts of days can be")
    }
    return basis
  }

  private func amount(_ text: String) -> Concentration? { Concentration(decimal: text.utf8) }

  private mutating func report(_ column: String, _ value: String, _ fault: String, _ advice: String) {
    problems.append(
      TargetProblem(
        file: file, line: line, column: column, value: CSVLine.excerpt(Array(value.utf8)), fault: fault, advice: advice)
    )
  }

  /// How many leading bytes are UTF-8.
  private func firstInvalid(_ bytes: [UInt8]) -> Int {
    var valid = 0
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    while case .scalarValue(let scalar) = decoder.decode(&iterator) { valid += UTF8.width(scalar) }
    return valid
  }
}

/// The candidate with the smallest edit distance (Levenshtein 1966).
func nearest(to word: String, among candidates: [String]) -> String {
  func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let substituted = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }
  let bytes = Array(word.utf8.prefix(64))
  return candidates.min { distance(bytes, Array($0.utf8)) < distance(bytes, Array($1.utf8)) } ?? ""
}
