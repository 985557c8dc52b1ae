import AirQuality

/// The line above a UK-AIR block: `Wrexham PM<sub>2.5</sub> particulate matter (Hourly measured) ug/m-3`.
struct UKAirTitle {
  let station: String
  let pollutant: Pollutant
  let unit: String

  /// The provider's names; nil marks quantities that must not be taken for one of the others.
  private static let phrases: [(phrase: String, pollutant: Pollutant?)] = [
    ("non-volatile pm", nil), ("volatile pm", nil), ("pm2.5", .pm25), ("pm10", .pm10), ("pm1 ", .pm1),
    ("ozone", .o3), ("nitric oxide", .no), ("nitrogen oxides as nitrogen dioxide", .nox),
    ("nitrogen dioxide", .no2), ("sulphur dioxide", .so2), ("sulfur dioxide", .so2), ("carbon monoxide", .co),
  ]

  init?(_ line: String) {
    let plain = Self.withoutTags(line)
    guard let found = Self.pollutant(in: plain) else { return nil }
    // `calcium in PM10` is a part of the particles, not their mass; `gaseous sulphur dioxide` names no station.
    let before = plain[..<found.start].split(separator: " ").last?.lowercased() ?? ""
    guard before != "in", before != "gaseous" else { return nil }
    pollutant = found.pollutant
    station = String(plain[..<found.start])
    // The unit is what follows the bracket that tells the measurement, or the last word.
    let rest = plain[found.start...]
    if let bracket = rest.lastIndex(of: ")"), rest[bracket...].count > 1 {
      unit = String(rest[rest.index(after: bracket)...])
    } else {
      let last = rest.split(separator: " ").last ?? ""
      unit = String(last.drop { $0 == "(" }.reversed().drop { $0 == ")" }.reversed())
    }
  }

  /// The pollutant of a column whose label begins with it; `calcium in PM10` begins with something else.
  static func pollutant(ofColumn label: String) -> Pollutant? {
    let plain = withoutTags(label)
    let bare = String(plain.drop { $0 == " " })
    return pollutant(in: bare).flatMap { $0.start == bare.startIndex ? $0.pollutant : nil }
  }

  /// Words of means over other times than an hour.
  private static let otherPeriods = [
    "daily", "15 minute", "15-minute", "8 hour", "8-hour", "monthly", "annual", "diffusion tube",
  ]

  /// The first pollutant that a text names, and where; nil for means over other times than an hour.
  static func pollutant(in text: String) -> (pollutant: Pollutant, start: String.Index)? {
    let lower = text.lowercased() + " "
    guard !otherPeriods.contains(where: { lower.contains($0) }) else { return nil }
    var best: (offset: Int, pollutant: Pollutant?)?
    for (phrase, pollutant) in phrases {
      guard let range = lower.firstRange(of: phrase) else { continue }
      let offset = lower.utf8.distance(from: lower.startIndex, to: range.lowerBound)
      if best == nil || offset < best!.offset { best = (offset, pollutant) }
    }
    guard let best, let pollutant = best.pollutant, best.offset <= text.utf8.count else { return nil }
    return (pollutant, text.utf8.index(text.startIndex, offsetBy: best.offset))
  }

  /// Without `<sub>` and other tags.
  static func withoutTags(_ text: String) -> String {
    var result = ""
    var inside = false
    for character in text {
      if character == "<" {
        inside = true
      } else if character == ">", inside {
        inside = false
      } else if !inside {
        result.append(character)
      }
    }
    return result
  }
}
