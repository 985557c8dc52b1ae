/// A JSON body by columns, compiled as far as it can be before a body names them: rows are lists, `fields` says what
/// stands in them.
final class JSONTable: Sendable {
  let rows: JSONPath
  /// A plan with a row for each name.
  let names: JSONPlan
  let columns: [String]
  /// Columns that are paths whatever the body names.
  private let fixed: [JSONPath?]

  init(rows: String, fields: String, columns: [String]) throws(MappingError) {
    self.rows = try JSONPath(rows, key: "rows")
    names = try JSONPlan(
      rows: try JSONPath(fields + "[*]", key: "fields"), columns: [try JSONPath("$", key: "fields")], key: "fields")
    self.columns = columns
    var fixed: [JSONPath?] = []
    for column in columns {
      fixed.append(column.hasPrefix("$") || column.hasPrefix("^") ? try JSONPath(column, key: "path") : nil)
    }
    self.fixed = fixed
    // What is wrong with the paths is found now.
    _ = try plan(naming: [])
  }

  /// The plan of a body whose fields are these. Columns that it lacks are absent from every row.
  func plan(naming fields: [String]) throws(MappingError) -> JSONPlan {
    var paths: [JSONPath] = []
    for (index, column) in columns.enumerated() {
      if let path = fixed[index] {
        paths.append(path)
      } else {
        let place = fields.firstIndex(of: column) ?? fields.firstIndex { $0.lowercased() == column.lowercased() }
        // Rows are lists: a key leads nowhere in them.
        paths.append(try JSONPath(place.map { "$[\($0)]" } ?? "$.absent", key: "path"))
      }
    }
    return try JSONPlan(rows: rows, columns: paths, key: "rows")
  }
}
