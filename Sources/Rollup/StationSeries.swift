package import AirQuality

/// One window of one station and pollutant, as rings and chunks keep it.
package struct SeriesCell: Sendable, Hashable {
  /// The number of the civil minute or hour.
  package var window: Int32
  /// Missing when nothing usable was given.
  package var value: Concentration
  package var flag: QualityFlag

  package init(window: Int32, value: Concentration, flag: QualityFlag) {
    self.window = window
    self.value = value
    self.flag = flag
  }
}

extension Rollup {
  /// The hours of a station that its ring still holds, ascending; windows without any row are left out.
  package func hourSeries(_ station: Int, pollutant: Pollutant, hours: Range<Int32>) -> [SeriesCell] {
    guard pollutant.isCriteria else { return [] }
    let ring = map.places[station].isAssessed ? deep : self.hours
    guard let tail = ring.tail, let head = ring.head else { return [] }
    return (max(hours.lowerBound, tail)..<max(max(hours.lowerBound, tail), min(hours.upperBound, head + 1))).compactMap
    {
      SeriesCell(hourCell(station: station, lane: Int(pollutant.rawValue), hour: $0), window: $0)
    }
  }

  /// The minutes of a station that the ring still holds, ascending.
  package func minuteSeries(_ station: Int, pollutant: Pollutant, minutes range: Range<Int32>) -> [SeriesCell] {
    guard pollutant.isCriteria, let tail = minutes.tail, let head = minutes.head else { return [] }
    let first = max(range.lowerBound, tail)
    let lane = station * Pollutant.criteriaCount + Int(pollutant.rawValue)
    return (first..<max(first, min(range.upperBound, head + 1))).compactMap {
      SeriesCell(minutes[$0, lane], window: $0)
    }
  }
}

extension RollupChunk {
  /// The windows of one station and pollutant in a stored chunk, ascending; none when the station is not in it.
  ///
  /// - Throws: `RollupError` when the chunk is damaged.
  package func series(station: String, pollutant: Pollutant) throws(RollupError) -> [SeriesCell] {
    guard pollutant.isCriteria else { return [] }
    let content = try ChunkContent(self)
    guard let row = content.known(station) else { return [] }
    let slots = ChunkEncoder.slots(key.kind)
    let first = key.kind == .hours ? key.day.firstHour : (key.day.firstHour + Int32(key.hour)) * 60
    let lane = Int(pollutant.rawValue) * slots
    return (0..<slots).compactMap { slot in
      let cell = content.cells[row][lane + slot]
      return SeriesCell(Cell(value: cell.value, code: cell.code, ordinal: 0), window: first + Int32(slot))
    }
  }
}

extension SeriesCell {
  /// Nil for an empty cell.
  fileprivate init?(_ cell: Cell, window: Int32) {
    guard let flag = Cell.flag(of: cell.code) else { return nil }
    let usable = flag != .missing
    self.init(
      window: window, value: usable ? Concentration(thousandths: cell.value) : .missing, flag: flag)
  }
}
