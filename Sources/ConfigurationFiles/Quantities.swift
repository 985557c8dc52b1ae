/// Spellings of durations, sizes and addresses.
package enum Quantities {
  /// Milliseconds of `500ms`, `10s`, `7m`, `1h`, `1d`; nil when it is none.
  package static func milliseconds(_ text: String) -> Int64? {
    scaled(text, [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)])
  }

  /// Bytes of `512`, `512KiB`, `16MiB`, `1GiB`, `1kB`, `1MB`, `1GB`; nil when it is none.
  package static func bytes(_ text: String) -> Int64? {
    scaled(
      text,
      [
        ("KiB", 1_024), ("MiB", 1 << 20), ("GiB", 1 << 30), ("kB", 1_000), ("KB", 1_000), ("MB", 1_000_000),
        ("GB", 1_000_000_000), ("B", 1), ("", 1),
      ])
  }

  /// `1h`, `90m`, `1500ms`: the largest unit that divides.
  package static func describe(milliseconds: Int64) -> String {
    for (unit, factor) in [("d", Int64(86_400_000)), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)]
    where milliseconds != 0 && milliseconds % factor == 0 {
      return "\(milliseconds / factor)\(unit)"
    }
    return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
  }

  /// `16MiB`: the largest binary unit that divides.
  package static func describe(bytes: Int64) -> String {
    for (unit, factor) in [("GiB", Int64(1 << 30)), ("MiB", 1 << 20), ("KiB", 1 << 10)]
    where bytes != 0 && bytes % factor == 0 {
      return "\(bytes / factor)\(unit)"
    }
    return "\(bytes)B"
  }

  /// Host and port of `127.0.0.1:8650`, `[::1]:8650`, `localhost:0`; nil when it is none.
  package static func listenAddress(_ text: String) -> ListenAddress? {
    guard let colon = text.lastIndex(of: ":"), let port = plainInteger(text[text.index(after: colon)...]),
      port <= 65_535
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("[") {
      guard host.hasSuffix("]") else { return nil }
      host = host.dropFirst().dropLast()
      guard host.contains(":"), host.utf8.allSatisfy({ isHexDigit($0) || $0 == 0x3A || $0 == 0x2E || $0 == 0x25 })
      else { return nil }
    } else {
      guard !host.contains(":"), host.utf8.allSatisfy({ isHostByte($0) }) else { return nil }
    }
    guard !host.isEmpty else { return nil }
    return ListenAddress(host: String(host), port: Int(port))
  }

  /// A non-negative integer of ASCII digits, at most 18 of them.
  static func plainInteger(_ text: some StringProtocol) -> Int64? {
    guard !text.isEmpty, text.utf8.count <= 18, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int64(text)
  }

  static func isHexDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
  }

  static func isHostByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
      || byte == 0x2E || byte == 0x5F
  }

  private static func scaled(_ text: String, _ units: [(String, Int64)]) -> Int64? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text[digits.endIndex...]
    guard let number = plainInteger(digits), let factor = units.first(where: { $0.0 == unit })?.1 else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
  }
}
