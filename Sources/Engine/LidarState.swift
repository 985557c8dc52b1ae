import AirQuality

/// What the engine keeps of a lidar.
struct LidarState: Sendable, Hashable {
  var newest: LidarObservation
  var watch = LidarWatch()

  init(newest: LidarObservation) { self.newest = newest }

  func encode(into writer: inout ByteWriter) {
    newest.encode(into: &writer)
    watch.encode(into: &writer)
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    newest = try LidarObservation(decoding: &reader)
    watch = try LidarWatch(decoding: &reader)
  }
}
