package import AirQuality
internal import Timekeeping

/// Asks a feed whose address takes a time range for past hours too: `{from}` and `{until}` in the URL.
package struct LookBack: Hashable, Sendable {
  /// How the two moments are written into the address.
  package enum Notation: Hashable, Sendable {
    /// `2020-12-01T09:00:00+08:00`; `Z` for UTC.
    case rfc3339
    case epochSeconds
    case epochMilliseconds
    /// Letters `yyyy MM dd HH mm ss`; all else stands as it is.
    case pattern(String)
  }

  /// The long look-back once a day.
  package struct Daily: Hashable, Sendable {
    /// Civil time after midnight.
    package var at: Duration
    package var span: Duration

    package init(at: Duration, span: Duration) {
      self.at = at
      self.span = span
    }
  }

  /// How far every poll looks back.
  package var span: Duration
  package var notation: Notation
  /// Offset of moments that are written as civil time.
  package var zone: CivilOffset
  package var daily: Daily?

  package init(span: Duration, notation: Notation = .rfc3339, zone: CivilOffset = .utc, daily: Daily? = nil) {
    self.span = span
    self.notation = notation
    self.zone = zone
    self.daily = daily
  }

  package static let from = "{from}"
  package static let until = "{until}"

  /// The beginning of the range that a poll at `now` asks for. After a silence (of the peer or of ours) the range
  /// reaches back to the last success, as far as the daily look-back does.
  package func start(at now: Instant, isLong: Bool, lastSuccess: Instant?) -> Instant {
    let short = span.milliseconds64
    let long = max(short, daily?.span.milliseconds64 ?? short)
    if isLong { return now.adding(milliseconds: -long) }
    guard let lastSuccess else { return now.adding(milliseconds: -short) }
    let silence = now.milliseconds - lastSuccess.milliseconds
    return now.adding(milliseconds: -min(long, max(short, silence)))
  }

  /// `url` with both placeholders filled in, percent-encoded.
  package func address(_ url: String, from: Instant, until: Instant) -> String {
    url.replacing(Self.from, with: written(from)).replacing(Self.until, with: written(until))
  }

  private func written(_ instant: Instant) -> String {
    switch notation {
    case .rfc3339:
      let whole = Instant(milliseconds: floorDivide(instant.milliseconds, 1_000) * 1_000)
      let text = zone.format(whole)
      return Self.percentEncoded(zone.seconds == 0 ? text.prefix(19) + "Z" : text)
    case .epochSeconds: return String(floorDivide(instant.milliseconds, 1_000))
    case .epochMilliseconds: return String(instant.milliseconds)
    case .pattern(let pattern):
      let text = zone.format(instant)
      // `2020-12-01T09:00:00…`
      func part(_ from: Int, _ count: Int) -> String { String(text.dropFirst(from).prefix(count)) }
      let filled = pattern.replacing("yyyy", with: part(0, 4)).replacing("MM", with: part(5, 2))
        .replacing("dd", with: part(8, 2)).replacing("HH", with: part(11, 2)).replacing("mm", with: part(14, 2))
        .replacing("ss", with: part(17, 2))
      return Self.percentEncoded(filled)
    }
  }

  /// RFC 3986: all but unreserved characters as `%XX`.
  static func percentEncoded(_ text: some StringProtocol) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let hex = String(byte, radix: 16, uppercase: true)
        result += hex.count == 1 ? "%0" + hex : "%" + hex
      }
    }
    return result
  }
}
