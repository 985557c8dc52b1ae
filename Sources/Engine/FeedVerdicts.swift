import AirQuality

/// How many readings of a feed got which verdict, since the journal began.
package struct FeedVerdicts: Sendable, Hashable {
  package var good: UInt64 = 0
  package var unknown: UInt64 = 0
  package var suspect: UInt64 = 0
  package var fail: UInt64 = 0
  package var missing: UInt64 = 0
  /// New or preferred values.
  package var accepted: UInt64 = 0
  package var corrections: UInt64 = 0
  package var duplicates: UInt64 = 0
  /// Rows kept as evidence beside another feed's.
  package var evidence: UInt64 = 0
  /// Rows older than the rings.
  package var late: UInt64 = 0
  /// Rows with impossible stamps.
  package var quarantined: UInt64 = 0
  /// Rows for which there was no room, or whose day has left the ledger.
  package var dropped: UInt64 = 0
  /// Rows of stations outside the registry.
  package var unknownStation: UInt64 = 0

  /// Name and count of each flag, the label values of `lantian_readings_total`; every reading has one of them.
  package var labelled: [(name: String, count: UInt64)] {
    [("good", good), ("unknown", unknown), ("suspect", suspect), ("fail", fail), ("missing", missing)]
  }

  /// What became of the readings, the label values of `lantian_reading_dispositions_total`; a row of an unknown station
  /// is counted beside what became of it.
  package var dispositions: [(name: String, count: UInt64)] {
    [
      ("accepted", accepted), ("corrected", corrections), ("duplicate", duplicates), ("evidence", evidence),
      ("late", late), ("quarantined", quarantined), ("dropped", dropped), ("unknown_station", unknownStation),
    ]
  }

  func encode(into writer: inout ByteWriter) { for (_, count) in labelled + dispositions { writer.varint(count) } }

  package init() {}

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    good = try reader.varint()
    unknown = try reader.varint()
    suspect = try reader.varint()
    fail = try reader.varint()
    missing = try reader.varint()
    accepted = try reader.varint()
    corrections = try reader.varint()
    duplicates = try reader.varint()
    evidence = try reader.varint()
    late = try reader.varint()
    quarantined = try reader.varint()
    dropped = try reader.varint()
    unknownStation = try reader.varint()
  }
}
