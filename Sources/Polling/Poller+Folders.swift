internal import AirQuality
internal import Dispatch
internal import Timekeeping
internal import Transport

/// Where it is kept what was taken of folders.
package struct FolderStore: Sendable {
  /// Reads what is kept of a feed; calls back once, from any thread, nil when there is nothing.
  package var load: @Sendable (String, @escaping @Sendable ([UInt8]?) -> Void) -> Void
  /// Keeps it, in the background.
  package var save: @Sendable (String, [UInt8]) -> Void

  package init(
    load: @escaping @Sendable (String, @escaping @Sendable ([UInt8]?) -> Void) -> Void,
    save: @escaping @Sendable (String, [UInt8]) -> Void
  ) {
    self.load = load
    self.save = save
  }
}

/// Visits of folders on servers of files.
extension Poller {
  /// Begins a visit; what was taken before is read first, once.
  func visit(_ feed: PolledFeed, _ folder: FolderDefinition, _ id: PollID) {
    if let memory = feed.memory { return begin(feed, folder, id, memory) }
    guard let folders else { return begin(feed, folder, id, FolderMemory()) }
    let name = id.feed
    feed.pendingVisit = id
    folders.load(name) { @Sendable [self] bytes in
      queue.async { @Sendable [self] in
        assumeIsolated { poller in
          // Another definition of the feed may have come meanwhile.
          guard let feed = poller.feed(named: name), feed.pendingVisit == id else { return }
          feed.pendingVisit = nil
          poller.begin(feed, folder, id, bytes.flatMap { FolderMemory(bytes: $0) } ?? FolderMemory())
        }
      }
    }
  }

  private func begin(_ feed: PolledFeed, _ folder: FolderDefinition, _ id: PollID, _ memory: FolderMemory) {
    feed.memory = memory
    let visit = FolderVisit(
      id, folder, maxBodyBytes: feed.definition.maxBodyBytes,
      isSFTP: TransferProtocols(schemeOf: feed.definition.url) == .sftp, memory: memory)
    feed.visit = visit
    perform(visit.start(), feed)
  }

  private func perform(_ action: FolderVisit.Action, _ feed: PolledFeed) {
    guard let id = feed.visit?.id else { return }
    // A visit may be long; the daemon's end comes between two files.
    let isOver = if case .deliver = action { false } else { isStopping }
    switch isOver ? .finish : action {
    case .list(let form):
      transfer(feed.request(nil).listing(form), feed, id) { visit, result in visit.listed(result) }
    case .fetch(let file):
      transfer(feed.request(nil).file(file.name), feed, id) { visit, result in visit.fetched(result) }
    case .wait(let milliseconds):
      let name = id.feed
      queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { @Sendable [self] in
        assumeIsolated { $0.advance(name, id) { $0.waited() } }
      }
    case .deliver(let file, let body):
      consume(
        PollAnswer(
          id: id, status: 200, headers: HeaderBlock(), body: body, receivedAt: clock.now(), lastByteAt: .now(),
          bytes: body.count, seconds: 0, fileName: file.name))
    case .finish: finish(feed)
    }
  }

  private func transfer(
    _ request: TransferRequest, _ feed: PolledFeed, _ id: PollID,
    _ event: @escaping @Sendable (inout FolderVisit, TransferResult) -> FolderVisit.Action
  ) {
    let name = id.feed
    feed.token = submit(request) { @Sendable [weak self] result in
      self?.assumeIsolated { poller in
        poller.advance(name, id) { event(&$0, result) }
      }
    }
  }

  /// An event of a visit that still runs.
  func advance(_ name: String, _ id: PollID, _ event: (inout FolderVisit) -> FolderVisit.Action) {
    guard let feed = feed(named: name), var visit = feed.visit, visit.id == id else { return }
    feed.token = nil
    let action = event(&visit)
    feed.visit = visit
    perform(action, feed)
  }

  private func finish(_ feed: PolledFeed) {
    guard let visit = feed.visit else { return }
    feed.visit = nil
    feed.memory = visit.memory
    if visit.isMemoryChanged { folders?.save(visit.id.feed, visit.memory.bytes) }
    if let record = conclude(feed, visit) { end(feed, record) }
  }

  /// One file of a folder, for `feed test`: the listing's last name.
  func fetchNewest(_ request: TransferRequest, _ folder: FolderDefinition) async throws -> (TransferResult, String) {
    var form = TransferProtocols(schemeOf: request.url) == .sftp ? TransferOptions.Listing.long : .machine
    var listed = await fetch(request.listing(form))
    if form == .machine, case .failure(let error) = listed.outcome, error.isListingRefused {
      form = .long
      listed = await fetch(request.listing(form))
    }
    switch listed.outcome {
    case .failure(let error): throw FeedFault(code: error.kind.rawValue, message: error.message)
    case .response(let response):
      guard let file = FolderListing(response.body, form, pattern: folder.pattern).files.last else {
        throw FeedFault(code: "empty", message: "no file of the folder fits \(folder.pattern.text)")
      }
      return (await fetch(request.file(file.name)), file.name)
    }
  }
}
