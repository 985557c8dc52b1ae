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

  /// Thresholds of the signs.
  package struct Limits: Sendable, Hashable {
    /// After a drop the highest of three hours is at most this share of the two hours before …
    package var dropShare = 0.5
    /// … and of the neighbours' median …
    package var dropBelowNeighbours = 0.6
    /// … which, like the station's other pollutants, has kept at least this share of itself.
    package var othersShare = 0.85
    /// The humidity rises by so many points more than that of the neighbours, or than nothing known by half as much again …
    package var sprayHumidityRise = 10.0
    /// … and the coarse share of PM10 falls by this.
    package var sprayCoarseFall = 0.2
    /// A value is pinned from this share of the limit on …
    package var pinnedShare = 0.97
    /// … in so many of the last twelve hours.
    package var pinnedHours = 8
    package init() {}
  }

  package var limits = Limits()
  package init(limits: Limits = Limits()) { self.limits = limits }

  /// Falls smaller than this are the instruments', thousandths; of others no drop is looked for.
  private static let leastDrop: [(pollutant: Pollutant, least: Double, companions: [Pollutant])] = [
    (.pm25, 30_000, [.no2, .co]), (.pm10, 50_000, [.no2, .co]), (.so2, 40_000, [.no2, .co, .pm25]),
  ]

  /// Numbers that officials are measured by: nodes of the AQI (HJ 633) and limits (GB 3095), and the plan's 300 for SO2.
  private static let pinnedLimits: [(pollutant: Pollutant, limits: [Int32])] = [
    (.pm25, [75_000, 115_000, 150_000]), (.pm10, [150_000, 250_000, 350_000]),
    (.so2, [150_000, 300_000, 500_000, 800_000]), (.no2, [200_000]), (.o3, [160_000, 200_000]),
  ]

  /// Everything that is found at a station, beside its neighbours.
  package func signs(
    of own: StationHours, beside neighbours: [StationHours]
  ) -> [(pollutant: Pollutant, sign: Sign)] {
    var found: [(pollutant: Pollutant, sign: Sign)] = []
    for (pollutant, least, companions) in Self.leastDrop {
      if let sign = suddenDrop(own, pollutant, least: least, companions, neighbours) { found.append((pollutant, sign)) }
    }
    if let sign = spray(own, neighbours) { found.append((.pm10, sign)) }
    for (pollutant, limits) in Self.pinnedLimits {
      for limit in limits {
        if let sign = pinned(own, pollutant, below: limit, neighbours) { found.append((pollutant, sign)) }
      }
    }
    return found
  }

  // MARK: Sudden drop

  private func suddenDrop(
    _ own: StationHours, _ pollutant: Pollutant, least: Double, _ companions: [Pollutant], _ neighbours: [StationHours]
  ) -> Sign? {
    guard let first = own.value(pollutant, 4), let second = own.value(pollutant, 3),
      let after = Self.highest(own, pollutant, 0...2), min(first, second) > 0,
      // Falling already, it would be a slope.
      Double(max(first, second)) <= 1.5 * Double(min(first, second))
    else { return nil }
    let before = (Double(first) + Double(second)) / 2
    guard after <= limits.dropShare * before, before - after >= least else { return nil }
    let others = neighbours.compactMap { Self.change($0, pollutant) }
    guard others.count >= 2, let ratio = Self.median(others.map { $0.after / $0.before }), ratio >= limits.othersShare,
      let level = Self.median(others.map(\.before)), before >= level / 2, before <= level * 2,
      let now = Self.median(others.map(\.after)), after <= limits.dropBelowNeighbours * now,
      let companion = Self.median(companions.compactMap { Self.change(own, $0) }.map { $0.after / $0.before }),
      companion >= limits.othersShare
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

  private func spray(_ own: StationHours, _ neighbours: [StationHours]) -> Sign? {
    guard let humidity = own.humidity[0], let dry = own.humidity[2], let before = Self.coarseShare(own, 2),
      let after = Self.coarseShare(own, 0), let dusty = own.value(.pm10, 2), let clean = own.value(.pm10, 0)
    else { return nil }
    let rise = humidity - dry
    let around = Self.median(
      neighbours.compactMap { station in
        station.humidity[0].flatMap { now in station.humidity[2].map { now - $0 } }
      })
    let needed = around.map { $0 + limits.sprayHumidityRise } ?? limits.sprayHumidityRise * 1.5
    guard rise >= needed, before - after >= limits.sprayCoarseFall, Double(clean) <= 0.7 * Double(dusty),
      let ratio = Self.median(
        neighbours.compactMap { station in
          guard let before = station.value(.pm10, 2), before > 0, let now = station.value(.pm10, 0) else { return nil }
          return Double(now) / Double(before)
        }), ratio >= limits.othersShare
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
    _ own: StationHours, _ pollutant: Pollutant, below limit: Int32, _ neighbours: [StationHours]
  ) -> Sign? {
    guard let count = count(own, pollutant, below: limit), count >= limits.pinnedHours else { return nil }
    // Where the air of all is so, it is the air.
    let shared = neighbours.contains { (self.count($0, pollutant, below: limit) ?? 0) * 2 >= limits.pinnedHours }
    return shared ? nil : .pinned(limit: Double(limit) / 1_000, hours: count)
  }

  /// Hours close below a limit; nil when one lies above it.
  private func count(_ station: StationHours, _ pollutant: Pollutant, below limit: Int32) -> Int? {
    let floor = limits.pinnedShare * Double(limit)
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
