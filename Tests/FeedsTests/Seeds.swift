import Feeds
import Glibc

/// Small bodies that cutting and mutating start from, and that `Deploy/fuzz` starts from too: `Corpus/<format>/<name>`.
/// A crash that fuzzing finds becomes a test by lying there.
enum Seeds {
  static let root = String(#filePath.dropLast("Seeds.swift".count)) + "Corpus"

  struct Unreadable: Error { var path: String }

  /// The good body of a preset.
  static func small(_ preset: FeedPreset) throws -> [UInt8] { try bytes(preset.rawValue + "/good") }

  /// The formats that have bodies, by the names of their folders.
  static var formats: [String] { names(root) }

  /// All bodies of a format, by name.
  static func bodies(_ format: String) -> [String] { names(root + "/" + format).map { format + "/" + $0 } }

  static func bytes(_ path: String) throws -> [UInt8] {
    guard let file = unsafe fopen(root + "/" + path, "rb") else { throw Unreadable(path: path) }
    defer { unsafe _ = fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe fread(&chunk, 1, chunk.count, file)
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
  }

  private static func names(_ folder: String) -> [String] {
    guard let directory = unsafe opendir(folder) else { return [] }
    defer { unsafe _ = closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}
