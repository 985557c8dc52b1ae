import CSimdjson

/// CSV bodies by mapping, wide or long.
enum CSVDecoder {
  /// The position that `[3]` names, nil when the column is a name.
  static func position(_ column: String) -> Int? {
    guard column.hasPrefix("["), column.hasSuffix("]") else { return nil }
    guard let number = Int(column.dropFirst().dropLast()), (0..<FeedLimits.csvFields).contains(number) else {
      return nil
    }
    return number
  }

  static func decode(
    _ mapping: CompiledMapping, _ layout: FeedMapping.CSVLayout, _ body: ByteText, _ context: DecodeContext
  ) -> DecodedBody {
    var assembler = RowAssembler(mapping, context)
    var scanner = CSVScanner(body, delimiter: layout.delimiter.asciiValue ?? 0x2C)
    for _ in 0..<layout.skippedLines { scanner.skipLine() }
    var header: [String] = []
    if layout.hasHeader {
      guard scanner.next() else { return assembler.finish(nil) }
      header = scanner.strings
    }
    let places: [Int?] = mapping.columns.map { place($0, header) }
    if let failure = missing(mapping, places, header, &assembler) { return assembler.finish(failure) }
    var row: UInt32 = 0
    var width = layout.hasHeader ? header.count : 0
    while scanner.next() {
      var position = RowPosition(line: scanner.line)
      position.indices.0 = row
      row += 1
      if scanner.isTruncated {
        assembler.note(.structure, position, nil, "the body ends inside quotes; the line is left out")
        return assembler.finish(
          DecodeFailure(.truncated, "the body ends inside quotes that open on line \(scanner.line)"))
      }
      if scanner.isOpen, layout.endsLines || scanner.fields.count < width {
        assembler.note(
          .structure, position, nil, "\(cutRow); nothing of it is taken, the next answer should have it whole")
        assembler.rowCount += 1
        break
      }
      width = scanner.fields.count
      if scanner.isTooWide {
        assembler.note(
          .structure, position, nil, "more than \(FeedLimits.csvFields) fields; what follows is left out")
      }
      take(scanner, places, &assembler, position)
    }
    return assembler.finish(nil)
  }

  /// What is said of a last row that the body's end may have cut.
  static let cutRow = "the answer ends inside this row, without the end of its line"

  private static func take(
    _ scanner: CSVScanner, _ places: [Int?], _ assembler: inout RowAssembler, _ position: RowPosition
  ) {
    scanner.arena.withText { arena in
      unsafe withUnsafeTemporaryAllocation(of: lantian_cell.self, capacity: max(1, places.count)) { cells in
        for (column, place) in places.enumerated() {
          var cell = unsafe lantian_cell()
          if let place, place < scanner.fields.count {
            let field = scanner.fields[place]
            let range = field.start..<(field.start + field.count)
            let text = field.unquoted ? arena[range] : scanner.body[range]
            unsafe cell.kind = UInt8(LANTIAN_CELL_TEXT)
            unsafe cell.length = UInt32(text.count)
            unsafe cell.text = text.buffer.baseAddress
          }
          unsafe (cells.baseAddress! + column).initialize(to: cell)
        }
        unsafe assembler.take(CellRow(UnsafePointer(cells.baseAddress!), count: places.count), position)
      }
    }
  }

  private static func place(_ column: String, _ header: [String]) -> Int? {
    if let position = position(column) { return position }
    return header.firstIndex(of: column) ?? header.firstIndex { $0.lowercased() == column.lowercased() }
  }

  /// Whether the header has neither the column nor one of its alternatives.
  private static func isAbsent(_ column: Int, _ mapping: CompiledMapping, _ places: [Int?]) -> Bool {
    var column = column
    while column >= 0 {
      if places[column] != nil { return false }
      column = mapping.alternatives[column]
    }
    return true
  }

  /// A file without its station, stamp, or any value column is none of the feed's; other columns are errors of one row.
  private static func missing(
    _ mapping: CompiledMapping, _ places: [Int?], _ header: [String], _ assembler: inout RowAssembler
  ) -> DecodeFailure? {
    let shown = header.prefix(12).joined(separator: ", ")
    let known = Array(shown.utf8).withText { redacted($0) }
    var needed = [mapping.stationColumn, mapping.stampColumn, mapping.timeOfDayColumn].compactMap { $0 }
    if let long = mapping.long { needed += [long.pollutantColumn, long.valueColumn] }
    if let column = needed.first(where: { isAbsent($0, mapping, places) }) {
      return DecodeFailure(.noRows, "there is no column \"\(mapping.columns[column])\"; the header has: \(known)")
    }
    let absent = mapping.values.filter { isAbsent($0.column, mapping, places) }
    if !mapping.values.isEmpty, absent.count == mapping.values.count {
      return DecodeFailure(
        .noRows,
        "there is no column \"\(mapping.columns[absent[0].column])\" nor any other value; the header has: \(known)")
    }
    for value in absent {
      assembler.note(
        .structure, RowPosition(line: 1), value.column, "the header has no such column; it has: \(known)")
    }
    return nil
  }
}
