import ConfigurationFiles
import Glibc

/// The recorded configurations under `testdata`: each file ends with what loading it must say.
///
/// `#= ` lines hold the whole texts, places included; a file without `#= error:` must load.
/// With `RECORD_CASES=1` in the environment a run writes what it got into the files instead; read the diff.
enum CaseFolder {
  /// `…/Tests/ConfigurationFilesTests/testdata`.
  static let root = String(#filePath.dropLast("CaseFolder.swift".count)) + "testdata"

  /// The environment all cases see.
  static let environment = [
    "HOST": "feeds.example", "TOKEN": "hunter2-token", "EMPTY": "", "PORT": "9000",
    "CREDENTIALS_DIRECTORY": root + "/cases/credentials",
  ]

  static var names: [String] { list(root + "/cases", suffix: ".yaml") }
  static var folders: [String] { list(root + "/folders", suffix: "") }

  static func sources(_ path: String, environment: [String: String] = environment) -> ConfigurationSources {
    ConfigurationSources(path: path, environment: environment, presets: ConfigurationSources.knownPresets)
  }

  /// What loading says, one line each, without the directory.
  static func outcome(_ path: String) -> [String] {
    _ = hasUsualModes
    let directory = path.split(separator: "/").dropLast().joined(separator: "/")
    func short(_ text: String) -> String { text.replacing("/" + directory + "/", with: "") }
    do {
      let loaded = try ConfigurationLoader.load(sources(path))
      return loaded.warnings.map { short($0.description) }
    } catch {
      return error.errors.map { "error: " + short($0.description) } + error.warnings.map { short($0.description) }
    }
  }

  /// Warnings name file modes, and a checkout's depend on the umask: every case is given 0644 once.
  private static let hasUsualModes: Bool = {
    let files =
      list(root + "/cases", suffix: ".yaml").map { "/cases/" + $0 }
      + list(root + "/cases/tables", suffix: ".txt").map { "/cases/tables/" + $0 } + ["/cases/credentials/park"]
    for file in files { chmod(root + file, 0o644) }
    return true
  }()

  /// What the case's last lines say it should be.
  static func expected(_ path: String) -> [String] {
    lines(path).filter { $0.hasPrefix("#= ") }.map { String($0.dropFirst(3)) }
  }

  static func lines(_ path: String) -> [String] {
    String(decoding: bytes(path), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  static func bytes(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count <= 0 { return bytes }
      bytes += chunk[..<count]
    }
  }

  static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o644) {
    guard let file = fopen(path, "w") else { return }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
    chmod(path, mode)
  }

  static var isRecording: Bool { getenv("RECORD_CASES") != nil }

  /// Puts `outcome` at the end of the case.
  static func record(_ outcome: [String], in path: String) {
    var lines = lines(path).filter { !$0.hasPrefix("#= ") }
    while lines.last == "" { lines.removeLast() }
    lines += outcome.map { "#= " + $0 }
    write(Array((lines.joined(separator: "\n") + "\n").utf8), to: path)
  }

  private static func list(_ directory: String, suffix: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(suffix) && !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}
