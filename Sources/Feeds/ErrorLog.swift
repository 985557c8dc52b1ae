/// The row errors of one body: the first ones kept, all counted.
struct ErrorLog {
  private(set) var kept: [RowError] = []
  private(set) var count = 0

  /// Counts an error; whether there is room for its text too, which `keep` then adds.
  mutating func admits() -> Bool {
    count += 1
    return kept.count < FeedLimits.keptErrors
  }

  mutating func keep(_ error: RowError) { kept.append(error) }

  /// Texts are made only for errors that are kept.
  mutating func note(
    _ code: RowError.Code, row: Int, path: @autoclosure () -> String, _ message: @autoclosure () -> String
  ) {
    guard admits() else { return }
    keep(RowError(code, path: path(), row: row, message: message()))
  }
}
