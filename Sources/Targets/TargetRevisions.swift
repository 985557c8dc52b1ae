public import AirQuality

/// The row in force on a day, with those it replaced (修订).
public struct TargetRevision: Sendable, Hashable {
  public var row: TargetRow
  /// Replaced rows, oldest first.
  public var earlier: [TargetRow]

  public init(row: TargetRow, earlier: [TargetRow] = []) {
    self.row = row
    self.earlier = earlier
  }

  /// For each year, unit and indicator the row in force on `day`, in the order in which they first stand. A row that has no
  /// earlier one and is not in force yet is left out.
  public static func inForce(_ rows: [TargetRow], on day: CivilDay) -> [TargetRevision] {
    var order: [Identity] = []
    var groups: [Identity: [TargetRow]] = [:]
    for row in rows {
      let identity = Identity(row)
      if groups[identity] == nil { order.append(identity) }
      groups[identity, default: []].append(row)
    }
    return order.compactMap { identity in
      let started = (groups[identity] ?? []).enumerated().filter { ($0.element.inForceFrom ?? .min) <= day }.sorted {
        let (a, b) = ($0.element.inForceFrom ?? .min, $1.element.inForceFrom ?? .min)
        return a != b ? a < b : $0.offset < $1.offset
      }.map(\.element)
      return started.last.map { TargetRevision(row: $0, earlier: Array(started.dropLast())) }
    }
  }

  private struct Identity: Hashable {
    let year: Int
    let county: String
    let indicator: String

    init(_ row: TargetRow) {
      year = row.year
      county = row.county
      indicator = row.indicator
    }
  }
}

extension CivilDay {
  fileprivate static let min = CivilDay(number: .min)
}

extension TargetTable {
  /// The rows of several tables in their order, with the faults of each and those between them: two rows of one year, unit,
  /// indicator and day of effect.
  public static func joined(_ tables: [(file: String, table: TargetTable)]) -> TargetTable {
    var result = TargetTable(rows: [], problems: tables.flatMap(\.table.problems))
    var seen: [TargetRow: (file: String, line: Int)] = [:]
    for (file, table) in tables {
      for (index, row) in table.rows.enumerated() {
        let identity = TargetRow(
          year: row.year, county: row.county, indicator: row.indicator, target: nil, unit: "",
          inForceFrom: row.inForceFrom)
        let line = index < table.lines.count ? table.lines[index] : 0
        if let first = seen[identity], first.file != file {
          result.problems.append(
            TargetProblem(
              file: file, line: line, column: "indicator", value: row.indicator,
              fault: "the same year, unit and indicator stand in \(first.file):\(first.line)",
              advice: "give the revision its day in the column in_force_from, or keep one row"))
          continue
        }
        seen[identity] = (file, line)
        result.rows.append(row)
        result.lines.append(line)
      }
    }
    return result
  }
}
