/// A pattern of file names: `*` stands for any characters, `?` for one, everything else for itself.
package struct FileNamePattern: Hashable, Sendable {
  package let text: String
  private let pattern: [Unicode.Scalar]

  package init(_ text: String) {
    self.text = text
    pattern = Array(text.unicodeScalars)
  }

  /// Whether the whole name fits. Names of more than 255 bytes, with `/`, control characters or a leading dot never do,
  /// nor do those of files that are being written (`.part`, `.tmp`, `.filepart`).
  package func matches(_ name: String) -> Bool {
    guard Self.isSafe(name), !name.hasPrefix(".") else { return false }
    let lower = name.lowercased()
    if [".part", ".tmp", ".filepart"].contains(where: lower.hasSuffix) { return false }
    return fits(Array(name.unicodeScalars))
  }

  /// Whether a name can be the name of one file in a folder, whoever says it.
  package static func isSafe(_ name: String) -> Bool {
    guard !name.isEmpty, name.utf8.count <= 255, name != ".", name != ".." else { return false }
    return name.unicodeScalars.allSatisfy { $0 != "/" && $0.value >= 0x20 && $0.value != 0x7F }
  }

  /// Goes back to the newest star only, so that no pattern takes more than pattern times name steps.
  private func fits(_ name: [Unicode.Scalar]) -> Bool {
    var place = 0
    var index = 0
    var star: (place: Int, index: Int)?
    while index < name.count {
      if place < pattern.count, pattern[place] == "*" {
        star = (place, index)
        place += 1
      } else if place < pattern.count, pattern[place] == "?" || pattern[place] == name[index] {
        place += 1
        index += 1
      } else if let last = star {
        star = (last.place, last.index + 1)
        place = last.place + 1
        index = last.index + 1
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == "*" }
  }
}
