package import AirQuality
import Engine
package import Explanations
package import Store

/// Gathers what the store has of a sand-dust period, beside a running daemon or after it.
package struct StoredDustEvidence: Sendable {
  private let store: Store

  /// Reads `store`, open for reading or writing.
  package init(store: Store) { self.store = store }

  /// The civil day of the newest record.
  ///
  /// - Throws: `ExplanationProblem` when the state holds nothing yet, `StoreError` when it cannot be read.
  package func today() throws -> CivilDay {
    guard let site = try store.configurations(through: Instant(milliseconds: .max)).last?.configuration.site,
      let newest = try store.journalEnd()
    else { throw ExplanationProblem("the state holds no configuration yet") }
    return site.offset.day(of: newest)
  }

  /// Codes of the units whose sand-dust was suspected, declared or confirmed on a civil day, in the order of the site.
  ///
  /// - Throws: `ExplanationProblem` when the state holds no configuration, `StoreError` when it cannot be read.
  package func units(on day: CivilDay) throws -> [String] {
    guard let site = try store.configurations(through: Instant(milliseconds: .max)).last?.configuration.site else {
      throw ExplanationProblem("the state holds no configuration yet")
    }
    let offset = site.offset
    let (begin, end) = (offset.start(of: day), offset.start(of: day.adding(days: 1)))
    var named = Set(
      try EngineRecovery.recover(from: store).engine.dustPeriods
        .filter { $0.withdrawal == nil && $0.from < end && $0.until > begin }.map(\.county))
    // A suspicion that goes on began before; it ends within a day of the last signs.
    let watches = try store.events(
      from: begin.adding(milliseconds: -86_400_000), until: end, kinds: [.watch]
    ).filter { $0.rule.hasPrefix("sand-dust/") }
    for (county, events) in Dictionary(grouping: watches, by: \.county) {
      let isOn = events.contains { $0.at >= begin } || events.last?.to == "suspected"
      if isOn { named.insert(county) }
    }
    return Engine.units(of: site).map(\.code).filter { named.contains($0) }
  }

  /// - Parameter county: code or name of a unit.
  /// - Throws: `ExplanationProblem` when there is nothing to show, `StoreError` when the store cannot be read.
  package func evidence(_ county: String, from: CivilTimeText, until: CivilTimeText) throws -> DustEvidence {
    let generations = try store.configurations(through: Instant(milliseconds: .max))
    guard let newest = generations.last?.configuration else {
      throw ExplanationProblem("the state holds no configuration yet")
    }
    let offset = newest.site.offset
    let (begin, end) = (from.instant(offset), until.instant(offset))
    guard begin < end, end.milliseconds - begin.milliseconds <= DustPeriod.longest else {
      throw ExplanationProblem("--until must be after --from, by at most \(DustPeriod.longest / 86_400_000) days")
    }
    let inForce = generations.filter { $0.at <= end }
    let used = inForce.isEmpty ? Array(generations.prefix(1)) : inForce
    let site = Engine.assessedSite(used.map { ($0.at, $0.configuration) })
    guard let unit = Explainer.unit(county, of: site) ?? Explainer.unit(county, of: newest.site) else {
      let names = Engine.units(of: newest.site).map { "\($0.code) \($0.nameChinese)" }.joined(separator: ", ")
      throw ExplanationProblem("no county is called \"\(county)\"; there are: \(names)")
    }
    let engine = try EngineRecovery.recover(from: store).engine
    let first = DustEvidence.firstDay(begin, offset)
    let last = offset.day(of: end.adding(milliseconds: -1))
    var chunks = try site.counties.flatMap { try store.hoursChunks(county: $0.code, from: first, through: last) }
    // Hours of days that are not closed stand in the rings only, which are newer than any chunk.
    let known = Set(chunks.map(\.key))
    for number in first.number...last.number {
      for county in site.counties {
        let key = ChunkKey(county: county.code, day: CivilDay(number: number), kind: .hours)
        guard !known.contains(key), let open = engine.hours(county: county.code, day: key.day) else { continue }
        chunks.append(open)
      }
    }
    let feeds = used.last?.configuration.feeds ?? newest.feeds
    return try DustEvidence(
      DustEvidence.Facts(site: site, feeds: feeds, chunks: chunks, periods: engine.dustPeriods), unit: unit,
      from: begin, until: end)
  }
}

/// A time as people write it on the command line: civil time of the site, or with an offset of its own.
package struct CivilTimeText: Sendable, Hashable {
  private let day: CivilDay
  private let seconds: Int64
  private let own: CivilOffset?

  /// `2020-12-05`, `2020-12-05T09`, `2020-12-05T09:00`, `2020-12-05T09:00:00+08:00`, `…Z`; nil for anything else.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 10, let day = CivilDay(String(decoding: bytes[..<10], as: UTF8.self)) else { return nil }
    self.day = day
    func two(_ place: Int) -> Int64? {
      guard place + 2 <= bytes.count, bytes[place..<place + 2].allSatisfy({ (0x30...0x39).contains($0) }) else {
        return nil
      }
      return Int64(bytes[place] - 0x30) * 10 + Int64(bytes[place + 1] - 0x30)
    }
    if bytes.count == 10 {
      (seconds, own) = (0, nil)
      return
    }
    guard bytes[10] == 0x54, let hour = two(11), hour < 24 else { return nil }
    if bytes.count == 13 {
      (seconds, own) = (hour * 3_600, nil)
      return
    }
    guard bytes[13] == 0x3A, let minute = two(14), minute < 60 else { return nil }
    if bytes.count == 16 {
      (seconds, own) = (hour * 3_600 + minute * 60, nil)
      return
    }
    guard bytes[16] == 0x3A, let second = two(17), second < 60, bytes.count > 19,
      let offset = CivilOffset(String(decoding: bytes[19...], as: UTF8.self))
    else { return nil }
    (seconds, own) = (hour * 3_600 + minute * 60 + second, offset)
  }

  /// The instant it names at a site.
  package func instant(_ site: CivilOffset) -> Instant {
    (own ?? site).start(of: day).adding(milliseconds: seconds * 1_000)
  }
}
