package import Lidar

/// Files of instruments, whichever of the known formats they have.
package enum LidarFile {
  /// Reads Vaisala messages, Licel raw files and NetCDF; of anything else the content is one fault that says so.
  ///
  /// JSON profiles are answers of feeds, not files of instruments: `lidar-json` decodes them.
  package static func decode(_ bytes: [UInt8]) -> LidarFileContent {
    switch LidarFormat(sniffing: bytes) {
    case .vaisala: return VaisalaDecoder.decode(bytes)
    case .licel: return LicelDecoder.decode(bytes)
    case .netCDF: return NetCDFDecoder.decode(bytes)
    case .json, nil:
      var content = LidarFileContent(format: "unknown")
      content.fail(
        "", "the file is none of Vaisala messages, Licel raw and NetCDF; JSON profiles have the format lidar-json")
      return content
    }
  }
}
