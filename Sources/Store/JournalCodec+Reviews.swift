internal import AirQuality
internal import Engine

/// Reviewed sets, field by field in declaration order.
extension JournalCodec {
  static func write(_ part: ReviewedImport, to writer: inout ByteWriter) {
    writer.text(part.id)
    writer.signed(Int64(part.part))
    writer.signed(Int64(part.parts))
    writer.text(part.source)
    writer.text(part.digest)
    writer.text(part.by)
    writer.list(part.days, write)
  }

  static func readReviewed(_ reader: inout JournalByteReader) throws(JournalCodecError) -> ReviewedImport {
    ReviewedImport(
      id: try reader.text(), part: try reader.integer("the part"), parts: try reader.integer("the parts"),
      source: try reader.text(), digest: try reader.text(), by: try reader.text(),
      days: try reader.list(of: "reviewed days", readReviewedDay))
  }

  private static func write(_ writer: inout ByteWriter, _ day: ReviewedDay) {
    writer.text(day.station)
    writer.signed(Int64(day.day.number))
    writer.byte(day.pollutant.rawValue)
    for hour in day.hours { writer.signed(Int64(hour.thousandths)) }
  }

  private static func readReviewedDay(
    _ reader: inout JournalByteReader
  ) throws(JournalCodecError) -> ReviewedDay {
    let station = try reader.text()
    let day = CivilDay(number: try reader.integer("the day"))
    let pollutant = try reader.coded(Pollutant.self)
    var hours: [Concentration] = []
    hours.reserveCapacity(24)
    for _ in 0..<24 { hours.append(Concentration(thousandths: try reader.integer("an hour"))) }
    return ReviewedDay(station: station, day: day, pollutant: pollutant, hours: hours)
  }

  /// The reviewed days of a county's day as the `reviews` table keeps them: a version byte, then the days.
  static func encode(_ days: [ReviewedDay]) -> [UInt8] {
    var writer = ByteWriter(capacity: 64 + days.count * 64)
    writer.byte(1)
    writer.list(days, write)
    return writer.bytes
  }

  /// What `encode` wrote.
  static func decodeReviews(_ bytes: [UInt8], position: Int64) throws(JournalCodecError) -> [ReviewedDay] {
    var reader = JournalByteReader(bytes, subject: position)
    let version = try reader.byte()
    guard version == 1 else { throw reader.fail("reviewed days of version \(version); this lantian reads 1") }
    let days = try reader.list(of: "reviewed days", readReviewedDay)
    try reader.finish()
    return days
  }
}
