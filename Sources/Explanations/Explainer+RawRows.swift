import AirQuality
import Engine
import Rollup

/// The rows behind a window, as the feeds sent them.
extension Explainer {
  /// In the order of their arrival; each with what became of it.
  func rawRows(
    of stations: [String], _ pollutant: Pollutant, hours: ClosedRange<Int32>, _ past: Rollup
  ) -> [Explanation.RawRow] {
    var rows: [Explanation.RawRow] = []
    let wanted = Set(stations)
    for record in facts.batches {
      var batch = record.batch
      let indices = Set(batch.stations.indices.filter { wanted.contains(batch.stations[$0]) }.map(UInt32.init))
      guard !indices.isEmpty else { continue }
      Engine.screen(&batch, site: site, limits: configuration.screening)
      for reading in batch.readings where reading.pollutant == pollutant && indices.contains(reading.station) {
        // A reading belongs to the slot of its midpoint.
        let middle = reading.midpoint
        let isWhole = reading.spanMilliseconds <= 3_600_000
        guard isWhole, hours.contains(site.offset.hour(of: middle)) else { continue }
        rows.append(
          Explanation.RawRow(
            position: record.position, receivedAt: batch.receivedAt, feed: batch.feed,
            station: batch.stations[Int(reading.station)], begin: reading.begin,
            end: reading.end,
            value: reading.value.isFinite ? reading.value : nil, flag: reading.flag, reasons: reading.reasons.list,
            fate: ""))
      }
    }
    reviseFlags(&rows, pollutant, wanted)
    for index in rows.indices {
      let row = rows[index]
      let flags = facts.flags.filter { $0.concerns(row.station, pollutant) }
      guard let verdict = flags.verdict(over: row.begin, flag: row.flag, reasons: row.reasons) else { continue }
      (rows[index].flag, rows[index].reasons) = verdict
    }
    judgeFates(&rows, pollutant, past)
    return rows
  }

  /// What later answers of the same feed showed of earlier rows: a spike is known by what follows it.
  private func reviseFlags(_ rows: inout [Explanation.RawRow], _ pollutant: Pollutant, _ wanted: Set<String>) {
    for record in facts.batches {
      for verdict in record.batch.verdicts where verdict.pollutant == pollutant {
        let station = record.batch.stations[Int(verdict.station)]
        guard wanted.contains(station) else { continue }
        let end = verdict.begin.adding(milliseconds: Reading.span(ofPeriod: verdict.periodMilliseconds))
        for index in rows.indices
        where rows[index].position < record.position && rows[index].station == station
          && rows[index].feed == record.batch.feed && rows[index].begin == verdict.begin && rows[index].end == end
        {
          rows[index].flag = verdict.flag
          rows[index].reasons = verdict.reasons.list
        }
      }
    }
  }

  private struct Slot: Hashable {
    var station: String
    var begin: Int64
    var end: Int64
  }

  /// Of the rows of one station and window the newest value of the first feed counts, from the row that first brought it.
  private func judgeFates(_ rows: inout [Explanation.RawRow], _ pollutant: Pollutant, _ past: Rollup) {
    var slots: [Slot: [Int]] = [:]
    for (index, row) in rows.enumerated() {
      slots[Slot(station: row.station, begin: row.begin.milliseconds, end: row.end.milliseconds), default: []]
        .append(index)
    }
    let rank = Dictionary(
      configuration.feeds.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    for (slot, indices) in slots {
      let usable = indices.filter { rows[$0].flag != .missing }
      let newest = (usable.isEmpty ? indices : usable).min { a, b in
        let (first, second) = (rank[rows[a].feed] ?? .max, rank[rows[b].feed] ?? .max)
        return first != second ? first < second : a > b
      }
      let best = newest.flatMap { newest in
        indices.reversed().prefix { rows[$0].feed != rows[newest].feed || rows[$0].isSame(as: rows[newest]) }
          .last { rows[$0].feed == rows[newest].feed }
      }
      let isMinute = slot.end - slot.begin < 3_600_000
      guard let best, let station = past.stationIndex(slot.station) else { continue }
      for index in indices {
        rows[index].fate = fate(rows[index], best: rows[best], isBest: index == best, isMinute: isMinute, station, past)
      }
    }
  }

  private func fate(
    _ row: Explanation.RawRow, best: Explanation.RawRow, isBest: Bool, isMinute: Bool, _ station: Int, _ past: Rollup
  ) -> String {
    if isBest {
      if row.flag == .fail || row.flag == .missing || !past.enters(row.flag, station: station) { return "excluded" }
      return isMinute ? "minute" : "used"
    }
    if row.feed != best.feed { return "evidence" }
    return row.isSame(as: best) ? "repeated" : "superseded"
  }
}

extension Explanation.RawRow {
  fileprivate func isSame(as other: Explanation.RawRow) -> Bool { value == other.value && flag == other.flag }
}
