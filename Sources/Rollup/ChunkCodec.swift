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
    let slots = Self.slots(key.kind)
    precondition(cells.count == slots * Pollutant.criteriaCount)
    var mask: UInt8 = 0
    for (index, cell) in cells.enumerated() where cell.code != 0 { mask |= 1 << UInt8(index / slots) }
    if mask == 0 { return }
    stations += 1
    body.text(id)
    body.byte(mask)
    for lane in 0..<Pollutant.criteriaCount where mask & 1 << UInt8(lane) != 0 {
      add(cells[lane * slots..<(lane + 1) * slots])
    }
  }

  private mutating func add(_ cells: ArraySlice<ChunkCell>) {
    var start = cells.startIndex
    while start < cells.endIndex {
      var end = start + 1
      while end < cells.endIndex, cells[end].code == cells[start].code, cells[end].feed == cells[start].feed {
        end += 1
      }
      body.varint(UInt64(end - start))
      body.byte(cells[start].code)
      if (Cell.good...Cell.missing).contains(cells[start].code) {
        body.varint(cells[start].feed == SourceTable.otherFeed ? 0 : UInt64(cells[start].feed) + 1)
      }
      start = end
    }
    var before: Int64 = 0
    for cell in cells where cell.code != 0 && cell.code != Cell.missing {
      body.signed(Int64(cell.value) - before)
      before = Int64(cell.value)
    }
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
