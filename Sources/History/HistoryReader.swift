import AirQuality

/// Reads one history file: CSV of hourly station rows or daily city rows, as bytes of UTF-8, with or without a byte
/// order mark, lines ending in LF or CRLF, separated by commas, semicolons or tabs.
///
/// A bad value counts as missing, a bad stamp or station loses its row; both are faults with their place, and the rest of
/// the file goes on. Lines that begin with `#` are remarks.
package enum HistoryReader {
  /// - Parameters:
  ///   - file: names the file in faults.
  ///   - defaultStation: the station (or city) of rows when no column names one.
  package static func read(
    _ bytes: [UInt8], file: String, defaultStation: String, options: HistoryOptions
  ) -> HistoryTable {
    bytes.withUnsafeBufferPointer { buffer in
      var reading = HistoryReading(buffer, file: file, defaultStation: defaultStation, options: options)
      reading.run()
      return reading.table
    }
  }
}

/// One reading of a file.
struct HistoryReading {
  let bytes: UnsafeBufferPointer<UInt8>
  let options: HistoryOptions
  let defaultStation: String
  var table: HistoryTable
  var header: HistoryHeader?
  var delimiter: UInt8 = 0x2C
  /// Column of the file to place in `spans`, -1 for columns that are not read.
  var places: [Int] = []
  /// Counted from 1.
  var line = 0
  var position = 0
  /// Line breaks inside quoted fields of the row at hand, which begins at `line`.
  var breaks = 0
  var stations = StationIndex()
  var cities = StationIndex()
  var conversions: [HistoryConversion] = []
  var stamp = HistoryStampMeaning.end
  var isDaily = false
  /// The pollutants that a wide row gives, as bits.
  var given: UInt8 = 0
  /// Long files: names of pollutants seen, and what they mean.
  var pollutantNames = StationIndex()
  var pollutants: [Pollutant?] = []
  /// Whether the cell read last was at fault.
  var isFaulty = false

  init(_ bytes: UnsafeBufferPointer<UInt8>, file: String, defaultStation: String, options: HistoryOptions) {
    let mark = CSVLine.byteOrderMark
    let skipped = bytes.count >= mark.count && bytes.prefix(mark.count).elementsEqual(mark) ? mark.count : 0
    self.bytes = UnsafeBufferPointer(rebasing: bytes[skipped...])
    self.options = options
    self.defaultStation = defaultStation
    table = HistoryTable(file: file)
  }

  /// Places of `spans`: one for each column kind.
  static let spanCount = HistoryColumn.allCases.count
  static let order: [HistoryColumn: Int] = Dictionary(
    uniqueKeysWithValues: HistoryColumn.allCases.enumerated().map { ($1, $0) })

  mutating func run() {
    guard readHeader() else { return }
    withUnsafeTemporaryAllocation(of: HistorySpan.self, capacity: Self.spanCount) { spans in
      while position < bytes.count {
        line += 1 + breaks
        breaks = 0
        let start = position
        let fields = split(into: spans)
        if fields == 0 || bytes[start] == 0x23 { continue }
        table.lines += 1
        guard fields > 0 else { continue }
        if fields > places.count {
          report("", "", "\(fields) fields where the header has \(places.count); quote fields that hold the separator")
          continue
        }
        isDaily ? readDay(spans) : readHour(spans)
      }
    }
    table.stations = stations.names
    table.cities = cities.names
  }

  /// Notes where the fields of the next line lie and moves past it; how many fields it has, 0 for an empty line, -1 for
  /// a quote that does not close.
  private mutating func split(into spans: UnsafeMutableBufferPointer<HistorySpan>) -> Int {
    for place in 0..<Self.spanCount { spans[place] = .none }
    let count = bytes.count
    var index = position
    var field = 0
    var isEmpty = true
    while true {
      var start = index
      var end: Int
      if index < count, bytes[index] == 0x22 {
        start = index + 1
        index = start
        let limit = min(count, start + Self.maximumQuoted)
        while index < limit {
          if bytes[index] == 0x22 {
            if index + 1 < count, bytes[index + 1] == 0x22 { index += 1 } else { break }
          }
          if bytes[index] == 0x0A { breaks += 1 }
          index += 1
        }
        guard index < limit, bytes[index] == 0x22 else { return unclosed(at: start, field: field) }
        end = index
        isEmpty = false
        while index < count, bytes[index] != delimiter, bytes[index] != 0x0A { index += 1 }
      } else {
        while index < count, bytes[index] != delimiter, bytes[index] != 0x0A { index += 1 }
        end = index
        if end > start, index == count || bytes[index] == 0x0A, bytes[end - 1] == 0x0D { end -= 1 }
        while end > start, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        if end > start { isEmpty = false }
      }
      if field < places.count, places[field] >= 0 {
        spans[places[field]] = HistorySpan(start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: end))
      }
      field += 1
      if index >= count || bytes[index] == 0x0A {
        position = index + 1
        return isEmpty ? 0 : field
      }
      index += 1
    }
  }

  /// Bytes of a quoted field, line breaks included; beyond it the quote is taken for one that never closes.
  private static let maximumQuoted = 4_096

  /// Goes on at the line after the one on which the quote opened.
  private mutating func unclosed(at index: Int, field: Int) -> Int {
    breaks = 0
    report("", "", "the quote of field \(field + 1) does not close; write quotes inside a field twice")
    var end = index
    while end < bytes.count, bytes[end] != 0x0A { end += 1 }
    position = end + 1
    return -1
  }

  func text(_ span: HistorySpan) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes[Int(span.start)..<Int(span.end)])
  }

  mutating func report(_ column: String, _ value: String, _ fault: String) {
    let (file, line) = (table.file, line)
    table.report(HistoryProblem(file: file, line: line, column: column, value: value, fault: fault))
  }

  mutating func report(_ column: HistoryColumn, _ span: HistorySpan, _ fault: String) {
    let value = span.isNone ? "" : CSVLine.excerpt(Array(text(span)))
    report(header?.name(column) ?? column.rawValue, value, fault)
  }
}

/// Where a field lies; files are below 2 GiB.
struct HistorySpan: BitwiseCopyable {
  var start: Int32
  var end: Int32
  static let none = HistorySpan(start: -1, end: -1)
  var isNone: Bool { start < 0 }
}

/// Turns thousandths of a file's unit into those of the pollutant's.
struct HistoryConversion {
  enum Kind {
    case same
    case divideByThousand
    case multiply(Double)
  }
  var pollutant: Pollutant
  var kind: Kind

  /// Nil when the unit cannot carry the pollutant.
  init?(_ pollutant: Pollutant, from unit: MeasurementUnit) {
    guard let (factor, offset) = unit.conversion(for: pollutant), offset == 0 else { return nil }
    self.pollutant = pollutant
    // 0.001 is no binary fraction: µg to mg stays exact.
    if factor == 1 {
      kind = .same
    } else if unit == .microgramsPerCubicMeter, pollutant.unit == .milligramsPerCubicMeter {
      kind = .divideByThousand
    } else {
      kind = .multiply(factor)
    }
  }

  /// Nil when the amount does not fit.
  func convert(_ thousandths: Int64) -> Int32? {
    let amount: Int64
    switch kind {
    case .same: amount = thousandths
    case .divideByThousand: amount = divideHalfEven(thousandths, 1_000)
    case .multiply(let factor): amount = Int64((Double(thousandths) * factor).rounded(.toNearestOrEven))
    }
    guard let fitting = Int32(exactly: amount), fitting != .min else { return nil }
    return fitting
  }
}
