import AirQuality

/// When a row's values were taken.
extension RowAssembler {
  /// Station, stamp and period of a row, nil (and noted) when the row does not say when.
  mutating func head(_ station: UInt32, _ cells: CellRow, _ position: RowPosition) -> RowHead? {
    guard let first = mapping.stampColumn else { return head(station, context.receivedAt, cells, position) }
    let column = mapping.present(cells, first)
    if mapping.hasSimpleTime, let lastStamp, case .text(let text) = cells[column].kind, text.equals(lastStamp.bytes) {
      return mapping.head(station, lastStamp.instant)
    }
    do throws(StampReader.Failure) {
      if mapping.hasSimpleTime, mapping.stamp.notation != .rfc3339 {
        return mapping.head(station, try stamp(cells[column]))
      }
      if mapping.timeOfDayColumn != nil || mapping.zoneColumn != nil {
        return head(station, try apart(cells, column), cells, position)
      }
      if mapping.stamp.notation == .rfc3339, case .text(let text) = cells[column].kind,
        text.count <= 2 * FeedLimits.stampBytes, let slash = text.firstIndex(of: UInt8(ascii: "/"))
      {
        let begin = try mapping.stamp.read(text[0..<slash], context)
        let end = try mapping.stamp.read(text[(slash + 1)..<text.count], context)
        return head(station, begin, end, cells, position)
      }
      return head(station, try stamp(cells[column]), cells, position)
    } catch {
      if isSilent(cells, column) {
        skippedRows += 1
      } else {
        note(error, cells, column, position)
      }
      return nil
    }
  }

  /// Whether a row without a stamp says that nothing was measured.
  private func isSilent(_ cells: CellRow, _ stamp: Int) -> Bool {
    guard let silence = mapping.silenceColumn, cells[stamp].isVacant else { return false }
    let cell = cells[mapping.present(cells, silence)]
    guard case .text(let text) = cell.kind else { return cell.isNothing }
    return mapping.missingTexts.contains { text.trimmed.equals($0) }
  }

  private mutating func stamp(_ cell: Cell) throws(StampReader.Failure) -> Instant {
    switch cell.kind {
    case .text(let text):
      if let lastStamp, text.equals(lastStamp.bytes) { return lastStamp.instant }
      let instant = try mapping.stamp.read(text, context)
      lastStamp = (text.bytes, instant)
      return instant
    case .integer(let number): return try mapping.stamp.read(Double(number), context)
    case .number(let number): return try mapping.stamp.read(number, context)
    case .absent, .null: throw .missing
    default: throw .unreadable
    }
  }

  /// A stamp whose date, time of day or offset stand in columns of their own.
  private mutating func apart(_ cells: CellRow, _ column: Int) throws(StampReader.Failure) -> Instant {
    var offset: CivilOffset?
    if let zone = mapping.zoneColumn { offset = try cells[mapping.present(cells, zone)].offset() }
    joined.removeAll(keepingCapacity: true)
    try join(cells[column])
    if let time = mapping.timeOfDayColumn {
      joined.append(0x20)
      try join(cells[mapping.present(cells, time)])
    }
    if offset == nil, let lastStamp, lastStamp.bytes == joined { return lastStamp.instant }
    let result = joined.withText { text -> Result<Instant, StampReader.Failure> in
      do throws(StampReader.Failure) {
        return .success(try mapping.stamp.read(text, context, offset: offset))
      } catch { return .failure(error) }
    }
    let instant = try result.get()
    if offset == nil { lastStamp = (joined, instant) }
    return instant
  }

  private mutating func join(_ cell: Cell) throws(StampReader.Failure) {
    switch cell.kind {
    case .text(let text):
      let trimmed = text.trimmed
      guard !trimmed.isEmpty else { throw .missing }
      joined += trimmed.bytes
    case .integer(let number): joined += String(number).utf8
    case .absent, .null: throw .missing
    default: throw .unreadable
    }
  }

  /// A row that tells both ends of its period.
  private mutating func head(
    _ station: UInt32, _ begin: Instant, _ end: Instant, _ cells: CellRow, _ position: RowPosition
  ) -> RowHead? {
    guard let period = Reading.period(ofSpan: end.milliseconds - begin.milliseconds) else {
      let zone = CivilOffset.utc
      note(
        .time, position, mapping.endColumn ?? mapping.stampColumn,
        "from \(zone.format(begin)) to \(zone.format(end)) is no period, or one too long to be kept")
      return nil
    }
    return (station, mapping.stamp.meaning == .end ? end : begin, begin, period)
  }

  /// A row of one stamp: its period is the mapping's, the month's, or the row's own.
  private mutating func head(
    _ station: UInt32, _ stamp: Instant, _ cells: CellRow, _ position: RowPosition
  ) -> RowHead? {
    if mapping.stamp.isMonthly {
      return mapping.stamp.month(of: stamp, context).map { (station, stamp, $0.begin, $0.period) }
    }
    if let endColumn = mapping.endColumn {
      let column = mapping.present(cells, endColumn)
      do throws(StampReader.Failure) {
        return head(station, stamp, try self.stamp(cells[column]), cells, position)
      } catch .missing where mapping.stamp.periodMilliseconds > 0 {
        // The period declared for rows without an end.
      } catch {
        note(error, cells, column, position)
        return nil
      }
    }
    var period = mapping.stamp.periodMilliseconds
    if let own = mapping.rowPeriod {
      guard let told = rowPeriod(own, cells, position) else { return nil }
      period = told
    }
    return (station, stamp, mapping.stamp.begin(of: stamp, period: period), period)
  }

  /// The row's own period, or the mapping's when the row tells none; nil (and noted) when what it tells is no period.
  private mutating func rowPeriod(_ reader: RowPeriodReader, _ cells: CellRow, _ position: RowPosition) -> Int32? {
    let column = mapping.present(cells, reader.column)
    let amount: Double
    switch cells[column].kind {
    case .absent, .null: return mapping.stamp.periodMilliseconds
    case .number(let number): amount = number
    case .integer(let number): amount = Double(number)
    case .text(let text):
      if case .number(let number) = NumberText(text) { amount = number } else { amount = .nan }
    default: amount = .nan
    }
    var unit: Double? = reader.unitMilliseconds
    if reader.unitColumn >= 0 {
      switch cells[mapping.present(cells, reader.unitColumn)].kind {
      case .text(let text): unit = RowPeriodReader.milliseconds(ofUnit: text)
      case .absent, .null: break
      default: unit = nil
      }
    }
    if let unit, let period = RowPeriodReader.period(amount, unitMilliseconds: unit) { return period }
    note(.time, position, column, "\(cells[column].description) or its unit is no averaging period; look at the feed")
    return nil
  }

  private mutating func note(
    _ failure: StampReader.Failure, _ cells: CellRow, _ column: Int, _ position: RowPosition
  ) {
    let found = cells[column].description
    let needed = mapping.stamp.example
    switch failure {
    case .missing: note(.time, position, column, "the row has no stamp; \(needed) is needed")
    case .unreadable: note(.time, position, column, "\(found) is no stamp; \(needed) is needed")
    case .outOfRange:
      note(.time, position, column, "\(found) is outside the years 1 to 9999; \(needed) is needed: check `as`")
    }
  }
}
