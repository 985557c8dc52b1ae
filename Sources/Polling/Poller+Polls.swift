internal import AirQuality
internal import Dispatch
internal import Timekeeping
internal import Transport

/// Transfers and their ends.
extension Poller {
  func begin(_ feed: PolledFeed, _ id: PollID, _ address: String?, _ conditions: [TransferHeader]) {
    busy += 1
    if let folder = feed.definition.folder { return visit(feed, folder, id) }
    var request = feed.request(address)
    if !conditions.isEmpty { request.headers += conditions }
    let feedName = id.feed
    feed.token = transport.submit(request) { @Sendable [weak self] result in
      self?.assumeIsolated { $0.finished(feedName, id, result) }
    }
  }

  func finished(_ name: String, _ id: PollID, _ result: TransferResult) {
    guard let feed = byName[name] else { return }
    // Before anything of the answer is stamped: it may settle a doubt about the clock.
    if case .response(let response) = result.outcome, let date = response.headers.first("Date"),
      let server = HTTPDate.instant(date)
    {
      clock.witness(server)
    }
    let moment = moment()
    feed.answeredAt = moment.civil
    switch feed.poll.answered(id, result, at: moment, using: &generator) {
    case .ignore: return
    case .deliver(let response):
      feed.token = nil
      publish(feed)
      consumer(
        PollAnswer(
          id: id, status: response.status, headers: response.headers, body: response.body, receivedAt: moment.civil,
          lastByteAt: result.lastByteAt, bytes: result.bytesReceived, seconds: result.totalSeconds,
          fileName: feed.fileName))
    case .finish(let record): end(feed, record, newest: nil)
    }
  }

  /// Whether the source answered, and what that tells of its publications.
  private func learn(_ feed: PolledFeed, _ record: PollRecord, _ newest: NewestPeriod?) -> Bool {
    switch record.outcome {
    case .ok, .notModified, .empty:
      let isNew = feed.pacer.answered(newest, at: feed.answeredAt)
      if isNew || feed.definition.lookBack != nil { askForMemory(.lazy) }
      tellLateness(feed, moment().civil)
      return true
    case .throttled:
      if let heldUntil = feed.poll.heldUntil { hold(feed, until: heldUntil) }
      feed.pacer.failed()
      return false
    default:
      feed.pacer.failed()
      return false
    }
  }

  /// Says what became of a body; from any thread. A verdict on a poll that is not waiting for one is ignored.
  package nonisolated func report(_ id: PollID, _ verdict: PollVerdict) {
    queue.async { @Sendable [self] in
      assumeIsolated { $0.judge(id, verdict) }
    }
  }

  func judge(_ id: PollID, _ verdict: PollVerdict) {
    if byName[id.feed]?.visit?.id == id { return advance(id.feed, id) { $0.judged(verdict) } }
    guard let feed = byName[id.feed],
      let record = feed.poll.judged(id, verdict, at: moment(), using: &generator)
    else { return }
    var newest: NewestPeriod?
    if case .confirmed(_, _, _, let period, _) = verdict { newest = period }
    end(feed, record, newest: newest)
  }

  func end(_ feed: PolledFeed, _ record: PollRecord, newest: NewestPeriod? = nil) {
    feed.token = nil
    settleOne()
    let isAnswer = learn(feed, record, newest)
    if feed.purpose == .lookBack, !isAnswer { feed.pacer.postponeLookBack(at: moment().civil) }
    // A wait, or what was learned, changes the plan; otherwise the next slot stands already.
    if feed.poll.heldUntil != nil || feed.definition.publication != nil || feed.purpose == .lookBack, !isStopping {
      plan(feed)
      arm()
    }
    publish(feed)
    observer(record)
  }

  /// Fetches a configured feed once, unconditionally, beside its schedule; counters and validators stay as they are.
  ///
  /// - Throws: `FeedFault` when the feed is unknown or gives no usable answer.
  package func pollOnce(_ name: String) async throws -> PollAnswer {
    guard let feed = byName[name] else {
      throw FeedFault(code: "unknown_feed", message: "no feed is called \(name)")
    }
    guard !isStopping else { throw FeedFault(code: "stopping", message: "the poller is shutting down") }
    let id = PollID(feed: name, number: takeNumber())
    let request = feed.request(feed.address(.regular, at: clock.now()))
    var fileName: String?
    let result: TransferResult
    if let folder = feed.definition.folder {
      (result, fileName) = try await fetchNewest(request, folder)
    } else {
      result = await fetch(request)
    }
    switch result.outcome {
    case .failure(let error): throw FeedFault(code: error.kind.rawValue, message: error.message)
    case .response(let response):
      guard (200..<300).contains(response.status) else {
        throw FeedFault(code: "http_\(response.status)", message: FeedPoll.meaning(of: response.status))
      }
      return PollAnswer(
        id: id, status: response.status, headers: response.headers, body: response.body, receivedAt: clock.now(),
        lastByteAt: result.lastByteAt, bytes: result.bytesReceived, seconds: result.totalSeconds, fileName: fileName)
    }
  }

  // MARK: For visits of folders

  func feed(named name: String) -> PolledFeed? { byName[name] }

  func submit(
    _ request: TransferRequest, _ completion: @escaping @Sendable (TransferResult) -> Void
  ) -> TransferToken {
    transport.submit(request, completion: completion)
  }

  func fetch(_ request: TransferRequest) async -> TransferResult {
    await withCheckedContinuation { continuation in
      transport.submit(request) { @Sendable in continuation.resume(returning: $0) }
    }
  }

  func consume(_ answer: PollAnswer) { consumer(answer) }

  /// What a finished visit means for its feed.
  func conclude(_ feed: PolledFeed, _ visit: FolderVisit) -> PollRecord? {
    feed.poll.visited(visit, at: moment(), using: &generator)
  }
}
