/// Zeros that feeds write where they have no value.
extension CompiledMapping {
  /// Whether the 0 of a value means that there is none: its longer mean is 0 too, or the row has no assessment.
  func isNoValue(zeroOf index: Int, _ cells: CellRow) -> Bool {
    let longMean = values[index].longMeanColumn
    if longMean >= 0, cells[present(cells, longMean)].numeric == 0 { return true }
    guard let unratedColumns else { return false }
    return cells[present(cells, unratedColumns.index)].numeric == 0
      && cells[present(cells, unratedColumns.grade)].isVacant
  }
}
