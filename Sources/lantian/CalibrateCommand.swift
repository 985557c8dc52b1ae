import AirQuality
import ArgumentParser
import Daemon
import Engine
import JSONText
import Store

/// `lantian calibrate fit`: a calibration of a micro-station against a reference beside it (比对校准).
struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate", abstract: "Fits calibrations of micro-stations against reference stations.",
    subcommands: [CalibrateFitCommand.self])
}

/// `lantian calibrate fit --station M1 --reference 2183A --from 2020-10-01 --until 2020-10-31`.
struct CalibrateFitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fits slope, intercept and humidity of a sensor that stood beside a reference station.",
    discussion: """
      It reads the raw rows of both stations out of the journal of the state, beside the running daemon or after it, makes
      hours of them, and fits reference = slope * raw + intercept + humidity * RH by least squares. The last line is ready
      for calibrations.csv. Nothing is put in force.
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  @Option(help: "Id of the sensor's station, as the registry has it.") var station: String
  @Option(help: "Id of the assessed station beside it.") var reference: String
  @Option(help: "pm25, pm10, so2, no2, o3 or co.") var pollutant = "pm25"
  @Option(help: "First day, 2020-10-01.") var from: String
  @Option(help: "Last day, 2020-10-31; at most 92 days.") var until: String

  func validate() throws {
    guard let known = Pollutant(name: pollutant), known.isCriteria else {
      throw ValidationError("\"\(pollutant)\" is none of pm25, pm10, so2, no2, o3, co")
    }
    for text in [from, until] where CivilDay(text) == nil {
      throw ValidationError("\"\(text)\" is no day: write it as 2020-10-01")
    }
    if let first = CivilDay(from), let last = CivilDay(until), last < first {
      throw ValidationError("--until \(until) is before --from \(from)")
    }
  }

  func run() throws {
    guard let pollutant = Pollutant(name: pollutant), let first = CivilDay(from), let last = CivilDay(until),
      first <= last
    else { return }
    let result: (fit: CalibrationFit, withoutHumidity: Int)
    do {
      let store = try Store(reading: try control.stateDirectory(global))
      defer { store.closeAndWait() }
      result = try StoredCalibrationFit(store: store).fit(
        station: station, reference: reference, pollutant, days: first...last)
    } catch let problem as StoredCalibrationFit.Problem {
      throw ExitStatus.data.fail(problem.description)
    } catch let problem as CalibrationFit.Problem {
      throw ExitStatus.data.fail(problem.description)
    } catch let error as StoreError {
      throw ExitStatus.inputOutput.fail("\(error)")
    }
    let line = row(result.fit, pollutant, from: last.adding(days: 1))
    switch global.output {
    case .table: lines(result.fit, result.withoutHumidity, pollutant, line).forEach { printLine($0) }
    case .json: printLine(json(result.fit, result.withoutHumidity, pollutant, line))
    }
  }

  /// Four decimals are more than such a fit is worth.
  private func number(_ value: Double, _ decimals: Int = 4) -> String {
    guard value.isFinite, value.magnitude < 1e12 else { return "-" }
    let scale = decimals == 4 ? 10_000.0 : 1_000
    let rounded = (value * scale).rounded() / scale
    return rounded == 0 ? "0" : "\(rounded)"
  }

  /// A line of calibrations.csv; it holds from the day after the comparison.
  private func row(_ fit: CalibrationFit, _ pollutant: Pollutant, from day: CivilDay) -> String {
    "\(station),\(pollutant.name),linear,\(number(fit.slope)),\(number(fit.intercept)),"
      + "\(fit.usesHumidity ? number(fit.humidity) : ""),\(day),,\(reference),fitted \(from) to \(until) n \(fit.count)"
  }

  private func lines(
    _ fit: CalibrationFit, _ withoutHumidity: Int, _ pollutant: Pollutant, _ row: String
  ) -> [String] {
    let unit = pollutant.unit.rawValue
    var lines = [
      "\(station) ~ \(reference)  \(pollutant.label)  \(from) – \(until)",
      "小时数 hours  \(fit.count)" + (withoutHumidity > 0 ? "  (无湿度 without humidity: \(withoutHumidity))" : ""),
      "斜率 slope  \(number(fit.slope))", "截距 intercept  \(number(fit.intercept)) \(unit)",
      "湿度系数 humidity  " + (fit.usesHumidity ? "\(number(fit.humidity)) \(unit)/%" : "— 无湿度数据 no humidity"),
      "校准后 calibrated  r2 \(number(fit.determination, 3))  rmse \(number(fit.rootMeanSquareError, 3)) \(unit)",
      "校准前 raw  r2 \(number(fit.rawDetermination, 3))  rmse \(number(fit.rawError, 3)) \(unit)",
    ]
    let targets = fit.targets(pollutant)
    if !targets.isEmpty {
      lines.append("美国环保署传感器指标（原始值，仅供参考） US EPA targets for sensors (raw values, for information)")
    }
    for target in targets {
      lines.append("  \(target.isMet ? "✓" : "✗") \(target.name) \(number(target.value, 3))  (\(target.demand))")
    }
    lines.append("calibrations.csv: station,pollutant,model,slope,intercept,humidity,from,until,reference,note")
    lines.append(row)
    return lines
  }

  private func json(
    _ fit: CalibrationFit, _ withoutHumidity: Int, _ pollutant: Pollutant, _ row: String
  ) -> String {
    var writer = JSONWriter(offset: .china)
    writer.beginObject()
    writer.field("station", station)
    writer.field("reference", reference)
    writer.field("pollutant", pollutant.name)
    writer.field("from", from)
    writer.field("until", until)
    writer.field("n", fit.count)
    writer.field("without_humidity", withoutHumidity)
    writer.field("slope", fit.slope)
    writer.field("intercept", fit.intercept)
    writer.field("humidity", fit.usesHumidity ? fit.humidity : nil)
    writer.field("r2", fit.determination)
    writer.field("rmse", fit.rootMeanSquareError)
    writer.object("raw") {
      $0.field("slope", fit.rawSlope)
      $0.field("intercept", fit.rawIntercept)
      $0.field("r2", fit.rawDetermination)
      $0.field("rmse", fit.rawError)
    }
    writer.array("us_epa_targets", fit.targets(pollutant)) { writer, target in
      writer.beginObject()
      writer.field("name", target.name)
      writer.field("value", target.value)
      writer.field("demand", target.demand)
      writer.field("met", target.isMet)
      writer.endObject()
    }
    writer.field("csv", row)
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
