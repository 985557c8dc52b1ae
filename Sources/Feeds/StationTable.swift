/// The station ids of one body, each once, numbered in order of first appearance.
struct StationTable {
  private(set) var names: [String] = []
  private var numbers: [String: UInt32] = [:]
  private var last: (bytes: [UInt8], number: UInt32)?

  /// The number of an id of at most `FeedLimits.stationBytes` bytes without control characters; nil when it is none.
  mutating func number(of text: ByteText) -> UInt32? {
    // Long layouts repeat their station row after row.
    if let last, text.equals(last.bytes) { return last.number }
    guard !text.isEmpty, text.count <= FeedLimits.stationBytes else { return nil }
    for index in 0..<text.count where text[index] < 0x20 || text[index] == 0x7F { return nil }
    let number = number(of: text.string)
    last = (text.bytes, number)
    return number
  }

  mutating func number(of name: String) -> UInt32 {
    if let known = numbers[name] { return known }
    let number = UInt32(names.count)
    names.append(name)
    numbers[name] = number
    return number
  }
}
