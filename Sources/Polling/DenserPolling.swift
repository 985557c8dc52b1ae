/// Shorter intervals while a level is in force (研判等级生效期间加密采集).
package struct DenserPolling: Hashable, Sendable {
  /// Names of levels: `blue`, `yellow`, `orange`, `red`.
  package var levels: Set<String>
  /// Codes of the counties, of the city or its urban district that count; nil: any of the site.
  package var units: Set<String>?
  /// Civil time between polls meanwhile.
  package var every: Duration

  package init(levels: Set<String>, units: Set<String>? = nil, every: Duration) {
    self.levels = levels
    self.units = units
    self.every = every
  }

  /// Whether the levels in force, by code of the unit, call for it.
  package func applies(to levels: [String: String]) -> Bool {
    levels.contains { unit, level in self.levels.contains(level) && (units?.contains(unit) ?? true) }
  }
}
