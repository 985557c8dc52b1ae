package import AirQuality

/// Signs that somebody may have interfered with a station (数据异常待核查), looked for in its closed hours.
///
/// They are signs, no proof: instruments fail in the same ways. Over twelve stations in Beijing from 2013 to 2017, where
/// nobody is known to have interfered, a sudden drop is found 0.75 times and a pinned value 0.02 times a station and year,
/// most of them at instruments that failed.
package struct InterferenceSigns: Sendable {
  /// Hours looked at.
  package static let hours = 12

  /// The last hours of one station.
  package struct StationHours: Sendable {
    package var station: Int
    /// By lane × 12 + hours ago, thousandths; `Int32.min` for none.
    package var values: [Int32]
    /// Relative humidity by hours ago, %; nil for none.
    package var humidity: [Double?]

    package init(station: Int, values: [Int32], humidity: [Double?]) {
      self.station = station
      self.values = values
      self.humidity = humidity
    }

    func value(_ pollutant: Pollutant, _ hoursAgo: Int) -> Int32? {
      let value = values[Int(pollutant.rawValue) * InterferenceSigns.hours + hoursAgo]
      return value == .min ? nil : value
    }

    /// The mean of some hours that are all there, thousandths.
    func mean(_ pollutant: Pollutant, _ hoursAgo: ClosedRange<Int>) -> Double? {
      var sum = 0.0
      for hour in hoursAgo {
        guard let value = value(pollutant, hour) else { return nil }
        sum += Double(value)
      }
      return sum / Double(hoursAgo.count)
    }
  }

  /// What was found at a station.
  package enum Sign: Sendable, Hashable {
    /// From `before` to at most `after` of the pollutant's unit and staying there, while the neighbours went on by
    /// `neighbours` and the station's other pollutants by `others` (ratios after to before).
    case suddenDrop(before: Double, after: Double, neighbours: Double, others: Double)
    /// Humidity rose and the coarse share of PM10 fell, while the neighbours' PM10 went on: as when water is sprayed.
    case spray(humidityRise: Double, coarseBefore: Double, coarseAfter: Double, neighbours: Double)
    /// So many of the last twelve hours close below a limit, none above it.
    case pinned(limit: Double, hours: Int)

    /// The name in rules and ids.
    package var name: String {
      switch self {
      case .suddenDrop: "sudden-drop"
      case .spray: "spray"
      case .pinned: "pinned"
      }
    }
  }

  package var limits: InterferenceLimits

  package init(limits: InterferenceLimits = InterferenceLimits()) { self.limits = limits }

  /// What the source of a pollutant gives off beside it: it falls with the pollutant when the air becomes cleaner.
  private static func companions(of pollutant: Pollutant) -> [Pollutant] {
    pollutant == .so2 ? [.no2, .co, .pm25] : [.no2, .co]
  }

  /// Everything that is found at a station, beside its neighbours.
  package func signs(
    of own: StationHours, beside neighbours: [StationHours]
  ) -> [(pollutant: Pollutant, sign: Sign)] {
    var found: [(pollutant: Pollutant, sign: Sign)] = []
    if let drop = limits.suddenDrop {
      for pollutant in InterferenceLimits.SuddenDrop.pollutants {
        guard let least = drop.least[pollutant] else { continue }
        if let sign = suddenDrop(own, pollutant, drop, least: least * 1_000, neighbours) {
          found.append((pollutant, sign))
        }
      }
    }
    if let spray = limits.spray, let sign = self.spray(own, spray, neighbours) { found.append((.pm10, sign)) }
    if let pinned = limits.pinned {
      for pollutant in Pollutant.criteria {
        for limit in pinned.limits[pollutant] ?? [] {
          if let sign = self.pinned(own, pollutant, pinned, below: Int32(limit * 1_000), neighbours) {
            found.append((pollutant, sign))
          }
        }
      }
    }
    return found
  }

  // MARK: Sudden drop

  private func suddenDrop(
    _ own: StationHours, _ pollutant: Pollutant, _ drop: InterferenceLimits.SuddenDrop, least: Double,
    _ neighbours: [StationHours]
  ) -> Sign? {
    guard let first = own.value(pollutant, 4), let second = own.value(pollutant, 3),
      let after = Self.highest(own, pollutant, 0...2), min(first, second) > 0,
      // Falling already, it would be a slope.
      Double(max(first, second)) <= 1.5 * Double(min(first, second))
    else { return nil }
    let before = (Double(first) + Double(second)) / 2
    guard after <= drop.share * before, before - after >= least else { return nil }
    let others = neighbours.compactMap { Self.change($0, pollutant) }
    guard others.count >= 2, let ratio = Self.median(others.map { $0.after / $0.before }), ratio >= drop.others,
      let level = Self.median(others.map(\.before)), before >= level / 2, before <= level * 2,
      let now = Self.median(others.map(\.after)), after <= drop.belowNeighbours * now,
      let companion = Self.median(
        Self.companions(of: pollutant).compactMap { Self.change(own, $0) }.map { $0.after / $0.before }),
      companion >= drop.others
    else { return nil }
    return .suddenDrop(before: before / 1_000, after: after / 1_000, neighbours: ratio, others: companion)
  }

  /// The two hours before and the mean of the three since.
  private static func change(_ station: StationHours, _ pollutant: Pollutant) -> (before: Double, after: Double)? {
    guard let before = station.mean(pollutant, 3...4), let after = station.mean(pollutant, 0...2), before > 0 else {
      return nil
    }
    return (before, after)
  }

  private static func highest(_ station: StationHours, _ pollutant: Pollutant, _ hours: ClosedRange<Int>) -> Double? {
    var highest = -Double.infinity
    for hour in hours {
      guard let value = station.value(pollutant, hour) else { return nil }
      highest = max(highest, Double(value))
    }
    return highest
  }

  // MARK: Spray

  private func spray(
    _ own: StationHours, _ spray: InterferenceLimits.Spray, _ neighbours: [StationHours]
  ) -> Sign? {
    guard let humidity = own.humidity[0], let dry = own.humidity[2], let before = Self.coarseShare(own, 2),
      let after = Self.coarseShare(own, 0), let dusty = own.value(.pm10, 2), let clean = own.value(.pm10, 0)
    else { return nil }
    let rise = humidity - dry
    let around = Self.median(
      neighbours.compactMap { station in
        station.humidity[0].flatMap { now in station.humidity[2].map { now - $0 } }
      })
    let needed = around.map { $0 + spray.humidityRise } ?? spray.humidityRise * 1.5
    guard rise >= needed, before - after >= spray.coarseFall, Double(clean) <= spray.share * Double(dusty),
      let ratio = Self.median(
        neighbours.compactMap { station in
          guard let before = station.value(.pm10, 2), before > 0, let now = station.value(.pm10, 0) else { return nil }
          return Double(now) / Double(before)
        }), ratio >= spray.neighbours
    else { return nil }
    return .spray(humidityRise: rise, coarseBefore: before, coarseAfter: after, neighbours: ratio)
  }

  /// (PM10 − PM2.5) / PM10 of an hour.
  private static func coarseShare(_ station: StationHours, _ hoursAgo: Int) -> Double? {
    guard let coarse = station.value(.pm10, hoursAgo), let fine = station.value(.pm25, hoursAgo), coarse > 0 else {
      return nil
    }
    return (Double(coarse) - Double(fine)) / Double(coarse)
  }

  // MARK: Pinned

  private func pinned(
    _ own: StationHours, _ pollutant: Pollutant, _ pinned: InterferenceLimits.Pinned, below limit: Int32,
    _ neighbours: [StationHours]
  ) -> Sign? {
    func held(_ station: StationHours) -> Int? { count(station, pollutant, pinned, below: limit) }
    guard let count = held(own), count >= pinned.hours else { return nil }
    // Where the air of all is so, it is the air.
    let shared = neighbours.contains { (held($0) ?? 0) * 2 >= pinned.hours }
    return shared ? nil : .pinned(limit: Double(limit) / 1_000, hours: count)
  }

  /// Hours close below a limit; nil when one lies above it.
  private func count(
    _ station: StationHours, _ pollutant: Pollutant, _ pinned: InterferenceLimits.Pinned, below limit: Int32
  ) -> Int? {
    let floor = pinned.share * Double(limit)
    var count = 0
    for hour in 0..<Self.hours {
      guard let value = station.value(pollutant, hour) else { continue }
      if value > limit { return nil }
      if Double(value) >= floor { count += 1 }
    }
    return count
  }

  /// The middle of some numbers, of an even number the mean of the middle two; nil for none.
  static func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let half = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[half]
  }
}
