import AirQuality
import Targets

/// Where each fact of the ledger stood first.
struct LedgerLines {
  var places: [String: SourceLocation] = [:]
}

/// Fields of the ledger's tables; each complains with file, line and column.
extension ConfigurationLoader {
  /// The rows that are taken; more than the bound is an error.
  mutating func bounded(_ table: ConfigurationTable) -> [CSVReader.Row] {
    guard table.rows.count > ConfigurationBounds.ledgerRows else { return table.rows }
    fail(
      .tooMany(what: "rows", limit: ConfigurationBounds.ledgerRows),
      at: table.location(table.rows[ConfigurationBounds.ledgerRows]))
    return Array(table.rows.prefix(ConfigurationBounds.ledgerRows))
  }

  /// Whether a fact stands for the first time.
  mutating func isFirst(
    _ key: String, _ table: ConfigurationTable, _ row: CSVReader.Row, _ seen: inout LedgerLines
  ) -> Bool {
    if let first = seen.places[key] {
      fail(.badTable(reason: "the same already stands in \(first): remove one"), at: table.location(row))
      return false
    }
    seen.places[key] = table.location(row)
    return true
  }

  /// The code of a county, the city, or the urban district.
  mutating func unit(_ table: ConfigurationTable, _ row: CSVReader.Row, _ column: String) -> String {
    let code = table.field(column, row)
    if isUnit(code) { return code }
    failCounty(code, column: column, at: table.location(row))
    return ""
  }

  mutating func year(_ table: ConfigurationTable, _ row: CSVReader.Row, _ column: String) -> Int? {
    let text = table.field(column, row)
    if let year = Quantities.plainInteger(text), (1_990...2_199).contains(year) { return Int(year) }
    fail(
      .badField(column: column, value: text, expected: "write a year from 1990 to 2199, as 2019"),
      at: table.location(row))
    return nil
  }

  /// `2020-03` for a month, `2020` for a year.
  mutating func period(_ table: ConfigurationTable, _ row: CSVReader.Row) -> (year: Int, month: Int?)? {
    let text = table.field("period", row)
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Quantities.plainInteger(String($0)) }
    if let first = parts.first, let year = first, (1_990...2_199).contains(year) {
      if parts.count == 1 { return (Int(year), nil) }
      if parts.count == 2, let month = parts[1], (1...12).contains(month) { return (Int(year), Int(month)) }
    }
    fail(
      .badField(column: "period", value: text, expected: "write a month as 2020-03, or a year as 2020"),
      at: table.location(row))
    return nil
  }

  mutating func requiredDay(_ table: ConfigurationTable, _ row: CSVReader.Row, _ column: String) -> CivilDay? {
    if table.field(column, row).isEmpty {
      fail(
        .badField(column: column, value: "", expected: "write a date such as 2020-11-01"), at: table.location(row))
      return nil
    }
    return day(table, row, column)
  }

  mutating func amount(_ table: ConfigurationTable, _ row: CSVReader.Row, _ column: String) -> Concentration? {
    let text = table.field(column, row)
    if let amount = Concentration(decimal: text.utf8), amount.thousandths >= 0 { return amount }
    fail(
      .badField(column: column, value: text, expected: "write a plain decimal number from 0 up"),
      at: table.location(row))
    return nil
  }

  mutating func indicator(
    _ table: ConfigurationTable, _ row: CSVReader.Row, among valid: [Indicator]
  ) -> Indicator? {
    let text = table.field("indicator", row)
    if let indicator = Indicator(rawValue: text), valid.contains(indicator) { return indicator }
    let names = valid.map(\.rawValue)
    fail(
      .badField(
        column: "indicator", value: text,
        expected: SpellingDistance.nearest(to: text, in: names).map { "did you mean \($0)?" }
          ?? "write one of " + names.joined(separator: ", ")), at: table.location(row))
    return nil
  }
}
