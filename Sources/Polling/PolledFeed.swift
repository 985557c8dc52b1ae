internal import AirQuality
internal import Transport

/// What the poller keeps for one configured feed.
final class PolledFeed {
  let definition: FeedDefinition
  let schedule: PollSchedule
  /// The request without conditions.
  let request: TransferRequest
  var poll: FeedPoll
  /// The next slot that has not been looked at.
  var nextSlot: Instant
  var token: TransferToken?
  /// Number of the newest plan; older entries of the due queue are void.
  var plan: UInt64 = 0
  var isRetired = false
  /// Place on the status board.
  var place = 0

  init(_ definition: FeedDefinition, poll: FeedPoll, schedule: PollSchedule, userAgent: String, now: Instant) {
    self.definition = definition
    self.poll = poll
    self.schedule = schedule
    request = definition.request(userAgent: userAgent)
    nextSlot = schedule.slot(after: now)
  }
}
