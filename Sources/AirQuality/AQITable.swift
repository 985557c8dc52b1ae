/// Adds indices to a table of concentrations, line by line (the verb `aqi`).
///
/// The header names the columns in any order, upper or lower case: `so2 no2 pm10 co o3_1h o3_8h pm25`, for hours also
/// `so2_24h`; CO in mg/m³, the rest in µg/m³. Other columns pass through. Every line comes out as it went in, with
/// `iaqi_<column>` for each named column, then `aqi`, `primary` (column names joined with `;`) and `category` appended.
///
/// - An empty field, `NA`, `NaN`, `null`, `-`, `--` or `—` is a missing value. A pollutant without a column is missing in every
///   row. Where the edition publishes no AQI for missing pollutants, `aqi` is `NA`; without any index it is empty.
/// - Hours: PM against the 24 h nodes. `iaqi_o3_8h` is shown but does not enter `aqi`, as in the national real-time
///   feed. `so2_24h` enters only when `so2` is above 800 and the edition is that of 2012.
/// - Days: `o3_1h` and `o3_8h` are the day's maxima and both count when given.
/// - A row with a bad value comes out with its appended fields empty; a row that cannot be split is left out. Both are
///   reported, and the rows behind them are still done.
public struct AQITable: Sendable {
  /// What a concentration is a mean of.
  public enum Period: String, CaseIterable, Sendable {
    case hour
    case day
  }

  /// What became of one line.
  public struct Outcome: Sendable, Equatable {
    /// The line to write, without its line feed; nil when the row is left out.
    public var line: [UInt8]?
    public var problems: [AQITableProblem]
  }

  /// Longest line read; longer ones are left out and reported.
  public static let maximumLineBytes = 65_536

  private struct Column: Sendable {
    var name: String
    var factor: AQIFactor
  }

  public let edition: AQIEdition
  public let period: Period
  /// The header to write, without its line feed.
  public let header: [UInt8]
  /// One for each field of the header; nil where the field passes through.
  private let columns: [Column?]

  /// Lines read, the header included.
  public private(set) var lines = 1
  /// Rows with a problem.
  public private(set) var badRows = 0

  /// Whether any row was bad: the exit code is then 65.
  public var failed: Bool { badRows > 0 }

  /// Reads the header, the first line without its line feed; a byte order mark is kept.
  public init(header line: ArraySlice<UInt8>, edition: AQIEdition, period: Period) throws(AQITableProblem) {
    let hasMark = line.starts(with: CSVLine.byteOrderMark)
    let content = hasMark ? line.dropFirst(CSVLine.byteOrderMark.count) : line
    guard content.count <= Self.maximumLineBytes else {
      throw AQITableProblem(kind: .tooLong(bytes: content.count), line: 1)
    }
    let known = Self.columns(for: period)
    var columns: [Column?] = []
    do {
      for field in try CSVLine.fields(of: content) {
        let name = Self.folded(field)
        let column = known.first { $0.name == name }
        if let column, columns.contains(where: { $0?.name == column.name }) {
          throw AQITableProblem(kind: .duplicateColumn, line: 1, column: column.name)
        }
        columns.append(column)
      }
    } catch let problem as AQITableProblem {
      throw problem
    } catch {
      throw AQITableProblem(kind: .quoting, line: 1, value: CSVLine.excerpt(content))
    }
    guard columns.contains(where: { $0 != nil }) else {
      throw AQITableProblem(kind: .noKnownColumn(expected: known.map(\.name)), line: 1)
    }
    self.edition = edition
    self.period = period
    self.columns = columns
    let names = columns.compactMap { $0.map { "iaqi_" + $0.name } } + ["aqi", "primary", "category"]
    self.header = Self.append(names, to: line)
  }

  /// Does the next line, without its line feed. A blank line comes out as it is.
  public mutating func row(_ line: ArraySlice<UInt8>) -> Outcome {
    lines += 1
    let outcome = evaluate(line)
    if !outcome.problems.isEmpty { badRows += 1 }
    return outcome
  }

  private func evaluate(_ line: ArraySlice<UInt8>) -> Outcome {
    if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return Outcome(line: Array(line), problems: []) }
    guard line.count <= Self.maximumLineBytes else { return leftOut(.tooLong(bytes: line.count)) }
    let fields: [[UInt8]]
    do {
      fields = try CSVLine.fields(of: line)
    } catch {
      return leftOut(.quoting, column: String(error.field))
    }
    guard fields.count == columns.count else {
      return leftOut(.fieldCount(found: fields.count, expected: columns.count))
    }
    var amounts: [(column: Column, amount: Concentration)] = []
    var problems: [AQITableProblem] = []
    for (field, column) in zip(fields, columns) {
      guard let column else { continue }
      switch Self.amount(field) {
      case .success(let amount): amounts.append((column, amount))
      case .failure(let fault):
        problems.append(
          AQITableProblem(
            kind: fault.kind, line: lines, column: column.name, value: CSVLine.excerpt(field)))
      }
    }
    let appended =
      problems.isEmpty
      ? cells(amounts) : Array(repeating: "", count: columns.count { $0 != nil } + 3)
    return Outcome(line: Self.append(appended, to: line), problems: problems)
  }

  /// The appended fields of one row.
  private func cells(_ amounts: [(column: Column, amount: Concentration)]) -> [String] {
    let aqi = aqi { factor in amounts.first { $0.column.factor == factor }?.amount ?? .missing }
    var cells = amounts.map { edition.iaqi($0.column.factor, $0.amount).map(String.init) ?? "" }
    cells.append(aqi.value.map(String.init) ?? (edition == .hj633In2026 ? "NA" : ""))
    cells.append(aqi.primaryFactors.map { Self.name(of: $0) }.joined(separator: ";"))
    cells.append(aqi.category?.chinese ?? "")
    return cells
  }

  private func aqi(_ amount: (AQIFactor) -> Concentration) -> AQI {
    switch period {
    case .hour:
      AQI(
        RealtimeInput(
          pm25: amount(.pm25Day), pm10: amount(.pm10Day), so2: amount(.so2Hour), no2: amount(.no2Hour),
          o3: amount(.o3Hour), co: amount(.coHour), so2Day: amount(.so2Day)),
        edition: edition)
    case .day:
      AQI(
        DailyInput(
          pm25: amount(.pm25Day), pm10: amount(.pm10Day), so2: amount(.so2Day), no2: amount(.no2Day),
          co: amount(.coDay), o3EightHour: amount(.o3EightHour), o3Hour: amount(.o3Hour)),
        edition: edition)
    }
  }

  private func leftOut(_ kind: AQITableProblem.Kind, column: String = "") -> Outcome {
    Outcome(line: nil, problems: [AQITableProblem(kind: kind, line: lines, column: column)])
  }
}

extension AQITable {
  /// A whole table at once: what to write and every problem. A bad header gives its problem and no output.
  public static func convert(
    _ bytes: [UInt8], edition: AQIEdition, period: Period
  ) -> (output: [UInt8], problems: [AQITableProblem]) {
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.count > 1, lines.last?.isEmpty == true { lines.removeLast() }
    do throws(AQITableProblem) {
      var table = try AQITable(header: lines.first ?? [], edition: edition, period: period)
      var output = table.header + [0x0A]
      var problems: [AQITableProblem] = []
      for line in lines.dropFirst() {
        let outcome = table.row(line)
        problems += outcome.problems
        if let line = outcome.line { output += line + [0x0A] }
      }
      return (output, problems)
    } catch {
      return ([], [error])
    }
  }

  private static func columns(for period: Period) -> [Column] {
    switch period {
    case .hour:
      [.so2Hour, .no2Hour, .pm10Day, .coHour, .o3Hour, .o3EightHour, .pm25Day]
        .map { Column(name: name(of: $0), factor: $0) } + [Column(name: "so2_24h", factor: .so2Day)]
    case .day:
      [.so2Day, .no2Day, .pm10Day, .coDay, .o3Hour, .o3EightHour, .pm25Day]
        .map { Column(name: name(of: $0), factor: $0) }
    }
  }

  /// The column of a factor: ozone has two, the others one whatever their period.
  private static func name(of factor: AQIFactor) -> String {
    factor.pollutant == .o3 ? factor.rawValue : factor.pollutant.name
  }

  /// A header field in lower case; `PM2.5` is `pm25`.
  private static func folded(_ field: [UInt8]) -> String {
    let name = String(decoding: field, as: UTF8.self).lowercased()
    return name == "pm2.5" || name == "pm2_5" ? "pm25" : name
  }

  private struct Fault: Error {
    var kind: AQITableProblem.Kind
  }

  /// Marks for "no value", in lower case; the last is `—` in GB18030.
  private static let missingMarks: Set<[UInt8]> = [
    [], Array("na".utf8), Array("n/a".utf8), Array("nan".utf8), Array("null".utf8), Array("-".utf8),
    Array("--".utf8), Array("—".utf8), Array("－".utf8), Array("——".utf8), [0xA1, 0xAA],
  ]

  private static func amount(_ field: [UInt8]) -> Result<Concentration, Fault> {
    let lower = field.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
    if missingMarks.contains(lower) { return .success(.missing) }
    guard let amount = Concentration(decimal: field) else { return .failure(Fault(kind: .notANumber)) }
    return amount.thousandths < 0 ? .failure(Fault(kind: .negative)) : .success(amount)
  }

  /// `line` with the fields appended, before its CR if it has one.
  private static func append(_ fields: [String], to line: ArraySlice<UInt8>) -> [UInt8] {
    let endsWithReturn = line.last == 0x0D
    var result = Array(endsWithReturn ? line.dropLast() : line)
    for field in fields {
      result.append(0x2C)
      result += field.utf8
    }
    if endsWithReturn { result.append(0x0D) }
    return result
  }
}
