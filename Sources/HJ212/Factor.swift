/// What one CP says of one factor (污染因子): a code and its attributes as they are written.
package struct Factor: Sendable, Hashable {
  /// `a34004`, `LA`, `B01`.
  package var code: String
  /// Sampled now (实时).
  package var sampled: String?
  /// Mean, minimum and maximum of the period, and its amount (累计).
  package var mean: String?
  package var minimum: String?
  package var maximum: String?
  package var amount: String?
  /// Data flag (数据标记): N and the rest.
  package var flag: String?
  package var sampleTime: String?
  /// Flag of the device (设备标志).
  package var deviceFlag: String?
  /// Attributes that no edition knows.
  package var unknownAttributes = 0
  /// An attribute that stands twice with different values.
  package var contradiction: String?

  package init(code: String) { self.code = code }

  /// Takes an attribute; names are matched without regard to case. `td` is a spelling of `Rtd` met in the field.
  mutating func set(_ attribute: String, _ value: String) {
    switch attribute.lowercased() {
    case "rtd", "td": assign(\.sampled, value, attribute)
    case "avg": assign(\.mean, value, attribute)
    case "min": assign(\.minimum, value, attribute)
    case "max": assign(\.maximum, value, attribute)
    case "cou": assign(\.amount, value, attribute)
    case "flag": assign(\.flag, value, attribute)
    case "sampletime": assign(\.sampleTime, value, attribute)
    case "eflag": assign(\.deviceFlag, value, attribute)
    default: unknownAttributes += 1
    }
  }

  private mutating func assign(_ path: WritableKeyPath<Factor, String?>, _ value: String, _ attribute: String) {
    if let before = self[keyPath: path], before != value { contradiction = attribute }
    self[keyPath: path] = value
  }
}

/// The factors of one DataTime.
package struct DataBlock: Sendable, Hashable {
  /// 14 or 17 digits, unread; nil when the CP has none.
  package var time: String?
  /// Each code once, in order of first appearance.
  package var factors: [Factor] = []

  package init(time: String? = nil) { self.time = time }
}
