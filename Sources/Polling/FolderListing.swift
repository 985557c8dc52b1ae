package import Transport

/// A listing of a folder as a server of files writes it. Only regular files count: no folders, no symbolic links.
package struct FolderListing: Sendable, Equatable {
  /// Files of one listing that are looked at: those whose names come last, for names with a date the newest.
  package static let limit = 50_000

  /// In the order of their names' bytes, each once.
  package var files: [ListedFile] = []
  /// Those before them, as far as there is room to remember them. They are not fetched; what was taken of them stays
  /// known, so that they are not new when the names behind them leave the folder.
  package var passed: [ListedFile] = []
  /// Lines with a name that is not UTF-8.
  package var unreadable = 0
  /// Files before the last `limit`, left out.
  package var excess = 0

  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  /// Reads a listing; what fits neither form is passed over. The order of its lines means nothing: servers write names
  /// in any, so all of them are read before the last are chosen. Their number is bounded by the listing's bytes.
  ///
  /// - Parameters:
  ///   - limit: files that are looked at.
  ///   - remembered: files that the folder's memory has room for, not fewer than `limit`.
  package init(
    _ bytes: [UInt8], _ form: TransferOptions.Listing, pattern: FileNamePattern, limit: Int = FolderListing.limit,
    remembered: Int = FolderMemory.limit
  ) {
    var byName: [String: ListedFile] = [:]
    for line in bytes.split(separator: 0x0A) {
      let line = line.last == 0x0D ? line.dropLast() : line
      guard let text = String(validating: line, as: UTF8.self) else {
        unreadable += 1
        continue
      }
      guard let file = form == .machine ? Self.machine(text) : Self.long(text), pattern.matches(file.name) else {
        continue
      }
      byName[file.name] = file
    }
    let sorted = byName.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    files = Array(sorted.suffix(limit))
    excess = sorted.count - files.count
    passed = Array(sorted.prefix(excess).suffix(max(0, remembered - files.count)))
  }

  /// `type=file;size=1024;modify=20201205090000; name` (RFC 3659, 7.2).
  private static func machine(_ line: String) -> ListedFile? {
    guard let space = line.firstIndex(of: " ") else { return nil }
    var size: Int64 = -1
    var stamp = ""
    var isFile = false
    for fact in line[..<space].split(separator: ";") {
      let parts = fact.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { continue }
      switch parts[0].lowercased() {
      case "type": isFile = parts[1].lowercased() == "file"
      case "size": size = Int64(parts[1]) ?? -1
      case "modify": stamp = String(parts[1])
      default: break
      }
    }
    return isFile ? checked(String(line[line.index(after: space)...]), size, stamp) : nil
  }

  /// `-rw-r--r-- 1 owner group 1024 Dec  5 09:00 name`, the same with `2020-12-05 09:00`, or as Windows writes it,
  /// `12-05-20  09:00AM  1024 name`.
  private static func long(_ line: String) -> ListedFile? {
    let words = words(of: line)
    guard let first = words.first else { return nil }
    if first.text.first?.isNumber == true { return windows(line, words) }
    guard first.text.hasPrefix("-"), words.count >= 6 else { return nil }
    for index in 2..<(words.count - 2) {
      guard let size = Int64(words[index - 1].text), size >= 0 else { continue }
      let word = words[index].text.lowercased()
      let last: Int
      if months.contains(word), words[index + 1].text.allSatisfy(\.isNumber) {
        last = index + 2
      } else if word.count == 10, word.split(separator: "-").map(\.count) == [4, 2, 2] {
        last = index + 1
      } else {
        continue
      }
      guard last < words.count - 1 else { return nil }
      let stamp = words[index...last].map { String($0.text) }.joined(separator: " ")
      // One blank ends the stamp; further ones belong to the name.
      let start = line.index(after: words[last].text.endIndex)
      return checked(String(line[start...]), size, stamp)
    }
    return nil
  }

  private static func windows(_ line: String, _ words: [Word]) -> ListedFile? {
    guard words.count >= 4, words[0].text.split(separator: "-").count == 3, let size = Int64(words[2].text) else {
      return nil
    }
    return checked(String(line[words[3].text.startIndex...]), size, words[0].text + " " + words[1].text)
  }

  private struct Word { var text: Substring }

  private static func words(of line: String) -> [Word] {
    line.split(whereSeparator: { $0 == " " || $0 == "\t" }).prefix(16).map { Word(text: $0) }
  }

  private static func checked(_ name: String, _ size: Int64, _ stamp: some StringProtocol) -> ListedFile? {
    guard FileNamePattern.isSafe(name), !stamp.contains("\t"), stamp.utf8.count <= 64 else { return nil }
    return ListedFile(name: name, size: size, stamp: String(stamp))
  }
}
