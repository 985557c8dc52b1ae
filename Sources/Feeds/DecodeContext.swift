package import AirQuality

/// What decoding needs to know beside the body. Decoders have no clock: the instant of reception comes from here.
package struct DecodeContext: Sendable, Hashable {
  /// When the last byte of the answer arrived.
  package var receivedAt: Instant
  /// The zone of stamps that carry none and whose feed declares none.
  package var siteOffset: CivilOffset
  /// The station of rows that name none (a device that answers for itself).
  package var defaultStation: String?
  /// Stations whose rows are to be read otherwise than the feed declares, by id. All formats of readings heed it.
  package var overrides: [String: StationSetting] = [:]

  package init(receivedAt: Instant, siteOffset: CivilOffset = .china, defaultStation: String? = nil) {
    self.receivedAt = receivedAt
    self.siteOffset = siteOffset
    self.defaultStation = defaultStation
  }
}
