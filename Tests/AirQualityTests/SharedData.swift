import Foundation

/// The folder of recorded inputs beside the checkout.
enum SharedData {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/data")

  static let isPresent = FileManager.default.fileExists(atPath: folder.path)
  static let absent = "the folder shared/data is not beside this checkout"

  /// The lines of a file, without line feeds and the empty last one.
  static func lines(_ path: String) throws -> [String] {
    // By scalars: a CR LF is one character.
    try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8).unicodeScalars
      .split { $0 == "\n" || $0 == "\r" }.map { String($0) }
  }

  /// The names of a folder's files that begin so.
  static func files(in path: String, prefix: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(path).path)
      .filter { $0.hasPrefix(prefix) }.sorted()
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014), so that a failure can be repeated from its printed seed.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
