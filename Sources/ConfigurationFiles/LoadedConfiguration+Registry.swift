import AirQuality

/// What `check --explain` says of boundaries, settings of stations, spans of assessment and calibrations.
extension LoadedConfiguration {
  func explainRegistry() -> ExplanationValue {
    func count(_ number: Int) -> ExplanationValue { .integer(Int64(number)) }
    let corners = boundaries.areas.reduce(0) { sum, area in
      sum + area.polygons.reduce(0) { $0 + $1.rings.reduce(0) { $0 + $1.corners.count } }
    }
    return .object([
      .init("counties_with_boundaries", count(boundaries.areas.count)), .init("corners", count(corners)),
      .init("tolerance_m", .number(boundaries.toleranceMeters)),
      .init("stations_read_otherwise", count(registry.settings.count(where: \.changesRows))),
      .init("retired", count(registry.settings.count { $0.retired != nil })),
      .init("assessment_spans", count(registry.assessments.count)),
    ])
  }

  func explainCalibration(_ calibration: Calibration) -> ExplanationValue {
    .object([
      .init("station", .text(calibration.station)), .init("pollutant", .text(calibration.pollutant.name)),
      .init("formula", .text(calibration.formula)), .init("from", .text(calibration.from.description)),
      .init("until", calibration.until.map { .text($0.description) } ?? .null),
      .init("reference", .text(calibration.reference)),
    ])
  }
}
