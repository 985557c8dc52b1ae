import AirQuality
import Alerts

/// What the engine keeps of one unit (county, city, urban district) beside its concentrations.
struct UnitState: Sendable, Hashable {
  var windows = WindowRing()
  var machine = LevelMachine()
  /// What was found hour by hour.
  var findings = FindingTrail()
  /// The newest civil hour judged; nil before the first.
  var judgedThrough: Int32?
  /// Facts of the newest judged window for events and views.
  var primary: [Pollutant] = []
  var completeness: Double = 0
  var leadingStation: String?
  /// Whether sand-dust is suspected.
  var dust = DustWatch()

  init() {}

  func encode(into writer: inout ByteWriter) {
    windows.encode(into: &writer)
    machine.encode(into: &writer)
    findings.encode(into: &writer)
    writer.optional(judgedThrough) { $0.fixed($1) }
    writer.list(primary) { $0.byte($1.rawValue) }
    writer.double(completeness)
    writer.optional(leadingStation) { $0.text($1) }
    dust.encode(into: &writer)
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    windows = try WindowRing(decoding: &reader)
    machine = try LevelMachine(decoding: &reader)
    findings = try FindingTrail(decoding: &reader)
    judgedThrough = try reader.optional { reader throws(SnapshotReadingError) in try reader.fixed(Int32.self) }
    primary = try reader.list { reader throws(SnapshotReadingError) in try reader.coded(Pollutant.self) }
    completeness = try reader.double()
    leadingStation = try reader.optional { reader throws(SnapshotReadingError) in try reader.text() }
    dust = try DustWatch(decoding: &reader)
  }
}
