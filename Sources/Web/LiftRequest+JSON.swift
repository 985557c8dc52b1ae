extension LiftRequest {
  /// Reads `{"county","by","reason"}`, all strings, `id` optional; an unknown, missing or repeated key is an error.
  init(json: [UInt8]) throws(RequestError) {
    let fields = try ActFields(json: json, keys: ["id", "county", "by", "reason"])
    let county = try fields.required("county", atMost: 32)
    let by = try fields.required("by", atMost: 64)
    let reason = try fields.required("reason", atMost: 500)
    self.init(id: try fields.optional("id", atMost: 64), county: county, by: by, reason: reason)
  }
}

/// Reads one JSON object whose values are strings; all that the control socket takes.
struct FlatJSONParser {
  struct Failure: Error {
    var reason: String
  }

  private let bytes: [UInt8]
  /// Where reading stands, for messages.
  private(set) var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func object() throws(Failure) -> [String: String] {
    var fields: [String: String] = [:]
    try expect(0x7B)
    skipSpace()
    if peek() == 0x7D {
      position += 1
    } else {
      while true {
        let key = try string()
        guard fields[key] == nil else { throw Failure(reason: "a key stands twice") }
        try expect(0x3A)
        fields[key] = try string()
        skipSpace()
        if peek() == 0x2C {
          position += 1
          continue
        }
        try expect(0x7D)
        break
      }
    }
    skipSpace()
    guard position == bytes.count else { throw Failure(reason: "something follows the object") }
    return fields
  }

  private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func expect(_ byte: UInt8) throws(Failure) {
    skipSpace()
    guard peek() == byte else { throw Failure(reason: "no \(Character(UnicodeScalar(byte)))") }
    position += 1
  }

  private mutating func string() throws(Failure) -> String {
    try expect(0x22)
    var text: [UInt8] = []
    while let byte = peek() {
      position += 1
      switch byte {
      case 0x22:
        guard let valid = String(validating: text, as: UTF8.self) else { throw Failure(reason: "not UTF-8") }
        return valid
      case 0x5C: try escape(into: &text)
      case 0..<0x20: throw Failure(reason: "a control character in a string")
      default: text.append(byte)
      }
    }
    throw Failure(reason: "an unfinished string")
  }

  private mutating func escape(into text: inout [UInt8]) throws(Failure) {
    guard let byte = peek() else { throw Failure(reason: "an unfinished escape") }
    position += 1
    switch byte {
    case 0x22, 0x5C, 0x2F: text.append(byte)
    case 0x6E: text.append(0x0A)
    case 0x72: text.append(0x0D)
    case 0x74: text.append(0x09)
    case 0x62: text.append(0x08)
    case 0x66: text.append(0x0C)
    case 0x75:
      var scalar = try codeUnit()
      if (0xD800..<0xDC00).contains(scalar) {
        guard peek() == 0x5C else { throw Failure(reason: "half a surrogate pair") }
        position += 1
        guard peek() == 0x75 else { throw Failure(reason: "half a surrogate pair") }
        position += 1
        let low = try codeUnit()
        guard (0xDC00..<0xE000).contains(low) else { throw Failure(reason: "half a surrogate pair") }
        scalar = 0x1_0000 + ((scalar - 0xD800) << 10) + (low - 0xDC00)
      }
      guard let valid = UnicodeScalar(scalar) else { throw Failure(reason: "half a surrogate pair") }
      text.append(contentsOf: String(Character(valid)).utf8)
    default: throw Failure(reason: "an unknown escape")
    }
  }

  private mutating func codeUnit() throws(Failure) -> UInt32 {
    guard position + 4 <= bytes.count, bytes[position..<position + 4].allSatisfy({ $0 < 0x80 }),
      let value = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw Failure(reason: "a broken \\u escape") }
    position += 4
    return value
  }
}
