import Glibc

/// A directory of its own, removed with everything in it at the end.
package final class TemporaryDirectory: Sendable {
  package let path: String
  package init() {
    var template = Array("/tmp/lantian-test-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) != nil }
    precondition(made, "no temporary directory")
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
  deinit { removeTree(path) }
}

/// Removes a file, or a directory with everything in it.
package func removeTree(_ path: String) {
  for name in names(in: path) where remove(path + "/" + name) != 0 { removeTree(path + "/" + name) }
  _ = remove(path)
}

/// Names of a directory's entries, sorted; empty when there is none.
package func names(in path: String) -> [String] {
  guard let stream = opendir(path) else { return [] }
  defer { closedir(stream) }
  var found: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." && name != ".." { found.append(name) }
  }
  return found.sorted()
}

/// A file's bytes; nil when it cannot be opened.
package func contents(of path: String) -> [UInt8]? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var part = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = fread(&part, 1, part.count, file)
    if count == 0 { return bytes }
    bytes.append(contentsOf: part[..<count])
  }
}

/// Writes a file anew.
package func write(_ bytes: [UInt8], to path: String) {
  guard let file = fopen(path, "w") else { return }
  fwrite(bytes, 1, bytes.count, file)
  fclose(file)
}
