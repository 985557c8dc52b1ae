package import AirQuality

/// What is known of a feed's publication lag (发布延迟): how long after the end of a period its values appear.
package struct FeedPublicationView: Sendable, Hashable {
  /// Median, seconds; nil before enough was seen.
  package var usualSeconds: Double?
  /// The quantile that the schedule follows, 0.9 unless the configuration says otherwise, seconds.
  package var p90Seconds: Double?
  /// Beyond it a period is late, seconds; nil before enough was seen.
  package var alarmSeconds: Double?
  /// Publications that this rests on.
  package var samples: Int
  /// End of the newest period that is there.
  package var newestEnd: Instant?
  /// End of the period that is awaited.
  package var expected: Instant?
  /// Why the feed is late by that, for people; nil when it is not.
  package var lateReason: String?
  package var lateReasonChinese: String?
  /// Periods that became late since the start.
  package var lateCount: UInt64

  package init(
    usualSeconds: Double?, p90Seconds: Double?, alarmSeconds: Double?, samples: Int, newestEnd: Instant?,
    expected: Instant?, lateReason: String?, lateReasonChinese: String?, lateCount: UInt64
  ) {
    self.usualSeconds = usualSeconds
    self.p90Seconds = p90Seconds
    self.alarmSeconds = alarmSeconds
    self.samples = samples
    self.newestEnd = newestEnd
    self.expected = expected
    self.lateReason = lateReason
    self.lateReasonChinese = lateReasonChinese
    self.lateCount = lateCount
  }
}
