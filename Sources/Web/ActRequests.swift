import AirQuality
package import Engine
import Screening

/// Acts of people on flags and inspections, as `lantian flag …` and `lantian inspection …` send them over the control
/// socket; each becomes one act of the engine.
package enum ActRequest {
  /// Reads `{"station","pollutant","from","until","flag","by","reason"}`: all strings; `pollutant` and `id` optional.
  static func override(json: [UInt8], id: String, offset: CivilOffset) throws(RequestError) -> OperatorAct {
    let fields = try ActFields(
      json: json, keys: ["id", "station", "pollutant", "from", "until", "flag", "by", "reason"])
    let station = try fields.required("station", atMost: 128)
    var pollutant: Pollutant?
    if let name = try fields.optional("pollutant", atMost: 32) {
      guard let found = Pollutant(name: name) else {
        throw RequestError.bad("pollutant", name, "pm25, pm10, so2, no2, o3, co or another quantity of the feeds")
      }
      pollutant = found
    }
    let from = try fields.instant("from", offset: offset)
    let until = try fields.instant("until", offset: offset)
    guard from < until, until.milliseconds - from.milliseconds <= longestMilliseconds else {
      throw RequestError(
        status: 400, code: "bad_until",
        message:
          "until must be after from (\(offset.format(from))), by at most \(longestMilliseconds / 86_400_000) days")
    }
    let written = try fields.required("flag", atMost: 1)
    guard let flag = UInt8(written).flatMap(QualityFlag.init(rawValue:)), ScreeningOverride.flags.contains(flag) else {
      throw RequestError.bad("flag", written, "1 (good), 3 (suspect) or 4 (fail)")
    }
    return .overrideFlag(
      id: try fields.optional("id", atMost: 64) ?? id, station: station, pollutant: pollutant, from: from,
      until: until, flag: flag, by: try fields.required("by", atMost: 64),
      reason: try fields.required("reason", atMost: 500))
  }

  /// Longest span of one verdict: the ledger.
  static let longestMilliseconds: Int64 = 400 * 86_400_000

  /// Reads `{"override","by","reason"}`; `id` optional.
  static func withdrawOverride(json: [UInt8], id: String) throws(RequestError) -> OperatorAct {
    let fields = try ActFields(json: json, keys: ["id", "override", "by", "reason"])
    return .withdrawOverride(
      id: try fields.optional("id", atMost: 64) ?? id, override: try fields.required("override", atMost: 64),
      by: try fields.required("by", atMost: 64), reason: try fields.required("reason", atMost: 500))
  }

  /// Reads `{"inspection","finding","by","reason"}`; `id` optional.
  static func conclude(json: [UInt8], id: String) throws(RequestError) -> OperatorAct {
    let fields = try ActFields(json: json, keys: ["id", "inspection", "finding", "by", "reason"])
    let name = try fields.required("finding", atMost: 16)
    guard let finding = Inspection.Conclusion.Finding(rawValue: name) else {
      throw RequestError.bad("finding", name, "confirmed or cleared")
    }
    return .concludeInspection(
      id: try fields.optional("id", atMost: 64) ?? id, inspection: try fields.required("inspection", atMost: 256),
      finding: finding, by: try fields.required("by", atMost: 64), reason: try fields.required("reason", atMost: 500))
  }
}

/// What became of an act.
package enum JournalledAct: Sendable {
  /// Journalled, applied and shown; the events it made, those for inspectors included.
  case applied(events: [EventRecord])
  /// Not possible now (recovering, stopping).
  case unavailable(message: String)
}
