package import AirQuality

/// What is wrong with stored bytes.
package enum RollupError: Error, Hashable, CustomStringConvertible {
  /// The bytes end before what they announce, or go on after it.
  case damaged(what: String, offset: Int)
  /// Written by a version this program does not know.
  case version(what: String, found: UInt8)
  /// The snapshot was written for other stations than those configured.
  case stations(expected: Int, found: Int)
  /// The chunk of a county and day cannot be read; the rows that waited for it are lost to it.
  case chunk(RollupChunkKey, reason: String)

  package var description: String {
    switch self {
    case .damaged(let what, let offset):
      "\(what) is damaged at byte \(offset): restore it from a backup or rebuild it from the journal"
    case .version(let what, let found):
      "\(what) has the unknown version \(found): run the program that wrote it or rebuild it from the journal"
    case .stations(let expected, let found):
      "the snapshot holds other registered stations (\(found)) than the configuration (\(expected)): "
        + "rebuild it from the journal"
    case .chunk(let key, let reason):
      "the \(key.kind) chunk of \(key.county.isEmpty ? "stations without county" : key.county) on \(key.day)"
        + " hour \(key.hour): \(reason)"
    }
  }
}

/// Names a stored chunk; the engine maps it to its own key.
package struct RollupChunkKey: Sendable, Hashable {
  /// Which part of a day the chunk holds.
  package enum Kind: UInt8, Sendable, Hashable {
    case hours = 0
    case minutes = 1
  }
  /// County code; empty for stations of no county.
  package var county: String
  package var day: CivilDay
  package var kind: Kind
  /// The hour of the day, 0 to 23, for minutes; 0 for hours.
  package var hour: UInt8

  package init(county: String, day: CivilDay, kind: Kind, hour: UInt8 = 0) {
    self.county = county
    self.day = day
    self.kind = kind
    self.hour = hour
  }
}

/// A chunk to be stored, or as it was stored.
package struct RollupChunk: Sendable, Hashable {
  package var key: RollupChunkKey
  package var bytes: [UInt8]
  package init(key: RollupChunkKey, bytes: [UInt8]) {
    self.key = key
    self.bytes = bytes
  }
}
