internal import Polling
package import Timekeeping

/// What spool folders need from the rest of the daemon.
package struct SpoolServices: Sendable {
  package var clock: any SiteClock
  package var handler: ArrivalHandler
  /// Told of faults, with the feed's name, from any thread.
  package var report: @Sendable (String, ArrivalFault) -> Void
  /// Reads what is remembered of a feed's folder; calls back once, nil when there is nothing.
  package var loadMemory: @Sendable (String, @escaping @Sendable ([UInt8]?) -> Void) -> Void
  /// Keeps it, in the background.
  package var saveMemory: @Sendable (String, [UInt8]) -> Void

  package init(
    clock: any SiteClock, handler: @escaping ArrivalHandler, report: @escaping @Sendable (String, ArrivalFault) -> Void,
    loadMemory: @escaping @Sendable (String, @escaping @Sendable ([UInt8]?) -> Void) -> Void,
    saveMemory: @escaping @Sendable (String, [UInt8]) -> Void
  ) {
    self.clock = clock
    self.handler = handler
    self.report = report
    self.loadMemory = loadMemory
    self.saveMemory = saveMemory
  }
}

/// All spool folders of a configuration.
package actor SpoolHub {
  private let services: SpoolServices
  private nonisolated let board = ArrivalBoard()
  private var watchers: [SpoolWatcher] = []
  private var isStopped = false

  package init(_ services: SpoolServices) { self.services = services }

  /// In configuration order, from any thread.
  package nonisolated var statuses: [ArrivalStatus] { board.read() }

  /// Makes the folders those of a configuration; an unchanged one goes on undisturbed.
  package func apply(_ definitions: [SpoolDefinition]) async {
    guard !isStopped else { return }
    board.replace(
      definitions.map { ArrivalStatus(name: $0.name, way: .spool, lateMilliseconds: $0.lateMilliseconds) })
    let before = watchers
    var kept: [SpoolWatcher] = []
    var fresh: [SpoolWatcher] = []
    for definition in definitions {
      if let watcher = before.first(where: { $0.definition == definition }) {
        kept.append(watcher)
      } else {
        fresh.append(SpoolWatcher(definition, services: services, board: board))
      }
    }
    watchers = kept + fresh
    // A folder is looked into by one watcher at a time.
    for watcher in before where !kept.contains(where: { $0 === watcher }) { await watcher.stop() }
    for watcher in fresh { await watcher.start() }
  }

  /// Looks no more, and returns when every file under way has its verdict.
  package func stop() async {
    isStopped = true
    let watchers = watchers
    await withTaskGroup(of: Void.self) { group in
      for watcher in watchers { group.addTask { await watcher.stop() } }
    }
  }
}
