import AirQuality

/// Reads what the registry says of single stations: columns of `stations.csv`, then `assessments` and `calibrations`.
extension ConfigurationLoader {
  // MARK: Columns of stations.csv

  /// `units`, `stamp`, `period` and `retired` of a station's row.
  mutating func setting(_ table: ConfigurationTable, _ row: CSVReader.Row, station: String) -> StationSetting {
    var setting = StationSetting(station: station)
    setting.units = unitOverrides(table, row)
    let stamp = table.field("stamp", row)
    if !stamp.isEmpty {
      setting.stamp = StampMeaning(rawValue: stamp.lowercased())
      if setting.stamp == nil {
        fail(
          .badField(column: "stamp", value: stamp, expected: "write begin, end or instant, or nothing"),
          at: table.location(row))
      }
    }
    let period = table.field("period", row)
    if !period.isEmpty {
      let range = ConfigurationBounds.periodMilliseconds
      setting.periodMilliseconds = Quantities.milliseconds(period).flatMap {
        range.contains($0) ? Reading.period(ofSpan: $0) : nil
      }
      if setting.periodMilliseconds == nil {
        let most = Quantities.describe(milliseconds: range.upperBound)
        fail(
          .badField(
            column: "period", value: period, expected: "write a duration up to \(most), such as 5m, or nothing"),
          at: table.location(row))
      }
    }
    if setting.stamp == .instant, let period = setting.periodMilliseconds, period != 0 {
      fail(
        .badField(
          column: "period", value: table.field("period", row),
          expected: "values of an instant have none: leave it empty"),
        at: table.location(row))
    }
    setting.retired = day(table, row, "retired")
    return setting
  }

  /// `pm25=mg/m3;co=ug/m3`.
  private mutating func unitOverrides(
    _ table: ConfigurationTable, _ row: CSVReader.Row
  ) -> [StationSetting.UnitOverride] {
    var result: [StationSetting.UnitOverride] = []
    let text = table.field("units", row)
    for part in text.split(whereSeparator: { $0 == ";" || $0 == "；" }) {
      let sides = part.split(separator: "=", maxSplits: 1).map { $0.filter { !$0.isWhitespace } }
      guard sides.count == 2, let pollutant = Pollutant(name: sides[0].lowercased()) else {
        fail(
          .badField(column: "units", value: String(part), expected: "write pollutant=unit;…, such as pm25=mg/m3"),
          at: table.location(row))
        continue
      }
      guard let unit = MeasurementUnit(spelling: sides[1]), unit.conversion(for: pollutant) != nil else {
        fail(
          .badField(
            column: "units", value: String(part),
            expected: "\(sides[1]) is no unit of \(pollutant.name): write such as \(pollutant.unit.rawValue)"),
          at: table.location(row))
        continue
      }
      guard !result.contains(where: { $0.pollutant == pollutant }) else {
        fail(
          .badField(column: "units", value: text, expected: "\(pollutant.name) stands twice: remove one"),
          at: table.location(row))
        continue
      }
      result.append(StationSetting.UnitOverride(pollutant: pollutant, unit: unit))
    }
    return result
  }

  // MARK: Assessments

  mutating func readAssessments(_ lists: [ConfigurationNode]) {
    var lines: [String: SourceLocation] = [:]
    for item in lists.flatMap({ items($0, of: "tables of assessments", lenient: true) }) {
      guard let table = readTable(item, required: ["station", "purpose"], optional: ["from", "until", "name", "note"])
      else { continue }
      for row in bounded(table) { readAssessment(table, row, &lines) }
    }
    // A station that is retired is not assessed any longer.
    for setting in registry.settings {
      guard let day = setting.retired, let index = site.stations.firstIndex(where: { $0.id == setting.station }),
        site.stations[index].assessed
      else { continue }
      site.stations[index].until = min(site.stations[index].until ?? day, day)
    }
  }

  private mutating func readAssessment(
    _ table: ConfigurationTable, _ row: CSVReader.Row, _ lines: inout [String: SourceLocation]
  ) {
    let before = errors.count
    let station = registeredStation(table, row)
    let name = table.field("purpose", row)
    let purpose = AssessmentSpan.Purpose(rawValue: name.lowercased())
    if purpose == nil {
      let valid = AssessmentSpan.Purpose.allCases.map(\.rawValue).joined(separator: ", ")
      fail(.badField(column: "purpose", value: name, expected: "write one of \(valid)"), at: table.location(row))
    }
    let from = day(table, row, "from")
    let until = day(table, row, "until")
    if let from, let until, until < from {
      fail(
        .badField(column: "until", value: until.description, expected: "it is before from, \(from)"),
        at: table.location(row))
    }
    guard errors.count == before, let station, let purpose else { return }
    let span = AssessmentSpan(station: site.stations[station].id, purpose: purpose, from: from, until: until)
    let same = registry.assessments.filter { $0.station == span.station && $0.purpose == purpose }
    let key = span.station + " " + purpose.rawValue
    if let first = lines[key], purpose == .aqi || same.contains(where: { $0.overlaps(span) }) {
      let what = purpose == .aqi ? "a station has one span for aqi" : "the spans overlap"
      fail(.badTable(reason: "\(what), and \(key) already stands in \(first): keep one"), at: table.location(row))
      return
    }
    if purpose == .aqi, !Self.mayBeAssessed(site.stations[station].stationClass) {
      let stationClass = site.stations[station].stationClass.rawValue
      fail(
        .badField(
          column: "purpose", value: name,
          expected: "stations of class \(stationClass) never enter AQI, levels or the ledger: remove the line"),
        at: table.location(row))
      return
    }
    lines[key] = lines[key] ?? table.location(row)
    registry.assessments.append(span)
    guard purpose == .aqi else { return }
    site.stations[station].assessed = true
    site.stations[station].from = from
    site.stations[station].until = until
  }

  /// Whether stations of a class may make AQI, levels and the ledger.
  static func mayBeAssessed(_ stationClass: StationClass) -> Bool {
    [.national, .provincial, .city, .county].contains(stationClass)
  }

  /// Index of the registered station that a row names.
  private mutating func registeredStation(_ table: ConfigurationTable, _ row: CSVReader.Row) -> Int? {
    let id = table.field("station", row)
    if let index = stationIndex(id) { return index }
    let nearest = SpellingDistance.nearest(to: id, in: site.stations.prefix(1_000).map(\.id))
    fail(
      .badField(
        column: "station", value: id,
        expected: "no such station in stations.csv" + (nearest.map { "; did you mean \($0)?" } ?? "")),
      at: table.location(row))
    return nil
  }

  private func stationIndex(_ id: String) -> Int? { site.stations.firstIndex { $0.id == id } }

  // MARK: Calibrations

  mutating func readCalibrations(_ lists: [ConfigurationNode]) {
    for item in lists.flatMap({ items($0, of: "tables of calibrations", lenient: true) }) {
      guard
        let table = readTable(
          item, required: ["station", "pollutant", "model", "from"],
          optional: ["slope", "intercept", "humidity", "until", "reference", "note"])
      else { continue }
      for row in bounded(table) { readCalibration(table, row) }
    }
  }

  private mutating func readCalibration(_ table: ConfigurationTable, _ row: CSVReader.Row) {
    let before = errors.count
    let location = table.location(row)
    let station = registeredStation(table, row)
    if let station, site.stations[station].assessed {
      fail(
        .badField(
          column: "station", value: site.stations[station].id,
          expected: "values of assessed stations are never calibrated: remove the line"), at: location)
    }
    let pollutantName = table.field("pollutant", row)
    let pollutant = Pollutant(name: pollutantName.lowercased()).flatMap { Self.isConcentration($0) ? $0 : nil }
    if pollutant == nil {
      let valid = Pollutant.allCases.filter(Self.isConcentration).map(\.name)
      fail(
        .badField(
          column: "pollutant", value: pollutantName,
          expected: SpellingDistance.nearest(to: pollutantName, in: valid).map { "did you mean \($0)?" }
            ?? "write a concentration, such as " + valid.prefix(6).joined(separator: ", ")), at: location)
    }
    let modelName = table.field("model", row)
    let model = CalibrationModel(rawValue: modelName.lowercased())
    if model == nil {
      let valid = CalibrationModel.allCases.map(\.rawValue)
      fail(
        .badField(
          column: "model", value: modelName,
          expected: SpellingDistance.nearest(to: modelName, in: valid).map { "did you mean \($0)?" }
            ?? "write one of " + valid.joined(separator: ", ")), at: location)
    }
    let from = requiredDay(table, row, "from")
    let until = day(table, row, "until")
    if let from, let until, until < from {
      fail(.badField(column: "until", value: until.description, expected: "it is before from, \(from)"), at: location)
    }
    guard let model else { return }
    let numbers = coefficients(table, row, model)
    if model.isNamed, let pollutant, pollutant != .pm25 {
      fail(
        .badField(column: "pollutant", value: pollutantName, expected: "\(model.rawValue) is a model of pm25 alone"),
        at: location)
    }
    guard errors.count == before, let station, let pollutant, let from else { return }
    let calibration = Calibration(
      station: site.stations[station].id, pollutant: pollutant, model: model, slope: numbers.slope,
      intercept: numbers.intercept, humidity: numbers.humidity, from: from, until: until,
      reference: table.field("reference", row), note: table.field("note", row))
    keep(calibration, at: location)
  }

  private mutating func keep(_ calibration: Calibration, at location: SourceLocation) {
    if let other = registry.calibrations.first(where: { $0.overlaps(calibration) }) {
      let until = other.until?.description ?? "now"
      fail(
        .badField(
          column: "from", value: calibration.from.description,
          expected: "the calibration from \(other.from) until \(until) of \(other.station) \(other.pollutant.name) "
            + "overlaps: give it an until before"), at: location)
      return
    }
    if calibration.model.isNamed {
      warn(.namedCalibration(model: calibration.model.rawValue, station: calibration.station), at: location)
    }
    registry.calibrations.append(calibration)
  }

  /// Concentrations in the air; neither weather nor indices.
  private static func isConcentration(_ pollutant: Pollutant) -> Bool {
    pollutant.unit == .microgramsPerCubicMeter || pollutant.unit == .milligramsPerCubicMeter
  }

  private mutating func coefficients(
    _ table: ConfigurationTable, _ row: CSVReader.Row, _ model: CalibrationModel
  ) -> (slope: Double, intercept: Double, humidity: Double) {
    func number(_ column: String, _ standard: Double, _ bound: Double, _ loader: inout ConfigurationLoader) -> Double {
      let text = table.field(column, row)
      if text.isEmpty {
        if model == .linear, column == "slope" {
          loader.fail(
            .badField(column: column, value: "", expected: "a linear calibration needs its slope"),
            at: table.location(row))
        }
        return standard
      }
      if model.isNamed {
        loader.fail(
          .badField(
            column: column, value: text, expected: "\(model.rawValue) brings its own coefficients: leave it empty"),
          at: table.location(row))
        return standard
      }
      guard let value = Double(text), value.magnitude <= bound else {
        loader.fail(
          .badField(column: column, value: text, expected: "write a number from -\(Int(bound)) to \(Int(bound))"),
          at: table.location(row))
        return standard
      }
      return value
    }
    let slope = number("slope", 1, 1_000, &self)
    if slope <= 0 {
      fail(
        .badField(
          column: "slope", value: "\(slope)", expected: "a sensor that shows less in worse air cannot be calibrated"),
        at: table.location(row))
    }
    return (slope, number("intercept", 0, 10_000, &self), number("humidity", 0, 1_000, &self))
  }
}

extension AssessmentSpan {
  fileprivate func overlaps(_ other: AssessmentSpan) -> Bool {
    (from ?? .distantPast) <= (other.until ?? .distantFuture)
      && (other.from ?? .distantPast) <= (until ?? .distantFuture)
  }
}

extension Calibration {
  fileprivate func overlaps(_ other: Calibration) -> Bool {
    station == other.station && pollutant == other.pollutant && from <= (other.until ?? .distantFuture)
      && other.from <= (until ?? .distantFuture)
  }
}

extension CivilDay {
  fileprivate static let distantPast = CivilDay(number: .min)
  fileprivate static let distantFuture = CivilDay(number: .max)
}
