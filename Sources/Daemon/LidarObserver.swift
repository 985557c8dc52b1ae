import AirQuality
import Engine
import Lidar

/// Lidar profiles of an answer to what is journalled of them: one observation for each direction and ten minutes. Where
/// answers come more often, the newest of a window counts (`LidarWatchRow`).
enum LidarObserver {
  /// Observations of one answer at most; a day of one lidar has 144.
  static let maximumObservations = 2_000

  /// Observations oldest first; records without a stamp or an elastic channel are left out.
  ///
  /// - Parameter station: of all records; nil takes the name that each carries.
  static func observations(_ records: [LidarRecord], station: String?) -> [LidarObservation] {
    struct Window: Hashable {
      var station: String
      var number: Int64
      /// Ten degrees of azimuth; -1 for beams that look upward.
      var sector: Int
    }
    var windows: [Window: [LidarRecord]] = [:]
    for record in records {
      guard let at = record.at, record.elastic != nil else { continue }
      let name = station ?? record.source
      guard !name.isEmpty else { continue }
      let isSlant = record.tiltDegrees >= LidarObservation.slantDegrees
      let azimuth = record.azimuthDegrees.flatMap { (0...360).contains($0) ? $0 : nil }
      let window = Window(
        station: name, number: LidarObservation.window(of: at),
        sector: isSlant ? azimuth.map { Int($0 / 10) } ?? 36 : -1)
      guard windows[window] != nil || windows.count < maximumObservations else { continue }
      windows[window, default: []].append(record)
    }
    return windows.compactMap { observation($1, station: $0.station, isSlant: $0.sector >= 0) }
      .sorted { ($0.at, $0.station) < ($1.at, $1.station) }
  }

  private static func observation(
    _ records: [LidarRecord], station: String, isSlant: Bool
  ) -> LidarObservation? {
    let ordered = records.sorted { ($0.at ?? Instant(milliseconds: 0)) < ($1.at ?? Instant(milliseconds: 0)) }
    guard let newest = ordered.last, let at = newest.at else { return nil }
    if isSlant {
      return LidarObservation(
        station: station, at: at, profiles: ordered.count, tiltDegrees: newest.tiltDegrees,
        azimuthDegrees: newest.azimuthDegrees, boundaryLayerMeters: nil, uncertaintyMeters: nil, quality: "none",
        reason: "slant_beam", alongBeam: alongBeam(ordered))
    }
    guard let layer = BoundaryLayer(ordered) else { return nil }
    let aloft = LayerDetection(newest, aboveMeters: layer.heightMeters)?.layers ?? []
    return LidarObservation(
      station: station, at: at, profiles: layer.profiles, tiltDegrees: newest.tiltDegrees,
      azimuthDegrees: newest.azimuthDegrees, boundaryLayerMeters: layer.heightMeters,
      uncertaintyMeters: layer.uncertaintyMeters, quality: layer.quality.rawValue, reason: layer.reason.rawValue,
      layers: aloft.filter { $0.kind == .aerosol }.map {
        LidarObservation.Layer(baseMeters: $0.baseMeters, topMeters: $0.topMeters, contrast: $0.contrast)
      }, cloudBaseMeters: layer.cloudBaseMeters)
  }

  /// Means of the range-corrected signal along the beam over bins of `LidarObservation.binMeters`.
  private static func alongBeam(_ records: [LidarRecord]) -> [Float] {
    var sums = [Double](repeating: 0, count: LidarObservation.maximumBins)
    var counts = [Int](repeating: 0, count: LidarObservation.maximumBins)
    for record in records {
      guard let channel = record.elastic else { continue }
      for (bin, value) in channel.rangeCorrected.enumerated() where value.isFinite {
        let place = channel.range(ofBin: bin) / LidarObservation.binMeters
        guard place >= 0, place < Double(LidarObservation.maximumBins) else { continue }
        sums[Int(place)] += Double(value)
        counts[Int(place)] += 1
      }
    }
    return zip(sums, counts).map { $1 > 0 ? Float($0 / Double($1)) : .nan }
  }
}
