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
  /// Of a folder: the visit under way, and what was taken; nil until it was read.
  var visit: FolderVisit?
  /// The visit that waits for what was taken before to be read.
  var pendingVisit: PollID?
  var memory: FolderMemory?
  /// Number of the newest plan; older entries of the due queue are void.
  var plan: UInt64 = 0
  var isRetired = false
  /// Place on the status board.
  var place = 0
  /// The last part of the path on a server of files. Of an HTTP URL it may be a key, so nobody gets to see it.
  let fileName: String?

  init(_ definition: FeedDefinition, poll: FeedPoll, schedule: PollSchedule, userAgent: String, now: Instant) {
    self.definition = definition
    self.poll = poll
    self.schedule = schedule
    request = definition.request(userAgent: userAgent)
    let isHTTP = TransferProtocols(schemeOf: definition.url).isHTTP
    fileName = isHTTP ? nil : definition.url.split(separator: "/").last.map(String.init)
    nextSlot = schedule.slot(after: now)
  }
}
