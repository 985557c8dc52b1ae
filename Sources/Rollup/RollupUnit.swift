package import AirQuality

/// What means are made for: a county, the whole city, or the urban district.
package struct RollupUnit: Sendable, Hashable {
  /// What the unit averages.
  package enum Kind: Sendable, Hashable {
    case county
    /// 全市: the unweighted mean of the counties.
    case city
    /// 市区: the national assessed stations marked urban, without the background station.
    case urban
  }
  /// County code, city code, or the urban district's.
  package var code: String
  package var kind: Kind
  /// Indices of the assessed stations; of all counties for the city.
  package var stations: [Int] = []
  /// Indices of the micro-stations; none for the urban district.
  package var micro: [Int] = []
}

/// How well a mean is known.
package enum Knowledge: UInt8, Sendable, Hashable {
  /// Every expected input is there.
  case known
  /// Some inputs are absent, enough are there.
  case incomplete
  /// Too few inputs.
  case indeterminate
  /// There is no station that could give one.
  case unmonitored

  /// Whether there is a value.
  package var hasValue: Bool { self == .known || self == .incomplete }

  /// The state of a mean over `valid` of `expected` stations: 75 % are needed, below four stations 50 %
  /// (DOMAIN.md 12).
  package init(validStations valid: Int, of expected: Int) {
    let enough = expected < 4 ? valid * 2 >= expected : valid * 4 >= expected * 3
    self = Self.state(valid, expected, enough: enough)
  }

  /// The state of the city's mean over `valid` of `monitored` counties: 75 % are needed.
  package init(validCounties valid: Int, of monitored: Int) {
    self = Self.state(valid, monitored, enough: valid * 4 >= monitored * 3)
  }

  private static func state(_ valid: Int, _ expected: Int, enough: Bool) -> Knowledge {
    if expected == 0 { return .unmonitored }
    if valid == expected { return .known }
    return enough && valid > 0 ? .incomplete : .indeterminate
  }
}

/// A mean with what it rests on.
package struct UnitValue: Sendable, Hashable {
  /// Missing unless `state.hasValue`.
  package var value: Concentration
  package var state: Knowledge
  /// Stations (for the city: counties) that gave a value …
  package var valid: Int
  /// … of those that should have.
  package var expected: Int

  package init(value: Concentration, state: Knowledge, valid: Int, expected: Int) {
    self.value = value
    self.state = state
    self.valid = valid
    self.expected = expected
  }

  /// The mean of `sum` over `valid` of `expected` stations, under their share rule.
  init(sum: Int64, validStations valid: Int, of expected: Int) {
    let state = Knowledge(validStations: valid, of: expected)
    self.init(
      value: state.hasValue ? .mean(sum: sum, count: valid) : .missing, state: state, valid: valid, expected: expected)
  }

  /// The unweighted mean of the monitored counties' values.
  init(counties: [UnitValue]) {
    var sum: Int64 = 0
    var valid = 0
    var monitored = 0
    for county in counties where county.state != .unmonitored {
      monitored += 1
      guard county.state.hasValue else { continue }
      valid += 1
      sum += Int64(county.value.thousandths)
    }
    let state = Knowledge(validCounties: valid, of: monitored)
    // All counties there, but one of them on a part of its stations: not the whole.
    let whole = counties.allSatisfy { $0.state != .incomplete }
    self.init(
      value: state.hasValue ? .mean(sum: sum, count: valid) : .missing,
      state: state == .known && !whole ? .incomplete : state, valid: valid, expected: monitored)
  }
}

/// The six pollutants' means of one unit and one window, in the order of `Pollutant.criteria`.
package struct UnitValues: Sendable, Hashable {
  package var values: [UnitValue]
  /// The 8 h ozone mean that ends with the window's hour; in day values the same as ozone's.
  package var ozoneEightHour: UnitValue

  package subscript(pollutant: Pollutant) -> UnitValue { values[Int(pollutant.rawValue)] }
}

/// The running 24 h means of one unit (DOMAIN.md 12, running AQI).
package struct RunningMeans: Sendable, Hashable {
  /// Index of the unit.
  package var unit: Int
  /// The number of the window's last civil hour.
  package var endHour: Int32
  /// Concentrations in the order of `Pollutant.criteria`; ozone is the highest 8 h mean inside the window.
  package var values: [UnitValue]
  /// The station with the highest mean of each pollutant; nil when none is valid.
  package var leading: [Int?]
  /// Share of usable assessed station-hours of all six pollutants, 0 to 1; 0 when unmonitored.
  package var completeness: Double

  /// Whether the unit has no assessed station on the window's last day.
  package var isUnmonitored: Bool { values.allSatisfy { $0.state == .unmonitored } }

  package subscript(pollutant: Pollutant) -> UnitValue { values[Int(pollutant.rawValue)] }
}
