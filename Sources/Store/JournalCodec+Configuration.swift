internal import AirQuality
internal import Engine

/// Configuration generations, acts, chunks and imported means, field by field in declaration order.
extension JournalCodec {
  static func write(_ value: EngineConfiguration, to writer: inout ByteWriter) {
    write(value.site, to: &writer)
    writer.list(value.feeds) { $0.text($1) }
    writer.list(value.targets) { write($1, to: &$0) }
    writer.text(value.criteria)
    writer.text(value.edition)
    writer.list(value.hooks) { writer, hook in
      writer.text(hook.name)
      writer.list(hook.levels) { $0.text($1) }
      writer.list(hook.kinds) { $0.text($1.rawValue) }
    }
    writer.text(value.externalURL)
  }

  static func readConfiguration(_ reader: inout ByteReader) throws(JournalCodecError) -> EngineConfiguration {
    EngineConfiguration(
      site: try readSite(&reader), feeds: try readTexts(&reader),
      targets: try reader.list(of: "targets", readTarget), criteria: try reader.text(), edition: try reader.text(),
      hooks: try reader.list(of: "hooks") { reader throws(JournalCodecError) in
        HookSubscription(
          name: try reader.text(), levels: try readTexts(&reader),
          kinds: try reader.list(of: "kinds") { reader throws(JournalCodecError) in try reader.named(EventKind.self) })
      }, externalURL: try reader.text())
  }

  private static func readTexts(_ reader: inout ByteReader) throws(JournalCodecError) -> [String] {
    try reader.list(of: "texts") { reader throws(JournalCodecError) in try reader.text() }
  }

  private static func write(_ site: Site, to writer: inout ByteWriter) {
    writer.text(site.name)
    writer.text(site.code)
    writer.signed(Int64(site.offset.seconds))
    writer.list(site.counties) { writer, county in
      writer.text(county.code)
      writer.text(county.nameChinese)
      writer.text(county.nameEnglish)
      writer.text(county.group)
    }
    writer.list(site.stations) { writer, station in
      writer.text(station.id)
      writer.text(station.name)
      writer.text(station.county)
      writer.text(station.stationClass.rawValue)
      writer.optional(station.latitude) { $0.double($1) }
      writer.optional(station.longitude) { $0.double($1) }
      writer.flag(station.assessed)
      writer.flag(station.urban)
      writer.flag(station.background)
      writer.text(station.purpose)
      writer.optional(station.from) { $0.signed(Int64($1.number)) }
      writer.optional(station.until) { $0.signed(Int64($1.number)) }
    }
  }

  private static func readSite(_ reader: inout ByteReader) throws(JournalCodecError) -> Site {
    Site(
      name: try reader.text(), code: try reader.text(), offset: CivilOffset(seconds: try reader.integer("the offset")),
      counties: try reader.list(of: "counties") { reader throws(JournalCodecError) in
        County(
          code: try reader.text(), nameChinese: try reader.text(), nameEnglish: try reader.text(),
          group: try reader.text())
      }, stations: try reader.list(of: "stations", readStation))
  }

  private static func readStation(_ reader: inout ByteReader) throws(JournalCodecError) -> Station {
    Station(
      id: try reader.text(), name: try reader.text(), county: try reader.text(),
      stationClass: try reader.named(StationClass.self), latitude: try readDouble(&reader),
      longitude: try readDouble(&reader), assessed: try reader.flag(), urban: try reader.flag(),
      background: try reader.flag(), purpose: try reader.text(), from: try readDay(&reader),
      until: try readDay(&reader))
  }

  private static func readDouble(_ reader: inout ByteReader) throws(JournalCodecError) -> Double? {
    try reader.optional { reader throws(JournalCodecError) in try reader.double() }
  }

  private static func readDay(_ reader: inout ByteReader) throws(JournalCodecError) -> CivilDay? {
    try reader.optional { reader throws(JournalCodecError) in CivilDay(number: try reader.integer("a day")) }
  }

  private static func write(_ target: TargetRow, to writer: inout ByteWriter) {
    writer.signed(Int64(target.year))
    writer.text(target.county)
    writer.text(target.indicator)
    writer.optional(target.target) { $0.double($1) }
    writer.text(target.unit)
    writer.optional(target.dropPercent) { $0.double($1) }
    writer.optional(target.cutDays) { $0.signed(Int64($1)) }
    writer.optional(target.baseline) { $0.double($1) }
    writer.text(target.source)
  }

  private static func readTarget(_ reader: inout ByteReader) throws(JournalCodecError) -> TargetRow {
    TargetRow(
      year: try reader.integer("the year"), county: try reader.text(), indicator: try reader.text(),
      target: try readDouble(&reader), unit: try reader.text(), dropPercent: try readDouble(&reader),
      cutDays: try reader.optional { reader throws(JournalCodecError) in try reader.integer("cut days") },
      baseline: try readDouble(&reader), source: try reader.text())
  }

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

  static func readAct(_ reader: inout ByteReader) throws(JournalCodecError) -> OperatorAct {
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

  static func readChunk(_ reader: inout ByteReader) throws(JournalCodecError) -> StoredChunk {
    let county = try reader.text()
    let day = CivilDay(number: try reader.integer("the day"))
    let code = try reader.byte()
    guard let kind = ChunkKind(rawValue: code) else { throw reader.fail("chunk kind \(code) is unknown") }
    return StoredChunk(
      key: ChunkKey(county: county, day: day, kind: kind, hour: try reader.byte()), bytes: try reader.blob())
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

  static func readDailyMeans(_ reader: inout ByteReader) throws(JournalCodecError) -> DailyMeansImport {
    DailyMeansImport(
      source: try reader.text(), digest: try reader.text(),
      rows: try reader.list(of: "rows") { reader throws(JournalCodecError) in
        let county = try reader.text()
        let day = CivilDay(number: try reader.integer("the day"))
        let code = try reader.byte()
        guard let pollutant = Pollutant(rawValue: code) else { throw reader.fail("pollutant \(code) is unknown") }
        return DailyMeansImport.Row(
          county: county, day: day, pollutant: pollutant,
          value: Concentration(thousandths: try reader.integer("the mean")))
      })
  }
}
