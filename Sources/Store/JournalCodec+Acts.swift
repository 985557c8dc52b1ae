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
    case .declareDust(let id, let county, let from, let until, let by, let evidence):
      writer.byte(2)
      write(period: (id, county, from, until, by, evidence), to: &writer)
    case .confirmDust(let id, let county, let from, let until, let by, let document):
      writer.byte(3)
      write(period: (id, county, from, until, by, document), to: &writer)
    case .withdrawDust(let id, let period, let by, let reason):
      writer.byte(4)
      writer.text(id)
      writer.text(period)
      writer.text(by)
      writer.text(reason)
    case .overrideFlag(let id, let station, let pollutant, let from, let until, let flag, let by, let reason):
      writer.byte(10)
      writer.text(id)
      writer.text(station)
      writer.optional(pollutant) { $0.byte($1.rawValue) }
      writer.signed(from.milliseconds)
      writer.signed(until.milliseconds)
      writer.byte(flag.rawValue)
      writer.text(by)
      writer.text(reason)
    case .withdrawOverride(let id, let override, let by, let reason):
      writer.byte(11)
      writer.text(id)
      writer.text(override)
      writer.text(by)
      writer.text(reason)
    case .concludeInspection(let id, let inspection, let finding, let by, let reason):
      writer.byte(12)
      writer.text(id)
      writer.text(inspection)
      writer.text(finding.rawValue)
      writer.text(by)
      writer.text(reason)
    case .advanceTask(let id, let task, let step, let by, let note, let isForced):
      writer.byte(20)
      for text in [id, task, step.rawValue, by, note] { writer.text(text) }
      writer.flag(isForced)
    case .assignTask(let id, let task, let owner, let contact, let by):
      writer.byte(21)
      for text in [id, task, owner, contact, by] { writer.text(text) }
    }
  }

  private typealias Period = (id: String, county: String, from: Instant, until: Instant, by: String, basis: String)

  private static func write(period: Period, to writer: inout ByteWriter) {
    writer.text(period.id)
    writer.text(period.county)
    writer.signed(period.from.milliseconds)
    writer.signed(period.until.milliseconds)
    writer.text(period.by)
    writer.text(period.basis)
  }

  private static func readPeriod(_ reader: inout JournalByteReader) throws(JournalCodecError) -> Period {
    (
      try reader.text(), try reader.text(), Instant(milliseconds: try reader.signed()),
      Instant(milliseconds: try reader.signed()), try reader.text(), try reader.text()
    )
  }

  static func readAct(_ reader: inout JournalByteReader) throws(JournalCodecError) -> OperatorAct {
    switch try reader.byte() {
    case 1:
      return .lift(
        id: try reader.text(), county: try reader.text(), by: try reader.text(), reason: try reader.text())
    case 2:
      let act = try readPeriod(&reader)
      return .declareDust(
        id: act.id, county: act.county, from: act.from, until: act.until, by: act.by, evidence: act.basis)
    case 3:
      let act = try readPeriod(&reader)
      return .confirmDust(
        id: act.id, county: act.county, from: act.from, until: act.until, by: act.by, document: act.basis)
    case 4:
      return .withdrawDust(
        id: try reader.text(), period: try reader.text(), by: try reader.text(), reason: try reader.text())
    case 10:
      return .overrideFlag(
        id: try reader.text(), station: try reader.text(),
        pollutant: try reader.optional { reader throws(JournalCodecError) in try reader.coded(Pollutant.self) },
        from: Instant(milliseconds: try reader.signed()), until: Instant(milliseconds: try reader.signed()),
        flag: try reader.coded(QualityFlag.self), by: try reader.text(), reason: try reader.text())
    case 11:
      return .withdrawOverride(
        id: try reader.text(), override: try reader.text(), by: try reader.text(), reason: try reader.text())
    case 12:
      return .concludeInspection(
        id: try reader.text(), inspection: try reader.text(),
        finding: try reader.named(Inspection.Conclusion.Finding.self), by: try reader.text(), reason: try reader.text())
    case 20:
      return .advanceTask(
        id: try reader.text(), task: try reader.text(), step: try reader.named(GridTask.Step.self),
        by: try reader.text(), note: try reader.text(), isForced: try reader.flag())
    case 21:
      return .assignTask(
        id: try reader.text(), task: try reader.text(), owner: try reader.text(), contact: try reader.text(),
        by: try reader.text())
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
