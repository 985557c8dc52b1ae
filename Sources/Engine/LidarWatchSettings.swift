package import AirQuality

/// When what a lidar sees is a watch (关注). The numbers are the project's own, for no source that was found states any; each is
/// a setting.
public struct LidarWatchSettings: Sendable, Hashable {
  public var isEnabled = true
  /// An elevated layer counts from this contrast on (its peak over the air below, both against clean air) …
  public var layerContrast = 2.0
  /// … up to this height …
  public var layerMaximumMeters = 3_000.0
  /// … when its base lies within so many metres of the mixed layer's top, where it can be mixed down …
  public var layerDistanceMeters = 500.0
  /// … or has come down by so much in two hours while within three times that distance.
  public var layerDescentMeters = 200.0
  /// The mixed layer falls when it has lost this share of its highest of the last three hours, and 200 m …
  public var fallShare = 0.4
  /// … of which much is usual in the evening: it must also lie below this share of the same hour's mean of the days before, or,
  /// while fewer than three of them are known, have lost `fallShareAlone`.
  public var usualShare = 0.7
  public var fallShareAlone = 0.6
  /// The surface rises when the county's PM2.5 or PM10 is above that of three hours before by this share, and by 15 and 30 µg/m³.
  public var riseShare = 0.2
  /// A sector stands out from this ratio to the median of the scan on.
  public var plumeRatio = 2.0
  /// Windows of ten minutes in a row that begin a watch, and that end it.
  public var beginsAfter = 3
  public var endsAfter = 6
  /// County edges that scanning lidars look across.
  public var edges: [Edge] = []

  /// A sector in which a lidar's beam crosses the edge of its county.
  public struct Edge: Sendable, Hashable {
    public var station: String
    /// Degrees clockwise from north; a sector may cross north.
    public var fromDegrees: Double
    public var untilDegrees: Double
    /// Distance of the edge along the beam, metres.
    public var rangeMeters: Double
    /// What lies behind it, for people.
    public var beyond: String
    public init(station: String, fromDegrees: Double, untilDegrees: Double, rangeMeters: Double, beyond: String) {
      self.station = station
      self.fromDegrees = fromDegrees
      self.untilDegrees = untilDegrees
      self.rangeMeters = rangeMeters
      self.beyond = beyond
    }

    func encode(into writer: inout ByteWriter) {
      writer.text(station)
      for value in [fromDegrees, untilDegrees, rangeMeters] { writer.double(value) }
      writer.text(beyond)
    }

    init<Failure>(decoding reader: inout ByteReader<Failure>) throws(Failure) {
      station = try reader.text()
      fromDegrees = try reader.double()
      untilDegrees = try reader.double()
      rangeMeters = try reader.double()
      beyond = try reader.text()
    }

    func holds(_ azimuth: Double) -> Bool {
      fromDegrees <= untilDegrees
        ? (fromDegrees...untilDegrees).contains(azimuth) : azimuth >= fromDegrees || azimuth <= untilDegrees
    }
  }

  public init() {}

  package func encode(into writer: inout ByteWriter) {
    writer.flag(isEnabled)
    for value in [
      layerContrast, layerMaximumMeters, layerDistanceMeters, layerDescentMeters, fallShare, usualShare,
      fallShareAlone, riseShare, plumeRatio,
    ] { writer.double(value) }
    writer.signed(Int64(beginsAfter))
    writer.signed(Int64(endsAfter))
    writer.list(edges) { $1.encode(into: &$0) }
  }

  package init<Failure>(decoding reader: inout ByteReader<Failure>) throws(Failure) {
    isEnabled = try reader.flag()
    layerContrast = try reader.double()
    layerMaximumMeters = try reader.double()
    layerDistanceMeters = try reader.double()
    layerDescentMeters = try reader.double()
    fallShare = try reader.double()
    usualShare = try reader.double()
    fallShareAlone = try reader.double()
    riseShare = try reader.double()
    plumeRatio = try reader.double()
    beginsAfter = try reader.integer("the observations")
    endsAfter = try reader.integer("the observations")
    edges = try reader.list(of: "edges") { reader throws(Failure) in
      try Edge(decoding: &reader)
    }
  }
}
