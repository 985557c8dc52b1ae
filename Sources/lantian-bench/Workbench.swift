/// Where a run finds its programs and keeps its files, and how long it may take.
struct Workbench: Sendable {
  /// The folder of the built programs.
  var programs: String
  /// A folder on the disk that is to be measured.
  var directory: String
  var quick: Bool

  func program(_ name: String) -> String { programs + "/" + name }
  func path(_ name: String) -> String { directory + "/" + name }
  func pick<Value>(_ full: Value, quick short: Value) -> Value { quick ? short : full }
}
