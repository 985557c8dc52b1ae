import CExpat
import CSimdjson

/// The state of one XML parse: which element is open, the fields of the row so far.
@safe
final class XMLSession {
  private let mapping: CompiledMapping
  private var assembler: RowAssembler
  private let rowName: [UInt8]
  private let columns: [[UInt8]]
  private let errorName: [UInt8]?

  private var depth = 0
  /// Depth of the open row element, 0 outside rows.
  private var rowDepth = 0
  private var rowLine = 0
  private var rowNumber: UInt32 = 0
  /// Path of the open element below the row, and the lengths to go back to.
  private var path: [UInt8] = []
  private var lengths: [Int] = []
  /// The open elements that are fields, outermost first.
  private var open: [(column: Int, depth: Int)] = []
  private var fields: [Field]
  private var arena: [UInt8] = []
  private var complaint: [UInt8] = []
  private var complaintDepth = 0
  /// Whether an element outside rows is called a fault, and the words outside rows, for what it says.
  private var hasFault = false
  private var words: [UInt8] = []
  private var parser: XML_Parser?
  /// Why the session itself ended the parse.
  private(set) var stop: DecodeFailure?

  /// One field of the open row.
  private struct Field {
    var text: [UInt8] = []
    var timesSeen = 0

    mutating func append(_ bytes: some Collection<UInt8>) {
      text.append(contentsOf: bytes.prefix(FeedLimits.fieldBytes - text.count))
    }
  }

  init(_ mapping: CompiledMapping, row: String, _ context: DecodeContext) {
    self.mapping = mapping
    assembler = RowAssembler(mapping, context)
    rowName = Array(row.utf8)
    columns = mapping.columns.map { Array($0.utf8) }
    errorName = mapping.error.map { Array($0.path.utf8) }
    fields = Array(repeating: Field(), count: columns.count)
  }

  /// Where the parse is, for messages.
  var place: String { rowDepth > 0 ? ", in row \(rowNumber)" : "" }

  func finish(_ failure: DecodeFailure?) -> DecodedBody {
    if let failure {
      let position = RowPosition(indices: (rowNumber, 0, 0, 0), line: rowLine)
      if rowDepth > 0 { assembler.note(.structure, position, nil, "the row is cut off: \(failure.message)") }
      return assembler.finish(failure)
    }
    if !complaint.isEmpty, assembler.readings.isEmpty {
      let said = complaint.withText { redacted($0.trimmed) }
      return assembler.finish(DecodeFailure(.errorReply, "the provider answered with an error: \(said)"))
    }
    if hasFault, rowNumber == 0, assembler.readings.isEmpty {
      let said = words.withText { redacted($0.trimmed) }
      return assembler.finish(DecodeFailure(.errorReply, "the provider answered with an error: \(said)"))
    }
    return assembler.finish(nil)
  }

  /// SOAP's `Fault`, WCF's `DomainServiceFault`, `Error`, `ExceptionReport`.
  private static func isFault(_ name: [UInt8]) -> Bool {
    let name = String(decoding: name, as: UTF8.self).lowercased()
    return ["fault", "error", "exception"].contains { name.hasPrefix($0) || name.hasSuffix($0) }
  }

  /// Sets the parser's callbacks. The session must outlive the parser's last call.
  func attach(_ parser: XML_Parser) {
    unsafe self.parser = parser
    unsafe XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
    unsafe XML_SetElementHandler(
      parser,
      { data, name, attributes in unsafe XMLSession.of(data)?.start(name, attributes) },
      { data, _ in unsafe XMLSession.of(data)?.end() })
    unsafe XML_SetCharacterDataHandler(parser) { data, text, count in
      unsafe XMLSession.of(data)?.characters(text, Int(count))
    }
    unsafe XML_SetSkippedEntityHandler(parser) { data, name, _ in unsafe XMLSession.of(data)?.skipped(name) }
  }

  private static func of(_ data: UnsafeMutableRawPointer?) -> XMLSession? {
    unsafe data.map { unsafe Unmanaged<XMLSession>.fromOpaque($0).takeUnretainedValue() }
  }

  private func start(_ name: UnsafePointer<XML_Char>?, _ attributes: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?) {
    depth += 1
    guard depth <= FeedLimits.xmlDepth else {
      if stop == nil {
        stop = DecodeFailure(.tooDeep, "elements are nested deeper than \(FeedLimits.xmlDepth)")
        unsafe _ = XML_StopParser(parser, 0)
      }
      return
    }
    guard let local = unsafe Self.localName(name) else { return }
    if rowDepth == 0 {
      if local == rowName {
        beginRow()
      } else if local == errorName {
        complaintDepth = depth
      } else if !hasFault, rowNumber == 0 {
        hasFault = Self.isFault(local)
      }
      if !words.isEmpty, words.last != 0x20 { words.append(0x20) }
    } else {
      lengths.append(path.count)
      if !path.isEmpty { path.append(UInt8(ascii: "/")) }
      path.append(contentsOf: local)
      if let column = columns.firstIndex(of: path) { begin(column) }
    }
    if rowDepth > 0 { unsafe take(attributes) }
  }

  private func beginRow() {
    rowDepth = depth
    rowLine = Int(unsafe XML_GetCurrentLineNumber(parser))
    path.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    open.removeAll(keepingCapacity: true)
    for index in fields.indices {
      fields[index].text.removeAll(keepingCapacity: true)
      fields[index].timesSeen = 0
    }
  }

  private func begin(_ column: Int) {
    fields[column].timesSeen += 1
    if fields[column].timesSeen == 1 { open.append((column, depth)) }
  }

  private func take(_ attributes: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?) {
    guard var pair = unsafe attributes else { return }
    while let name = unsafe pair[0], let value = unsafe pair[1] {
      if let local = unsafe Self.localName(name) {
        let place = (path.isEmpty ? path : path + [UInt8(ascii: "/")]) + [UInt8(ascii: "@")] + local
        if let column = columns.firstIndex(of: place) {
          fields[column].timesSeen += 1
          if fields[column].timesSeen == 1 { fields[column].append(unsafe Self.bytes(value)) }
        }
      }
      unsafe pair += 2
    }
  }

  private func characters(_ text: UnsafePointer<XML_Char>?, _ count: Int) {
    guard count > 0, let text = unsafe text else { return }
    let bytes = unsafe UnsafeRawBufferPointer(start: text, count: count)
    if let field = open.last, field.depth == depth {
      unsafe fields[field.column].append(bytes)
    } else if complaintDepth > 0, complaint.count < FeedLimits.replyBytes {
      unsafe complaint.append(contentsOf: bytes.prefix(FeedLimits.replyBytes * 2))
    } else if rowDepth == 0, rowNumber == 0, words.count < FeedLimits.replyBytes {
      for index in 0..<min(count, FeedLimits.replyBytes) {
        let byte = max(0x20, unsafe bytes[index])
        if byte > 0x20 || words.last ?? 0x20 != 0x20 { words.append(byte) }
      }
    }
  }

  /// An entity that nobody defined: its reference stays as the field's text, for the missing markers.
  private func skipped(_ name: UnsafePointer<XML_Char>?) {
    guard let field = open.last, field.depth == depth, let name = unsafe name else { return }
    unsafe fields[field.column].append([UInt8(ascii: "&")] + Self.bytes(name) + [UInt8(ascii: ";")])
  }

  private func end() {
    if open.last?.depth == depth { open.removeLast() }
    if depth == complaintDepth { complaintDepth = 0 }
    if rowDepth > 0 {
      if depth == rowDepth {
        endRow()
      } else if let length = lengths.popLast() {
        path.removeLast(path.count - length)
      }
    }
    depth -= 1
  }

  private func endRow() {
    rowDepth = 0
    var position = RowPosition(line: rowLine)
    position.indices.0 = rowNumber
    rowNumber += 1
    arena.removeAll(keepingCapacity: true)
    for field in fields { arena.append(contentsOf: field.text) }
    arena.withText { arena in
      unsafe withUnsafeTemporaryAllocation(of: lantian_cell.self, capacity: max(1, fields.count)) { cells in
        var start = 0
        for (column, field) in fields.enumerated() {
          var cell = unsafe lantian_cell()
          if field.timesSeen > 0 {
            let text = arena[start..<(start + field.text.count)]
            start += field.text.count
            unsafe cell.kind = UInt8(field.timesSeen > 1 ? LANTIAN_CELL_DUPLICATE : LANTIAN_CELL_TEXT)
            unsafe cell.length = UInt32(text.count)
            unsafe cell.text = text.buffer.baseAddress
          }
          unsafe (cells.baseAddress! + column).initialize(to: cell)
        }
        unsafe assembler.take(CellRow(UnsafePointer(cells.baseAddress!), count: fields.count), position)
      }
    }
  }

  /// The bytes of a name behind its prefix.
  private static func localName(_ name: UnsafePointer<XML_Char>?) -> [UInt8]? {
    guard let name = unsafe name else { return nil }
    let all = unsafe bytes(name)
    guard let colon = all.lastIndex(of: UInt8(ascii: ":")) else { return all }
    return Array(all[(colon + 1)...])
  }

  private static func bytes(_ text: UnsafePointer<XML_Char>) -> [UInt8] {
    unsafe String(cString: text).utf8.map { $0 }
  }
}
