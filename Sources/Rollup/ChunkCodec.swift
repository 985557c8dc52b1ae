import AirQuality

/// A cell of a stored chunk: like a `Cell`, with the feed instead of its ordinal.
struct ChunkCell: Hashable, BitwiseCopyable {
  var value: Int32
  /// Code of a cell, 0 for none.
  var code: UInt8
  /// Index into the chunk's feed names; `SourceTable.otherFeed` for none or an unnamed one.
  var feed: UInt16

  static let empty = ChunkCell(value: 0, code: 0, feed: SourceTable.otherFeed)
}

/// Writes a chunk, a station at a time.
///
/// Layout, version 1: `LC`, version, kind, day (zigzag), hour; feed names; stations, each with its id, a mask of its
/// pollutants, and for each of them runs of (length, code, feed + 1 for codes 1 to 5), then the values of the cells
/// that have one as zigzag differences from the value before. Lengths and numbers are LEB128.
struct ChunkEncoder {
  static let version: UInt8 = 1
  let key: RollupChunkKey
  private var feeds: [String] = []
  private var feedIndices: [String: UInt16] = [:]
  private var body = ByteWriter()
  private var stations = 0

  init(key: RollupChunkKey) { self.key = key }

  /// Cells of a pollutant: 24 hours or 60 minutes.
  static func slots(_ kind: RollupChunkKey.Kind) -> Int { kind == .hours ? 24 : 60 }

  /// The index of a feed's name in this chunk.
  mutating func feed(_ name: String) -> UInt16 {
    if name.isEmpty { return SourceTable.otherFeed }
    if let known = feedIndices[name] { return known }
    let index = UInt16(feeds.count)
    feeds.append(name)
    feedIndices[name] = index
    return index
  }

  /// Adds a station's cells, pollutant by pollutant; a station without any is left out.
  mutating func add(id: String, cells: [ChunkCell]) {
    cells.withUnsafeBufferPointer { add(id: id, cells: $0) }
  }

  /// As `add(id:cells:)`, from memory that is not kept.
  mutating func add(id: String, cells: UnsafeBufferPointer<ChunkCell>) {
    let slots = Self.slots(key.kind)
    precondition(cells.count == slots * Pollutant.criteriaCount)
    var mask: UInt8 = 0
    for lane in 0..<Pollutant.criteriaCount {
      var codes: UInt8 = 0
      for slot in 0..<slots { codes |= cells[lane &* slots &+ slot].code }
      if codes != 0 { mask |= 1 << UInt8(lane) }
    }
    if mask == 0 { return }
    stations += 1
    body.text(id)
    body.byte(mask)
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: slots * Self.cellBytes) { bytes in
      for lane in 0..<Pollutant.criteriaCount where mask & 1 << UInt8(lane) != 0 {
        let used = Self.encode(cells, lane &* slots, slots, into: bytes)
        body.raw(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[..<used])))
      }
    }
  }

  /// Bytes that a cell takes at most: a run of its own (1 + 1 + 3) and a difference of 34 bits (5).
  private static let cellBytes = 10

  /// Writes the cells of one pollutant; returns how many bytes they took.
  private static func encode(
    _ cells: UnsafeBufferPointer<ChunkCell>, _ first: Int, _ count: Int, into bytes: UnsafeMutableBufferPointer<UInt8>
  ) -> Int {
    var used = 0
    func varint(_ value: UInt64) {
      var rest = value
      while rest >= 0x80 {
        bytes[used] = UInt8(truncatingIfNeeded: rest) | 0x80
        used &+= 1
        rest >>= 7
      }
      bytes[used] = UInt8(truncatingIfNeeded: rest)
      used &+= 1
    }
    let limit = first + count
    var start = first
    while start < limit {
      let (code, feed) = (cells[start].code, cells[start].feed)
      var end = start &+ 1
      while end < limit, cells[end].code == code, cells[end].feed == feed { end &+= 1 }
      varint(UInt64(end &- start))
      bytes[used] = code
      used &+= 1
      if (Cell.good...Cell.missing).contains(code) { varint(feed == SourceTable.otherFeed ? 0 : UInt64(feed) + 1) }
      start = end
    }
    var before: Int64 = 0
    for index in first..<limit where cells[index].code != 0 && cells[index].code != Cell.missing {
      let difference = Int64(cells[index].value) &- before
      varint(UInt64(bitPattern: difference << 1 ^ difference >> 63))
      before = Int64(cells[index].value)
    }
    return used
  }

  /// The chunk; nil when no station had anything.
  func finish() -> RollupChunk? {
    guard stations > 0 else { return nil }
    var writer = ByteWriter(Array("LC".utf8))
    writer.byte(Self.version)
    writer.byte(key.kind.rawValue)
    writer.signed(Int64(key.day.number))
    writer.byte(key.hour)
    writer.varint(UInt64(feeds.count))
    for feed in feeds { writer.text(feed) }
    writer.varint(UInt64(stations))
    writer.raw(body.bytes)
    return RollupChunk(key: key, bytes: writer.bytes)
  }
}

/// A decoded chunk that can be changed and written again.
struct ChunkContent {
  let key: RollupChunkKey
  /// Cells of a pollutant.
  let slots: Int
  private(set) var feeds: [String] = []
  private(set) var ids: [String] = []
  /// Six pollutants' cells a station.
  private(set) var cells: [[ChunkCell]] = []
  private var indices: [String: Int] = [:]

  /// A chunk without stations.
  init(key: RollupChunkKey) {
    self.key = key
    slots = ChunkEncoder.slots(key.kind)
  }

  /// Decodes a chunk, checking every bound and that it is the one its key names.
  init(_ chunk: RollupChunk) throws(RollupError) {
    self.init(key: chunk.key)
    var reader = ByteReader(chunk.bytes, subject: "the chunk")
    guard try reader.byte() == 0x4C, try reader.byte() == 0x43 else { throw reader.damaged() }
    let version = try reader.byte()
    guard version == ChunkEncoder.version else { throw .version(what: "the chunk", found: version) }
    guard try reader.byte() == key.kind.rawValue, try reader.signed() == Int64(key.day.number),
      try reader.byte() == key.hour
    else { throw reader.damaged() }
    for _ in 0..<(try reader.count()) { feeds.append(try reader.text()) }
    for _ in 0..<(try reader.count(width: 2)) {
      let id = try reader.text()
      guard indices[id] == nil else { throw reader.damaged() }
      let index = row(id)
      let mask = try reader.byte()
      for lane in 0..<Pollutant.criteriaCount where mask & 1 << UInt8(lane) != 0 {
        try readLane(&reader, index, lane * slots)
      }
    }
    try reader.finish()
  }

  private mutating func readLane(_ reader: inout ByteReader, _ row: Int, _ start: Int) throws(RollupError) {
    var at = 0
    while at < slots {
      let length = try reader.varint()
      let code = try reader.byte()
      guard length > 0, length <= UInt64(slots - at), code <= Cell.rolledSuspect else { throw reader.damaged() }
      var feed = SourceTable.otherFeed
      if (Cell.good...Cell.missing).contains(code) {
        let stored = try reader.varint()
        guard stored <= UInt64(feeds.count) else { throw reader.damaged() }
        if stored > 0 { feed = UInt16(truncatingIfNeeded: stored - 1) }
      }
      for _ in 0..<Int(length) {
        cells[row][start + at] = ChunkCell(value: code == Cell.missing ? .min : 0, code: code, feed: feed)
        at += 1
      }
    }
    var before: Int64 = 0
    for slot in start..<start + slots where cells[row][slot].code != 0 && cells[row][slot].code != Cell.missing {
      let (value, overflow) = before.addingReportingOverflow(try reader.signed())
      guard !overflow, let fitting = Int32(exactly: value) else { throw reader.damaged() }
      cells[row][slot].value = fitting
      before = value
    }
  }

  /// The row of a station, added when it is new.
  mutating func row(_ id: String) -> Int {
    if let known = indices[id] { return known }
    ids.append(id)
    cells.append(Array(repeating: .empty, count: slots * Pollutant.criteriaCount))
    indices[id] = ids.count - 1
    return ids.count - 1
  }

  func known(_ id: String) -> Int? { indices[id] }

  /// The index of a feed's name, added when it is new.
  mutating func feed(_ name: String) -> UInt16 {
    if name.isEmpty { return SourceTable.otherFeed }
    if let known = feeds.firstIndex(of: name) { return UInt16(known) }
    feeds.append(name)
    return UInt16(feeds.count - 1)
  }

  subscript(row: Int, lane: Int, slot: Int) -> ChunkCell {
    get { cells[row][lane * slots + slot] }
    set { cells[row][lane * slots + slot] = newValue }
  }

  /// The chunk with its feeds numbered anew in order of use; nil when no station has anything.
  func encoded() -> RollupChunk? {
    var encoder = ChunkEncoder(key: key)
    for (row, id) in ids.enumerated() {
      let renumbered = cells[row].map { cell in
        var cell = cell
        if cell.feed != SourceTable.otherFeed { cell.feed = encoder.feed(feeds[Int(cell.feed)]) }
        return cell
      }
      encoder.add(id: id, cells: renumbered)
    }
    return encoder.finish()
  }
}
