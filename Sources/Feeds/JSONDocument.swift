import CSimdjson

/// Rows as the C++ side hands them over.
@safe
struct CellBlock {
  private let cells: UnsafePointer<lantian_cell>
  private let rows: UnsafePointer<lantian_json_row>
  private let width: Int
  let count: Int

  init(_ cells: UnsafePointer<lantian_cell>, _ rows: UnsafePointer<lantian_json_row>, width: Int, count: Int) {
    unsafe self.cells = cells
    unsafe self.rows = rows
    self.width = width
    self.count = count
  }

  @inline(__always)
  func row(_ index: Int) -> CellRow {
    precondition(index >= 0 && index < count)
    return unsafe CellRow(cells + index * width, count: width)
  }

  @inline(__always)
  func position(_ index: Int) -> RowPosition {
    precondition(index >= 0 && index < count)
    return unsafe RowPosition(indices: rows[index].index)
  }

  /// Whether the row is a thing with columns.
  @inline(__always)
  func hasColumns(_ index: Int) -> Bool {
    precondition(index >= 0 && index < count)
    let kind = Int(unsafe rows[index].kind)
    return kind == LANTIAN_CELL_OBJECT || kind == LANTIAN_CELL_ARRAY
  }
}

private struct BlockFeeder {
  let width: Int
  let consume: (CellBlock) -> Void
}

private func feed(
  _ context: UnsafeMutableRawPointer?, _ cells: UnsafePointer<lantian_cell>?, _ rows: UnsafePointer<lantian_json_row>?,
  _ count: Int
) {
  guard let context = unsafe context, let cells = unsafe cells, let rows = unsafe rows else { return }
  let feeder = unsafe context.assumingMemoryBound(to: BlockFeeder.self)
  unsafe feeder.pointee.consume(CellBlock(cells, rows, width: feeder.pointee.width, count: count))
}

/// A parsed body.
@safe
struct JSONDocument: ~Copyable {
  private let handle: OpaquePointer
  /// Set when the body was broken and only what stood before is in the document.
  let fault: DecodeFailure?

  /// Throws what `fault` would say when nothing could be read.
  init(_ body: ByteText) throws(DecodeFailure) {
    var fault = lantian_json_fault()
    let made = unsafe lantian_json_parse(body.buffer.baseAddress, body.count, &fault)
    let failure = Self.failure(fault, body)
    guard let made = unsafe made else {
      throw failure ?? DecodeFailure(.syntax, "the body is not JSON")
    }
    unsafe handle = made
    self.fault = failure
  }

  deinit { unsafe lantian_json_free(handle) }

  var isArray: Bool { Int(unsafe lantian_json_root_kind(handle)) == LANTIAN_CELL_ARRAY }
  var isObject: Bool { Int(unsafe lantian_json_root_kind(handle)) == LANTIAN_CELL_OBJECT }

  /// What a walk over the rows found.
  struct Walk {
    var rows: Int
    /// Number of steps of the row path that led somewhere, nil when all did.
    var stoppedAfter: Int?
    var foundKind: Int
    var misses: Int
    var firstMiss: RowPosition
    /// How many indices of `firstMiss` hold.
    var firstMissLevels: Int
  }

  /// Hands the rows to `consume`, block by block.
  borrowing func walk(_ plan: JSONPlan, _ consume: (CellBlock) -> Void) -> Walk {
    let walk = withoutActuallyEscaping(consume) { consume in
      var feeder = BlockFeeder(width: plan.columns.count, consume: consume)
      return unsafe withUnsafeMutablePointer(to: &feeder) { pointer in
        unsafe lantian_json_rows(handle, plan.handle, feed, pointer)
      }
    }
    return Walk(
      rows: Int(walk.rows), stoppedAfter: walk.status == 0 ? nil : Int(walk.status) - 1,
      foundKind: Int(walk.found_kind), misses: Int(walk.misses),
      firstMiss: RowPosition(indices: walk.first_miss.index),
      firstMissLevels: Int(walk.first_miss_levels))
  }

  private static func failure(_ fault: lantian_json_fault, _ body: ByteText) -> DecodeFailure? {
    let code: DecodeFailure.Code
    switch Int(fault.code) {
    case LANTIAN_JSON_OK: return nil
    case LANTIAN_JSON_ENCODING: code = .encoding
    case LANTIAN_JSON_TRUNCATED: code = .truncated
    case LANTIAN_JSON_TOO_DEEP: code = .tooDeep
    case LANTIAN_JSON_MEMORY: code = .memory
    default: code = .syntax
    }
    let offset = Int(fault.offset)
    var message = text(fault.message) + " at byte \(offset) of \(body.count), \(text(fault.path))"
    if code == .encoding {
      let byte = offset < body.count ? body[offset] : 0
      message =
        "byte 0x\(String(byte, radix: 16)) at offset \(offset) is not UTF-8; declare `encoding: gb18030` if it is"
    }
    let path = text(fault.path)
    return DecodeFailure(code, message, path: path.isEmpty ? nil : path)
  }

  private static func text<T>(_ tuple: T) -> String {
    unsafe withUnsafeBytes(of: tuple) { bytes in
      unsafe String(decoding: bytes.prefix(while: { $0 != 0 }), as: UTF8.self)
    }
  }
}
