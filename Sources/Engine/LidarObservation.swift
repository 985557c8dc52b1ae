public import AirQuality

/// What a window of lidar profiles shows, as it is journalled: heights in metres above the instrument.
public struct LidarObservation: Sendable, Hashable {
  public var station: String
  /// Stamp of the newest profile of the window.
  public var at: Instant
  /// Profiles of the window.
  public var profiles: Int
  /// Degrees from the vertical, and clockwise from north; nil azimuth when the instrument does not say.
  public var tiltDegrees: Double
  public var azimuthDegrees: Double?
  /// Top of the mixed layer (混合层高度), its standard deviation, and what it is worth: `good`, `doubtful`, `none` with the reason.
  public var boundaryLayerMeters: Double?
  public var uncertaintyMeters: Double?
  public var quality: String
  public var reason: String
  /// Aerosol layers above the mixed layer, lowest first; at most `maximumLayers`.
  public var layers: [Layer]
  public var cloudBaseMeters: Double?
  /// Range-corrected signal along the beam, means of `binMeters` each from the instrument on, in the instrument's own unit;
  /// NaN where there is none, at most `maximumBins`. Of tilted beams alone.
  public var alongBeam: [Float]

  /// An aerosol layer carried aloft.
  public struct Layer: Sendable, Hashable {
    public var baseMeters: Double
    public var topMeters: Double
    /// Its peak over the level of the air just below, both against clean air: 1 is no layer.
    public var contrast: Double
    public init(baseMeters: Double, topMeters: Double, contrast: Double) {
      self.baseMeters = baseMeters
      self.topMeters = topMeters
      self.contrast = contrast
    }
  }

  public static let maximumLayers = 8
  public static let maximumBins = 40
  /// Length of a bin of `alongBeam`.
  public static let binMeters = 250.0
  /// Length of the windows that observations are of, milliseconds.
  public static let windowMilliseconds: Int64 = 600_000
  /// Beams tilted more than this look along the ground.
  public static let slantDegrees = 60.0

  public init(
    station: String, at: Instant, profiles: Int, tiltDegrees: Double, azimuthDegrees: Double?,
    boundaryLayerMeters: Double?, uncertaintyMeters: Double?, quality: String, reason: String, layers: [Layer] = [],
    cloudBaseMeters: Double? = nil, alongBeam: [Float] = []
  ) {
    self.station = station
    self.at = at
    self.profiles = profiles
    self.tiltDegrees = tiltDegrees
    self.azimuthDegrees = azimuthDegrees
    self.boundaryLayerMeters = boundaryLayerMeters
    self.uncertaintyMeters = uncertaintyMeters
    self.quality = quality
    self.reason = reason
    self.layers = Array(layers.prefix(Self.maximumLayers))
    self.cloudBaseMeters = cloudBaseMeters
    self.alongBeam = Array(alongBeam.prefix(Self.maximumBins))
  }

  /// Whether the beam looks along the ground.
  var isSlant: Bool { tiltDegrees >= Self.slantDegrees }

  /// Number of its ten degrees of azimuth; nil without a direction.
  var sector: Int? {
    azimuthDegrees.flatMap { (0...360).contains($0) ? Int($0 / 10) % 36 : nil }
  }

  /// Number of the window that an instant lies in.
  public static func window(of at: Instant) -> Int64 { floorDivide(at.milliseconds, windowMilliseconds) }

  package func encode(into writer: inout ByteWriter) {
    writer.text(station)
    writer.signed(at.milliseconds)
    writer.signed(Int64(profiles))
    writer.double(tiltDegrees)
    for value in [azimuthDegrees, boundaryLayerMeters, uncertaintyMeters, cloudBaseMeters] {
      writer.optional(value) { $0.double($1) }
    }
    writer.text(quality)
    writer.text(reason)
    writer.list(layers) { writer, layer in
      for value in [layer.baseMeters, layer.topMeters, layer.contrast] { writer.double(value) }
    }
    writer.list(alongBeam) { $0.fixed($1.bitPattern) }
  }

  package init<Failure>(decoding reader: inout ByteReader<Failure>) throws(Failure) {
    func number(_ reader: inout ByteReader<Failure>) throws(Failure) -> Double? {
      try reader.optional { reader throws(Failure) in try reader.double() }
    }
    station = try reader.text()
    at = Instant(milliseconds: try reader.signed())
    profiles = try reader.integer("the profiles")
    tiltDegrees = try reader.double()
    azimuthDegrees = try number(&reader)
    boundaryLayerMeters = try number(&reader)
    uncertaintyMeters = try number(&reader)
    cloudBaseMeters = try number(&reader)
    quality = try reader.text()
    reason = try reader.text()
    layers = try reader.list(of: "layers", width: 24) { reader throws(Failure) in
      Layer(baseMeters: try reader.double(), topMeters: try reader.double(), contrast: try reader.double())
    }
    alongBeam = try reader.list(of: "bins", width: 4) { reader throws(Failure) in
      Float(bitPattern: try reader.fixed(UInt32.self))
    }
    guard layers.count <= Self.maximumLayers, alongBeam.count <= Self.maximumBins else {
      throw reader.fail("\(layers.count) layers, \(alongBeam.count) bins")
    }
  }
}
