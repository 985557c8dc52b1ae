/// Appends text and numbers to a body without Foundation.
struct DemoText {
  private(set) var bytes: [UInt8] = []

  init(capacity: Int) { bytes.reserveCapacity(capacity) }

  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func append(_ value: Int) { append(String(value)) }

  /// `value` tenths as a decimal: 125 as 12.5, 120 as 12.
  mutating func append(tenths value: Int) {
    append(String(value / 10))
    if value % 10 != 0 {
      bytes.append(0x2E)
      bytes.append(UInt8(0x30 + value % 10))
    }
  }
}
