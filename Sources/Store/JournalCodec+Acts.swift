internal import AirQuality
internal import Engine

/// Acts, chunks and imported means, field by field in declaration order.
extension JournalCodec {
  static func write(_ act: OperatorAct, to writer: inout ByteWriter) {
    switch act {
    case .lift(let id, let county, let by, let reason):
      writer.byte(1)
      writer.text(id)
      writer.text(county)
      writer.text(by)
      writer.text(reason)
    }
  }

  static func readAct(_ reader: inout JournalByteReader) throws(JournalCodecError) -> OperatorAct {
    switch try reader.byte() {
    case 1:
      return .lift(
        id: try reader.text(), county: try reader.text(), by: try reader.text(), reason: try reader.text())
    case let other: throw reader.fail("act \(other) is unknown")
    }
  }

  static func write(_ chunk: StoredChunk, to writer: inout ByteWriter) {
    writer.text(chunk.key.county)
    writer.signed(Int64(chunk.key.day.number))
    writer.byte(chunk.key.kind.rawValue)
    writer.byte(chunk.key.hour)
    writer.blob(chunk.bytes)
  }

  static func readChunk(_ reader: inout JournalByteReader) throws(JournalCodecError) -> StoredChunk {
    let county = try reader.text()
    let day = CivilDay(number: try reader.integer("the day"))
    return StoredChunk(
      key: ChunkKey(county: county, day: day, kind: try reader.coded(ChunkKind.self), hour: try reader.byte()),
      bytes: try reader.blob())
  }

  static func write(_ means: DailyMeansImport, to writer: inout ByteWriter) {
    writer.text(means.source)
    writer.text(means.digest)
    writer.list(means.rows) { writer, row in
      writer.text(row.county)
      writer.signed(Int64(row.day.number))
      writer.byte(row.pollutant.rawValue)
      writer.signed(Int64(row.value.thousandths))
    }
  }

  static func readDailyMeans(_ reader: inout JournalByteReader) throws(JournalCodecError) -> DailyMeansImport {
    DailyMeansImport(
      source: try reader.text(), digest: try reader.text(),
      rows: try reader.list(of: "rows") { reader throws(JournalCodecError) in
        let county = try reader.text()
        let day = CivilDay(number: try reader.integer("the day"))
        return DailyMeansImport.Row(
          county: county, day: day, pollutant: try reader.coded(Pollutant.self),
          value: Concentration(thousandths: try reader.integer("the mean")))
      })
  }
}
