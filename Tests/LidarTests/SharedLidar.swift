import CZlib
import Foundation

/// Recorded files beside the checkout.
enum SharedLidar {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/data/lidar")
  static let isPresent = FileManager.default.fileExists(atPath: folder.path)
  static let absent = "the folder shared/data is not beside this checkout"

  /// The bytes of a file, unpacked when it is gzip.
  static func bytes(_ name: String) throws -> [UInt8] {
    let path = folder.appendingPathComponent(name).path
    guard name.hasSuffix(".gz") else { return Array(try Data(contentsOf: URL(fileURLWithPath: path))) }
    guard let file = unsafe gzopen(path, "rb") else { throw CocoaError(.fileReadUnknown) }
    defer { unsafe _ = gzclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe gzread(file, &chunk, UInt32(chunk.count))
      guard count > 0 else { return bytes }
      bytes += chunk[..<Int(count)]
    }
  }
}
