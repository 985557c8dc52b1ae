/// A file of a folder as a listing shows it.
package struct ListedFile: Hashable, Sendable {
  package var name: String
  /// Bytes; negative when the listing does not say.
  package var size: Int64
  /// The time of its last change in the listing's own words; only compared.
  package var stamp: String

  package init(name: String, size: Int64, stamp: String) {
    self.name = name
    self.size = size
    self.stamp = stamp
  }
}

/// Which files of a folder have been taken: their names, sizes and stamps. Files that left the folder are forgotten.
///
/// Losing it is harmless: files are taken again, and readings are known by their identity.
package struct FolderMemory: Sendable, Equatable {
  /// Files remembered: as many as one look into a folder finds, so that nothing it finds is without room.
  package static let limit = 200_000
  private static let head = "lantian-folder 1"

  /// Files that this one has room for.
  package let limit: Int
  private var files: [String: ListedFile] = [:]

  package init(limit: Int = FolderMemory.limit) { self.limit = limit }

  package var count: Int { files.count }

  /// Whether the file was taken as it is now.
  package func knows(_ file: ListedFile) -> Bool { files[file.name] == file }

  /// Remembers a file as taken; false when there is no room for it.
  @discardableResult
  package mutating func note(_ file: ListedFile) -> Bool {
    guard files[file.name] != nil || files.count < limit else { return false }
    files[file.name] = file
    return true
  }

  /// Those of some files, in their order, that can all be remembered once they are taken, and how many cannot. A file
  /// that cannot be remembered must not be taken: every further look would take it again.
  package func room(for candidates: [ListedFile]) -> (files: [ListedFile], excess: Int) {
    var room = limit - files.count
    var fitting: [ListedFile] = []
    for file in candidates {
      if files[file.name] == nil {
        guard room > 0 else { continue }
        room -= 1
      }
      fitting.append(file)
    }
    return (fitting, candidates.count - fitting.count)
  }

  /// Forgets what a listing no longer has.
  package mutating func retain(_ listed: [ListedFile]) {
    let names = Set(listed.map(\.name))
    files = files.filter { names.contains($0.key) }
  }

  // MARK: On disk

  /// A line for each file in the order of names: size, stamp, name, between tabs. The last line says how many.
  package var bytes: [UInt8] {
    var text = Self.head + "\n"
    for file in files.values.sorted(by: { $0.name < $1.name }) { text += "\(file.size)\t\(file.stamp)\t\(file.name)\n" }
    return Array((text + "\(files.count)\n").utf8)
  }

  /// Reads what `bytes` wrote; nil when it is anything else, only a part of it, or more than there is room for.
  package init?(bytes: [UInt8], limit: Int = FolderMemory.limit) {
    self.limit = limit
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: true)
    guard lines.count >= 2, lines[0] == Self.head, let count = Int(lines.removeLast()), count == lines.count - 1,
      count <= limit
    else { return nil }
    for line in lines.dropFirst() {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard fields.count == 3, let size = Int64(fields[0]), FileNamePattern.isSafe(String(fields[2])) else {
        return nil
      }
      let name = String(fields[2])
      files[name] = ListedFile(name: name, size: size, stamp: String(fields[1]))
    }
  }
}
