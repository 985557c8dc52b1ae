internal import AirQuality
internal import Transport

/// What the poller keeps for one configured feed.
final class PolledFeed {
  let definition: FeedDefinition
  /// The request for the feed's own address, without conditions.
  private let request: TransferRequest
  private let userAgent: String
  var poll: FeedPoll
  var pacer: PollPacer
  /// It stands in the queue of its budget.
  var isWaiting = false
  /// Of the poll under way.
  var purpose = PollPacer.Purpose.regular
  /// When the newest answer came.
  var answeredAt: Instant
  var lateCount: UInt64 = 0
  /// The newest success of an earlier process.
  var earlierSuccess: Instant?
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

  init(_ definition: FeedDefinition, poll: FeedPoll, pacer: PollPacer, userAgent: String, now: Instant) {
    self.definition = definition
    self.poll = poll
    self.pacer = pacer
    self.userAgent = userAgent
    request = definition.request(userAgent: userAgent)
    answeredAt = now
    let isHTTP = TransferProtocols(schemeOf: definition.url).isHTTP
    fileName = isHTTP ? nil : definition.url.split(separator: "/").last.map(String.init)
  }

  /// The request without conditions, for another address than the feed's own if there is one.
  func request(_ address: String?) -> TransferRequest {
    address.map { definition.request(userAgent: userAgent, address: $0) } ?? request
  }

  var lastSuccess: Instant? { poll.status.lastSuccess ?? earlierSuccess }

  /// What a poll asks for; nil: the feed's own address.
  func address(_ purpose: PollPacer.Purpose, at now: Instant) -> String? {
    guard let lookBack = definition.lookBack else { return nil }
    let from = lookBack.start(at: now, isLong: purpose == .lookBack, lastSuccess: lastSuccess)
    return lookBack.address(definition.url, from: from, until: now)
  }
}
