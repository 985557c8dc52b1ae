/// Where a value stands in the files. It takes no part in comparisons: a feed that only moved is the same feed, and a
/// reload leaves it alone.
package struct ConfigurationOrigin: Sendable, Hashable {
  package var location: SourceLocation
  /// `feeds[2].format.json.rows`.
  package var path: String

  package init(_ location: SourceLocation, path: String) {
    self.location = location
    self.path = path
  }

  package static func == (a: ConfigurationOrigin, b: ConfigurationOrigin) -> Bool { true }
  package func hash(into hasher: inout Hasher) {}
}
