import AirQuality

/// The humidity a station measures: its newest value, and the means of its last civil hours.
struct HumidityTrace: Sendable, Hashable {
  /// Begin of the newest value.
  private(set) var begin = Int64.min
  /// Per cent.
  private(set) var newest: Float = 0
  /// The running hour by number, its sum and count.
  private var hour = Int32.min
  private var sum: Float = 0
  private var count: Int32 = 0
  /// Means of the hours before it, newest last, at most `keptHours`.
  private var means: [Hour] = []

  private struct Hour: Sendable, Hashable {
    var hour: Int32
    var mean: Float
  }

  static let keptHours = 6

  init() {}

  /// Takes a value of a civil hour.
  mutating func take(_ value: Float, begin: Int64, hour: Int32) {
    if begin >= self.begin { (self.begin, newest) = (begin, value) }
    if hour < self.hour { return }
    if hour > self.hour {
      if count > 0 { means.append(Hour(hour: self.hour, mean: sum / Float(count))) }
      if means.count > Self.keptHours { means.removeFirst() }
      (self.hour, sum, count) = (hour, 0, 0)
    }
    sum += value
    count += 1
  }

  /// The mean of an hour; nil when none is known.
  func mean(ofHour hour: Int32) -> Float? {
    if hour == self.hour, count > 0 { return sum / Float(count) }
    return means.last { $0.hour == hour }?.mean
  }

  func encode(into writer: inout ByteWriter) {
    writer.fixed(begin)
    writer.fixed(newest.bitPattern)
    writer.fixed(hour)
    writer.fixed(sum.bitPattern)
    writer.fixed(count)
    writer.list(means) {
      $0.fixed($1.hour)
      $0.fixed($1.mean.bitPattern)
    }
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    begin = try reader.fixed(Int64.self)
    newest = Float(bitPattern: try reader.fixed(UInt32.self))
    hour = try reader.fixed(Int32.self)
    sum = Float(bitPattern: try reader.fixed(UInt32.self))
    count = try reader.fixed(Int32.self)
    means = try reader.list(of: "hours of humidity", width: 8) { reader throws(SnapshotReadingError) in
      Hour(hour: try reader.fixed(Int32.self), mean: Float(bitPattern: try reader.fixed(UInt32.self)))
    }
  }
}
