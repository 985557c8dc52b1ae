import AirQuality

/// What is remembered of a feed's newest values, to tell when it repeats old ones under new stamps.
///
/// Values are added up by the begin of their readings, so that it does not matter into how many answers they are cut. All
/// of a begin must equal, in number and value, all of the begin before it.
struct FeedTrace: Sendable, Hashable {
  /// The newest begin; `Int64.min` before the first.
  private var begin = Int64.min
  /// Sum of hashes and number of the values of the newest begin, and of the one before.
  private var sum: UInt64 = 0
  private var count: UInt32 = 0
  private var sumBefore: UInt64 = 0
  private var countBefore: UInt32 = 0
  /// The first begin of those with the same values.
  private var since = Int64.min
  /// Whether the feed was found frozen.
  private(set) var isFrozen = false

  /// What an answer changed.
  enum Change: Sendable, Hashable {
    /// The values stand still since the readings that began then.
    case froze(since: Int64)
    case thawed(since: Int64)
  }

  /// Values of a begin fewer than these may be equal by chance, as clean air near the detection limit is.
  static let leastValues = 6
  /// The same of the series of one station.
  static let leastSeries = 4

  init() {}

  /// Whether the newest begin has, so far, what the one before had.
  private var stands: Bool { count >= Self.leastValues && count == countBefore && sum == sumBefore }

  /// Takes a value that is new to its series; `key` is the station's.
  @inline(__always)
  mutating func add(key: UInt64, pollutant: Pollutant, value: Int32, begin next: Int64) {
    if next < begin { return }
    if next > begin {
      if !stands { since = begin }
      (begin, sumBefore, countBefore, sum, count) = (next, sum, count, 0, 0)
    }
    var word = key ^ UInt64(pollutant.rawValue) << 32 ^ UInt64(UInt32(bitPattern: value))
    word = (word ^ 0xCBF2_9CE4_8422_2325) &* 0x9E37_79B9_7F4A_7C15
    word ^= word >> 29
    sum &+= word &* 0xBF58_476D_1CE4_E5B9
    count &+= 1
  }

  /// Looks at what an answer has brought.
  ///
  /// - Parameter delivered: values of the answer. Where the newest begin has few of them, a single clock that is ahead of
  ///   the others, nothing is concluded.
  mutating func settle(after milliseconds: Int64, delivered: Int) -> Change? {
    if stands {
      guard Int(count) * 2 >= delivered else { return nil }
      guard !isFrozen, since != .min, begin - since >= milliseconds else { return nil }
      isFrozen = true
      return .froze(since: since)
    }
    // Fewer than before may still become the same.
    guard isFrozen, count >= countBefore || since == begin else { return nil }
    isFrozen = false
    return .thawed(since: since)
  }

  func encode(into writer: inout ByteWriter) {
    writer.fixed(begin)
    writer.fixed(sum)
    writer.fixed(count)
    writer.fixed(sumBefore)
    writer.fixed(countBefore)
    writer.fixed(since)
    writer.flag(isFrozen)
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    begin = try reader.fixed(Int64.self)
    sum = try reader.fixed(UInt64.self)
    count = try reader.fixed(UInt32.self)
    sumBefore = try reader.fixed(UInt64.self)
    countBefore = try reader.fixed(UInt32.self)
    since = try reader.fixed(Int64.self)
    isFrozen = try reader.flag()
  }
}
