import AirQuality
import Screening

/// Screening and hot spots as `check --explain` shows them: general thresholds, and by class and pollutant what differs
/// from the defaults.
extension LoadedConfiguration {
  func explainScreening() -> ExplanationValue {
    .object([
      .init("sentinels", .list(screening.sentinels.map { .text("\($0)") })),
      .init(
        "future_tolerance", .text(Quantities.describe(milliseconds: screening.futureToleranceMilliseconds))),
      .init("frozen_after", .text(Quantities.describe(milliseconds: screening.frozenAfterMilliseconds))),
      .init("gap_periods", .integer(screening.gapPeriods)),
      .init("unit_mistakes", .flag(screening.findsUnitMistakes)),
      .init("particle_tolerance", .text("\(screening.particleTolerance)")),
      .init("particle_share", .text("\(screening.particleToleranceShare)")),
      .init("twin_difference", .text("\(screening.twinDifference)")),
      .init("twin_share", .text("\(screening.twinShare)")),
      .init("humidity_with_reference", .text("\(screening.humidityWithReference)")),
      .init("humidity_alone", .text("\(screening.humidityAlone)")),
      .init("humidity_ratio", .text("\(screening.humidityRatio)")),
      .init("humidity_age", .text(Quantities.describe(milliseconds: screening.humidityAgeMilliseconds))),
      .init("neighbour_deviations", .text("\(screening.neighbourDeviations)")),
      .init("neighbour_share", .text("\(screening.neighbourShare)")),
      .init("neighbour_stations", .integer(Int64(screening.neighbourStations))),
      .init("limits", .list(explainLimits())),
      .init("interference", explainInterference()),
      .init("inspectors", .text(inspectorToken == nil ? "control socket only" : "token")),
    ])
  }

  private func explainInterference() -> ExplanationValue {
    func sorted<Value>(_ table: [Pollutant: Value]) -> [(key: Pollutant, value: Value)] {
      table.sorted { $0.key.rawValue < $1.key.rawValue }
    }
    let drop = interference.suddenDrop.map { drop in
      "to \(drop.share), below \(drop.belowNeighbours) of neighbours, others \(drop.others), by "
        + sorted(drop.least).map { "\($0.key.name) \($0.value)" }.joined(separator: ", ")
    }
    let spray = interference.spray.map {
      "humidity +\($0.humidityRise), coarse share -\($0.coarseFall), PM10 to \($0.share), neighbours \($0.neighbours)"
    }
    let pinned = interference.pinned.map { pinned in
      "from \(pinned.share) of a limit in \(pinned.hours) hours: "
        + sorted(pinned.limits).map { entry in
          "\(entry.key.name) " + entry.value.map { "\($0)" }.joined(separator: " ")
        }.joined(separator: ", ")
    }
    return .object([
      .init("sudden_drop", .text(drop ?? "off")), .init("spray", .text(spray ?? "off")),
      .init("pinned", .text(pinned ?? "off")),
    ])
  }

  private func explainLimits() -> [ExplanationValue] {
    let standard = ScreeningLimits()
    var lines: [ExplanationValue] = []
    for stationClass in StationClass.allCases {
      for pollutant in Pollutant.allCases {
        let (range, course) = (screening[stationClass, pollutant], screening[course: stationClass, pollutant])
        guard range != standard[stationClass, pollutant] || course != standard[course: stationClass, pollutant] else {
          continue
        }
        lines.append(
          .text(
            "\(stationClass.rawValue) \(pollutant.name): \(range.lowest)…\(range.highest), "
              + "spike \(Self.pair(course.spikeSuspect, course.spikeFail)), "
              + "rate \(Self.pair(course.rateSuspect, course.rateFail)), flat "
              + (course.flatAfterMilliseconds.map {
                "\(Quantities.describe(milliseconds: $0)) above \(course.flatAbove) within \(course.flatTolerance)"
              } ?? "off")))
      }
    }
    return lines
  }

  private static func pair(_ suspect: Double?, _ fail: Double?) -> String {
    "\(suspect.map { "\($0)" } ?? "off")/\(fail.map { "\($0)" } ?? "off")"
  }

  func explainHotSpots() -> ExplanationValue {
    func number(_ value: Double?) -> ExplanationValue { .text(value.map { "\($0)" } ?? "default") }
    func count(_ value: Int?) -> ExplanationValue { value.map { .integer(Int64($0)) } ?? .text("default") }
    let floors = (hotSpots.floors ?? [:]).sorted { $0.key.rawValue < $1.key.rawValue }
    return .object([
      .init("enabled", .flag(hotSpots.isEnabled ?? true)),
      .init("classes", .text(hotSpots.classes?.map(\.rawValue).joined(separator: " ") ?? "default")),
      .init(
        "floors",
        .text(hotSpots.floors == nil ? "default" : floors.map { "\($0.key.name) \($0.value)" }.joined(separator: ", "))),
      .init("deviations", number(hotSpots.deviations)), .init("ratio", number(hotSpots.ratio)),
      .init("stations", count(hotSpots.stations)), .init("hours", count(hotSpots.hours)),
      .init("clear_hours", count(hotSpots.clearHours)), .init("report_within_hours", count(hotSpots.reportWithinHours)),
      .init("handle_within_hours", count(hotSpots.handleWithinHours)),
      .init("owners", .integer(Int64(hotSpots.owners.count))),
    ])
  }
}
