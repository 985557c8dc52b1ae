internal import AirQuality
internal import Engine

/// Where the readings of mobile stations were taken, column by column.
extension JournalCodec {
  static func write(_ places: ReadingPlaces, to writer: inout ByteWriter) {
    writer.list(places.counties) { $0.text($1) }
    let list = places.places
    writer.count(list.count)
    writer.column(list.count) { Int64(list[$0].county) }
    writer.column(list.count) { Int64(list[$0].position.latitudeE7) }
    writer.column(list.count) { Int64(list[$0].position.longitudeE7) }
  }

  static func readPlaces(
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
