import CSimdjson

/// What providers say where they give no rows.
extension JSONBodyDecoder {
  /// Why the path to the rows leads nowhere: usually the provider says so itself.
  static func noRows(_ rows: JSONPath, _ walk: JSONDocument.Walk, _ document: borrowing JSONDocument) -> DecodeFailure {
    if let said = usualErrorText(document) {
      return DecodeFailure(.errorReply, "the provider answered with an error: \(said)")
    }
    let stopped = walk.stoppedAfter ?? 0
    let reached = "$" + JSONPath.print(rows.steps.prefix(stopped))
    let found =
      switch walk.foundKind {
      case LANTIAN_CELL_OBJECT: "an object"
      case LANTIAN_CELL_ARRAY: "a list"
      case LANTIAN_CELL_NULL: "null"
      case LANTIAN_CELL_TEXT: "a text"
      default: "a single value"
      }
    let wanted = stopped < rows.steps.count ? JSONPath.print([rows.steps[stopped]]) : ""
    return DecodeFailure(
      .noRows,
      "\(rows.text) leads nowhere: \(reached) is \(found) and has no \(wanted); check `rows` or look at the feed")
  }

  static func errorReply(_ mapping: CompiledMapping, _ document: borrowing JSONDocument) -> DecodeFailure? {
    guard let error = mapping.error, let plan = mapping.errorPlan, document.isObject else { return nil }
    var mark: String?
    var words: String?
    _ = document.walk(plan) { block in
      let cells = block.row(0)
      mark = marked(cells[0])
      words = self.words(cells[cells.count - 1])
    }
    guard let mark, !error.okValues.contains(mark) else { return nil }
    let said = words ?? usualErrorText(document) ?? mark
    return DecodeFailure(.errorReply, "the provider answered with an error: \(said)")
  }

  /// What the cell says, nil when it says nothing.
  private static func marked(_ cell: Cell) -> String? {
    switch cell.kind {
    case .text(let text): text.isEmpty ? nil : redacted(text)
    case .integer(let number): number == 0 ? nil : String(number)
    case .number(let number): number == 0 ? nil : "\(number)"
    case .truth(let truth): truth ? "true" : nil
    case .absent, .null: nil
    default: "an error without a text"
    }
  }

  /// What the cell says in words or as a code.
  private static func words(_ cell: Cell) -> String? {
    switch cell.kind {
    case .text, .integer, .number: marked(cell)
    default: nil
    }
  }

  /// The keys under which providers usually put their complaint; what problem details (RFC 9457) call it included.
  private static let usualErrors = plan([
    "$.error", "$.errmsg", "$.error.message", "$.error.message[0]", "$.message", "$.msg", "$.title", "$.detail",
    "$.detail[0].msg", "$.errors[0].detail", "$.errors[0].message", "$.rxs.obs[0].msg", "$.data",
  ])
  /// A body that is a text and no more.
  private static let wholeText = plan(["$"])

  private static func plan(_ paths: [String]) -> JSONPlan? {
    do throws(MappingError) {
      var columns: [JSONPath] = []
      for path in paths { columns.append(try JSONPath(path, key: "error")) }
      return try JSONPlan(rows: try JSONPath("$", key: "error"), columns: columns, key: "error")
    } catch {
      return nil
    }
  }

  /// The complaint of a body that is not what was asked for, its heading before what it says of it; nil when none of the
  /// usual keys holds a text.
  static func usualErrorText(_ document: borrowing JSONDocument) -> String? {
    guard let plan = document.isObject ? usualErrors : wholeText else { return nil }
    var said: [String] = []
    _ = document.walk(plan) { block in
      let cells = block.row(0)
      for column in 0..<cells.count where said.count < 2 {
        guard case .text(let text) = cells[column].kind, !text.isEmpty else { continue }
        let words = redacted(text)
        if !said.contains(words) { said.append(words) }
      }
    }
    return said.isEmpty ? nil : said.joined(separator: ": ")
  }
}
