import AirQuality
import Alerts

/// What the engine keeps of one unit (county, city, urban district) beside its concentrations.
struct UnitState: Sendable, Hashable {
  var windows = WindowRing()
  var machine = LevelMachine()
  /// The newest civil hour judged; nil before the first.
  var judgedThrough: Int32?
  /// Facts of the newest judged window for events and views.
  var primary: [Pollutant] = []
  var completeness: Double = 0
  var leadingStation: String?

  init() {}

  func encode(into writer: inout SnapshotWriter) {
    windows.encode(into: &writer)
    machine.encode(into: &writer)
    writer.write(optional: judgedThrough) { $0.write($1) }
    writer.write(each: primary) { $0.write($1.rawValue) }
    writer.write(completeness)
    writer.write(optional: leadingStation) { $0.write($1) }
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    windows = try WindowRing(decoding: &reader)
    machine = try LevelMachine(decoding: &reader)
    judgedThrough = try reader.readOptional { (reader: inout SnapshotReader) throws(SnapshotReadingError) in
      try reader.read(Int32.self)
    }
    primary = try reader.readEach { (reader: inout SnapshotReader) throws(SnapshotReadingError) in
      guard let pollutant = Pollutant(rawValue: try reader.read(UInt8.self)) else {
        throw reader.failure("a pollutant")
      }
      return pollutant
    }
    completeness = try reader.readDouble()
    leadingStation = try reader.readOptional { (reader: inout SnapshotReader) throws(SnapshotReadingError) in
      try reader.readString()
    }
  }
}
