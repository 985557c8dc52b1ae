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
    return encode(key, bucket: bucket, slots: 24) { station, lane, slot in
      hourCell(station: station, lane: lane, hour: day.firstHour + Int32(slot))
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
    return encode(key, bucket: bucket, slots: 60) { station, lane, slot in
      indices[slot] < 0 ? .empty : planes[indices[slot], station * Pollutant.criteriaCount + lane]
    }
  }

  /// Whether any station has a minute in that hour; a walk over planes that spares a walk over stations.
  func hasMinutes(inHour hour: Int32) -> Bool {
    let planes = minutes.reading
    return (0..<60).contains { minute in
      guard minutes.contains(hour * 60 + Int32(minute)) else { return false }
      let start = minutes.index(of: hour * 60 + Int32(minute)) * planes.stride
      return UnsafeBufferPointer(start: planes.metas + start, count: minutes.lanes).contains { $0 != 0 }
    }
  }

  private func encode(
    _ key: RollupChunkKey, bucket: Int, slots: Int, cell: (_ station: Int, _ lane: Int, _ slot: Int) -> Cell
  ) -> RollupChunk? {
    var encoder = ChunkEncoder(key: key)
    var cells = Array(repeating: ChunkCell.empty, count: slots * Pollutant.criteriaCount)
    for station in map.places.indices where map.places[station].bucket == Int32(bucket) {
      var isEmpty = true
      for lane in 0..<Pollutant.criteriaCount {
        for slot in 0..<slots {
          let stored = cell(station, lane, slot)
          if stored.code != 0 { isEmpty = false }
          cells[lane * slots + slot] = chunkCell(stored, station: station, &encoder)
        }
      }
      if !isEmpty { encoder.add(id: map.entries[station].id, cells: cells) }
    }
    return encoder.finish()
  }

  private func chunkCell(_ cell: Cell, station: Int, _ encoder: inout ChunkEncoder) -> ChunkCell {
    guard cell.code != 0 else { return .empty }
    var feed = SourceTable.otherFeed
    if cell.code <= Cell.missing {
      feed = encoder.feed(sources.name(sources.feed(station: station, ordinal: cell.ordinal)))
    }
    return ChunkCell(value: cell.value, code: cell.code, feed: feed)
  }

  /// Whether the hours of a day, or the minutes of an hour, are in their chunks for good.
  func isDue(_ key: RollupChunkKey) -> Bool {
    switch key.kind {
    case .hours: key.day.number <= closedDay
    case .minutes: key.day.firstHour + Int32(key.hour) <= minuteChunkHour
    }
  }
}
