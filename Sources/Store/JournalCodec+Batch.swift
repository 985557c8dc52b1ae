internal import AirQuality
internal import Engine

/// Batches by column: a column that never changes costs a few bytes, a value in thousandths two or three.
extension JournalCodec {
  static func write(
    _ batch: FeedBatch, to writer: inout ByteWriter, position: Int64
  ) throws(JournalCodecError) {
    writer.text(batch.feed)
    writer.signed(batch.receivedAt.milliseconds)
    writer.list(batch.stations) { $0.text($1) }
    let readings = batch.readings
    let count = readings.count
    let stations = batch.stations.count
    for (index, reading) in readings.enumerated() where Int(reading.station) >= stations {
      throw JournalCodecError(
        position: position, offset: writer.bytes.count,
        reason: "reading \(index) names station \(reading.station) of \(stations)")
    }
    writer.count(count)
    for reading in readings { write(value: reading.value, to: &writer) }
    writer.column(count) { Int64(readings[$0].station) }
    writer.column(count) { Int64(readings[$0].pollutant.rawValue) }
    writer.column(count) { readings[$0].begin.milliseconds }
    writer.column(count) { Int64(readings[$0].periodMilliseconds) }
    writer.column(count) { Int64(readings[$0].flag.rawValue) }
    writer.column(count) { Int64(readings[$0].reasons.rawValue) }
    writer.list(batch.layers) { $1.encode(into: &$0) }
    var extensions: [BatchExtension] = []
    if !batch.places.isEmpty { extensions.append(.places) }
    if !batch.observations.isEmpty { extensions.append(.observations) }
    if !batch.verdicts.isEmpty { extensions.append(.verdicts) }
    guard !extensions.isEmpty else { return }
    writer.list(extensions) { writer, tag in
      writer.byte(tag.rawValue)
      var block = ByteWriter(capacity: 256)
      switch tag {
      case .places: write(batch.places, to: &block)
      case .observations: block.list(batch.observations) { $1.encode(into: &$0) }
      case .verdicts: write(batch.verdicts, to: &block)
      }
      writer.blob(block.bytes)
    }
  }

  /// What follows the first fields of a batch, each a tag and a counted block, written only when there is something; none
  /// is renumbered.
  private enum BatchExtension: UInt8 {
    /// Where the readings of mobile stations were taken.
    case places = 1
    /// What lidar profiles show.
    case observations = 2
    /// What screening found of the rows (`FeedBatch.verdicts`).
    case verdicts = 3
  }

  private static func write(_ verdicts: [ScreeningVerdict], to writer: inout ByteWriter) {
    writer.list(verdicts) { writer, verdict in
      writer.varint(UInt64(verdict.station))
      writer.byte(verdict.pollutant.rawValue)
      writer.signed(verdict.begin.milliseconds)
      writer.signed(Int64(verdict.periodMilliseconds))
      writer.byte(verdict.flag.rawValue)
      writer.varint(UInt64(verdict.reasons.rawValue))
    }
  }

  private static func readVerdicts(
    _ reader: inout JournalByteReader, stations: Int
  ) throws(JournalCodecError) -> [ScreeningVerdict] {
    try reader.list(of: "verdicts", width: 6) { reader throws(JournalCodecError) in
      let station = try reader.varint()
      guard station < UInt64(stations) else { throw reader.fail("a verdict names station \(station) of \(stations)") }
      let pollutant = try reader.coded(Pollutant.self)
      let begin = Instant(milliseconds: try reader.signed())
      let period: Int32 = try reader.integer("the period")
      let flag = try reader.coded(QualityFlag.self)
      let reasons = try reader.varint()
      guard let bits = UInt32(exactly: reasons) else { throw reader.fail("reasons \(reasons) are out of range") }
      return ScreeningVerdict(
        station: UInt32(station), pollutant: pollutant, begin: begin, periodMilliseconds: period, flag: flag,
        reasons: ScreeningReasons(rawValue: bits))
    }
  }

  private static func readExtensions(
    _ reader: inout JournalByteReader, into batch: inout FeedBatch
  ) throws(JournalCodecError) {
    guard reader.remaining > 0 else { return }
    for _ in 0..<(try reader.count(of: "batch extensions", width: 2)) {
      let tag = try reader.byte()
      guard let kind = BatchExtension(rawValue: tag) else { throw reader.fail("batch extension \(tag) is unknown") }
      var block = JournalByteReader(try reader.blob(), subject: reader.subject)
      switch kind {
      case .places: batch.places = try readPlaces(&block, readings: batch.readings.count)
      case .observations:
        batch.observations = try block.list(of: "observations") { block throws(JournalCodecError) in
          try LidarObservation(decoding: &block)
        }
      case .verdicts: batch.verdicts = try readVerdicts(&block, stations: batch.stations.count)
      }
      try block.finish()
    }
  }

  /// Whether a stored batch is of one of the feeds and names one of the stations, read off its head: most batches are of
  /// others, and are not decoded for it. False when the bytes are no batch.
  static func isBatch(_ payload: [UInt8], of feeds: Set<String>, naming stations: Set<String>) -> Bool {
    guard payload.count > 2, payload[0] == version, payload[1] == Kind.batch.rawValue else { return false }
    var reader = JournalByteReader(payload, subject: 0)
    do throws(JournalCodecError) {
      _ = try reader.fixed(UInt16.self)
      guard feeds.contains(try reader.text()) else { return false }
      _ = try reader.signed()
      return try reader.list(of: "stations") { reader throws(JournalCodecError) in try reader.text() }
        .contains { stations.contains($0) }
    } catch { return false }
  }

  static func readBatch(_ reader: inout JournalByteReader) throws(JournalCodecError) -> FeedBatch {
    let feed = try reader.text()
    let receivedAt = Instant(milliseconds: try reader.signed())
    let stations = try reader.list(of: "stations") { reader throws(JournalCodecError) in try reader.text() }
    // Every reading has a byte of value at least, so that memory stays within 32 times the record.
    let count = try reader.count(of: "readings")
    var readings = ContiguousArray(
      repeating: Reading(
        station: 0, pollutant: .pm25, value: 0, begin: Instant(milliseconds: 0), periodMilliseconds: 0),
      count: count)
    for index in 0..<count { readings[index].value = try readValue(&reader) }
    let position = reader.subject
    let offset = reader.offset
    func bad(_ what: String, _ value: Int64, _ index: Int) -> JournalCodecError {
      JournalCodecError(
        position: position, offset: offset, reason: "reading \(index): \(what) \(value) is out of range")
    }
    try reader.column(count) { index, value throws(JournalCodecError) in
      guard value >= 0, value < stations.count, let station = UInt32(exactly: value) else {
        throw bad("station", value, index)
      }
      readings[index].station = station
    }
    try reader.column(count) { index, value throws(JournalCodecError) in
      guard let raw = UInt8(exactly: value), let pollutant = Pollutant(rawValue: raw) else {
        throw bad("pollutant", value, index)
      }
      readings[index].pollutant = pollutant
    }
    try reader.column(count) { index, value throws(JournalCodecError) in
      readings[index].begin = Instant(milliseconds: value)
    }
    try reader.column(count) { index, value throws(JournalCodecError) in
      guard let period = Int32(exactly: value) else { throw bad("period", value, index) }
      readings[index].periodMilliseconds = period
    }
    try reader.column(count) { index, value throws(JournalCodecError) in
      guard let raw = UInt8(exactly: value), let flag = QualityFlag(rawValue: raw) else {
        throw bad("flag", value, index)
      }
      readings[index].flag = flag
    }
    try reader.column(count) { index, value throws(JournalCodecError) in
      guard let raw = UInt32(exactly: value) else { throw bad("reasons", value, index) }
      readings[index].reasons = ScreeningReasons(rawValue: raw)
    }
    let layers = try reader.list(of: "layers") { reader throws(JournalCodecError) in
      try LidarLayer(decoding: &reader)
    }
    var batch = FeedBatch(feed: feed, receivedAt: receivedAt, stations: stations, readings: readings, layers: layers)
    try readExtensions(&reader, into: &batch)
    return batch
  }

  /// Thousandths beyond this take the eight bytes of the bit pattern.
  private static let exactLimit = 1_099_511_627_776.0
  private static let rawMark: UInt64 = 1
  private static let missingMark: UInt64 = 3

  /// Even: zigzag thousandths times 2. 1: a bit pattern follows. 3: the usual NaN.
  static func write(value: Double, to writer: inout ByteWriter) {
    let scaled = (value * 1_000).rounded(.toNearestOrEven)
    if abs(scaled) < exactLimit {
      let whole = Int64(scaled)
      if (Double(whole) / 1_000).bitPattern == value.bitPattern {
        writer.varint(zigzag(whole) << 1)
        return
      }
    }
    if value.bitPattern == Double.nan.bitPattern {
      writer.varint(missingMark)
    } else {
      writer.varint(rawMark)
      writer.double(value)
    }
  }

  static func readValue(_ reader: inout JournalByteReader) throws(JournalCodecError) -> Double {
    let mark = try reader.varint()
    if mark & 1 == 0 { return Double(unzigzag(mark >> 1)) / 1_000 }
    switch mark {
    case rawMark: return try reader.double()
    case missingMark: return .nan
    default: throw reader.fail("value mark \(mark) is unknown")
    }
  }
}
