package import AirQuality

/// The configuration inside snapshots and journal records: fixed order, lengths first.
extension EngineConfiguration {
  package func encode(into writer: inout SnapshotWriter) {
    writer.write(site.name)
    writer.write(site.code)
    writer.write(site.offset.seconds)
    writer.write(each: site.counties) { writer, county in
      writer.write(county.code)
      writer.write(county.nameChinese)
      writer.write(county.nameEnglish)
      writer.write(county.group)
    }
    writer.write(each: site.stations) { $1.encode(into: &$0) }
    writer.write(each: feeds) { $0.write($1) }
    writer.write(each: targets) { $1.encode(into: &$0) }
    writer.write(criteria)
    writer.write(edition)
    writer.write(each: hooks) { writer, hook in
      writer.write(hook.name)
      writer.write(each: hook.levels) { $0.write($1) }
      writer.write(each: hook.kinds) { $0.write($1.rawValue) }
    }
    writer.write(externalURL)
  }

  package init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    let name = try reader.readString()
    let code = try reader.readString()
    let offset = CivilOffset(seconds: try reader.read(Int32.self))
    let counties = try reader.readEach(minimumSize: 16) {
      (reader: inout SnapshotReader) throws(SnapshotReadingError) in
      County(
        code: try reader.readString(), nameChinese: try reader.readString(), nameEnglish: try reader.readString(),
        group: try reader.readString())
    }
    let stations = try reader.readEach(minimumSize: 20) {
      (reader: inout SnapshotReader) throws(SnapshotReadingError) in try Station(decoding: &reader)
    }
    let feeds = try Self.readStrings(&reader)
    let targets = try reader.readEach(minimumSize: 20) {
      (reader: inout SnapshotReader) throws(SnapshotReadingError) in try TargetRow(decoding: &reader)
    }
    let criteria = try reader.readString()
    let edition = try reader.readString()
    let hooks = try reader.readEach(minimumSize: 12) {
      (reader: inout SnapshotReader) throws(SnapshotReadingError) -> HookSubscription in
      let name = try reader.readString()
      let levels = try Self.readStrings(&reader)
      let kinds = try reader.readEach(minimumSize: 4) {
        (reader: inout SnapshotReader) throws(SnapshotReadingError) -> EventKind in
        guard let kind = EventKind(rawValue: try reader.readString()) else { throw reader.failure("an event kind") }
        return kind
      }
      return HookSubscription(name: name, levels: levels, kinds: kinds)
    }
    self.init(
      site: Site(name: name, code: code, offset: offset, counties: counties, stations: stations), feeds: feeds,
      targets: targets, criteria: criteria, edition: edition, hooks: hooks, externalURL: try reader.readString())
  }

  private static func readStrings(_ reader: inout SnapshotReader) throws(SnapshotReadingError) -> [String] {
    try reader.readEach(minimumSize: 4) { (reader: inout SnapshotReader) throws(SnapshotReadingError) in
      try reader.readString()
    }
  }
}

extension Station {
  fileprivate func encode(into writer: inout SnapshotWriter) {
    writer.write(id)
    writer.write(name)
    writer.write(county)
    writer.write(stationClass.rawValue)
    writer.write(optional: latitude) { $0.write($1) }
    writer.write(optional: longitude) { $0.write($1) }
    writer.write(assessed)
    writer.write(urban)
    writer.write(background)
    writer.write(purpose)
    writer.write(optional: from) { $0.write($1.number) }
    writer.write(optional: until) { $0.write($1.number) }
  }

  fileprivate init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    let id = try reader.readString()
    let name = try reader.readString()
    let county = try reader.readString()
    guard let stationClass = StationClass(rawValue: try reader.readString()) else {
      throw reader.failure("a station class")
    }
    self.init(
      id: id, name: name, county: county, stationClass: stationClass, latitude: try Self.readDouble(&reader),
      longitude: try Self.readDouble(&reader), assessed: try reader.readBool(), urban: try reader.readBool(),
      background: try reader.readBool(), purpose: try reader.readString(), from: try Self.readDay(&reader),
      until: try Self.readDay(&reader))
  }

  private static func readDouble(_ reader: inout SnapshotReader) throws(SnapshotReadingError) -> Double? {
    try reader.readOptional { (reader: inout SnapshotReader) throws(SnapshotReadingError) in try reader.readDouble() }
  }

  private static func readDay(_ reader: inout SnapshotReader) throws(SnapshotReadingError) -> CivilDay? {
    try reader.readOptional { (reader: inout SnapshotReader) throws(SnapshotReadingError) in
      CivilDay(number: try reader.read(Int32.self))
    }
  }
}

extension TargetRow {
  fileprivate func encode(into writer: inout SnapshotWriter) {
    writer.write(Int32(truncatingIfNeeded: year))
    writer.write(county)
    writer.write(indicator)
    writer.write(optional: target) { $0.write($1) }
    writer.write(unit)
    writer.write(optional: dropPercent) { $0.write($1) }
    writer.write(optional: cutDays) { $0.write(Int32(truncatingIfNeeded: $1)) }
    writer.write(optional: baseline) { $0.write($1) }
    writer.write(source)
  }

  fileprivate init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    self.init(
      year: Int(try reader.read(Int32.self)), county: try reader.readString(), indicator: try reader.readString(),
      target: try Self.readDouble(&reader), unit: try reader.readString(), dropPercent: try Self.readDouble(&reader),
      cutDays: try reader.readOptional { (reader: inout SnapshotReader) throws(SnapshotReadingError) in
        Int(try reader.read(Int32.self))
      }, baseline: try Self.readDouble(&reader), source: try reader.readString())
  }

  private static func readDouble(_ reader: inout SnapshotReader) throws(SnapshotReadingError) -> Double? {
    try reader.readOptional { (reader: inout SnapshotReader) throws(SnapshotReadingError) in try reader.readDouble() }
  }
}
