import CSimdjson

/// A row path and its columns, compiled for the C++ side.
///
/// `@unchecked Sendable`: the C++ plan is never changed after `init` and only read through const functions.
@safe
final class JSONPlan: @unchecked Sendable {
  let handle: OpaquePointer
  let rows: JSONPath
  let columns: [JSONPath]

  init(rows: JSONPath, columns: [JSONPath], numbers: Set<Int> = [], key: String) throws(MappingError) {
    self.rows = rows
    self.columns = columns
    guard rows.level == 0 else { throw MappingError(key, "\"\(rows.text)\": the path to the rows starts with $") }
    guard rows.steps.count(where: { $0 == .every }) <= LANTIAN_JSON_MAX_LEVELS else {
      throw MappingError(key, "\"\(rows.text)\": at most \(LANTIAN_JSON_MAX_LEVELS) times [*]")
    }
    if let bad = columns.first(where: { $0.steps.contains(.every) }) {
      throw MappingError(key, "\"\(bad.text)\": [*] stands in the path to the rows only")
    }
    guard columns.count <= FeedLimits.columns else {
      throw MappingError(key, "\(columns.count) columns; at most \(FeedLimits.columns) can be read")
    }
    let arena = StepArena([rows] + columns)
    let made = unsafe arena.withSteps { steps -> OpaquePointer? in
      let cColumns = unsafe (0..<columns.count).map { index in
        unsafe lantian_json_column(
          steps: steps[index + 1].baseAddress, step_count: steps[index + 1].count, level: UInt32(columns[index].level),
          numbers: numbers.contains(index) ? 1 : 0)
      }
      return unsafe lantian_json_plan_create(steps[0].baseAddress, steps[0].count, cColumns, cColumns.count)
    }
    guard let made = unsafe made else { throw MappingError(key, "no memory for the mapping") }
    unsafe handle = made
  }

  /// The plan that looks at one place of a body, from its root.
  convenience init(probing path: String) throws(MappingError) {
    try self.init(rows: try JSONPath("$", key: "path"), columns: [try JSONPath(path, key: "path")], key: "path")
  }

  deinit { unsafe lantian_json_plan_free(handle) }

  /// Where a row stands: `$.data[3]`.
  func path(_ position: RowPosition) -> String { "$" + print(rows.steps[...], position) }

  /// Where the element stands that `levels` of the path's `[*]` lead to.
  func path(_ position: RowPosition, levels: Int) -> String { "$" + print(rows.steps[..<starts[levels]], position) }

  /// The starts of the steps between `[*]`: of the body, then of every element.
  private var starts: [Int] { [0] + rows.steps.indices.filter { rows.steps[$0] == .every }.map { $0 + 1 } }

  /// Where a column of a row stands: `$.data[3].pm2_5`.
  func path(_ position: RowPosition, column: Int) -> String {
    let path = columns[column]
    return "$" + print(enclosing(path.level), position) + JSONPath.print(path.steps)
  }

  /// The steps that lead to what encloses the row `level` times.
  private func enclosing(_ level: Int) -> ArraySlice<JSONPath.Step> {
    guard level > 0 else { return rows.steps[...] }
    let starts = starts
    let innermost = starts.count - (starts.last == rows.steps.count ? 1 : 0)
    return rows.steps[..<starts[max(0, innermost - level)]]
  }

  private func print(_ steps: ArraySlice<JSONPath.Step>, _ position: RowPosition) -> String {
    let (a, b, c, d) = position.indices
    let indices = [a, b, c, d]
    var used = 0
    return JSONPath.print(
      steps.map { step in
        guard step == .every else { return step }
        used += 1
        return .index(Int(indices[used - 1]))
      })
  }
}

/// Keeps the bytes of steps alive while C++ copies them.
private struct StepArena {
  private var bytes: [UInt8] = []
  private var plans: [[(offset: Int, length: Int, index: Int, kind: Int)]] = []

  init(_ paths: [JSONPath]) {
    for path in paths {
      plans.append(
        path.steps.map { step in
          switch step {
          case .key(let name):
            let offset = bytes.count
            bytes.append(contentsOf: name.utf8)
            return (offset, bytes.count - offset, 0, 0)
          case .index(let number): return (0, 0, number, 1)
          case .every: return (0, 0, 0, 2)
          }
        })
    }
    // Never empty, so that there is a base address.
    bytes.append(0)
  }

  func withSteps(_ body: ([UnsafeBufferPointer<lantian_json_step>]) -> OpaquePointer?) -> OpaquePointer? {
    unsafe bytes.withUnsafeBufferPointer { buffer -> OpaquePointer? in
      let flat = unsafe plans.joined().map { step in
        unsafe lantian_json_step(
          key: step.kind == 0 ? buffer.baseAddress! + step.offset : nil, key_length: step.length,
          index: Int64(step.index), every: step.kind == 2 ? 1 : 0)
      }
      return unsafe flat.withUnsafeBufferPointer { all -> OpaquePointer? in
        var parts: [UnsafeBufferPointer<lantian_json_step>] = unsafe []
        var start = 0
        for plan in plans {
          unsafe parts.append(UnsafeBufferPointer(rebasing: all[start..<(start + plan.count)]))
          start += plan.count
        }
        return unsafe body(parts)
      }
    }
  }
}
