import AirQuality

extension CompiledMapping.Long {
  /// What a name outside the mapping's list means, with the unit that the name or else the pollutant has; nil when it is
  /// no quantity known here.
  func commonTarget(_ name: String) -> CompiledMapping.Target? {
    guard name.utf8.count <= FeedLimits.nameBytes, let quantity = QuantityName(name) else { return nil }
    let pollutant = quantity.pollutant
    guard let (factor, offset) = (quantity.unit ?? pollutant.unit).conversion(for: pollutant) else { return nil }
    return CompiledMapping.Target(
      pollutant: pollutant, factor: factor, offset: offset, unitColumn: unitColumn,
      periodMilliseconds: pollutant == .o3EightHour ? 28_800_000 : CompiledMapping.Target.rowPeriod)
  }
}
