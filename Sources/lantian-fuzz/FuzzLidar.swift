import AirQuality
import Lidar
import LidarFiles

/// Files of lidars under libFuzzer: decoding must end, what comes of it must be sound, and every retrieval of it must end.
enum FuzzLidar: String, CaseIterable, Sendable {
  case vaisala = "lidar-vaisala"
  case licel = "lidar-licel"
  case netCDF = "lidar-netcdf"

  func run(_ bytes: [UInt8]) {
    let content =
      switch self {
      case .vaisala: VaisalaDecoder.decode(bytes)
      case .licel: LicelDecoder.decode(bytes)
      case .netCDF: NetCDFDecoder.decode(bytes)
      }
    _ = LidarFormat(sniffing: bytes)
    precondition(!content.records.isEmpty || content.faultCount > 0)
    precondition(content.faults.count <= content.faultCount && content.faults.count <= LidarFileContent.maximumFaults)
    precondition(content.records.count <= LidarFileContent.maximumRecords)
    for fault in content.faults { precondition(!fault.message.isEmpty && fault.description.utf8.count < 2_000) }
    for record in content.records { Self.check(record) }
    for record in content.records.prefix(3) { Self.retrieve(record) }
    if let window = ProfileWindow(content.records.prefix(20).compactMap({ ProfileWindow.Member($0) })) {
      Self.check(BoundaryLayer(window))
    }
  }

  private static func check(_ record: LidarRecord) {
    precondition(record.tiltDegrees >= 0 && record.tiltDegrees <= 90)
    precondition((record.cloudBasesMeters + record.layersMeters).allSatisfy(\.isFinite))
    for channel in record.channels {
      precondition(channel.values.count <= LidarFileContent.maximumBins)
      precondition(
        LidarGeometry.isPossible(
          firstRangeMeters: channel.firstRangeMeters, resolutionMeters: channel.resolutionMeters))
      precondition(channel.wavelengthNanometers.map { $0 > 0 && $0 <= 100_000 } ?? true)
    }
  }

  private static func check(_ layer: BoundaryLayer) {
    precondition((layer.heightMeters == nil) == (layer.quality == .none))
    precondition((layer.heightMeters == nil) == (layer.uncertaintyMeters == nil))
    precondition(layer.heightMeters.map { $0.isFinite && $0 > 0 } ?? true)
  }

  /// Everything that is made of a record.
  static func retrieve(_ record: LidarRecord) {
    var settings = LidarProducts.Settings()
    settings.humidity = 60
    guard let products = LidarProducts(record, settings) else { return }
    if let layer = products.boundaryLayer { check(layer) }
    for layer in products.layers.layers { precondition(layer.baseMeters < layer.topMeters) }
    if case .success(let mass) = products.mass { precondition(mass.micrograms >= 0 && mass.micrograms.isFinite) }
  }
}
