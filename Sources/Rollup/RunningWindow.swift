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
}

/// 24 planes of the hour ring, read for all stations of a unit without an allocation a station.
struct RunningWindow {
  private let planes: Ring.Planes
  private let settings: RollupSettings
  private let ring: Ring
  private let first: Int32

  init(_ ring: Ring, endHour: Int32, _ settings: RollupSettings) {
    self.ring = ring
    planes = ring.reading
    self.settings = settings
    first = endHour - 23
  }

  /// Bit `code`: a cell of an assessed station with that code has a usable value (`Cell.usable`).
  private static let usableCodes: UInt8 = (0...7).reduce(0) { mask, code in
    Cell(value: 0, meta: UInt8(code)).usable(Cell.assessedLimit) == nil ? mask : mask | 1 << UInt8(code)
  }

  /// Adds the means of a station whose six lanes begin at `firstLane`.
  func add(_ station: Int, firstLane: Int, to tally: inout RunningTally) {
    tally.stations += 1
    guard firstLane >= 0 else { return }
    let ozoneLane = Int(Pollutant.o3.rawValue)
    let mask = Self.usableCodes
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: 24) { ozone in
      var sums = SIMD8<Int64>()
      var counts = SIMD8<Int32>()
      for hour in 0..<24 {
        ozone[hour] = .min
        guard ring.contains(first + Int32(hour)) else { continue }
        let base = ring.index(of: first + Int32(hour)) &* planes.stride &+ firstLane
        for lane in 0..<Pollutant.criteriaCount {
          // A product instead of a branch: gaps come and go.
          let isUsable = mask >> (planes.metas[base &+ lane] & 7) & 1
          sums[lane] &+= Int64(planes.values[base &+ lane]) &* Int64(isUsable)
          counts[lane] &+= Int32(isUsable)
        }
        if mask >> (planes.metas[base &+ ozoneLane] & 7) & 1 != 0 { ozone[hour] = planes.values[base &+ ozoneLane] }
      }
      for lane in 0..<Pollutant.criteriaCount {
        tally.usable += Int(counts[lane])
        let mean =
          lane == ozoneLane
          ? highestEightHourMean(UnsafeBufferPointer(ozone))
          : Int(counts[lane]) >= settings.hoursForDay
            ? Concentration.mean(sum: sums[lane], count: Int(counts[lane])) : .missing
        guard !mean.isMissing else { continue }
        tally.sums[lane] &+= Int64(mean.thousandths)
        tally.valid[lane] &+= 1
        if mean.thousandths > tally.highest[lane] {
          (tally.highest[lane], tally.leaders[lane]) = (mean.thousandths, station)
        }
      }
    }
  }

  /// As `Rollup.highestEightHourMean`: sums that move along, and one division for the highest, since rounding keeps the
  /// order of the means.
  private func highestEightHourMean(_ hours: UnsafeBufferPointer<Int32>) -> Concentration {
    var sum: Int64 = 0
    var count: Int64 = 0
    var best: (sum: Int64, count: Int64) = (0, 0)
    var valid = 0
    for hour in 0..<24 {
      if hours[hour] != .min {
        sum &+= Int64(hours[hour])
        count &+= 1
      }
      if hour >= 8, hours[hour &- 8] != .min {
        sum &-= Int64(hours[hour &- 8])
        count &-= 1
      }
      guard hour >= 7, count >= settings.hoursForEightHours, count > 0 else { continue }
      valid += 1
      if best.count == 0 || sum &* best.count > best.sum &* count { best = (sum, count) }
    }
    guard valid > 0 else { return .missing }
    let highest = Concentration.mean(sum: best.sum, count: Int(best.count))
    return valid >= settings.windowsForMaximum || highest > settings.ozoneLimit ? highest : .missing
  }
}
