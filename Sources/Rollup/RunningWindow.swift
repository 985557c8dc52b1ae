import AirQuality

/// What the stations of a unit add up to over one running window; lanes in the order of `Pollutant.criteria`.
struct RunningTally {
  /// Sums of the stations' means in thousandths.
  var sums = SIMD8<Int64>()
  /// Stations with a valid mean.
  var valid = SIMD8<Int>()
  /// The station with the highest mean, -1 for none, and that mean.
  var leaders = SIMD8<Int>(repeating: -1)
  var highest = SIMD8<Int32>(repeating: .min)
  /// Usable hours of all six pollutants.
  var usable = 0
  var stations = 0

  /// Takes a station's mean; a missing one counts for nothing.
  mutating func take(_ mean: Concentration, lane: Int, station: Int) {
    guard !mean.isMissing else { return }
    sums[lane] &+= Int64(mean.thousandths)
    valid[lane] &+= 1
    if mean.thousandths > highest[lane] { (highest[lane], leaders[lane]) = (mean.thousandths, station) }
  }
}

/// 24 planes of the hour ring, added up lane by lane for all stations of a unit at once.
struct RunningWindow {
  private let ring: Ring
  private let settings: RollupSettings
  private let first: Int32

  init(_ ring: Ring, endHour: Int32, _ settings: RollupSettings) {
    self.ring = ring
    self.settings = settings
    first = endHour - 23
  }

  /// Whether a cell of an assessed station with that meta byte is usable, as `Cell.usable` says: codes 1 to 3, 6 and 7.
  @inline(__always) private static func isUsable(_ meta: UInt8) -> Bool {
    let code = meta & 7
    return (code &- 1 < Cell.assessedLimit) || code >= Cell.rolled
  }

  /// The means of stations, given by index and the first of their six lanes.
  func tally(_ stations: [(index: Int, firstLane: Int)]) -> RunningTally {
    var tally = RunningTally()
    tally.stations = stations.count
    // Stations of a unit lie side by side: one span of lanes holds them with few others.
    guard let lowest = stations.map(\.firstLane).min(), let highest = stations.map(\.firstLane).max(), lowest >= 0
    else {
      return tally
    }
    let lanes = highest + Pollutant.criteriaCount - lowest
    if lanes > stations.count * Pollutant.criteriaCount * 4 {
      for station in stations { add([station], lowest: station.firstLane, lanes: Pollutant.criteriaCount, to: &tally) }
    } else {
      add(stations, lowest: lowest, lanes: lanes, to: &tally)
    }
    return tally
  }

  private func add(
    _ stations: [(index: Int, firstLane: Int)], lowest: Int, lanes: Int, to tally: inout RunningTally
  ) {
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: lanes) { sums in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: lanes) { counts in
        sums.initialize(repeating: 0)
        counts.initialize(repeating: 0)
        addPlanes(lowest: lowest, lanes: lanes, sums, counts)
        for station in stations {
          for lane in 0..<Pollutant.criteriaCount {
            let place = station.firstLane - lowest + lane
            let count = Int(counts[place])
            tally.usable += count
            let mean: Concentration =
              lane == Int(Pollutant.o3.rawValue)
              ? highestEightHourMean(lane: station.firstLane + lane)
              : count >= settings.hoursForDay ? .mean(sum: sums[place], count: count) : .missing
            tally.take(mean, lane: lane, station: station.index)
          }
        }
      }
    }
  }

  /// Plain loops over bytes and integers, which the compiler turns into vector code.
  private func addPlanes(
    lowest: Int, lanes: Int, _ sums: UnsafeMutableBufferPointer<Int64>, _ counts: UnsafeMutableBufferPointer<Int32>
  ) {
    guard let sums = sums.baseAddress, let counts = counts.baseAddress else { return }
    let planes = ring.reading
    for hour in first...first + 23 where ring.contains(hour) {
      let start = ring.index(of: hour) &* planes.stride &+ lowest
      let values = planes.values + start
      let metas = planes.metas + start
      for lane in 0..<lanes {
        let usable: Int32 = Self.isUsable(metas[lane]) ? -1 : 0
        sums[lane] &+= Int64(values[lane] & usable)
        counts[lane] &-= usable
      }
    }
  }

  /// As `Rollup.highestEightHourMean`: sums that move along, and one division for the highest, since rounding keeps the
  /// order of the means.
  private func highestEightHourMean(lane: Int) -> Concentration {
    let planes = ring.reading
    var hours: (sum: Int64, count: Int64) = (0, 0)
    var best: (sum: Int64, count: Int64) = (0, 0)
    var valid = 0
    func value(_ hour: Int32) -> Int64? {
      guard ring.contains(hour) else { return nil }
      let place = ring.index(of: hour) &* planes.stride &+ lane
      return Self.isUsable(planes.metas[place]) ? Int64(planes.values[place]) : nil
    }
    for step in Int32(0)..<24 {
      if let value = value(first + step) { hours = (hours.sum &+ value, hours.count &+ 1) }
      if step >= 8, let value = value(first + step - 8) { hours = (hours.sum &- value, hours.count &- 1) }
      guard step >= 7, hours.count >= settings.hoursForEightHours, hours.count > 0 else { continue }
      valid += 1
      if best.count == 0 || hours.sum &* best.count > best.sum &* hours.count { best = hours }
    }
    guard valid > 0 else { return .missing }
    let highest = Concentration.mean(sum: best.sum, count: Int(best.count))
    return valid >= settings.windowsForMaximum || highest > settings.ozoneLimit ? highest : .missing
  }
}
