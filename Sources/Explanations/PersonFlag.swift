package import AirQuality
package import Engine
import JSONText

/// A person's verdict on readings of a station (人工标记), as the journal has it: who said what of which readings, and who
/// took it back.
package struct PersonFlag: Sendable, Hashable {
  /// The act's own id.
  package var id: String
  /// Journal position and instant of the act.
  package var position: Int64
  package var at: Instant
  package var station: String
  /// Nil for all quantities of the station.
  package var pollutant: Pollutant?
  /// Readings that begin from here until before `until`.
  package var from: Instant
  package var until: Instant
  package var flag: QualityFlag
  package var by: String
  package var reason: String
  package var withdrawal: Withdrawal?

  /// A verdict taken back.
  package struct Withdrawal: Sendable, Hashable {
    package var position: Int64
    package var at: Instant
    package var by: String
    package var reason: String
  }

  /// The verdicts among acts in the order of the journal.
  package static func all(_ acts: [(position: Int64, at: Instant, act: OperatorAct)]) -> [PersonFlag] {
    var found: [PersonFlag] = []
    for (position, at, act) in acts {
      switch act {
      case .overrideFlag(let id, let station, let pollutant, let from, let until, let flag, let by, let reason):
        found.append(
          PersonFlag(
            id: id, position: position, at: at, station: station, pollutant: pollutant, from: from, until: until,
            flag: flag, by: by, reason: reason))
      case .withdrawOverride(_, let id, let by, let reason):
        guard let index = found.lastIndex(where: { $0.id == id && $0.withdrawal == nil }) else { continue }
        found[index].withdrawal = Withdrawal(position: position, at: at, by: by, reason: reason)
      default: continue
      }
    }
    return found
  }

  func concerns(_ station: String, _ pollutant: Pollutant) -> Bool {
    self.station == station && (self.pollutant ?? pollutant) == pollutant
  }

  func covers(_ begin: Instant) -> Bool { from <= begin && begin < until }

  /// Whether it may cover a reading that belongs to the civil hours between two instants.
  func touches(_ begin: Instant, _ end: Instant) -> Bool { from < end && begin < until }

  /// A line for people.
  func line(_ offset: CivilOffset) -> String {
    var line = "  #\(position) \(offset.format(at)) \(station) \(pollutant?.name ?? "*")"
    line += " [\(offset.format(from)) – \(offset.format(until))] flag \(flag.rawValue)  \(by)：\(reason)"
    if let withdrawal {
      line += "  撤回 withdrawn #\(withdrawal.position) \(offset.format(withdrawal.at)) "
      line += "\(withdrawal.by)：\(withdrawal.reason)"
    }
    return line
  }
}

extension PersonFlag {
  /// The reason a reading carries under a person's verdict.
  static let reason = "overridden"
  /// Reasons that no verdict changes: there is no value, or no time.
  static let fixed: Set<String> = Set(
    ([.missing, .notRepresentable, .futureStamp, .ancientStamp] as ScreeningReasons).list)

  /// One JSON object.
  func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("id", id)
    writer.field("record", position)
    writer.field("at", at)
    writer.field("station", station)
    writer.field("pollutant", pollutant?.name)
    writer.field("from", from)
    writer.field("until", until)
    writer.field("flag", Int(flag.rawValue))
    writer.field("by", by)
    writer.field("reason", reason)
    if let withdrawal {
      writer.object("withdrawn") {
        $0.field("record", withdrawal.position)
        $0.field("at", withdrawal.at)
        $0.field("by", withdrawal.by)
        $0.field("reason", withdrawal.reason)
      }
    }
    writer.endObject()
  }
}

extension [PersonFlag] {
  /// Those on a station's readings of a pollutant in a period.
  func concerning(_ station: String, _ pollutant: Pollutant, from: Instant, until: Instant) -> [PersonFlag] {
    filter { $0.concerns(station, pollutant) && $0.touches(from, until) }
  }

  /// What a reading's flag and reasons are under the newest verdict that covers it and was not taken back; nil when none
  /// does, or none can.
  func verdict(
    over begin: Instant, flag: QualityFlag, reasons: [String]
  ) -> (flag: QualityFlag, reasons: [String])? {
    guard flag != .missing, Set(reasons).isDisjoint(with: PersonFlag.fixed),
      let verdict = last(where: { $0.withdrawal == nil && $0.covers(begin) })
    else { return nil }
    return (verdict.flag, reasons.contains(PersonFlag.reason) ? reasons : reasons + [PersonFlag.reason])
  }

  static var heading: String { "人工标记 flags set by people" }
}
