package import AirQuality

extension Rollup {
  /// The hours of a county's stations on a day, as the rings have them; nil when they have none.
  package func encodeHours(county: String, day: CivilDay) -> RollupChunk? {
    map.bucket(of: county).flatMap { encodeHours(bucket: $0, day: day) }
  }

  /// The minutes of a county's stations in one hour (0 to 23) of a day, as the ring has them; nil when it has none.
  package func encodeMinutes(county: String, day: CivilDay, hour: Int) -> RollupChunk? {
    map.bucket(of: county).flatMap { encodeMinutes(bucket: $0, hour: day.firstHour + Int32(hour)) }
  }

  func encodeHours(bucket: Int, day: CivilDay) -> RollupChunk? {
    let key = RollupChunkKey(county: map.code(ofBucket: bucket), day: day, kind: .hours)
    return encode(key, bucket: bucket, slots: 24) { station, cells in
      for lane in 0..<Pollutant.criteriaCount {
        for slot in 0..<24 {
          cells[lane * 24 + slot] = hourCell(station: station, lane: lane, hour: day.firstHour + Int32(slot))
        }
      }
    }
  }

  func encodeMinutes(bucket: Int, hour: Int32) -> RollupChunk? {
    let day = CivilDay(hour: hour)
    let key = RollupChunkKey(
      county: map.code(ofBucket: bucket), day: day, kind: .minutes, hour: UInt8(hour - day.firstHour))
    let planes = minutes.reading
    let indices = (0..<60).map { minute in
      minutes.contains(hour * 60 + Int32(minute)) ? minutes.index(of: hour * 60 + Int32(minute)) : -1
    }
    return encode(key, bucket: bucket, slots: 60) { station, cells in
      for slot in 0..<60 {
        let index = indices[slot]
        // The six of a station lie side by side in the plane.
        for lane in 0..<Pollutant.criteriaCount {
          cells[lane &* 60 &+ slot] =
            index < 0 ? .empty : planes[index, station &* Pollutant.criteriaCount &+ lane]
        }
      }
    }
  }

  /// Whether any station has a minute in that hour; a walk over planes that spares a walk over stations.
  func hasMinutes(inHour hour: Int32) -> Bool {
    if newestMinute < hour * 60 { return false }
    let planes = minutes.reading
    return (0..<60).contains { minute in
      guard minutes.contains(hour * 60 + Int32(minute)) else { return false }
      let start = minutes.index(of: hour * 60 + Int32(minute)) * planes.stride
      return UnsafeBufferPointer(start: planes.metas + start, count: minutes.lanes).contains { $0 != 0 }
    }
  }

  /// - Parameter gather: fills in a station's cells, pollutant by pollutant.
  private func encode(
    _ key: RollupChunkKey, bucket: Int, slots: Int,
    gather: (_ station: Int, _ cells: UnsafeMutableBufferPointer<Cell>) -> Void
  ) -> RollupChunk? {
    let count = slots * Pollutant.criteriaCount
    var encoder = ChunkEncoder(key: key)
    withUnsafeTemporaryAllocation(of: Cell.self, capacity: count) { stored in
      withUnsafeTemporaryAllocation(of: ChunkCell.self, capacity: count) { cells in
        for station in map.places.indices where map.places[station].bucket == Int32(bucket) {
          gather(station, stored)
          name(stored, station: station, into: cells, &encoder)
          encoder.add(id: map.entries[station].id, cells: UnsafeBufferPointer(cells))
        }
      }
    }
    return encoder.finish()
  }

  /// Turns a station's cells into those of a chunk, which name their feeds, numbered in order of use.
  private func name(
    _ stored: UnsafeMutableBufferPointer<Cell>, station: Int, into cells: UnsafeMutableBufferPointer<ChunkCell>,
    _ encoder: inout ChunkEncoder
  ) {
    // The last ordinal seen is nearly always the next one's too.
    var known: (ordinal: UInt8, feed: UInt16)?
    for index in 0..<stored.count {
      let cell = stored[index]
      var feed = SourceTable.otherFeed
      if cell.code != 0, cell.code <= Cell.missing {
        if let known, known.ordinal == cell.ordinal {
          feed = known.feed
        } else {
          feed = encoder.feed(sources.name(sources.feed(station: station, ordinal: cell.ordinal)))
          known = (cell.ordinal, feed)
        }
      }
      cells[index] = cell.code == 0 ? .empty : ChunkCell(value: cell.value, code: cell.code, feed: feed)
    }
  }

  /// Whether the hours of a day, or the minutes of an hour, are in their chunks for good.
  func isDue(_ key: RollupChunkKey) -> Bool {
    switch key.kind {
    case .hours: key.day.number <= closedDay
    case .minutes: key.day.firstHour + Int32(key.hour) <= minuteChunkHour
    }
  }
}
