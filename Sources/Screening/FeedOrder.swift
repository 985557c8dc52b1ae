import AirQuality

/// The feeds by number: first those of the configuration in its order, then others as they come.
///
/// A trace of a series carries the number of the feed whose readings it is made of (`SeriesTrace.feed`).
struct FeedOrder: Sendable, Hashable {
  private(set) var names: [String] = []
  private var numbers: [String: UInt16] = [:]
  /// How many of them are in the configuration.
  private(set) var configured: UInt16 = 0

  /// The number of no feed, and of feeds for which there is none left.
  static let none = UInt16.max

  init() {}

  /// The number of a feed, given when it is new.
  mutating func number(of name: String) -> UInt16 {
    if let known = numbers[name] { return known }
    guard names.count < Int(Self.none) else { return Self.none }
    let number = UInt16(names.count)
    names.append(name)
    numbers[name] = number
    return number
  }

  /// Takes the feeds of a configuration; others are forgotten.
  ///
  /// - Returns: by old number the new one, `none` for a feed that went; nil when all numbers stay.
  mutating func configure(_ feeds: [String]) -> [UInt16]? {
    var next = FeedOrder()
    for name in feeds { _ = next.number(of: name) }
    next.configured = UInt16(next.names.count)
    defer { self = next }
    guard next.names != names else { return nil }
    return names.map { next.numbers[$0] ?? Self.none }
  }

  func encode(into writer: inout ByteWriter) {
    writer.list(names) { $0.text($1) }
    writer.fixed(configured)
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    for name in try reader.texts() { _ = number(of: name) }
    configured = try reader.fixed(UInt16.self)
    guard Int(configured) <= names.count else { throw reader.fail("\(configured) feeds of \(names.count)") }
  }
}
