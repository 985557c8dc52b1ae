import CSimdjson

/// JSON bodies by mapping.
enum JSONBodyDecoder {
  static func decode(_ mapping: CompiledMapping, _ body: ByteText, _ context: DecodeContext) -> DecodedBody {
    do throws(DecodeFailure) {
      return decode(mapping, try JSONDocument(body), body, context)
    } catch {
      var bad = DecodedBody()
      bad.verdict = .failed(error)
      return bad
    }
  }

  static func decode(
    _ mapping: CompiledMapping, _ document: borrowing JSONDocument, _ body: ByteText, _ context: DecodeContext
  ) -> DecodedBody {
    var assembler = RowAssembler(mapping, context)
    if let reply = errorReply(mapping, document) { return assembler.finish(reply) }
    if let table = mapping.table { assembler.tablePlan = tablePlan(table, document, &assembler) }
    guard let plan = mapping.plan ?? assembler.tablePlan else {
      return assembler.finish(noRows(mapping.table?.names.rows, document))
    }
    assembler.readings.reserveCapacity(min(body.count / 24, 1 << 20))
    let walk = document.walk(plan) { assembler.take($0) }
    if walk.misses > 0 {
      assembler.log.note(
        .structure, row: assembler.rowCount, path: plan.path(walk.firstMiss, levels: walk.firstMissLevels),
        "\(walk.misses) elements lack what \(plan.rows.text) asks for, this one first; look at the feed")
    }
    if walk.stoppedAfter != nil, document.fault == nil {
      return assembler.finish(noRows(plan.rows, walk, document))
    }
    if assembler.isForeign, let said = usualErrorText(document) {
      return assembler.finish(DecodeFailure(.errorReply, "the provider answered with an error: \(said)"))
    }
    if let more = nextPage(mapping, document) {
      assembler.notes.append("the answer is one page; what follows it is at \(more)")
    }
    return assembler.finish(document.fault)
  }

  /// The plan of a table's rows, from the names in the body; nil when it names none.
  private static func tablePlan(
    _ table: JSONTable, _ document: borrowing JSONDocument, _ assembler: inout RowAssembler
  ) -> JSONPlan? {
    var names: [String] = []
    let walk = document.walk(table.names) { block in
      for row in 0..<block.count where names.count < FeedLimits.csvFields {
        if case .text(let name) = block.row(row)[0].kind { names.append(name.trimmed.string) } else { names.append("") }
      }
    }
    guard walk.stoppedAfter == nil else { return nil }
    let known = Set(names)
    let values = assembler.mapping.valueColumns
    if !values.isEmpty, !values.contains(where: { known.contains(table.columns[$0]) }) {
      assembler.notes.append(
        "none of the answer's fields is a value to read; ask for \(values.prefix(3).map { table.columns[$0] }.joined(separator: ", "))"
      )
    }
    return try? table.plan(naming: names)
  }

  private static func noRows(_ names: JSONPath?, _ document: borrowing JSONDocument) -> DecodeFailure {
    if let said = usualErrorText(document) {
      return DecodeFailure(.errorReply, "the provider answered with an error: \(said)")
    }
    return DecodeFailure(
      .noRows, "\(names?.text ?? "$") leads nowhere: the body does not name its fields; check `fields` or the feed")
  }

  /// Whether what stands at the one place that the plan looks at is so.
  static func holds(_ plan: JSONPlan, _ document: borrowing JSONDocument, _ isSo: (Cell) -> Bool) -> Bool {
    var found = false
    _ = document.walk(plan) { block in found = isSo(block.row(0)[0]) }
    return found
  }

  private static func nextPage(_ mapping: CompiledMapping, _ document: borrowing JSONDocument) -> String? {
    guard let plan = mapping.nextPagePlan, document.isObject else { return nil }
    var address: String?
    _ = document.walk(plan) { block in
      // Without its query, which may carry a key.
      if case .text(let text) = block.row(0)[0].kind, !text.isEmpty {
        address = excerpt(text[0..<(text.firstIndex(of: UInt8(ascii: "?")) ?? text.count)])
      }
    }
    return address
  }
}
