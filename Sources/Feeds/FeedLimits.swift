/// The bounds of decoding. What they cut off is counted.
package enum FeedLimits {
  /// Row errors kept with their text; the rest is only counted.
  package static let keptErrors = 64
  /// Bytes of a station id.
  package static let stationBytes = 128
  /// Bytes of one text field of an XML row; what follows is dropped (no number or id is longer).
  package static let fieldBytes = 4_096
  /// Bytes of a foreign value shown in a message.
  package static let excerptBytes = 48
  /// Bytes of a provider's error text shown in a message.
  package static let replyBytes = 200
  /// Elements inside elements of an XML body.
  package static let xmlDepth = 128
  /// Times an XML body may grow by its own entities, once 1 MiB of text was made.
  package static let xmlAmplification: Float = 16
  package static let xmlAmplificationThresholdBytes: UInt64 = 1 << 20
  /// Fields of one CSV line.
  package static let csvFields = 2_048
  /// Range bins of one lidar profile.
  package static let lidarBins = 8_192
  /// Columns of one mapping.
  package static let columns = 64
  /// Fields of one point of line protocol or labels of one sample.
  package static let pointFields = 1_024
  /// Bytes of one field name or label.
  package static let nameBytes = 256
  /// Bytes of one stamp.
  package static let stampBytes = 128
  /// Bytes of one number written as text: more digits than any Double needs.
  package static let numberBytes = 1_024
  /// Lines of an NDJSON body that are bad one after the other, after which the rest is not read.
  package static let badLines = 10_000
  /// Names and units of rows remembered within one body.
  package static let rememberedTexts = 48
  /// Names of quantities remembered within one body.
  package static let rememberedNames = 256
}
