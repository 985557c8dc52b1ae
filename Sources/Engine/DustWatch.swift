package import AirQuality

/// Whether sand-dust is suspected in one unit (疑似沙尘): its PM10 surges and PM2.5/PM10 collapses against its own hours
/// before. Constant time and memory for each hour; exact arithmetic in thousandths.
///
/// Hours are judged once, in their order, with what was known then; later corrections change no suspicion.
package struct DustWatch: Sendable, Hashable {
  /// What a suspicion rests on.
  package struct Evidence: Sendable, Hashable {
    package var pm10: Concentration
    package var pm25: Concentration
    /// Mean of the hours before the surge, µg/m³.
    package var basePM10: Concentration
    /// PM2.5/PM10 of the hour and of the hours before; missing without PM2.5.
    package var ratio: Concentration
    package var baseRatio: Concentration
    /// The hour over the mean before.
    package var surge: Concentration
  }

  /// What an hour brought.
  package enum Outcome: Sendable, Hashable {
    case began(Evidence)
    /// PM10 is back; `hours` after it began.
    case ended(Evidence, hours: Int32)
    /// So many hours have passed that the air before the surge says nothing any more.
    case expired(Evidence, hours: Int32)
  }

  private struct Hour: Sendable, Hashable {
    var hour: Int32
    var pm10: Int64
    var pm25: Int64
  }

  /// Hours with both values, oldest first, none older than `DustSettings.baseHours`.
  private var hours: [Hour] = []
  /// First hour of the running suspicion; nil without one.
  package private(set) var since: Int32?
  /// Sums over the hours before the surge, and how many.
  private var basePM10: Int64 = 0
  private var basePM25: Int64 = 0
  private var baseCount: Int64 = 0
  private var judgedThrough = Int32.min

  package init() {}

  /// Takes the unit's hour; with `judges` it may begin or end a suspicion, else it is only remembered.
  package mutating func take(
    hour: Int32, pm10: Concentration, pm25: Concentration, judges: Bool = true, settings: DustSettings = DustSettings()
  ) -> Outcome? {
    guard hour > judgedThrough else { return nil }
    judgedThrough = hour
    hours.removeAll { Int64($0.hour) < Int64(hour) - Int64(settings.baseHours) }
    if let since { return judges ? goOn(since, hour, pm10, pm25, settings) : nil }
    guard !pm10.isMissing, !pm25.isMissing, pm10.thousandths > 0, pm25.thousandths >= 0 else { return nil }
    let (p10, p25) = (Int64(pm10.thousandths), Int64(pm25.thousandths))
    if judges, isDust(p10, p25, settings) {
      since = hour
      hours.removeAll()
      return .began(evidence(pm10, pm25))
    }
    hours.append(Hour(hour: hour, pm10: p10, pm25: p25))
    return nil
  }

  /// Compares an hour with those before; on true they are kept as the base.
  private mutating func isDust(_ pm10: Int64, _ pm25: Int64, _ settings: DustSettings) -> Bool {
    guard hours.count >= settings.validBaseHours, pm10 > settings.floor * 1_000 else { return false }
    let (sum10, sum25) = (hours.reduce(0) { $0 + $1.pm10 }, hours.reduce(0) { $0 + $1.pm25 })
    guard pm10 * 100 * Int64(hours.count) >= settings.surgePercent * sum10,
      pm25 * 100 * sum10 <= settings.collapsePercent * pm10 * sum25
    else { return false }
    (basePM10, basePM25, baseCount) = (sum10, sum25, Int64(hours.count))
    return true
  }

  private mutating func goOn(
    _ since: Int32, _ hour: Int32, _ pm10: Concentration, _ pm25: Concentration, _ settings: DustSettings
  ) -> Outcome? {
    let isBack =
      !pm10.isMissing && Int64(pm10.thousandths) * 100 * baseCount <= settings.endPercent * basePM10
    let length = hour - since
    guard isBack || length >= settings.maximumHours else { return nil }
    self.since = nil
    return isBack
      ? .ended(evidence(pm10, pm25), hours: length) : .expired(evidence(pm10, pm25), hours: length)
  }

  private func evidence(_ pm10: Concentration, _ pm25: Concentration) -> Evidence {
    func quotient(_ a: Int64, _ b: Int64) -> Concentration {
      b > 0 ? .mean(sum: a * 1_000, count: Int(b)) : .missing
    }
    let base = Concentration.mean(sum: basePM10, count: Int(max(1, baseCount)))
    let isWhole = !pm10.isMissing && !pm25.isMissing
    return Evidence(
      pm10: pm10, pm25: pm25, basePM10: base,
      ratio: isWhole ? quotient(Int64(pm25.thousandths), Int64(pm10.thousandths)) : .missing,
      baseRatio: quotient(basePM25, basePM10),
      surge: pm10.isMissing ? .missing : quotient(Int64(pm10.thousandths) * baseCount, basePM10))
  }

  package func encode(into writer: inout ByteWriter) {
    writer.list(hours) { writer, hour in
      writer.fixed(hour.hour)
      writer.signed(hour.pm10)
      writer.signed(hour.pm25)
    }
    writer.optional(since) { $0.fixed($1) }
    writer.signed(basePM10)
    writer.signed(basePM25)
    writer.signed(baseCount)
    writer.fixed(judgedThrough)
  }

  package init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    hours = try reader.list(of: "dust hours") { reader throws(SnapshotReadingError) in
      Hour(hour: try reader.fixed(Int32.self), pm10: try reader.signed(), pm25: try reader.signed())
    }
    since = try reader.optional { reader throws(SnapshotReadingError) in try reader.fixed(Int32.self) }
    basePM10 = try reader.signed()
    basePM25 = try reader.signed()
    baseCount = try reader.signed()
    judgedThrough = try reader.fixed(Int32.self)
  }
}
