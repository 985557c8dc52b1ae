import AirQuality

/// A compiled pattern of letters: `yyyy-MM-dd HH:mm:ss`.
struct StampPattern: Sendable {
  let text: String
  private let tokens: [Token]

  private enum Token: Equatable {
    /// Exactly `width` digits, or one or two when it is 1.
    case field(Field, width: Int)
    case offset
    case literal(UInt8)
  }

  private enum Field { case year, month, day, hour, minute, second, fraction }

  /// Nil unless the pattern names at least year, month and day (`needsDay`), and each field once.
  init?(_ text: String, needsDay: Bool = true) {
    self.text = text
    guard text.utf8.count <= 64 else { return nil }
    var tokens: [Token] = []
    var quoted = false
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      var run = 1
      if byte == UInt8(ascii: "'") {
        quoted.toggle()
      } else if quoted || !(byte >= 0x41 && byte <= 0x5A || byte >= 0x61 && byte <= 0x7A) {
        tokens.append(.literal(byte))
      } else {
        while index + run < bytes.count, bytes[index + run] == byte { run += 1 }
        guard let token = Self.token(byte, run), !tokens.contains(where: { Self.same($0, token) }) else { return nil }
        tokens.append(token)
      }
      index += run
    }
    self.tokens = tokens
    guard !quoted else { return nil }
    for field in needsDay ? [Field.year, .month, .day] : [.year, .month] {
      guard tokens.contains(where: { if case .field(field, _) = $0 { true } else { false } }) else { return nil }
    }
  }

  private static func token(_ letter: UInt8, _ run: Int) -> Token? {
    switch (letter, run) {
    case (UInt8(ascii: "y"), 4): .field(.year, width: 4)
    case (UInt8(ascii: "y"), 2): .field(.year, width: 2)
    case (UInt8(ascii: "M"), 1...2): .field(.month, width: run)
    case (UInt8(ascii: "d"), 1...2): .field(.day, width: run)
    case (UInt8(ascii: "H"), 1...2): .field(.hour, width: run)
    case (UInt8(ascii: "m"), 1...2): .field(.minute, width: run)
    case (UInt8(ascii: "s"), 1...2): .field(.second, width: run)
    case (UInt8(ascii: "S"), 3): .field(.fraction, width: 3)
    case (UInt8(ascii: "X"), 1...3): .offset
    default: nil
    }
  }

  private static func same(_ a: Token, _ b: Token) -> Bool {
    switch (a, b) {
    case (.field(let x, _), .field(let y, _)): x == y
    case (.offset, .offset): true
    default: false
    }
  }

  /// The instant, local to `offset` unless the text carries its own; nil when the text does not follow the pattern.
  func read(_ text: ByteText, offset: CivilOffset) -> Instant? {
    var cursor = Cursor(text: text)
    var parts = Parts()
    var offset = offset
    for token in tokens {
      switch token {
      case .literal(let byte):
        guard cursor.take(byte) else { return nil }
      case .offset:
        guard let written = cursor.offset() else { return nil }
        offset = written
      case .field(let field, let width):
        guard let value = width == 1 ? cursor.number(digits: 1...2) : cursor.number(digits: width...width) else {
          return nil
        }
        switch field {
        // Two digits are 1970 to 2069.
        case .year: parts.year = width == 4 ? value : value < 70 ? 2_000 + value : 1_900 + value
        case .month: parts.month = value
        case .day: parts.day = value
        case .hour: parts.hour = value
        case .minute: parts.minute = value
        case .second: parts.second = value
        case .fraction: parts.millisecond = value
        }
      }
    }
    return cursor.atEnd ? parts.instant(offset) : nil
  }

  /// ISO 8601 as feeds write it: `T` or a space, seconds and fraction optional, an offset or none.
  static func iso(_ text: ByteText, offset: CivilOffset, heedsOffset: Bool) -> Instant? {
    var cursor = Cursor(text: text)
    var parts = Parts()
    guard let year = cursor.number(digits: 4...4), cursor.take(0x2D), let month = cursor.number(digits: 2...2),
      cursor.take(0x2D), let day = cursor.number(digits: 2...2),
      cursor.take(UInt8(ascii: "T")) || cursor.take(UInt8(ascii: "t")) || cursor.take(0x20),
      let hour = cursor.number(digits: 2...2), cursor.take(0x3A), let minute = cursor.number(digits: 2...2)
    else { return nil }
    parts.year = year
    parts.month = month
    parts.day = day
    parts.hour = hour
    parts.minute = minute
    if cursor.take(0x3A) {
      guard let second = cursor.number(digits: 2...2) else { return nil }
      parts.second = second
      if cursor.take(0x2E) {
        guard let fraction = cursor.fraction() else { return nil }
        parts.millisecond = fraction
      }
    }
    var offset = offset
    if !cursor.atEnd {
      guard let written = cursor.offset() else { return nil }
      if heedsOffset { offset = written }
    }
    return cursor.atEnd ? parts.instant(offset) : nil
  }

  /// A civil time, not yet checked.
  struct Parts {
    var year = 0
    var month = 0
    var day = 1
    var hour = 0
    var minute = 0
    var second = 0
    var millisecond = 0

    /// Nil when there is no such time. 24:00:00 is the end of the day (24时), :60 a leap second.
    func instant(_ offset: CivilOffset) -> Instant? {
      guard let date = CivilDay(year: year, month: month, day: day), minute < 60, second <= 60, hour <= 24,
        hour < 24 || (minute == 0 && second == 0 && millisecond == 0)
      else { return nil }
      let within = Int64(hour) * 3_600_000 + Int64(minute) * 60_000 + Int64(second) * 1_000 + Int64(millisecond)
      return offset.start(of: date).adding(milliseconds: within)
    }
  }

  /// A place in a text.
  struct Cursor {
    let text: ByteText
    var index = 0

    var atEnd: Bool { index == text.count }

    mutating func take(_ byte: UInt8) -> Bool {
      guard index < text.count, text[index] == byte else { return false }
      index += 1
      return true
    }

    mutating func number(digits: ClosedRange<Int>) -> Int? {
      var value = 0
      var seen = 0
      while seen < digits.upperBound, index < text.count, text[index] >= 0x30, text[index] <= 0x39 {
        value = value * 10 + Int(text[index] - 0x30)
        index += 1
        seen += 1
      }
      return seen >= digits.lowerBound ? value : nil
    }

    /// Digits after the point, cut to milliseconds.
    mutating func fraction() -> Int? {
      var value = 0
      var seen = 0
      while index < text.count, text[index] >= 0x30, text[index] <= 0x39 {
        if seen < 3 { value = value * 10 + Int(text[index] - 0x30) }
        index += 1
        seen += 1
      }
      guard seen > 0 else { return nil }
      while seen < 3 {
        value *= 10
        seen += 1
      }
      return value
    }

    /// `Z`, `+08:00`, `+0800`, `+08`.
    mutating func offset() -> CivilOffset? {
      if take(UInt8(ascii: "Z")) || take(UInt8(ascii: "z")) { return .utc }
      let negative = take(0x2D)
      guard negative || take(0x2B), let hours = number(digits: 2...2) else { return nil }
      var minutes = 0
      if take(0x3A) || !atEnd {
        guard let written = number(digits: 2...2) else { return nil }
        minutes = written
      }
      guard hours <= 14, minutes < 60 else { return nil }
      let seconds = Int32(hours * 3_600 + minutes * 60)
      return CivilOffset(seconds: negative ? -seconds : seconds)
    }
  }
}
