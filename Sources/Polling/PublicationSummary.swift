package import AirQuality

/// What is known of a feed's publication lag, for people; civil milliseconds after the end of a period.
package struct PublicationSummary: Hashable, Sendable {
  /// Median; nil before enough was seen.
  package var usualMilliseconds: Int64?
  /// The quantile of the schedule, 0.9 unless the configuration says otherwise.
  package var p90Milliseconds: Int64?
  /// Beyond it a period is late; nil before enough was seen.
  package var alarmMilliseconds: Int64?
  /// Publications that this rests on.
  package var samples: Int
  /// End of the newest period that is there.
  package var newestEnd: Instant?
  /// End of the period that is awaited.
  package var expectedEnd: Instant?
  /// When the awaited period becomes late.
  package var alarmAt: Instant?
  /// Stations of a newer period that is not whole yet.
  package var partialStations: Int?
  /// Periods that became late since the start.
  package var lateCount: UInt64 = 0

  /// Why the feed is late at a moment, in English; nil when it is not.
  package func lateReason(at now: Instant, zone: CivilOffset) -> String? {
    guard let late = lateness(at: now) else { return nil }
    var text = "the period ending \(zone.format(late.end)) "
    text += partialStations.map { "has \($0) stations only" } ?? "is not there"
    text += ", \(late.minutes) min after its end; usual are \(late.usual) min, the alarm is at \(late.alarm) min"
    return text
  }

  /// The same in Chinese.
  package func lateReasonChinese(at now: Instant, zone: CivilOffset) -> String? {
    guard let late = lateness(at: now) else { return nil }
    var text = "截至 \(zone.format(late.end)) 的时段"
    text += partialStations.map { "只有 \($0) 个站点的数据" } ?? "尚无数据"
    text += "，结束已 \(late.minutes) 分钟；通常为 \(late.usual) 分钟，报警线为 \(late.alarm) 分钟"
    return text
  }

  private func lateness(at now: Instant) -> (end: Instant, minutes: Int64, usual: Int64, alarm: Int64)? {
    guard let alarmAt, now > alarmAt, let expectedEnd, let alarmMilliseconds, let p90Milliseconds else { return nil }
    func minutes(_ milliseconds: Int64) -> Int64 { (milliseconds + 59_999) / 60_000 }
    return (
      expectedEnd, minutes(now.milliseconds - expectedEnd.milliseconds), minutes(p90Milliseconds),
      minutes(alarmMilliseconds)
    )
  }
}
