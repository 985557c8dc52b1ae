internal import AirQuality
internal import Engine

/// What stands behind the columns of a batch: a list of tagged blocks, written only when there is one and read only when
/// bytes remain, so that a batch of before reads as one without.
extension JournalCodec {
  /// What a block behind the columns holds; none is renumbered.
  enum BatchBlock: UInt8 {
    /// Where the readings were taken, and in which counties.
    case places = 1
  }

  static func writeBlocks(
    of batch: FeedBatch, to writer: inout ByteWriter, position: Int64
  ) throws(JournalCodecError) {
    guard !batch.places.isEmpty else { return }
    writer.list([BatchBlock.places]) { writer, block in
      writer.byte(block.rawValue)
      var places = ByteWriter(capacity: batch.places.places.count * 4 + 64)
      write(batch.places, to: &places)
      writer.blob(places.bytes)
    }
  }

  static func readBlocks(of batch: inout FeedBatch, _ reader: inout JournalByteReader) throws(JournalCodecError) {
    guard reader.remaining > 0 else { return }
    for _ in 0..<(try reader.count(of: "blocks", width: 2)) {
      let tag = try reader.byte()
      guard let kind = BatchBlock(rawValue: tag) else { throw reader.fail("block \(tag) of a batch is unknown") }
      var block = JournalByteReader(try reader.blob(), subject: reader.subject)
      switch kind {
      case .places: batch.places = try readPlaces(&block, readings: batch.readings.count)
      }
      try block.finish()
    }
  }

  private static func write(_ places: ReadingPlaces, to writer: inout ByteWriter) {
    writer.list(places.counties) { $0.text($1) }
    let list = places.places
    writer.count(list.count)
    writer.column(list.count) { Int64(list[$0].county) }
    writer.column(list.count) { Int64(list[$0].position.latitudeE7) }
    writer.column(list.count) { Int64(list[$0].position.longitudeE7) }
  }

  private static func readPlaces(
    _ reader: inout JournalByteReader, readings: Int
  ) throws(JournalCodecError) -> ReadingPlaces {
    let counties = try reader.texts()
    // Places are of readings, whose memory is bounded already.
    let announced = try reader.varint()
    guard let count = Int(exactly: announced), count == readings else {
      throw reader.fail("\(announced) places of \(readings) readings")
    }
    var numbers = [Int32](repeating: -1, count: count)
    var latitudes = numbers
    let failed = reader.fail("a place is out of range")
    try reader.column(count) { index, value throws(JournalCodecError) in
      guard value >= -1, value < counties.count, let number = Int32(exactly: value) else { throw failed }
      numbers[index] = number
    }
    try reader.column(count) { index, value throws(JournalCodecError) in
      guard let latitude = Int32(exactly: value) else { throw failed }
      latitudes[index] = latitude
    }
    var places = ContiguousArray<ReadingPlaces.Place>()
    places.reserveCapacity(count)
    try reader.column(count) { index, value throws(JournalCodecError) in
      guard let longitude = Int32(exactly: value) else { throw failed }
      if latitudes[index] == .min, longitude == .min {
        places.append(.none)
        return
      }
      guard let position = Position(latitudeE7: latitudes[index], longitudeE7: longitude) else { throw failed }
      places.append(ReadingPlaces.Place(position: position, county: numbers[index]))
    }
    return ReadingPlaces(counties: counties, places: places)
  }
}
