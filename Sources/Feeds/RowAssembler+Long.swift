import AirQuality

/// Rows of one value each, and what their names and units mean.
extension RowAssembler {
  /// Takes the one value of a row.
  mutating func take(_ long: CompiledMapping.Long, _ cells: CellRow, _ position: RowPosition, _ head: RowHead) {
    let column = mapping.present(cells, long.pollutantColumn)
    let found: CompiledMapping.Target?
    switch cells[column].kind {
    case .text(let text) where long.unnamedStationColumn == nil || !text.trimmed.isEmpty:
      found = target(text.trimmed, long)
    case .integer(let code): found = long.target(String(code))
    case .absent, .null, .text:
      guard let station = long.unnamedStationColumn else { fallthrough }
      return takeUnnamed(long, stationColumn: station, cells, position, head)
    default:
      let found = cells[column].description
      note(.row, position, column, "the pollutant's name is \(found); a text is needed")
      return
    }
    let valueColumn = mapping.present(cells, long.valueColumn)
    guard let target = found else {
      leaveOut(cells[valueColumn], valueColumn, position)
      return
    }
    guard let value = number(cells[valueColumn], valueColumn, position) else { return }
    guard let reading = reading(value, target, valueColumn, cells, position, head) else { return }
    guard long.takesOneName else { return keep(reading) }
    switch preference.place(reading, rank: target.rank, next: readings.count) {
    case .behind: keep(reading)
    case .instead(let index): replace(index, by: reading)
    case .nowhere: break
    }
  }

  /// Takes a row that does not say what it measures.
  private mutating func takeUnnamed(
    _ long: CompiledMapping.Long, stationColumn: Int, _ cells: CellRow, _ position: RowPosition, _ head: RowHead
  ) {
    let valueColumn = mapping.present(cells, long.valueColumn)
    guard let value = number(cells[valueColumn], valueColumn, position) else { return }
    var head = head
    let column = mapping.present(cells, stationColumn)
    if !cells[column].isVacant {
      guard let station = station(cells[column], column, position) else { return }
      head.station = station
    }
    let target = CompiledMapping.Target(
      pollutant: .unspecified, factor: 1, offset: 0, unitColumn: -1,
      periodMilliseconds: CompiledMapping.Target.rowPeriod)
    guard let reading = reading(value, target, valueColumn, cells, position, head) else { return }
    hasUnnamed = true
    keep(reading)
  }

  /// Counts a value of a quantity that the mapping does not read. Several values in one are not one of them, and an error
  /// where quantities are known by any name.
  private mutating func leaveOut(_ value: Cell, _ column: Int, _ position: RowPosition) {
    switch value.kind {
    case .array where mapping.long?.knowsCommonNames == true, .object where mapping.long?.knowsCommonNames == true:
      note(
        .value, position, column,
        "\(value.description) holds several values at once; ask for the Datastreams of each of them")
    default: ignoredValues += 1
    }
  }

  /// What a row's name of its pollutant means.
  private mutating func target(_ name: ByteText, _ long: CompiledMapping.Long) -> CompiledMapping.Target? {
    guard name.count <= FeedLimits.nameBytes else { return nil }
    for index in names.indices where name.equals(names[index].bytes) { return names[index].target }
    let found = long.target(name.string)
    if names.count < FeedLimits.rememberedTexts { names.append((name.bytes, found)) }
    return found
  }

  /// The factor and offset of the row's own unit; nil (and noted) when what stands there is none of the pollutant's.
  mutating func unit(
    _ cells: CellRow, _ target: CompiledMapping.Target, _ position: RowPosition
  ) -> (Double, Double)? {
    let column = mapping.present(cells, target.unitColumn)
    if mapping.long?.knowsCommonNames == true, cells[column].isAbsent {
      unitlessValues += 1
      return (target.factor, target.offset)
    }
    guard case .text(let text) = cells[column].kind else {
      note(.unit, position, column, "the unit is \(cells[column].description); a text such as ug/m3 is needed")
      return nil
    }
    let spelled = text.trimmed
    guard spelled.count <= FeedLimits.nameBytes else {
      note(.unit, position, column, "a text of \(spelled.count) bytes is no unit; look at the feed")
      return nil
    }
    guard let conversion = conversion(spelled, target.pollutant) else {
      note(.unit, position, column, UnitReading(spelled.string, target.pollutant).message)
      return nil
    }
    return conversion
  }

  /// What a row's unit means, nil when it is none of the pollutant's.
  private mutating func conversion(_ unit: ByteText, _ pollutant: Pollutant) -> (Double, Double)? {
    for index in units.indices where units[index].pollutant == pollutant && unit.equals(units[index].bytes) {
      return units[index].conversion
    }
    let found = UnitReading(unit.string, pollutant).conversion
    if units.count < FeedLimits.rememberedTexts { units.append((unit.bytes, pollutant, found)) }
    return found
  }
}
