import Glibc

/// One file of the tree as text.
struct SourceFile: Sendable {
  /// From the root: `Sources/Engine/Engine.swift`.
  var path: String
  var text: String
  /// Lines without comments and without what stands in string literals.
  var code: [String]

  var target: String {
    let parts = path.split(separator: "/")
    return parts.count > 2 ? String(parts[1]) : ""
  }
}

/// The checkout that this test was built from.
enum SourceTree {
  static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  static let sources = swiftFiles("Sources")
  static let tests = swiftFiles("Tests")

  static func text(_ path: String) -> String? {
    guard let file = fopen(root + "/" + path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&part, 1, part.count, file)
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(contentsOf: part[..<count])
    }
  }

  private static func swiftFiles(_ folder: String) -> [SourceFile] {
    guard let stream = opendir(root + "/" + folder) else { return [] }
    defer { closedir(stream) }
    var files: [SourceFile] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      let path = folder + "/" + name
      if name.hasSuffix(".swift") {
        guard let text = text(path) else { continue }
        files.append(SourceFile(path: path, text: text, code: code(text)))
      } else if entry.pointee.d_type == UInt8(DT_DIR) {
        files += swiftFiles(path)
      }
    }
    return files.sorted { $0.path < $1.path }
  }

  /// Comments and literals blanked, line by line; an interpolation inside a literal is taken for text.
  static func code(_ text: String) -> [String] {
    var lines: [String] = []
    var kept: [UInt8] = []
    let bytes = Array(text.utf8)
    var at = 0
    func stands(_ word: StaticString) -> Bool {
      let count = word.utf8CodeUnitCount
      guard at + count <= bytes.count else { return false }
      for index in 0..<count where bytes[at + index] != word.utf8Start[index] { return false }
      return true
    }
    func skip(to end: StaticString) {
      while at < bytes.count, !stands(end) {
        if bytes[at] == 0x0A { endLine() }
        at += 1
      }
      at += end.utf8CodeUnitCount
    }
    func endLine() {
      lines.append(String(decoding: kept, as: UTF8.self))
      kept = []
    }
    while at < bytes.count {
      if stands("//") {
        while at < bytes.count, bytes[at] != 0x0A { at += 1 }
      } else if stands("/*") {
        skip(to: "*/")
      } else if stands("\"\"\"") {
        at += 3
        skip(to: "\"\"\"")
      } else if bytes[at] == 0x22 {
        at = endOfLiteral(bytes, from: at + 1)
        kept += [0x22, 0x22]
      } else if bytes[at] == 0x0A {
        endLine()
        at += 1
      } else {
        kept.append(bytes[at])
        at += 1
      }
    }
    endLine()
    return lines
  }

  /// Behind the closing quote of a one-line literal, or at the line's end.
  private static func endOfLiteral(_ bytes: [UInt8], from start: Int) -> Int {
    var at = start
    var depth = 0
    while at < bytes.count, bytes[at] != 0x0A {
      defer { at += 1 }
      switch bytes[at] {
      case 0x5C:
        if at + 1 < bytes.count, bytes[at + 1] == 0x28 { depth += 1 }
        at += 1
      case 0x28 where depth > 0: depth += 1
      case 0x29 where depth > 0: depth -= 1
      case 0x22 where depth == 0: return at + 1
      default: break
      }
    }
    return at
  }
}

/// Whether `word` stands anywhere in `text`, byte for byte.
func holds(_ text: String, _ word: String) -> Bool {
  text.withCString { text in word.withCString { strstr(text, $0) != nil } }
}

/// Whether `word` stands in `line` with no letter, digit, underscore or point before it.
func calls(_ word: String, in line: String) -> Bool {
  guard !line.isEmpty, holds(line, word) else { return false }
  var from = line.startIndex
  while let found = line[from...].firstRange(of: word) {
    let before = found.lowerBound == line.startIndex ? nil : line[line.index(before: found.lowerBound)]
    if !(before.map { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." } ?? false) { return true }
    from = found.upperBound
  }
  return false
}
