import CSimdjson

/// Bodies with a JSON value a line. A line that is none is one bad row; the others stay.
enum NDJSONDecoder {
  static func decode(_ mapping: CompiledMapping, _ body: ByteText, _ context: DecodeContext) -> DecodedBody {
    var assembler = RowAssembler(mapping, context)
    guard let plan = mapping.plan else { return assembler.finish(nil) }
    assembler.readings.reserveCapacity(min(body.count / 128, 1 << 20))
    var start = 0
    var line = 0
    var truncation: DecodeFailure?
    while start < body.count {
      line += 1
      let end = body.index(of: 0x0A, from: start) ?? body.count
      let text = body[start..<end].trimmed
      let isLast = end == body.count
      start = end + 1
      guard !text.isEmpty else { continue }
      let position = RowPosition(line: line)
      do throws(DecodeFailure) {
        let document = try JSONDocument(text)
        if let fault = document.fault { throw fault }
        if let reply = JSONBodyDecoder.errorReply(mapping, document) { return assembler.finish(reply) }
        take(document, plan, position, &assembler)
      } catch {
        assembler.note(line: line, "\(error.message); the line is left out")
        // A file still being written ends in the middle of a line.
        if isLast, error.code == .truncated {
          truncation = DecodeFailure(.truncated, "the body ends inside line \(line)", path: "line \(line)")
        }
      }
    }
    return assembler.finish(truncation)
  }

  private static func take(
    _ document: borrowing JSONDocument, _ plan: JSONPlan, _ position: RowPosition, _ assembler: inout RowAssembler
  ) {
    let before = assembler.rowCount
    let walk = document.walk(plan) { assembler.take($0, line: position.line) }
    guard walk.stoppedAfter != nil, assembler.rowCount == before else { return }
    assembler.note(line: position.line, JSONBodyDecoder.noRows(plan.rows, walk, document).message)
  }
}

extension RowAssembler {
  /// Keeps or counts the error of a line that has no row; it counts for one.
  fileprivate mutating func note(line: Int, _ message: @autoclosure () -> String) {
    log.note(.structure, row: rowCount, path: "line \(line)", message())
    rowCount += 1
  }
}
