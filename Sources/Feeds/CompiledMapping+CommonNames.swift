import AirQuality

extension CompiledMapping.Long {
  /// What a row's name of its pollutant means, nil when it is none that the mapping reads.
  func target(_ name: String) -> CompiledMapping.Target? {
    names[name] ?? (knowsCommonNames ? commonTarget(name) : nil)
  }

  /// What a name outside the mapping's list means, with the unit that the name or else the pollutant has; nil when it is
  /// no quantity known here.
  private func commonTarget(_ name: String) -> CompiledMapping.Target? {
    guard let quantity = QuantityName(name) else { return nil }
    let pollutant = quantity.pollutant
    guard let (factor, offset) = (quantity.unit ?? pollutant.unit).conversion(for: pollutant) else { return nil }
    return CompiledMapping.Target(
      pollutant: pollutant, factor: factor, offset: offset, unitColumn: unitColumn,
      periodMilliseconds: pollutant == .o3EightHour ? 28_800_000 : CompiledMapping.Target.rowPeriod)
  }
}
