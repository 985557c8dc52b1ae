import AirQuality
import ArgumentParser
import History

/// What is declared about the layout of history files; what is not is recognised by their headers.
struct HistoryLayoutOptions: ParsableArguments {
  @Option(help: "Family of the files: \(HistoryPreset.allCases.map(\.rawValue).joined(separator: ", ")).")
  var preset: HistoryPreset?

  @Option(help: "What an hourly stamp means: begin or end of its hour.")
  var stamp: HistoryStampMeaning?

  @Option(help: ArgumentHelp("Zone of stamps without one; otherwise the site's.", valueName: "+08:00"))
  var zone: String?

  @Option(help: ArgumentHelp("The site's distance from UTC when there is no --config.", valueName: "+08:00"))
  var offset = "+08:00"

  @Option(help: ArgumentHelp("Unit of a pollutant's column, repeatable: co=ug/m3.", valueName: "pollutant=unit"))
  var unit: [String] = []

  @Option(
    help: ArgumentHelp(
      "Header of a column, repeatable: station=监测站. Kinds: "
        + HistoryColumn.allCases.map(\.rawValue).joined(separator: ", ") + ".", valueName: "kind=header"))
  var column: [String] = []

  var siteOffset: CivilOffset { CivilOffset(offset) ?? .china }

  func options(zone site: CivilOffset) throws -> HistoryOptions {
    var options = HistoryOptions()
    options.preset = preset
    options.stamp = stamp
    guard CivilOffset(offset) != nil else { throw ValidationError("--offset \(offset): write it as +08:00") }
    options.zone = site
    if let zone {
      guard let own = CivilOffset(zone) else { throw ValidationError("--zone \(zone): write it as +08:00") }
      options.zone = own
    }
    for (name, value) in try pairs(unit, "--unit") {
      guard let pollutant = Pollutant(name: name), pollutant.isCriteria, let unit = MeasurementUnit(spelling: value),
        unit.conversion(for: pollutant) != nil
      else { throw ValidationError("--unit \(name)=\(value): write a pollutant and one of its units, as co=ug/m3") }
      options.units[pollutant] = unit
    }
    for (name, value) in try pairs(column, "--column") {
      guard let column = HistoryColumn(rawValue: name) else {
        throw ValidationError(
          "--column \(name)=\(value): kinds are \(HistoryColumn.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      options.columns[column] = value
    }
    return options
  }

  private func pairs(_ texts: [String], _ option: String) throws -> [(String, String)] {
    try texts.map { text in
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw ValidationError("\(option) \(text): write it as NAME=VALUE") }
      return (parts[0], parts[1])
    }
  }
}

extension HistoryPreset: ExpressibleByArgument {}
extension HistoryStampMeaning: ExpressibleByArgument {}
