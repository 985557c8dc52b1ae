package import AirQuality

/// The window a number is about.
package enum ExplanationPeriod: Sendable, Hashable {
  /// The number of the civil hour. People name it by its end (时段终点), as the API and the bulletins do.
  case hour(Int32)
  case day(CivilDay)
  case month(CivilMonth)
  case year(Int)

  /// Reads `2020-12-05T09` or `2020-12-05T09:00` (the hour that ends then; `24` is allowed), `2020-12-05`, `2020-12`,
  /// `2020`; nil for anything else.
  package init?(_ text: String) {
    let parts = text.split(whereSeparator: { $0 == "T" || $0 == " " })
    if parts.count == 2 {
      var clock = parts[1]
      if clock.hasSuffix(":00") { clock = clock.dropLast(3) }
      guard let day = CivilDay(String(parts[0])), clock.utf8.count == 2, let end = Int32(String(clock)),
        (0...24).contains(end)
      else { return nil }
      self = .hour(day.firstHour + end - 1)
    } else if let day = CivilDay(text) {
      self = .day(day)
    } else if let month = CivilMonth(text) {
      self = .month(month)
    } else if text.utf8.count == 4, let year = Int(text), CivilDay(year: year, month: 1, day: 1) != nil {
      self = .year(year)
    } else {
      return nil
    }
  }

  /// The civil days it touches.
  package var days: ClosedRange<CivilDay> {
    switch self {
    case .hour(let hour): CivilDay(hour: hour)...CivilDay(hour: hour)
    case .day(let day): day...day
    case .month(let month): month.days
    case .year(let year):
      CivilMonth(number: Int32(year * 12)).firstDay...CivilMonth(number: Int32(year * 12 + 11)).days.upperBound
    }
  }

  /// Whether it is a single hour.
  package var isHour: Bool { if case .hour = self { true } else { false } }

  /// The civil hours it covers.
  package var hours: ClosedRange<Int32> {
    if case .hour(let hour) = self { return hour...hour }
    return days.lowerBound.firstHour...days.upperBound.firstHour + 23
  }

  /// The instant it ends.
  package func end(_ offset: CivilOffset) -> Instant { offset.start(ofHour: hours.upperBound + 1) }

  /// The instant by which it is closed: an hour after its end (DOMAIN.md 12, "Closing of hours").
  package func closing(_ offset: CivilOffset) -> Instant { end(offset).adding(milliseconds: 3_600_000) }
}
