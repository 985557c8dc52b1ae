import AirQuality

/// The common case of a batch: minutes of hours that are still open, most of them into empty cells.
///
/// A tight loop takes what is usual; whatever is not leaves it and comes back after.
extension Rollup {
  func planner() -> SlotPlanner {
    let head = minutes.head ?? 0
    let tail = Int64(minutes.tail ?? 0)
    return SlotPlanner(
      offsetMilliseconds: Int64(map.site.offset.seconds) * 1_000,
      firstMinute: Int32(floorDivide(tail + 59, 60) * 60), lastMinute: head, chunkHour: minuteChunkHour)
  }

  /// Puts the minute values of hours that are still open into the minute ring and keeps the newest values.
  ///
  /// - Returns: the indices of readings that go elsewhere, in order, and the first and last hour that had ended before
  ///   one of its minutes came.
  mutating func insertDirect(
    _ readings: ContiguousArray<Reading>, resolved: [ResolvedStation], feed: UInt16, summary: inout InsertSummary
  ) -> (rows: [Int], endedHours: (Int32, Int32)?) {
    let planner = planner()
    let planes = minutes.planes()
    let sources = sources
    var slow: [Int] = []
    var firstMinute = Int32.max
    // Rows may alternate between the period of a minute and another one.
    var direct: Run?
    var index = 0
    while index < readings.count {
      let run: Run
      if let known = direct, known.holds(readings[index]) {
        run = known
      } else {
        run = makeRun(readings[index], planner, planes, feed: feed)
        if run.plan.isDirect { direct = run }
      }
      if run.plan.isDirect {
        firstMinute = min(firstMinute, run.plan.first)
        newestMinute = max(newestMinute, run.plan.first + Int32(run.plan.count) - 1)
      }
      // All readings of one begin and period, with their exceptions one by one.
      repeat {
        index = insertRun(readings, from: index, run, resolved, &summary)
        guard index < readings.count, run.holds(readings[index]) else { break }
        if !insertException(readings[index], run, resolved, sources, &summary) { slow.append(index) }
        index += 1
      } while index < readings.count && run.holds(readings[index])
    }
    let firstHour = firstMinute == .max ? Int32.max : Int32(floorDivide(Int64(firstMinute), 60))
    return (slow, firstHour <= endedHour ? (firstHour, endedHour) : nil)
  }

  /// Readings of a batch that follow each other and share begin and period.
  private struct Run {
    let plan: SlotPlan
    /// Index of the plan's first slot among the planes.
    let slot: Int
    let planes: Ring.Planes
    let feed: UInt16
    /// The number of feed and period among the newest values; nil when the run is not of single open minutes.
    let origin: UInt16?

    @inline(__always) func holds(_ reading: Reading) -> Bool {
      reading.begin.milliseconds == plan.begin && reading.periodMilliseconds == plan.period
    }
  }

  private mutating func makeRun(
    _ first: Reading, _ planner: SlotPlanner, _ planes: Ring.Planes, feed: UInt16
  ) -> Run {
    let plan = planner.plan(begin: first.begin.milliseconds, period: first.periodMilliseconds)
    let isSingle = plan.isDirect && plan.count == 1
    return Run(
      plan: plan, slot: plan.isDirect ? minutes.index(of: plan.first) : 0, planes: planes, feed: feed,
      origin: isSingle ? latest.origin(feed: feed, period: plan.period) : nil)
  }

  /// A reading of a run on its way into the rings.
  private struct Pending: BitwiseCopyable {
    var lane: Int32
    var value: Int32
    var tag: UInt32
    var meta: UInt8
  }

  /// Readings looked at before they are written: enough to have their memory on its way, few enough to stay in cache.
  private static let blockReadings = 64

  /// Puts usable values into cells that are empty and over newest values that are older and of the same feed.
  ///
  /// - Returns: the index of the first reading that is none of these, or of another run.
  private mutating func insertRun(
    _ readings: ContiguousArray<Reading>, from first: Int, _ run: Run, _ resolved: [ResolvedStation],
    _ summary: inout InsertSummary
  ) -> Int {
    guard let origin = run.origin else { return first }
    let registeredLanes = map.registeredCount * Pollutant.criteriaCount
    var unknown = 0
    let end = latest.withPlaces { places in
      resolved.withUnsafeBufferPointer { resolved in
        readings.withUnsafeBufferPointer { readings in
          withUnsafeTemporaryAllocation(of: Pending.self, capacity: Self.blockReadings) { block in
            var index = first
            while true {
              let (count, isUsual) = Self.survey(readings, index, run, origin, resolved, places, into: block)
              let written = Self.write(block, count, run, origin, places, isUsual, registeredLanes, &unknown)
              index += written
              if written < Self.blockReadings { return index }
            }
          }
        }
      }
    }
    summary.accepted += end - first
    summary.unknownStationRows += unknown
    return end
  }

  /// Reads ahead: fills the block with the next usable readings of the run.
  ///
  /// - Returns: how many, and whether all of them go into empty cells and over older values of the same origin, as far
  ///   as can be told before any is written.
  @inline(__always)
  private static func survey(
    _ readings: UnsafeBufferPointer<Reading>, _ first: Int, _ run: Run, _ origin: UInt16,
    _ resolved: UnsafeBufferPointer<ResolvedStation>, _ places: UnsafeMutableBufferPointer<LatestTable.Place>,
    into block: UnsafeMutableBufferPointer<Pending>
  ) -> (count: Int, isUsual: Bool) {
    let metas = run.planes.metas + run.slot &* run.planes.stride
    let begin = run.plan.begin
    let period = run.plan.period
    let mark = UInt32(origin) << 16
    // Reasons that a place's tag cannot hold, and those that quarantine.
    let refused = ~LatestTable.taggedReasons | quarantine
    let available = min(blockReadings, readings.count &- first)
    var occupied: UInt8 = 0
    var strange: UInt32 = 0
    var count = 0
    while count < available {
      let reading = readings[first &+ count]
      let code = Cell.code(of: reading.flag)
      let scaled = reading.value * 1_000
      guard reading.begin.milliseconds == begin, reading.periodMilliseconds == period,
        Int(reading.station) < resolved.count, reading.pollutant.isCriteria,
        reading.reasons.rawValue & refused == 0, code < Cell.fail, scaled.magnitude < 2_147_483_647
      else { break }
      let station = resolved[Int(reading.station)]
      guard station.index >= 0 else { break }
      let lane = Int(station.index) &* Pollutant.criteriaCount &+ Int(reading.pollutant.rawValue)
      assert(lane < places.count && lane < run.planes.stride)
      let newest = places[lane]
      occupied |= metas[lane]
      strange |= (newest.tag ^ mark) >> 16
      strange |= newest.begin < begin && newest.tag & 7 &- 1 < 5 ? 0 : 1
      block[count] = Pending(
        lane: Int32(truncatingIfNeeded: lane), value: thousandths(scaled),
        tag: UInt32(code) | reading.reasons.rawValue << 3 | mark, meta: code | station.ordinal << 3)
      count &+= 1
    }
    return (count, occupied == 0 && strange == 0)
  }

  /// Writes a block up to the first reading that finds its cell taken or a newest value that it may not simply replace.
  ///
  /// - Returns: how many were written.
  @inline(__always)
  private static func write(
    _ block: UnsafeMutableBufferPointer<Pending>, _ count: Int, _ run: Run, _ origin: UInt16,
    _ places: UnsafeMutableBufferPointer<LatestTable.Place>, _ isUsual: Bool, _ registeredLanes: Int,
    _ unknown: inout Int
  ) -> Int {
    let start = run.slot &* run.planes.stride
    let values = run.planes.values + start
    let metas = run.planes.metas + start
    let begin = run.plan.begin
    for index in 0..<count {
      let pending = block[index]
      let lane = Int(pending.lane)
      // A lane that stands twice in the block has been written by now.
      guard metas[lane] == 0 else { return index }
      if !isUsual {
        let newest = places[lane]
        guard newest.tag >> 16 == UInt32(origin), newest.tag & 7 &- 1 < 5, newest.begin < begin else { return index }
      }
      places[lane] = LatestTable.Place(begin: begin, value: pending.value, tag: pending.tag)
      values[lane] = pending.value
      metas[lane] = pending.meta
      if lane >= registeredLanes { unknown &+= 1 }
    }
    return count
  }

  /// Puts one reading of a run that `insertRun` left.
  ///
  /// - Returns: false when it does not go into open minutes.
  private mutating func insertException(
    _ reading: Reading, _ run: Run, _ resolved: [ResolvedStation], _ sources: SourceTable,
    _ summary: inout InsertSummary
  ) -> Bool {
    guard Int(reading.station) < resolved.count, resolved[Int(reading.station)].index >= 0 else {
      summary.dropped += 1
      return true
    }
    if reading.reasons.rawValue & Self.quarantine != 0 {
      summary.quarantined += 1
      return true
    }
    let station = resolved[Int(reading.station)]
    if Int(station.index) >= map.registeredCount { summary.unknownStationRows += 1 }
    let row = Self.cell(reading, ordinal: station.ordinal)
    if row.code >= Cell.fail { summary.unusable += 1 }
    guard run.plan.isDirect, reading.pollutant.isCriteria else { return false }
    let arrived = LatestReading(
      begin: reading.begin, value: Concentration(thousandths: row.value),
      periodMilliseconds: reading.periodMilliseconds, reasons: reading.reasons, feed: run.feed, code: row.code)
    latest.update(station: Int(station.index), pollutant: reading.pollutant, arrived, sources)
    let lane = Int(station.index) &* Pollutant.criteriaCount &+ Int(reading.pollutant.rawValue)
    Self.count(
      Self.fill(run.planes, run.slot, run.plan.count, lane, row, Int(station.index), sources), &summary)
    return true
  }

  /// Future and ancient stamps.
  private static var quarantine: UInt32 {
    ScreeningReasons.futureStamp.rawValue | ScreeningReasons.ancientStamp.rawValue
  }

  /// The reading as a cell; a value that a cell cannot hold has failed.
  @inline(__always)
  static func cell(_ reading: Reading, ordinal: UInt8) -> Cell {
    var code = Cell.code(of: reading.flag)
    let scaled = reading.value * 1_000
    guard code != Cell.missing, scaled > -2_147_483_648, scaled < 2_147_483_647.5 else {
      if code != Cell.missing { code = Cell.fail }
      return Cell(value: .min, code: code, ordinal: ordinal)
    }
    return Cell(value: thousandths(scaled), code: code, ordinal: ordinal)
  }

  /// The nearest integer, ties to even, of a number that fits one of 32 bits.
  @inline(__always)
  private static func thousandths(_ scaled: Double) -> Int32 {
    // Adding 1.5 × 2^52 rounds into the low bits of the mantissa.
    Int32(truncatingIfNeeded: (scaled + 6_755_399_441_055_744).bitPattern)
  }

  /// Merges a row into neighbouring minutes; the most notable of what happened counts.
  private static func fill(
    _ planes: Ring.Planes, _ first: Int, _ count: Int, _ lane: Int, _ row: Cell, _ station: Int,
    _ sources: SourceTable
  ) -> Arrival {
    var slot = first
    var outcome = Arrival.duplicate
    for _ in 0..<count {
      let arrival = merge(row, at: planes[slot, lane], station, sources)
      if arrival.takesCell { planes[slot, lane] = row }
      if arrival.weight > outcome.weight { outcome = arrival }
      slot += 1
      if slot == planes.slots { slot = 0 }
    }
    return outcome
  }

  static func merge(
    _ row: Cell, at stored: Cell, _ station: Int, _ sources: SourceTable, claim: CellClaim = .value
  ) -> Arrival {
    Arrival.of(
      row, at: stored, claim: claim, sameSource: row.ordinal == stored.ordinal,
      outranks: sources.outranks(station: station, row.ordinal, stored.ordinal))
  }

  static func count(_ arrival: Arrival, _ summary: inout InsertSummary) {
    switch arrival {
    case .stored, .preferred: summary.accepted += 1
    case .correction: summary.corrections += 1
    case .duplicate: summary.duplicates += 1
    case .evidence: summary.evidence += 1
    }
  }
}
