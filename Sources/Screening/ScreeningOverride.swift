package import AirQuality

/// A person's verdict on readings of one station (人工审核标记): it stands in place of the tests' until it is withdrawn.
package struct ScreeningOverride: Sendable, Hashable {
  /// The act's own id.
  package var id: String
  package var station: String
  /// Nil for all quantities of the station.
  package var pollutant: Pollutant?
  /// Readings that begin from here …
  package var from: Instant
  /// … until before here.
  package var until: Instant
  /// 1 good, 3 suspect or 4 fail.
  package var flag: QualityFlag
  package var by: String
  package var reason: String
  /// When it was stated.
  package var at: Instant
  /// Who took it back, why and when; nil while it stands.
  package var withdrawal: Withdrawal?

  /// An override taken back.
  package struct Withdrawal: Sendable, Hashable {
    package var by: String
    package var reason: String
    package var at: Instant
    package init(by: String, reason: String, at: Instant) {
      self.by = by
      self.reason = reason
      self.at = at
    }
  }

  package init(
    id: String, station: String, pollutant: Pollutant?, from: Instant, until: Instant, flag: QualityFlag, by: String,
    reason: String, at: Instant, withdrawal: Withdrawal? = nil
  ) {
    self.id = id
    self.station = station
    self.pollutant = pollutant
    self.from = from
    self.until = until
    self.flag = flag
    self.by = by
    self.reason = reason
    self.at = at
    self.withdrawal = withdrawal
  }

  /// The verdicts a person may give.
  package static let flags: [QualityFlag] = [.good, .suspect, .fail]

  /// Whether it speaks of a reading with that begin.
  package func covers(_ pollutant: Pollutant, begin: Instant) -> Bool {
    withdrawal == nil && (self.pollutant == nil || self.pollutant == pollutant) && from <= begin && begin < until
  }

  package func encode(into writer: inout ByteWriter) {
    writer.text(id)
    writer.text(station)
    writer.optional(pollutant) { $0.byte($1.rawValue) }
    writer.signed(from.milliseconds)
    writer.signed(until.milliseconds)
    writer.byte(flag.rawValue)
    writer.text(by)
    writer.text(reason)
    writer.signed(at.milliseconds)
    writer.optional(withdrawal) { writer, withdrawal in
      writer.text(withdrawal.by)
      writer.text(withdrawal.reason)
      writer.signed(withdrawal.at.milliseconds)
    }
  }

  package init<Failure>(decoding reader: inout ByteReader<Failure>) throws(Failure) {
    id = try reader.text()
    station = try reader.text()
    pollutant = try reader.optional { reader throws(Failure) in try reader.coded(Pollutant.self) }
    from = Instant(milliseconds: try reader.signed())
    until = Instant(milliseconds: try reader.signed())
    flag = try reader.coded(QualityFlag.self)
    by = try reader.text()
    reason = try reader.text()
    at = Instant(milliseconds: try reader.signed())
    withdrawal = try reader.optional { reader throws(Failure) in
      Withdrawal(by: try reader.text(), reason: try reader.text(), at: Instant(milliseconds: try reader.signed()))
    }
  }
}
