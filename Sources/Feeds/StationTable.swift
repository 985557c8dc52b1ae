/// The station ids of one body, each once, numbered in order of first appearance.
///
/// Bodies name their stations row after row: an id is found by its bytes, without making a string of it. Ids that are the
/// same text in other bytes (composed and decomposed letters) are one station.
struct StationTable {
  private(set) var names: [String] = []
  private var numbers: [String: UInt32] = [:]
  /// Every spelling that was met: where its bytes end in `bytes`, its hash and its station.
  private var spellings: [(end: Int, hash: UInt64, number: UInt32)] = []
  private var bytes: [UInt8] = []
  /// Indices into `spellings` plus one, 0 for none: open addressing, at most half full.
  private var slots: [UInt32] = []
  private var last: (spelling: Int, number: UInt32)?

  /// Another one in each process, so that nobody can choose ids that collide. Numbers do not depend on it.
  private static let seed = UInt64.random(in: .min ... .max)

  /// The number of an id of at most `FeedLimits.stationBytes` bytes without control characters; nil when it is none.
  mutating func number(of text: ByteText) -> UInt32? {
    // Long layouts repeat their station row after row.
    if let last, matches(last.spelling, text) { return last.number }
    guard !text.isEmpty, text.count <= FeedLimits.stationBytes else { return nil }
    let hash = text.hash(seed: Self.seed)
    if slots.isEmpty { slots = Array(repeating: 0, count: 64) }
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let spelling = Int(slots[slot]) - 1
      if spellings[spelling].hash == hash, matches(spelling, text) {
        let number = spellings[spelling].number
        last = (spelling, number)
        return number
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    for index in 0..<text.count where text[index] < 0x20 || text[index] == 0x7F { return nil }
    let number = number(of: text.string)
    last = (spellings.count, number)
    unsafe bytes.append(contentsOf: text.buffer)
    spellings.append((bytes.count, hash, number))
    slots[slot] = UInt32(spellings.count)
    if spellings.count * 2 > slots.count { grow() }
    return number
  }

  mutating func number(of name: String) -> UInt32 {
    if let known = numbers[name] { return known }
    let number = UInt32(names.count)
    names.append(name)
    numbers[name] = number
    return number
  }

  @inline(__always)
  private func matches(_ spelling: Int, _ text: ByteText) -> Bool {
    text.equals(bytes, from: spelling == 0 ? 0 : spellings[spelling - 1].end, until: spellings[spelling].end)
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    for (index, spelling) in spellings.enumerated() {
      var slot = Int(truncatingIfNeeded: spelling.hash) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(index + 1)
    }
  }
}
