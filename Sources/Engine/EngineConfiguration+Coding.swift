package import AirQuality
import Screening

/// The configuration inside snapshots and journal records: its first fields in declaration order, then extensions, each
/// a tag and a counted block, so that a record from before an extension reads as one without it.
extension EngineConfiguration {
  /// What a block behind the first fields holds; none is renumbered.
  private enum Extension: UInt8 {
    /// `LedgerFacts`, and of each target row the day of effect and the comparison.
    case ledger = 1
    /// Of each target row its basis; written only when one is not judged as measured.
    case basis = 2
    /// Thresholds of screening; written only when they are not the defaults.
    case screening = 3
    /// When what a lidar sees is a watch; written only when it is not the default.
    case lidarWatch = 5
    /// When a station is a hot spot, and who owns it; written only when it is not the default.
    case hotSpots = 7
    /// `StationRegistry`; written only when it holds anything.
    case registry = 4
    /// Thresholds of the signs of interference; written only when they are not the defaults.
    case interference = 8
  }

  package func encode(into writer: inout ByteWriter) {
    writer.text(site.name)
    writer.text(site.code)
    writer.signed(Int64(site.offset.seconds))
    writer.list(site.counties) { writer, county in
      writer.text(county.code)
      writer.text(county.nameChinese)
      writer.text(county.nameEnglish)
      writer.text(county.group)
    }
    writer.list(site.stations) { $1.encode(into: &$0) }
    writer.list(feeds) { $0.text($1) }
    writer.list(targets) { $1.encode(into: &$0) }
    writer.text(criteria)
    writer.text(edition)
    writer.list(hooks) { writer, hook in
      writer.text(hook.name)
      writer.list(hook.levels) { $0.text($1) }
      writer.list(hook.kinds) { $0.text($1.rawValue) }
    }
    writer.text(externalURL)
    writer.signed(Int64(maximumUnknownStations))
    let isPlain = targets.allSatisfy { $0.basis == .measured }
    var extensions: [Extension] = isPlain ? [.ledger] : [.ledger, .basis]
    if screening != ScreeningLimits() { extensions.append(.screening) }
    if lidarWatch != LidarWatchSettings() { extensions.append(.lidarWatch) }
    if hotSpots != HotSpotSettings() { extensions.append(.hotSpots) }
    if !registry.isEmpty { extensions.append(.registry) }
    if interference != InterferenceLimits() { extensions.append(.interference) }
    writer.list(extensions) { writer, tag in
      writer.byte(tag.rawValue)
      switch tag {
      case .ledger: writer.blob(ledgerBlock())
      case .basis:
        var block = ByteWriter(capacity: 256)
        block.list(targets) { $0.text($1.basis.rawValue) }
        writer.blob(block.bytes)
      case .screening:
        var block = ByteWriter(capacity: 256)
        screening.encode(into: &block)
        writer.blob(block.bytes)
      case .lidarWatch:
        var block = ByteWriter(capacity: 256)
        lidarWatch.encode(into: &block)
        writer.blob(block.bytes)
      case .hotSpots:
        var block = ByteWriter(capacity: 256)
        hotSpots.encode(into: &block)
        writer.blob(block.bytes)
      case .registry:
        var block = ByteWriter(capacity: 256)
        registry.encode(into: &block)
        writer.blob(block.bytes)
      case .interference:
        var block = ByteWriter(capacity: 256)
        interference.encode(into: &block)
        writer.blob(block.bytes)
      }
    }
  }

  /// - Parameter hasExtensions: whether extensions follow the first fields; nil when the configuration is the last thing
  ///   in its record, and whatever is left of the record tells.
  package init<Failure>(
    decoding reader: inout ByteReader<Failure>, hasExtensions: Bool? = nil
  ) throws(Failure) {
    let site = Site(
      name: try reader.text(), code: try reader.text(), offset: CivilOffset(seconds: try reader.integer("the offset")),
      counties: try reader.list(of: "counties") { reader throws(Failure) in
        County(
          code: try reader.text(), nameChinese: try reader.text(), nameEnglish: try reader.text(),
          group: try reader.text())
      }, stations: try reader.list(of: "stations") { reader throws(Failure) in try Station(decoding: &reader) })
    self.init(
      site: site, feeds: try reader.texts(),
      targets: try reader.list(of: "targets") { reader throws(Failure) in try TargetRow(decoding: &reader) },
      criteria: try reader.text(), edition: try reader.text(),
      hooks: try reader.list(of: "hooks") { reader throws(Failure) in
        HookSubscription(
          name: try reader.text(), levels: try reader.texts(),
          kinds: try reader.list(of: "kinds") { reader throws(Failure) in try reader.named(EventKind.self) })
      }, externalURL: try reader.text(), maximumUnknownStations: try reader.integer("the unknown stations"))
    guard hasExtensions ?? (reader.remaining > 0) else { return }
    for _ in 0..<(try reader.count(of: "extensions", width: 2)) {
      let tag = try reader.byte()
      guard let kind = Extension(rawValue: tag) else { throw reader.fail("configuration extension \(tag) is unknown") }
      var block = ByteReader<Failure>(try reader.blob(), subject: reader.subject)
      switch kind {
      case .ledger: try readLedger(&block)
      case .basis: try readBases(&block)
      case .lidarWatch: lidarWatch = try LidarWatchSettings(decoding: &block)
      case .hotSpots: hotSpots = try HotSpotSettings(decoding: &block)
      case .screening: screening = try ScreeningLimits(decoding: &block)
      case .registry: registry = try StationRegistry(decoding: &block)
      case .interference: interference = try InterferenceLimits(decoding: &block)
      }
      try block.finish()
    }
  }

  private func ledgerBlock() -> [UInt8] {
    var writer = ByteWriter(capacity: 256)
    writer.list(targets) { writer, row in
      writer.optional(row.inForceFrom) { $0.signed(Int64($1.number)) }
      writer.text(row.comparison?.rawValue ?? "")
    }
    ledger.encode(into: &writer)
    return writer.bytes
  }

  private mutating func readBases<Failure>(_ reader: inout ByteReader<Failure>) throws(Failure) {
    let bases = try reader.list(of: "target rows") { reader throws(Failure) in try reader.named(TargetBasis.self) }
    guard bases.count == targets.count else { throw reader.fail("\(bases.count) rows instead of \(targets.count)") }
    for (index, basis) in bases.enumerated() { targets[index].basis = basis }
  }

  private mutating func readLedger<Failure>(_ reader: inout ByteReader<Failure>) throws(Failure) {
    let extras = try reader.list(of: "target rows") {
      reader throws(Failure) -> (from: CivilDay?, comparison: TargetComparison?) in
      let from = try optionalDay(&reader)
      let name = try reader.text()
      guard let comparison = TargetComparison(rawValue: name) else {
        if name.isEmpty { return (from, nil) }
        throw reader.fail("“\(name)” is no comparison")
      }
      return (from, comparison)
    }
    guard extras.count == targets.count else {
      throw reader.fail("\(extras.count) rows instead of \(targets.count)")
    }
    for (index, extra) in extras.enumerated() {
      targets[index].inForceFrom = extra.from
      targets[index].comparison = extra.comparison
    }
    ledger = try LedgerFacts(decoding: &reader)
  }
}

extension Station {
  func encode(into writer: inout ByteWriter) {
    writer.text(id)
    writer.text(name)
    writer.text(county)
    writer.text(stationClass.rawValue)
    writer.optional(latitude) { $0.double($1) }
    writer.optional(longitude) { $0.double($1) }
    writer.flag(assessed)
    writer.flag(urban)
    writer.flag(background)
    writer.text(purpose)
    writer.optional(from) { $0.signed(Int64($1.number)) }
    writer.optional(until) { $0.signed(Int64($1.number)) }
  }

  init<Failure>(decoding reader: inout ByteReader<Failure>) throws(Failure) {
    self.init(
      id: try reader.text(), name: try reader.text(), county: try reader.text(),
      stationClass: try reader.named(StationClass.self), latitude: try optionalDouble(&reader),
      longitude: try optionalDouble(&reader), assessed: try reader.flag(), urban: try reader.flag(),
      background: try reader.flag(), purpose: try reader.text(), from: try optionalDay(&reader),
      until: try optionalDay(&reader))
  }
}

extension TargetRow {
  fileprivate func encode(into writer: inout ByteWriter) {
    writer.signed(Int64(year))
    writer.text(county)
    writer.text(indicator)
    writer.optional(target) { $0.double($1) }
    writer.text(unit)
    writer.optional(dropPercent) { $0.double($1) }
    writer.optional(cutDays) { $0.signed(Int64($1)) }
    writer.optional(baseline) { $0.double($1) }
    writer.text(source)
  }

  fileprivate init<Failure>(decoding reader: inout ByteReader<Failure>) throws(Failure) {
    self.init(
      year: try reader.integer("the year"), county: try reader.text(), indicator: try reader.text(),
      target: try optionalDouble(&reader), unit: try reader.text(), dropPercent: try optionalDouble(&reader),
      cutDays: try reader.optional { reader throws(Failure) in try reader.integer("cut days") },
      baseline: try optionalDouble(&reader), source: try reader.text())
  }
}

/// Lidar layers inside snapshots and journal records.
extension LidarLayer {
  package func encode(into writer: inout ByteWriter) {
    writer.text(station)
    writer.signed(at.milliseconds)
    writer.optional(gradientHeightMeters) { $0.double($1) }
  }

  package init<Failure>(decoding reader: inout ByteReader<Failure>) throws(Failure) {
    self.init(
      station: try reader.text(), at: Instant(milliseconds: try reader.signed()),
      gradientHeightMeters: try optionalDouble(&reader))
  }
}

private func optionalDouble<Failure>(_ reader: inout ByteReader<Failure>) throws(Failure) -> Double? {
  try reader.optional { reader throws(Failure) in try reader.double() }
}

func optionalDay<Failure>(_ reader: inout ByteReader<Failure>) throws(Failure) -> CivilDay? {
  try reader.optional { reader throws(Failure) in CivilDay(number: try reader.integer("a day")) }
}
