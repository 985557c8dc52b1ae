internal import AirQuality
internal import Dispatch
internal import Polling
internal import Timekeeping
internal import Transport

/// One spool folder: looks, takes what is whole, one file at a time, and puts it away when its rows are on disk.
///
/// A queue of its own, so that a disk that hangs holds up nothing else. After a kill at any point a file either still
/// stands in the folder and is taken again, or its rows are committed.
actor SpoolWatcher {
  private let executor: QueueExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

  let definition: SpoolDefinition
  private let services: SpoolServices
  private let board: ArrivalBoard
  /// Entries of the folder that a look reads, and files that are remembered.
  private let limit: Int
  private var looks = SpoolLooks()
  /// Files that are kept in the folder; nil until it was read from disk.
  private var memory: FolderMemory?
  private var isMemoryChanged = false
  /// Files whose rows are committed (or given up), and which could not be put away yet.
  private var unfinished: [ListedFile: String?] = [:]
  private var folderFault: String?
  /// The folder holds more than a look reads or than can be remembered.
  private var isOverfull = false
  private var isTaking = false
  private var isStopping = false
  private var stopped: [CheckedContinuation<Void, Never>] = []

  init(
    _ definition: SpoolDefinition, services: SpoolServices, board: ArrivalBoard,
    limit: Int = SpoolDirectory.entryLimit
  ) {
    executor = QueueExecutor(label: "lantian.spool")
    self.definition = definition
    self.services = services
    self.board = board
    self.limit = limit
  }

  /// Begins to look.
  func start() {
    guard definition.ending == .keep else {
      memory = FolderMemory(limit: limit)
      return schedule(0)
    }
    let executor = executor
    services.loadMemory(definition.name) { @Sendable [self] bytes in
      executor.queue.async { @Sendable [self] in
        assumeIsolated { watcher in
          let limit = watcher.limit
          watcher.memory = bytes.flatMap { FolderMemory(bytes: $0, limit: limit) } ?? FolderMemory(limit: limit)
          watcher.schedule(0)
        }
      }
    }
  }

  /// Looks no more, and returns when the file under way has its verdict.
  func stop() async {
    isStopping = true
    guard isTaking else { return }
    await withCheckedContinuation { stopped.append($0) }
  }

  private func schedule(_ milliseconds: Int64) {
    guard !isStopping else { return }
    executor.queue.asyncAfter(deadline: .now() + .milliseconds(Int(milliseconds))) { @Sendable [weak self] in
      self?.assumeIsolated { $0.look() }
    }
  }

  // MARK: A look

  private func look() {
    guard !isStopping else { return }
    var waiting: [ListedFile] = []
    do throws(SpoolProblem) {
      let folder = try SpoolDirectory(definition.path)
      let listing = try folder.listing(definition.pattern, limit: limit)
      let files = listing.files
      let whole = looks.stable(files)
      // Of a folder that was not read to its end nobody knows what left it; what is forgotten would be taken again.
      if definition.ending != .keep || !listing.isCut {
        if definition.ending == .keep { memory?.retain(files) }
        let left = Set(files)
        unfinished = unfinished.filter { left.contains($0.key) }
      }
      for file in whole where unfinished[file] != nil { finish(file, in: folder) }
      waiting = whole.filter { unfinished[$0] == nil && memory?.knows($0) != true }
      var excess = 0
      if definition.ending == .keep, let memory { (waiting, excess) = memory.room(for: waiting) }
      folderFault = nil
      noteFullness(listing.isCut || excess > 0)
      board.update(definition.name) { $0.waiting = files.count { memory?.knows($0) != true } }
    } catch {
      failed(error)
    }
    isTaking = true
    take(waiting[...])
  }

  private func failed(_ problem: SpoolProblem) {
    // The same fault at every look is one fault.
    guard folderFault != problem.message else { return }
    folderFault = problem.message
    let fault = ArrivalFault(code: "disk", message: problem.message, path: problem.path)
    board.update(definition.name) { $0.refused(.unreachable, fault, at: services.clock.now()) }
    services.report(definition.name, fault)
  }

  /// Says once that a folder holds too much, until it no longer does.
  private func noteFullness(_ isOverfull: Bool) {
    guard isOverfull != self.isOverfull else { return }
    self.isOverfull = isOverfull
    guard isOverfull else { return board.update(definition.name) { $0.reached() } }
    let fault = ArrivalFault(
      code: "too_many_files", message: "the folder holds more than \(limit) files; the others are left alone: clear it",
      path: definition.path)
    board.update(definition.name) { $0.refused(.unreachable, fault, at: services.clock.now()) }
    services.report(definition.name, fault)
  }

  private func take(_ waiting: ArraySlice<ListedFile>) {
    var rest = waiting
    while let file = rest.popFirst(), !isStopping {
      do throws(ArrivalFault) {
        guard let bytes = try content(of: file) else { continue }
        return hand(file, bytes, rest)
      } catch {
        refuse(file, error)
      }
    }
    endLook()
  }

  private func hand(_ file: ListedFile, _ bytes: [UInt8], _ rest: ArraySlice<ListedFile>) {
    let arrival = FeedArrival(
      feed: definition.name, name: file.name, bytes: bytes, receivedAt: services.clock.now())
    services.handler(arrival) { @Sendable [self] verdict in
      executor.queue.async { @Sendable [self] in
        assumeIsolated { $0.judged(file, verdict, rest) }
      }
    }
  }

  /// The unpacked bytes of a file; nil when it changed and has to be looked at again.
  private func content(of file: ListedFile) throws(ArrivalFault) -> [UInt8]? {
    let limit = definition.maxBodyBytes
    let whole = definition.path + "/" + file.name
    guard file.size <= limit else {
      throw ArrivalFault(
        code: "too_large", message: "the file has \(file.size) bytes, above \(limit) (max_body)", path: whole)
    }
    let packed: [UInt8]
    do throws(SpoolProblem) {
      guard let read = try SpoolDirectory(definition.path).read(file) else { return nil }
      packed = read
    } catch {
      failed(error)
      return nil
    }
    guard Gunzip.isPacked(packed) else { return packed }
    do {
      return try Gunzip.unpack(packed, limitBytes: limit)
    } catch {
      switch error {
      case .tooLarge:
        throw ArrivalFault(code: "too_large", message: "unpacked it is above \(limit) bytes (max_body)", path: whole)
      case .damaged:
        throw ArrivalFault(code: "bad_gzip", message: "the gzip file is damaged or cut short", path: whole)
      }
    }
  }

  // MARK: The end of a file

  private func judged(_ file: ListedFile, _ verdict: ArrivalVerdict, _ rest: ArraySlice<ListedFile>) {
    board.update(definition.name) { $0.judged(verdict, bytes: Int(file.size), at: services.clock.now()) }
    switch verdict {
    case .committed: finish(file, error: nil)
    case .unreadable(let fault, let errors):
      services.report(definition.name, fault)
      finish(file, error: Self.text(fault, errors))
    case .backlogFull(let fault), .notCommitted(let fault), .notConfigured(let fault):
      // It stays where it is; the next look tries again.
      services.report(definition.name, fault)
      return endLook()
    }
    take(rest)
  }

  private func refuse(_ file: ListedFile, _ fault: ArrivalFault) {
    board.update(definition.name) {
      $0.refused(fault.code == "too_large" ? .tooLarge : .parse, fault, at: services.clock.now())
    }
    services.report(definition.name, fault)
    finish(file, error: Self.text(fault, []))
  }

  /// What stands beside a file in `failed/`.
  private static func text(_ fault: ArrivalFault, _ errors: [ArrivalRowError]) -> String {
    var lines = [fault.description]
    for error in errors { lines.append("row \(error.row), \(error.path): \(error.code): \(error.message)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private func finish(_ file: ListedFile, error: String?) {
    unfinished[file] = .some(error)
    do throws(SpoolProblem) {
      let folder = try SpoolDirectory(definition.path)
      finish(file, in: folder)
    } catch {
      failed(error)
    }
  }

  private func finish(_ file: ListedFile, in folder: borrowing SpoolDirectory) {
    guard let error = unfinished[file] else { return }
    do throws(SpoolProblem) {
      // A file that was replaced meanwhile is another file, which the next look finds.
      if folder.file(file.name) == file {
        switch (definition.ending, error) {
        case (.keep, _):
          // Without a place in the memory it stays unfinished, which also keeps it from being taken again.
          guard memory?.note(file) != false else { return }
          isMemoryChanged = true
        case (_, let text?): try folder.move(file, into: "failed", error: text)
        case (.delete, nil): try folder.remove(file)
        case (.move, nil): try folder.move(file, into: "done")
        }
      }
      unfinished[file] = nil
    } catch {
      failed(error)
    }
  }

  private func endLook() {
    isTaking = false
    if isMemoryChanged, let memory { services.saveMemory(definition.name, memory.bytes) }
    isMemoryChanged = false
    if isStopping {
      for waiter in stopped { waiter.resume() }
      stopped = []
    }
    schedule(definition.everyMilliseconds)
  }
}
