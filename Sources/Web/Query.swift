import AirQuality

/// Why a request is answered with an error.
struct RequestError: Error, Sendable, Hashable {
  var status: Int
  /// A stable word for programs.
  var code: String
  /// For people: names the parameter, what it was and what it may be.
  var message: String

  static func bad(_ parameter: String, _ text: String, _ expected: String) -> RequestError {
    let shown = text.count > 64 ? String(text.prefix(64)) + "…" : text
    return RequestError(
      status: 400, code: "bad_\(parameter)", message: "parameter \(parameter) is \"\(shown)\"; expected \(expected)")
  }
}

/// The parameters of a request's query. Parameters nobody asks for are ignored; one that stands twice is an error.
struct Query: Sendable {
  private var values: [(name: String, value: String)] = []

  /// Parses `a=1&b=2`. `+` stands for itself, so that `+08:00` need not be escaped.
  init(_ text: Substring) throws(RequestError) {
    for part in text.split(separator: "&") {
      let pieces = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Query.percentDecoded(pieces[0]),
        let value = Query.percentDecoded(pieces.count > 1 ? pieces[1] : "")
      else {
        throw RequestError(
          status: 400, code: "bad_query", message: "the query has a broken percent escape, or is not UTF-8")
      }
      values.append((name, value))
    }
  }

  /// The parameter's text, nil when it is not there.
  func text(_ name: String) throws(RequestError) -> String? {
    let found = values.filter { $0.name == name }
    guard found.count <= 1 else {
      throw RequestError(status: 400, code: "bad_\(name)", message: "parameter \(name) stands \(found.count) times")
    }
    return found.first?.value
  }

  /// A whole number within a range, nil when the parameter is not there.
  func integer<Number: FixedWidthInteger>(_ name: String, in range: ClosedRange<Number>) throws(RequestError) -> Number?
  {
    guard let text = try text(name) else { return nil }
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let number = Number(text),
      range.contains(number)
    else { throw .bad(name, text, "a whole number from \(range.lowerBound) to \(range.upperBound)") }
    return number
  }

  /// An instant, nil when the parameter is not there: RFC 3339, or a date for its first moment at the site.
  func instant(_ name: String, offset: CivilOffset) throws(RequestError) -> Instant? {
    guard let text = try text(name) else { return nil }
    guard let instant = Query.instant(text, offset: offset) else {
      throw .bad(name, text, "a time such as 2020-12-01T09:00:00+08:00, or a date")
    }
    return instant
  }

  /// RFC 3339 (`2020-12-01T09:00:00.250+08:00`, `…Z`), or a date for its first moment at the site; nil when neither.
  static func instant(_ text: String, offset: CivilOffset) -> Instant? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 10, let day = CivilDay(String(decoding: bytes[..<10], as: UTF8.self)) else { return nil }
    if bytes.count == 10 { return offset.start(of: day) }
    guard bytes.count >= 20, bytes[10] == 0x54 || bytes[10] == 0x74, bytes[13] == 0x3A, bytes[16] == 0x3A,
      let hour = twoDigits(bytes, at: 11), let minute = twoDigits(bytes, at: 14), let second = twoDigits(bytes, at: 17),
      hour < 24, minute < 60, second <= 60
    else { return nil }
    var index = 19
    var milliseconds: Int64 = 0
    if bytes[index] == 0x2E {
      index += 1
      var scale: Int64 = 100
      let first = index
      while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 {
        milliseconds += Int64(bytes[index] - 0x30) * scale
        scale /= 10
        index += 1
      }
      guard index > first, index - first <= 9 else { return nil }
    }
    guard let zone = CivilOffset(String(decoding: bytes[index...], as: UTF8.self)) else { return nil }
    let seconds = Int64(hour) * 3_600 + Int64(minute) * 60 + Int64(second)
    return zone.start(of: day).adding(milliseconds: seconds * 1_000 + milliseconds)
  }

  private static func twoDigits(_ bytes: [UInt8], at index: Int) -> Int? {
    let tens = bytes[index]
    let ones = bytes[index + 1]
    guard tens >= 0x30, tens <= 0x39, ones >= 0x30, ones <= 0x39 else { return nil }
    return Int(tens - 0x30) * 10 + Int(ones - 0x30)
  }

  /// Text without percent escapes; nil when an escape is broken, or the result is not UTF-8 or holds a NUL.
  static func percentDecoded(_ text: Substring) -> String? {
    var decoded: [UInt8] = []
    var bytes = text.utf8.makeIterator()
    while let byte = bytes.next() {
      guard byte == 0x25 else {
        decoded.append(byte)
        continue
      }
      guard let high = bytes.next().flatMap(hexadecimal), let low = bytes.next().flatMap(hexadecimal) else {
        return nil
      }
      decoded.append(high << 4 | low)
    }
    guard !decoded.contains(0) else { return nil }
    return String(validating: decoded, as: UTF8.self)
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }
}
