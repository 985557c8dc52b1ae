import AirQuality

/// UK-AIR's CSV. Two layouts: wide (a block for each station and pollutant, a line a day, a column an hour), and narrow
/// (a line an hour, a column for each pollutant of each station, its status and unit beside it or in one).
///
/// Hours end at their label, GMT; 24:00 ends the day. Rows that begin `##` are provisional, as all readings here are
/// until people review them. Every line is ended, as recorded: a last row without its end is refused. Dates are day
/// first (or ISO). Empty cells and `No data` are missing values. Quantities not known here are ignored and counted.
enum UKAirDecoder {
  private static let hourMilliseconds = 3_600_000
  private static let missingTexts = ["", "no data", "n/a", "-", "nan"]

  static func decode(_ body: ByteText, _ context: DecodeContext) -> DecodedBody {
    TextDecoding.withUTF8(body, declared: .utf8, guesses: true) { text in
      var reader = Reader(context: context)
      var scanner = CSVScanner(text, delimiter: 0x2C)
      while scanner.next() {
        reader.take(scanner.strings, line: scanner.line, isOpen: scanner.isOpen)
        if scanner.isTruncated {
          return reader.finish(
            DecodeFailure(.truncated, "the body ends inside quotes that open on line \(scanner.line)"))
        }
      }
      return reader.finish(nil)
    }
  }

  /// A column of values in the block being read.
  private struct Column {
    var field: Int
    var pollutant: Pollutant
    /// Declared for the whole column, or …
    var conversion: (factor: Double, offset: Double)?
    /// … in this field of each row, alone or, in a status field, behind the letter.
    var unitField: Int?
    var unitFollowsStatus = false
    var station: UInt32?
    /// What the registry sets for the station.
    var setting: StationSetting?
    /// End of the hour, in hours of the day; nil when the row has a time of its own.
    var endHour: Int?
  }

  private struct Reader {
    let context: DecodeContext
    var stations = StationTable()
    var readings = ContiguousArray<Reading>()
    var log = ErrorLog()
    var rowCount = 0
    var ignoredValues = 0
    private var title = ""
    /// The fields of the title that are not empty, with their places: with several sites each name covers the columns
    /// from its own on.
    private var titleFields: [(field: Int, text: String)] = []
    private var columns: [Column] = []
    /// The narrow table's columns of values that are left out.
    private var ignoredFields: [Int] = []
    private var overrides: StationOverrides
    private var timeField: Int?
    private var labelsBegin = false
    private var sawHeader = false

    init(context: DecodeContext) {
      self.context = context
      overrides = StationOverrides(context.overrides)
    }

    /// - Parameter isOpen: the row is the last, and its line has no end: a number in it may have been cut.
    mutating func take(_ fields: [String], line: Int, isOpen: Bool) {
      let first = fields[0].lowercased()
      if first == "date" {
        sawHeader = true
        header(fields, line)
      } else if isOpen, !columns.isEmpty {
        log.note(
          .structure, row: rowCount, path: "line \(line)",
          "\(CSVDecoder.cutRow); nothing of it is taken, the next answer should have it whole")
        rowCount += 1
      } else if let day = day(fields[0]) {
        row(day, fields, line)
      } else if !columns.isEmpty, fields.count > 2,
        fields[0].utf8.first.map({ $0 >= 0x30 && $0 <= 0x39 || $0 == 0x23 }) ?? !Self.namesSites(fields)
      {
        log.note(
          .time, row: rowCount, path: "line \(line), column \"Date\"",
          "\(excerpt(fields[0])) is no date; dd-mm-yyyy is needed")
        rowCount += 1
      } else {
        preamble(fields)
      }
    }

    /// Whether a line with neither date nor time is one of sites (or of nothing): a row that lost them has values.
    private static func namesSites(_ fields: [String]) -> Bool {
      guard fields.prefix(2).allSatisfy({ $0.isEmpty }) else { return false }
      return fields.allSatisfy { $0.isEmpty || (Double($0) == nil && !missingTexts.contains($0.lowercased())) }
    }

    private mutating func preamble(_ fields: [String]) {
      let named = fields.enumerated().filter { !$0.element.allSatisfy { $0 == " " } }
      // A line of nothing parts a name from its table.
      guard !named.isEmpty else { return }
      let text = named.map(\.element).joined(separator: ", ")
      let lower = text.lowercased()
      if lower.contains("hour beginning") || lower.contains("hour starting") { labelsBegin = true }
      let boilerplate = [
        "data supplied by", "hourly measurement data supplied by", "all data gmt", "rows begin", "status", "disclaimer",
      ]
      guard !boilerplate.contains(where: { lower.hasPrefix($0) }) else { return }
      title = text
      titleFields = []
      for (field, text) in named {
        // Side by side they are one name with a comma in it.
        if let last = titleFields.last, named.contains(where: { $0.offset == field - 1 }) {
          titleFields[titleFields.count - 1].text = last.text + ", " + text
        } else {
          titleFields.append((field, text))
        }
      }
      columns = []
      ignoredFields = []
    }

    private mutating func header(_ fields: [String], _ line: Int) {
      columns = []
      ignoredFields = []
      timeField = fields.firstIndex { $0.lowercased() == "time" }
      if timeField != nil {
        narrow(fields, line)
      } else {
        wide(fields, line)
      }
    }

    /// The station of a name, or else the feed's, and what the registry sets for it.
    private mutating func station(_ text: String) -> (number: UInt32, setting: StationSetting?)? {
      let plain = UKAirTitle.withoutTags(text)
      let bytes = Array(plain.utf8)
      let number =
        bytes.withText { stations.number(of: $0.trimmed) } ?? context.defaultStation.map { stations.number(of: $0) }
      return number.map { ($0, overrides.setting(of: $0, in: stations)) }
    }

    private mutating func wide(_ fields: [String], _ line: Int) {
      guard let read = UKAirTitle(title) else {
        log.note(
          .structure, row: rowCount, path: "line \(line)",
          "\(excerpt(title)) above the hours names no pollutant known here; its block is left out")
        return
      }
      let known = station(read.station)
      let declared: (factor: Double, offset: Double)? =
        if let own = known?.setting?.conversion(for: read.pollutant) {
          own
        } else if case .conversion(let factor, let offset) = UnitReading(read.unit, read.pollutant) {
          (factor, offset)
        } else {
          nil
        }
      guard let declared else {
        log.note(
          .unit, row: rowCount, path: "line \(line)",
          "\(excerpt(read.unit)) in \(excerpt(title)) is no unit of \(read.pollutant.name); its block is left out")
        return
      }
      for (field, label) in fields.enumerated().dropFirst() {
        guard let hour = Self.hour(label) else { continue }
        columns.append(
          Column(
            field: field, pollutant: read.pollutant, conversion: declared, unitField: nil, station: known?.number,
            setting: known?.setting, endHour: hour))
      }
    }

    private mutating func narrow(_ fields: [String], _ line: Int) {
      for (field, label) in fields.enumerated().dropFirst(2) where !Self.standsBeside(label) {
        // Not beyond the next quantity: what stands there is of that one.
        let next = fields[(field + 1)...].prefix(2).prefix { Self.standsBeside($0) }
        func index(of prefix: String) -> Int? { next.firstIndex { $0.lowercased().hasPrefix(prefix) } }
        let unit = index(of: "unit")
        guard let pollutant = UKAirTitle.pollutant(ofColumn: label), let unitField = unit ?? index(of: "status") else {
          ignoredFields.append(field)
          continue
        }
        let name = titleFields.count > 1 ? titleFields.last { $0.field <= field }?.text : titleFields.first?.text
        let known = station(name ?? "")
        columns.append(
          Column(
            field: field, pollutant: pollutant, conversion: known?.setting?.conversion(for: pollutant),
            unitField: unitField, unitFollowsStatus: unit == nil, station: known?.number, setting: known?.setting,
            endHour: nil))
      }
      if columns.isEmpty {
        log.note(
          .structure, row: rowCount, path: "line \(line)",
          "no column of the table is a pollutant known here with its unit or status beside it; its rows are left out")
      }
    }

    /// Whether a column tells of the values before it: `status`, `unit`, `status/unit`.
    private static func standsBeside(_ label: String) -> Bool {
      let lower = label.lowercased()
      return lower.isEmpty || lower.hasPrefix("status") || lower.hasPrefix("unit")
    }

    /// `09:00` and `24:00`; whole hours alone.
    private static func hour(_ label: String) -> Int? {
      let parts = label.split(separator: ":")
      guard parts.count >= 2, let hour = Int(parts[0]), Int(parts[1]) == 0, (0...24).contains(hour) else { return nil }
      return hour
    }

    private func day(_ text: String) -> CivilDay? {
      var text = Substring(text)
      while text.hasPrefix("#") { text = text.dropFirst() }
      let parts = text.split(whereSeparator: { $0 == "-" || $0 == "/" || $0 == " " }).map { Int($0) }
      guard parts.count == 3, let a = parts[0], let b = parts[1], let c = parts[2] else { return nil }
      return a > 31 ? CivilDay(year: a, month: b, day: c) : CivilDay(year: c, month: b, day: a)
    }

    private mutating func row(_ day: CivilDay, _ fields: [String], _ line: Int) {
      defer { rowCount += 1 }
      for field in ignoredFields where field < fields.count && !missingTexts.contains(fields[field].lowercased()) {
        ignoredValues += 1
      }
      guard !columns.isEmpty else {
        if ignoredFields.isEmpty { ignoredValues += fields.count - 1 }
        return
      }
      if columns.contains(where: { $0.station == nil }) {
        log.note(
          .station, row: rowCount, path: "line \(line)", "the line above the hours names no station; give the feed one")
        guard columns.contains(where: { $0.station != nil }) else { return }
      }
      var own: Int?
      if let timeField {
        own = timeField < fields.count ? Self.hour(fields[timeField]) : nil
        guard own != nil else {
          log.note(
            .time, row: rowCount, path: "line \(line), column \"time\"", "the row has no whole hour such as 09:00")
          return
        }
      }
      for column in columns where column.field < fields.count {
        guard let station = column.station, let hour = column.endHour ?? own,
          let value = value(fields, column, line)
        else { continue }
        let start = CivilOffset.utc.start(of: day).milliseconds
        let label = start + Int64(hour * hourMilliseconds)
        let isBegin = column.setting?.stamp.map { $0 == .begin } ?? labelsBegin
        readings.append(
          Reading(
            station: station, pollutant: column.pollutant, value: value,
            begin: Instant(milliseconds: isBegin ? label : label - Int64(hourMilliseconds)),
            periodMilliseconds: Int32(hourMilliseconds), flag: value.isNaN ? .missing : .unknown,
            reasons: value.isNaN ? .missing : []))
      }
    }

    /// NaN when missing, nil when unusable.
    private mutating func value(_ fields: [String], _ column: Column, _ line: Int) -> Double? {
      let text = fields[column.field]
      guard !missingTexts.contains(text.lowercased()) else { return .nan }
      let place = column.endHour.map { "hour \($0)" } ?? "column \(column.field + 1)"
      guard case .number(let number) = Array(text.utf8).withText({ NumberText($0) }) else {
        log.note(
          .value, row: rowCount, path: "line \(line), \(place)", "\(excerpt(text)) is no number; look at the feed")
        return nil
      }
      if let (factor, offset) = column.conversion { return number * factor + offset }
      // `ugm-3 (TEOM FDMS)`: the method in brackets is no part of the unit.
      let unit = column.unitField.flatMap { $0 < fields.count ? fields[$0] : nil } ?? ""
      let bare = unit.split(separator: "(", omittingEmptySubsequences: false)[0].drop(while: { $0 == " " })
      var spelling = bare
      if column.unitFollowsStatus {
        // `V ugm-3`: the letter of the status first. A letter alone is no unit, and the error shows it.
        let behind = bare.drop(while: { $0 != " " }).drop(while: { $0 == " " })
        if !behind.isEmpty { spelling = behind }
      }
      switch UnitReading(String(spelling), column.pollutant) {
      case .conversion(let factor, let offset): return number * factor + offset
      case .unknown(let message), .unfit(let message):
        log.note(.unit, row: rowCount, path: "line \(line), column \((column.unitField ?? 0) + 1)", message)
        return nil
      }
    }

    consuming func finish(_ failure: DecodeFailure?) -> DecodedBody {
      var body = DecodedBody()
      body.batch = ReadingBatch(stations: stations.names, readings: readings)
      body.errors = log.kept
      body.errorCount = log.count
      body.rowCount = rowCount
      body.ignoredValues = ignoredValues
      if failure == nil, !sawHeader {
        body.settle(
          DecodeFailure(.noRows, "no line begins with Date: this is not UK-AIR's CSV; check the feed's format"))
      } else {
        body.settle(failure)
      }
      return body
    }
  }
}
