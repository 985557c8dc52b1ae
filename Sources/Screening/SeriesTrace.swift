import AirQuality

/// What the tests over time remember of one series: its newest reading, the one before, its flat run and its level.
///
/// 64 bytes without references, so that a site's traces are one allocation. Values are thousandths of the unit.
struct SeriesTrace: Sendable, BitwiseCopyable, Hashable {
  /// Begin of the newest reading; `Int64.min` before the first.
  var begin = Int64.min
  /// Begin of the first reading of the run of equal values.
  var runBegin: Int64 = 0
  var value: Int32 = 0
  /// The value before the newest; `Int32.min` when there is none, or a gap between them.
  var before = Int32.min
  /// The lowest and highest value of the run.
  var runLow: Int32 = 0
  var runHigh: Int32 = 0
  /// Averaging period of the series.
  var period: Int32 = 0
  /// Usual time between readings, milliseconds; 0 before the second.
  var interval: Int32 = 0
  /// Readings of the run.
  var runCount: Int32 = 0
  /// A slow mean, by a sixteenth a reading, and how many readings made it (to 255).
  var level: Float = 0
  var reasons: UInt32 = 0
  /// The answer that brought the newest reading, and where it stands in it.
  var answer: UInt32 = 0
  var place: UInt32 = 0
  var levelCount: UInt8 = 0
  var flag = QualityFlag.good
  /// The feed whose readings these are: it alone corrects and revises them (`FeedOrder`).
  var feed = FeedOrder.none

  /// A series of another period begins anew after this long without a reading, milliseconds.
  static let resetMilliseconds: Int64 = 3 * 3_600_000

  /// A series of which nothing was taken for this long begins anew, milliseconds.
  static let forgetMilliseconds: Int64 = 26 * 3_600_000

  /// Begins with a reading.
  init() {}

  /// Whether a value is newer than the newest, or another for the same time.
  @inline(__always)
  func isNews(begin: Int64, value: Int32) -> Bool {
    begin > self.begin || (begin == self.begin && value != self.value)
  }

  /// Takes the first reading of a series.
  mutating func begin(with reading: Reading, value: Int32, feed: UInt16, answer: UInt32, place: Int) {
    self = SeriesTrace()
    self.feed = feed
    begin = reading.begin.milliseconds
    runBegin = begin
    (self.value, runLow, runHigh) = (value, value, value)
    period = reading.periodMilliseconds
    runCount = 1
    learn(value)
    note(reading, answer: answer, place: place)
  }

  /// Passes to another feed with a reading of it: what the air was there stays known, but no value of one feed is a
  /// neighbour of another's.
  mutating func pass(to feed: UInt16, with reading: Reading, value: Int32, answer: UInt32, place: Int) {
    let (level, levelCount, interval) = (level, levelCount, interval)
    begin(with: reading, value: value, feed: feed, answer: answer, place: place)
    (self.level, self.levelCount, self.interval) = (level, levelCount, interval)
    learn(value)
  }

  /// Remembers what the newest reading was found to be.
  mutating func note(_ reading: Reading, answer: UInt32, place: Int) {
    reasons = reading.reasons.rawValue
    flag = reading.flag
    self.answer = answer
    self.place = UInt32(truncatingIfNeeded: place)
  }

  /// Moves the level towards a value.
  mutating func learn(_ value: Int32) {
    level = levelCount == 0 ? Float(value) : level + (Float(value) - level) / 16
    if levelCount < .max { levelCount += 1 }
  }

  /// Takes the newest value out of the level again.
  mutating func unlearn() {
    guard levelCount > 1 else {
      (level, levelCount) = (0, 0)
      return
    }
    level -= (Float(value) - level) / 15
    levelCount -= 1
  }

  /// Puts another value in the place of the newest, which `unlearn` took out of the level.
  mutating func correct(_ value: Int32, tolerance: Int32) {
    self.value = value
    extendRun(value, begin: begin, tolerance: tolerance, afterGap: runCount == 1)
    if runCount > 1 { runCount -= 1 }
    learn(value)
  }

  /// Goes on with the flat run, or begins another; the run's readings are `tolerance` apart at most.
  mutating func extendRun(_ value: Int32, begin: Int64, tolerance: Int32, afterGap: Bool) {
    let (low, high) = (min(runLow, value), max(runHigh, value))
    if !afterGap, Int64(high) - Int64(low) <= Int64(tolerance) {
      (runLow, runHigh) = (low, high)
      if runCount < .max { runCount += 1 }
    } else {
      (runLow, runHigh, runBegin, runCount) = (value, value, begin, 1)
    }
  }

  func encode(into writer: inout ByteWriter) {
    writer.fixed(begin)
    writer.fixed(runBegin)
    for number in [value, before, runLow, runHigh, period, interval, runCount] { writer.fixed(number) }
    writer.fixed(level.bitPattern)
    // Answers are numbered anew after a start: what came before is of none of them.
    writer.fixed(reasons)
    writer.byte(levelCount)
    writer.byte(flag.rawValue)
    writer.fixed(feed)
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    begin = try reader.fixed(Int64.self)
    runBegin = try reader.fixed(Int64.self)
    value = try reader.fixed(Int32.self)
    before = try reader.fixed(Int32.self)
    runLow = try reader.fixed(Int32.self)
    runHigh = try reader.fixed(Int32.self)
    period = try reader.fixed(Int32.self)
    interval = try reader.fixed(Int32.self)
    runCount = try reader.fixed(Int32.self)
    level = Float(bitPattern: try reader.fixed(UInt32.self))
    reasons = try reader.fixed(UInt32.self)
    levelCount = try reader.byte()
    flag = try reader.coded(QualityFlag.self)
    feed = try reader.fixed(UInt16.self)
  }
}
