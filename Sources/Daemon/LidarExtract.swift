import AirQuality
import Engine
import Feeds
import Lidar
import LidarFiles

/// What a lidar's file gives, small enough to be handed from one process to another.
package struct LidarExtract: Sendable, Hashable {
  /// Of all records, without a station where the file's own name is of no use.
  var observations: [LidarObservation] = []
  var records = 0
  /// Place and message of the first faults, and how many there are.
  var faults: [Fault] = []
  var faultCount = 0

  /// A part of the file that could not be taken.
  struct Fault: Sendable, Hashable {
    var place: String
    var message: String
  }

  /// Reads a file of any known format.
  package init(of bytes: [UInt8], station: String?) {
    let content = LidarFile.decode(bytes)
    observations = LidarObserver.observations(content.records, station: station)
    var all = content.faults.map { Fault(place: $0.place, message: $0.message) }
    for (index, record) in content.records.enumerated() where record.at == nil {
      all.append(
        Fault(
          place: "profile \(index + 1)",
          message: "it has no stamp, so nobody knows when it was measured; have the logger write one"))
    }
    records = content.records.count { $0.at != nil }
    faults = Array(all.prefix(FeedLimits.keptErrors))
    faultCount = content.faultCount + content.records.count - records
  }

  /// As an answer: each fault with its place, a failure when nothing could be taken.
  var body: DecodedBody {
    var content = LidarFileContent(format: "lidar-file")
    content.faults = faults.map { LidarFileContent.Fault($0.place, $0.message) }
    content.faultCount = faultCount
    var body = LidarFileBodyDecoder.body(content)
    body.rowCount = records + faultCount
    body.recordCount = records
    if records > 0 { body.verdict = .ok }
    return body
  }

  /// With a mark of the version first; `init(decoding:)` reads it.
  package func encoded() -> [UInt8] {
    var writer = ByteWriter(capacity: 4_096)
    writer.fixed(Self.mark)
    writer.signed(Int64(records))
    writer.signed(Int64(faultCount))
    writer.list(faults) {
      $0.text($1.place)
      $0.text($1.message)
    }
    writer.list(observations) { $1.encode(into: &$0) }
    return writer.bytes
  }

  private static let mark: UInt32 = 0x4C44_5231

  /// Reads what `encoded` wrote; any bytes give an extract or an error.
  init(decoding bytes: [UInt8]) throws(SnapshotReadingError) {
    var reader = SnapshotReader(bytes, subject: "the extract of a lidar file")
    guard try reader.fixed(UInt32.self) == Self.mark else { throw reader.fail("it is of another version") }
    records = try reader.integer("the records")
    faultCount = try reader.integer("the faults")
    faults = try reader.list(of: "faults") { reader throws(SnapshotReadingError) in
      Fault(place: try reader.text(), message: try reader.text())
    }
    observations = try reader.list(of: "observations") { reader throws(SnapshotReadingError) in
      try LidarObservation(decoding: &reader)
    }
    try reader.finish()
    guard records >= 0, faultCount >= 0, observations.count <= LidarObserver.maximumObservations else {
      throw reader.fail("\(records) records, \(faultCount) faults, \(observations.count) observations")
    }
  }
}
