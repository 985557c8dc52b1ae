package import AirQuality

extension Rollup {
  /// Lets time pass to `now`: hours and days that ended are made from their minutes and hours, chunks that are due are
  /// encoded before anything leaves the rings, and the rings move on. An earlier instant than the newest does nothing.
  package mutating func advance(to now: Instant) -> AdvanceSummary {
    advance(to: now, deferring: false)
  }

  /// `deferring` leaves the one hour that ended, in the midst of a day, for the end of the batch that brings its last
  /// minute: `pendingHour`.
  mutating func advance(to now: Instant, deferring: Bool) -> AdvanceSummary {
    var summary = AdvanceSummary()
    if let clock {
      guard now > clock else {
        describe(&summary)
        return summary
      }
      pass(to: now, deferring: deferring, &summary)
    } else {
      // Nothing before the first instant is due.
      (endedHour, minuteChunkHour, closedHour) = (hour(0, now), hour(settings.minuteChunkMinutes, now), closing(now))
      (endedDay, closedDay) = (day(0, now), day(settings.closeMinutes, now))
    }
    clock = now
    let minute = map.site.offset.minute(of: now) + settings.headroomMinutes
    let hourHead = Int32(floorDivide(Int64(minute), 60))
    advanceMinutes(to: minute)
    hours.advance(to: hourHead)
    deep.advance(to: hourHead)
    deepGeneration &+= 1
    // Days were moved before hours and days were made; this is for the first instant.
    moveDays(to: now)
    describe(&summary)
    return summary
  }

  private func describe(_ summary: inout AdvanceSummary) {
    summary.endedHour = endedHour
    summary.closedHour = closedHour
    summary.closedDay = CivilDay(number: closedDay)
  }

  /// The last hour that ended at least `minutes` before `now`.
  private func hour(_ minutes: Int32, _ now: Instant) -> Int32 {
    map.site.offset.hour(of: now.adding(milliseconds: -Int64(minutes) * 60_000)) - 1
  }
  private func closing(_ now: Instant) -> Int32 { hour(settings.closeMinutes, now) }
  /// The last day that ended at least `minutes` before `now`.
  private func day(_ minutes: Int32, _ now: Instant) -> Int32 {
    map.site.offset.day(of: now.adding(milliseconds: -Int64(minutes) * 60_000)).number - 1
  }

  /// Where stations give hours, no minute was written and there is nothing to empty.
  private mutating func advanceMinutes(to minute: Int32) {
    if let tail = minutes.tail, newestMinute < tail {
      minutes.advanceEmpty(to: minute)
    } else {
      minutes.advance(to: minute)
    }
  }

  private mutating func moveDays(to now: Instant) {
    let today = map.site.offset.day(of: now).number
    days.advance(to: today)
    reviewed?.advance(to: today)
    imported.advance(to: today)
    revisions.advance(to: today)
  }

  private mutating func pass(to now: Instant, deferring: Bool, _ summary: inout AdvanceSummary) {
    moveDays(to: now)
    // The rings hold nothing after their heads, whatever time passed.
    let lastMinuteHour = Int32(floorDivide(Int64(minutes.head ?? 0), 60))
    // Whole hours only; what leaves the ring by this has had its chunk (see the bounds that `init` demands).
    advanceMinutes(to: lastMinuteHour * 60 + 59)
    let firstMinuteHour = Int32(floorDivide(Int64(minutes.tail ?? 0) + 59, 60))
    let oldEnded = endedHour
    endedHour = hour(0, now)
    let endsDay = CivilDay(hour: endedHour) != CivilDay(hour: endedHour + 1)
    // Deferred only while the ring will still hold the whole hour at the end of the batch.
    let newTail = map.site.offset.minute(of: now) + settings.headroomMinutes - Int32(settings.minuteSlots) + 1
    if deferring, endedHour == oldEnded + 1, !endsDay, endedHour * 60 >= newTail {
      pendingHour = endedHour
    } else {
      for ended in Self.span(oldEnded, endedHour, firstMinuteHour, lastMinuteHour) {
        rollHour(ended, stations: 0..<map.entries.count)
      }
    }

    let oldChunk = minuteChunkHour
    minuteChunkHour = hour(settings.minuteChunkMinutes, now)
    for due in Self.span(oldChunk, minuteChunkHour, firstMinuteHour, lastMinuteHour)
    where hasMinutes(inHour: due) {
      for bucket in 0..<map.bucketCount {
        if let chunk = encodeMinutes(bucket: bucket, hour: due) { give(chunk, bucket: bucket, &summary) }
      }
    }

    let firstDay = CivilDay(hour: deep.tail ?? 0).number
    let lastDay = CivilDay(hour: deep.head ?? 0).number
    let oldEndedDay = endedDay
    endedDay = day(0, now)
    for ended in Self.span(oldEndedDay, endedDay, firstDay, lastDay) {
      for station in map.places.indices where map.places[station].isAssessed {
        rollDay(station: station, day: CivilDay(number: ended))
      }
    }
    summary.changes = finish()

    let oldClosedDay = closedDay
    closedDay = day(settings.closeMinutes, now)
    closedHour = closing(now)
    for due in Self.span(oldClosedDay, closedDay, firstDay, lastDay) {
      summary.closedDays.append(CivilDay(number: due))
      for bucket in 0..<map.bucketCount {
        if let chunk = encodeHours(bucket: bucket, day: CivilDay(number: due)) { give(chunk, bucket: bucket, &summary) }
      }
    }
  }

  private mutating func give(_ chunk: RollupChunk, bucket: Int, _ summary: inout AdvanceSummary) {
    parking.noteChunk(Parking.Key(day: chunk.key.day, bucket: bucket))
    summary.chunks.append(chunk)
  }

  /// The numbers after `old` up to `new` that lie within what a ring holds.
  private static func span(_ old: Int32, _ new: Int32, _ first: Int32, _ last: Int32) -> Range<Int32> {
    let lower = max(old + 1, first)
    return lower..<max(lower, min(new, last) + 1)
  }
}
