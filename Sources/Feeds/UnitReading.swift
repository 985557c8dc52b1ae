import AirQuality

/// What a unit's spelling means for a pollutant.
enum UnitReading {
  case conversion(Double, Double)
  case unknown(String)
  case unfit(String)

  init(_ spelling: String, _ pollutant: Pollutant) {
    let fitting = MeasurementUnit.allCases.filter { $0.conversion(for: pollutant) != nil }.map(\.rawValue)
    guard let unit = MeasurementUnit(spelling: spelling) else {
      let shown = Array(spelling.utf8).withText { excerpt($0) }
      let near = nearest(to: spelling, among: fitting) ?? pollutant.unit.rawValue
      self = .unknown("\(shown) is no known unit; nearest for \(pollutant.name) is \(near)")
      return
    }
    guard let (factor, offset) = unit.conversion(for: pollutant) else {
      self = .unfit(
        "\(unit.rawValue) cannot carry \(pollutant.name); use one of \(fitting.joined(separator: ", "))")
      return
    }
    self = .conversion(factor, offset)
  }

  /// The factor and offset to the pollutant's own unit, nil when there is none.
  var conversion: (Double, Double)? {
    if case .conversion(let factor, let offset) = self { (factor, offset) } else { nil }
  }

  /// What is wrong with the spelling; empty when nothing is.
  var message: String {
    switch self {
    case .conversion: ""
    case .unknown(let message), .unfit(let message): message
    }
  }
}
