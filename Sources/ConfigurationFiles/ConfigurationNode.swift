/// Where something stands in a file, for people.
package struct SourceLocation: Hashable, Sendable {
  /// Path as it was opened.
  package var file: String
  /// From 1; 0 when the whole file is meant.
  package var line: Int
  /// From 1, in Unicode scalars; 0 when the whole line is meant.
  package var column: Int

  package init(file: String, line: Int = 0, column: Int = 0) {
    self.file = file
    self.line = line
    self.column = column
  }
}

/// One value of a configuration file with its place and its path (`feeds[2].format.json.rows`).
struct ConfigurationNode {
  enum Content {
    /// Nothing stands after the key.
    case null
    /// `text` after substitution of `${NAME}`, `written` as it stands in the file (what errors show).
    case scalar(text: String, written: String)
    case sequence([ConfigurationNode])
    case mapping([Entry])
    /// A value whose fault was reported already; whoever meets it stays silent.
    case broken
  }

  struct Entry {
    var key: String
    var keyLocation: SourceLocation
    var value: ConfigurationNode
  }

  var content: Content
  var location: SourceLocation
  var path: String

  /// What stands here, in words for people.
  var kindInWords: String {
    switch content {
    case .null: "nothing"
    case .scalar: "a single value"
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .broken: "a faulty value"
    }
  }

  /// The value of `key` when this is a mapping.
  subscript(key: String) -> ConfigurationNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }
}
