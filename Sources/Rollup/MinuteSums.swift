import AirQuality

/// Sums of the usable minutes of one hour over a block of stations, lane by lane.
///
/// Written as plain loops over bytes and 32-bit integers, which the compiler turns into vector code.
struct MinuteSums {
  private(set) var counts: [UInt8]
  /// Not 0 where a suspect minute entered.
  private(set) var suspects: [UInt8]
  private var sums: [Int32]
  /// The bits of the magnitudes that entered a sum, to tell when 32 bits may not have held it.
  private var peaks: [Int32]
  private var limits: [UInt8]
  private var masks: [UInt8]
  /// The sums again in 64 bits, where they were needed.
  private var wide: [Int: Int64] = [:]

  /// Sixty values below this fit a 32-bit sum: 33,554 of the unit.
  private static let safe: Int32 = 1 << 25

  init(stations: Int) {
    let lanes = stations * Pollutant.criteriaCount
    counts = Array(repeating: 0, count: lanes)
    suspects = counts
    limits = counts
    masks = counts
    sums = Array(repeating: 0, count: lanes)
    peaks = sums
  }

  /// The sum of a lane of the block.
  func sum(_ lane: Int) -> Int64 { peaks[lane] < Self.safe ? Int64(sums[lane]) : wide[lane] ?? 0 }

  /// Adds up the sixty minutes of `hour`, which the ring holds; the block is at most as wide as `init` was told.
  mutating func add(
    _ hour: Int32, of stations: Range<Int>, _ minutes: Ring, _ places: ContiguousArray<LaneMap.Place>
  ) {
    let lanes = stations.count * Pollutant.criteriaCount
    for lane in 0..<lanes {
      counts[lane] = 0
      suspects[lane] = 0
      sums[lane] = 0
      peaks[lane] = 0
      limits[lane] = places[stations.lowerBound + lane / Pollutant.criteriaCount].limit
    }
    wide.removeAll(keepingCapacity: true)
    let planes = minutes.reading
    for minute in 0..<60 {
      let slot = minutes.index(of: hour * 60 + Int32(minute))
      let offset = slot * planes.stride + stations.lowerBound * Pollutant.criteriaCount
      addMinute(values: planes.values + offset, metas: planes.metas + offset, lanes)
    }
    for lane in 0..<lanes where peaks[lane] >= Self.safe {
      wide[lane] = wideSum(hour, lane, stations.lowerBound * Pollutant.criteriaCount + lane, minutes)
    }
  }

  private mutating func addMinute(
    values: UnsafeMutablePointer<Int32>, metas: UnsafeMutablePointer<UInt8>, _ lanes: Int
  ) {
    counts.withUnsafeMutableBufferPointer { counts in
      suspects.withUnsafeMutableBufferPointer { suspects in
        masks.withUnsafeMutableBufferPointer { masks in
          limits.withUnsafeBufferPointer { limits in
            for lane in 0..<lanes {
              let code = metas[lane] & 7
              let mask: UInt8 = code &- 1 < limits[lane] ? 255 : 0
              masks[lane] = mask
              counts[lane] &-= mask
              suspects[lane] |= code == Cell.suspect ? mask : 0
            }
          }
        }
      }
    }
    sums.withUnsafeMutableBufferPointer { sums in
      peaks.withUnsafeMutableBufferPointer { peaks in
        masks.withUnsafeBufferPointer { masks in
          for lane in 0..<lanes {
            let value = values[lane] & Int32(Int8(bitPattern: masks[lane]))
            sums[lane] &+= value
            peaks[lane] |= value ^ (value >> 31)
          }
        }
      }
    }
  }

  private func wideSum(_ hour: Int32, _ lane: Int, _ ringLane: Int, _ minutes: Ring) -> Int64 {
    (0..<60).reduce(into: Int64(0)) { sum, minute in
      sum += Int64(minutes[hour * 60 + minute, ringLane].usable(limits[lane]) ?? 0)
    }
  }
}
