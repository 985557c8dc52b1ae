/// Names found by their bytes, without a string for each cell: open addressing over FNV-1a.
struct StationIndex {
  private(set) var names: [String] = []
  /// The names' bytes as the file writes them, one after the other.
  private var bytes: ContiguousArray<UInt8> = []
  private var ends: ContiguousArray<Int> = [0]
  private var buckets: ContiguousArray<Int32> = ContiguousArray(repeating: -1, count: 256)
  private var last = -1

  /// The number of a name, given when it is new.
  mutating func index(of text: UnsafeBufferPointer<UInt8>) -> UInt32 {
    // Files are sorted by station or go round all of them: the last or the one after it is nearly always it.
    if last >= 0, equals(last, text) { return UInt32(last) }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    var slot = Int(truncatingIfNeeded: hash ^ hash >> 32) & (buckets.count - 1)
    while buckets[slot] >= 0 {
      if equals(Int(buckets[slot]), text) {
        last = Int(buckets[slot])
        return UInt32(last)
      }
      slot = (slot + 1) & (buckets.count - 1)
    }
    last = names.count
    buckets[slot] = Int32(last)
    names.append(Self.unquoted(text))
    bytes.append(contentsOf: text)
    ends.append(bytes.count)
    if names.count * 2 > buckets.count { grow() }
    return UInt32(last)
  }

  private func equals(_ index: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = ends[index]
    guard ends[index + 1] - start == text.count else { return false }
    for offset in 0..<text.count where bytes[start + offset] != text[offset] { return false }
    return true
  }

  /// A quote inside a quoted field stands twice.
  private static func unquoted(_ text: UnsafeBufferPointer<UInt8>) -> String {
    var bytes: [UInt8] = []
    var wasQuote = false
    for byte in text {
      wasQuote = byte == 0x22 && !wasQuote
      if byte != 0x22 || !wasQuote { bytes.append(byte) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func grow() {
    buckets = ContiguousArray(repeating: -1, count: buckets.count * 4)
    for index in names.indices {
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in bytes[ends[index]..<ends[index + 1]] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      var slot = Int(truncatingIfNeeded: hash ^ hash >> 32) & (buckets.count - 1)
      while buckets[slot] >= 0 { slot = (slot + 1) & (buckets.count - 1) }
      buckets[slot] = Int32(index)
    }
  }
}
