internal import Transport

/// One look into a folder on a server of files, as a state machine: it lists, waits, lists again, and fetches what is new
/// and whole, file by file. The owner performs what the methods return.
struct FolderVisit: Sendable {
  /// What the owner has to do next.
  enum Action: Sendable, Equatable {
    case list(TransferOptions.Listing)
    /// Then `waited`.
    case wait(milliseconds: Int)
    case fetch(ListedFile)
    /// Hand the bytes to the consumer, then `judged`.
    case deliver(ListedFile, [UInt8])
    case finish
  }

  /// Why a visit ended.
  enum Ending: Sendable, Equatable {
    case complete
    /// The server or the network failed.
    case failed(kind: TransportError.Kind, message: String)
    /// Our own doing (backlog full, store down): nothing of it is remembered.
    case rejected(FeedFault)
  }

  private enum State: Sendable {
    case listing(isSecond: Bool)
    case waiting
    case fetching(ListedFile)
    case awaiting(ListedFile)
    case over
  }

  let id: PollID
  private let folder: FolderDefinition
  private let maxBodyBytes: Int
  private let limit: Int
  private var form: TransferOptions.Listing
  private var state = State.listing(isSecond: false)
  private var candidates: [ListedFile] = []
  private var left: ArraySlice<ListedFile> = []
  /// What has been taken, with what this visit took.
  private(set) var memory: FolderMemory
  private(set) var isMemoryChanged = false
  private(set) var ending = Ending.complete
  /// Files whose rows are committed, and those that could not be read.
  private(set) var taken = 0
  private(set) var unreadable = 0
  private(set) var readings = 0
  private(set) var periodMilliseconds: Int64 = 0
  /// The first fault of a file or listing.
  private(set) var fault: FeedFault?
  var bytes = 0
  var seconds = 0.0

  /// - Parameter limit: files of a listing that are looked at.
  init(
    _ id: PollID, _ folder: FolderDefinition, maxBodyBytes: Int, isSFTP: Bool, memory: FolderMemory,
    limit: Int = FolderListing.limit
  ) {
    self.id = id
    self.folder = folder
    self.maxBodyBytes = maxBodyBytes
    self.limit = limit
    self.memory = memory
    form = isSFTP ? .long : .machine
  }

  /// The first step.
  func start() -> Action { .list(form) }

  /// The end of a listing.
  mutating func listed(_ result: TransferResult) -> Action {
    guard case .listing(let isSecond) = state else { return .finish }
    count(result)
    let body: [UInt8]
    switch result.outcome {
    case .response(let response): body = response.body
    case .failure(let error):
      if form == .machine, error.isListingRefused {
        // Older servers know LIST alone.
        form = .long
        return .list(form)
      }
      return end(error)
    }
    let listing = FolderListing(body, form, pattern: folder.pattern, limit: limit, remembered: memory.limit)
    noteOddities(of: listing)
    let before = memory.count
    // No more than the memory holds: whatever is fetched of this listing has its place there.
    memory.retain(listing.passed + listing.files)
    if memory.count != before { isMemoryChanged = true }
    let fresh = listing.files.filter { !memory.knows($0) }
    if !isSecond, !fresh.isEmpty, folder.settleMilliseconds > 0 {
      candidates = fresh
      state = .waiting
      return .wait(milliseconds: folder.settleMilliseconds)
    }
    let looked = Set(candidates)
    let whole = isSecond ? fresh.filter { looked.contains($0) } : fresh
    left = whole.suffix(folder.filesPerVisit)[...]
    return next()
  }

  private mutating func noteOddities(of listing: FolderListing) {
    if listing.unreadable > 0 {
      note(FeedFault(code: "names", message: "\(listing.unreadable) names in the listing are not UTF-8: left out"))
    }
    if listing.excess > 0 {
      note(
        FeedFault(
          code: "too_many_files",
          message: "\(listing.excess) files before the last \(limit) names are left out: clear the folder"))
    }
  }

  /// The pause between two listings is over.
  mutating func waited() -> Action {
    guard case .waiting = state else { return .finish }
    state = .listing(isSecond: true)
    return .list(form)
  }

  private mutating func next() -> Action {
    while let file = left.popFirst() {
      guard file.size <= maxBodyBytes else {
        let message = "\(file.size) bytes, above \(maxBodyBytes) (max_body)"
        giveUp(file, FeedFault(code: "too_large", message: message, path: file.name))
        continue
      }
      state = .fetching(file)
      return .fetch(file)
    }
    state = .over
    return .finish
  }

  /// The end of the transfer of a file.
  mutating func fetched(_ result: TransferResult) -> Action {
    guard case .fetching(let file) = state else { return .finish }
    count(result)
    switch result.outcome {
    case .response(let response):
      // It grew or was replaced since it was listed: the next visit looks again.
      guard file.size < 0 || response.body.count == file.size else { return next() }
      state = .awaiting(file)
      return .deliver(file, response.body)
    case .failure(let error) where error.kind == .tooLarge:
      giveUp(file, FeedFault(code: "too_large", message: error.message, path: file.name))
      return next()
    case .failure(let error) where error.isOfOneFile:
      giveUp(file, FeedFault(code: error.kind.rawValue, message: error.message, path: file.name))
      return next()
    case .failure(let error) where error.isPartial:
      // The next visit asks for it again; the others do not wait for it.
      unreadable += 1
      note(FeedFault(code: error.kind.rawValue, message: error.message, path: file.name))
      return next()
    case .failure(let error): return end(error)
    }
  }

  /// What became of a file that was handed to the consumer.
  mutating func judged(_ verdict: PollVerdict) -> Action {
    guard case .awaiting(let file) = state else { return .finish }
    switch verdict {
    case .confirmed(let count, let fault, let period, _, _):
      take(file, readings: count, fault)
      periodMilliseconds = max(periodMilliseconds, period)
    case .empty(let fault): take(file, readings: 0, fault)
    case .parseFailed(let fault), .throttled(let fault): giveUp(file, fault)
    case .rejected(let fault):
      ending = .rejected(fault)
      state = .over
      return .finish
    }
    return next()
  }

  private mutating func take(_ file: ListedFile, readings count: Int, _ fault: FeedFault?) {
    taken += 1
    readings += max(0, count)
    remember(file)
    if let fault { note(Self.placed(fault, file)) }
  }

  /// A file that cannot be read is not fetched again until it changes.
  private mutating func giveUp(_ file: ListedFile, _ fault: FeedFault) {
    unreadable += 1
    remember(file)
    note(Self.placed(fault, file))
  }

  private mutating func remember(_ file: ListedFile) {
    memory.note(file)
    isMemoryChanged = true
  }

  private static func placed(_ fault: FeedFault, _ file: ListedFile) -> FeedFault {
    guard fault.path != file.name else { return fault }
    return FeedFault(
      code: fault.code, message: fault.message, path: file.name + (fault.path.map { ", \($0)" } ?? ""))
  }

  private mutating func note(_ fault: FeedFault) { if self.fault == nil { self.fault = fault } }

  private mutating func count(_ result: TransferResult) {
    bytes += max(0, result.bytesReceived)
    seconds += result.totalSeconds
  }

  private mutating func end(_ error: TransportError) -> Action {
    ending = .failed(kind: error.kind, message: error.message)
    state = .over
    return .finish
  }
}
