/// A number as feeds write it: `29`, ` 29.0 `, `２９`, `-1.5e-3`.
enum NumberText: Equatable {
  case number(Double)
  /// A number, beyond what a Double holds.
  case outOfRange
  case notANumber
  case empty

  init(_ raw: ByteText) {
    let text = raw.trimmed
    guard !text.isEmpty else {
      self = .empty
      return
    }
    guard text.count <= FeedLimits.numberBytes else {
      self = .notANumber
      return
    }
    if let folded = text.foldedWidth {
      self = folded.withText { NumberText(ascii: $0.trimmed) }
    } else {
      self = NumberText(ascii: text)
    }
  }

  /// Powers of ten that a Double holds exactly.
  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  private init(ascii text: ByteText) {
    var index = 0
    let count = text.count
    var negative = false
    if index < count, text[index] == 0x2D || text[index] == 0x2B {
      negative = text[index] == 0x2D
      index += 1
    }
    var mantissa: UInt64 = 0
    var digits = 0
    var exponent = 0
    var exact = true
    while index < count, let digit = Self.digit(text[index]) {
      (mantissa, exact) = Self.push(digit, onto: mantissa, exact)
      digits += 1
      index += 1
    }
    if index < count, text[index] == 0x2E {
      index += 1
      while index < count, let digit = Self.digit(text[index]) {
        (mantissa, exact) = Self.push(digit, onto: mantissa, exact)
        digits += 1
        exponent -= 1
        index += 1
      }
    }
    guard digits > 0 else {
      self = .notANumber
      return
    }
    if index < count, text[index] == 0x65 || text[index] == 0x45 {
      guard let written = Self.exponent(text, from: &index) else {
        self = .notANumber
        return
      }
      exponent += written
    }
    guard index == count else {
      self = .notANumber
      return
    }
    guard exact, mantissa <= 1 << 53, abs(exponent) <= 22 else {
      // Rare: more digits than a Double has. The library rounds correctly.
      guard let value = Double(text.string) else {
        self = .notANumber
        return
      }
      self = value.isFinite ? .number(value) : .outOfRange
      return
    }
    // Exact operands and one rounding give the nearest Double (Clinger's fast path).
    let power = Self.powers[abs(exponent)]
    let value = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
    self = .number(negative ? -value : value)
  }

  private static func digit(_ byte: UInt8) -> UInt64? {
    byte >= 0x30 && byte <= 0x39 ? UInt64(byte - 0x30) : nil
  }

  private static func push(_ digit: UInt64, onto mantissa: UInt64, _ exact: Bool) -> (UInt64, Bool) {
    guard exact, mantissa < 1 << 59 else { return (mantissa, false) }
    return (mantissa * 10 + digit, true)
  }

  /// The exponent after `e`, clamped far beyond any Double; nil when no digit follows.
  private static func exponent(_ text: ByteText, from index: inout Int) -> Int? {
    index += 1
    var negative = false
    if index < text.count, text[index] == 0x2D || text[index] == 0x2B {
      negative = text[index] == 0x2D
      index += 1
    }
    var value = 0
    var digits = 0
    while index < text.count, let digit = digit(text[index]) {
      value = min(value * 10 + Int(digit), 100_000)
      digits += 1
      index += 1
    }
    return digits == 0 ? nil : (negative ? -value : value)
  }
}
