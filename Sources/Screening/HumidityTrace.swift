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

  /// Takes a value of a civil hour. One for the newest begin takes the place of what came for it before; older ones are late
  /// or come again, and say nothing.
  mutating func take(_ value: Float, begin: Int64, hour: Int32) {
    guard begin >= self.begin, hour >= self.hour else { return }
    if begin == self.begin, hour == self.hour, count > 0 {
      sum -= newest
      count -= 1
    }
    (self.begin, newest) = (begin, value)
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

/// The humidity traces by the stations' rows: found without hashing, for every particle reading asks.
struct HumidityTable: Sendable {
  private var traces: ContiguousArray<HumidityTrace> = []
  /// By row, as far as one has a trace: its place in `traces`, -1 for none.
  private var places: ContiguousArray<Int32> = []
  /// Rows in the order of `traces`.
  private var rows: ContiguousArray<Int32> = []

  /// The trace of a row; nil when its station measured no humidity.
  @inline(__always)
  subscript(of row: Int32) -> HumidityTrace? {
    guard Int(row) < places.count, places[Int(row)] >= 0 else { return nil }
    return traces[Int(places[Int(row)])]
  }

  /// The newest value of a row and its begin.
  @inline(__always)
  func newest(of row: Int32) -> (value: Float, begin: Int64)? {
    guard Int(row) < places.count, places[Int(row)] >= 0 else { return nil }
    let place = Int(places[Int(row)])
    return (traces[place].newest, traces[place].begin)
  }

  mutating func take(_ value: Float, begin: Int64, hour: Int32, row: Int32) {
    traces[place(of: row)].take(value, begin: begin, hour: hour)
  }

  mutating func set(_ trace: HumidityTrace, row: Int32) { traces[place(of: row)] = trace }

  /// Traces in the order of their rows.
  var byRow: [(row: Int32, trace: HumidityTrace)] {
    zip(rows, traces).map { (row: $0, trace: $1) }.sorted { $0.row < $1.row }
  }

  /// The place of a row's trace, made when it has none.
  private mutating func place(of row: Int32) -> Int {
    while places.count <= Int(row) { places.append(-1) }
    if places[Int(row)] < 0 {
      places[Int(row)] = Int32(traces.count)
      traces.append(HumidityTrace())
      rows.append(row)
    }
    return Int(places[Int(row)])
  }
}
