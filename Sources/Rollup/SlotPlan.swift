import AirQuality

/// Where readings of one begin and period go; made once for all readings of a batch that share them.
struct SlotPlan {
  enum Kind {
    case minutes
    case hour
    case day
    /// A period that no ring keeps.
    case other
  }
  let begin: Int64
  let period: Int32
  let kind: Kind
  /// Number of the first slot, and how many.
  let first: Int32
  let count: Int
  /// Minutes that all lie in the ring, in hours whose chunk is not yet due: the common case.
  let isDirect: Bool

  /// Of a begin that no reading has.
  static let none = SlotPlan(begin: .min, period: -1, kind: .other, first: 0, count: 0, isDirect: false)
}

/// Finds the slots of readings.
struct SlotPlanner {
  let offsetMilliseconds: Int64
  /// The first minute of the first hour that the minute ring holds wholly, and the newest minute.
  let firstMinute: Int32
  let lastMinute: Int32
  /// The last hour whose minute chunks were due.
  let chunkHour: Int32

  func plan(begin: Int64, period: Int32) -> SlotPlan {
    let local = begin &+ offsetMilliseconds
    let kind: SlotPlan.Kind
    var first: Int64 = 0
    var last: Int64 = 0
    switch period {
    case 0..<60_000:
      kind = .minutes
      first = floorDivide(local &+ Int64(period / 2), 60_000)
      last = first
    case 60_000..<3_600_000:
      kind = .minutes
      // The minutes whose midpoint lies in begin ..< end.
      first = floorDivide(local &- 30_000 &+ 59_999, 60_000)
      last = floorDivide(local &+ Int64(period) &- 30_000 &+ 59_999, 60_000) &- 1
    case 3_600_000:
      kind = .hour
      first = floorDivide(local &+ 1_800_000, 3_600_000)
      last = first
    case 86_400_000 where local % 86_400_000 == 0:
      kind = .day
      first = floorDivide(local, 86_400_000)
      last = first
    default: kind = .other
    }
    // Screening quarantines such stamps; a batch that was not screened must not trap.
    guard let start = Int32(exactly: first), let end = Int32(exactly: last), end < .max - 60 else {
      return SlotPlan(begin: begin, period: period, kind: .other, first: 0, count: 0, isDirect: false)
    }
    let hour = Int32(floorDivide(first, 60))
    return SlotPlan(
      begin: begin, period: period, kind: kind, first: start, count: Int(end - start) + 1,
      isDirect: kind == .minutes && start >= firstMinute && end <= lastMinute && hour > chunkHour)
  }
}
