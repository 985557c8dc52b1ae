package import AirQuality

/// The Retry-After header (RFC 9110, 10.2.3): seconds, or a date.
package enum RetryAfter {
  /// More than this is not read off the header.
  package static let maximumSeconds: Int64 = 999_999_999

  /// Real seconds from `now`, a moment of the real wall clock: 0 to `maximumSeconds`, a date that has passed gives 0. Nil
  /// when the text is neither a number nor a date. The caller clamps it to what it obeys.
  package static func seconds(_ text: String, now: Instant) -> Int64? {
    let bytes = text.utf8.drop { $0 == 0x20 || $0 == 0x09 }
    let trimmed = String(decoding: bytes.reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed(), as: UTF8.self)
    guard !trimmed.isEmpty else { return nil }
    if trimmed.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
      return trimmed.utf8.count > 9 ? maximumSeconds : Int64(trimmed)
    }
    return HTTPDate.instant(trimmed).map {
      // Rounded up: never before the moment that was named.
      min(max(0, ($0.milliseconds - now.milliseconds + 999) / 1_000), maximumSeconds)
    }
  }
}
