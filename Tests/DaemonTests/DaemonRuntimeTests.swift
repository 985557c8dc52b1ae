import AirQuality
import ConfigurationFiles
import Engine
import Glibc
import Logging
import Store
import Synchronization
import TestSupport
import Testing
import Web

@testable import Daemon

extension DaemonRuntime {
  var isReady: Bool { status.withLock { $0.ready } }
  var didReload: Bool { status.withLock { $0.lastReloadSuccessful } }
}

/// Keeps the messages of a log.
struct MessageLog: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .debug
  let messages: Collector<String>

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { messages.add("\(event.message) \(event.metadata ?? [:])") }

  /// Messages with that beginning, once there are `count`; gives up after 10,000 messages.
  static func wait(_ messages: Collector<String>, _ beginning: String, _ count: Int = 1) async -> Bool {
    var seen = 0
    while seen < 10_000 {
      let all = await messages.wait(seen + 1)
      seen = all.count
      if all.count(where: { $0.hasPrefix(beginning) }) >= count { return true }
    }
    return false
  }
}

/// In processes of their own: a daemon takes over signals and limits.
@Suite("The daemon as a whole")
struct DaemonRuntimeTests {
  /// A full disk: the daemon says so, is not ready, rebuilds itself from what is committed, and goes on when there is
  /// room, here because the record that did not fit does not come again.
  @Test(.timeLimit(.minutes(2)))
  func aFullDiskIsSurvived() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let directory = TemporaryDirectory()
      let loaded = try loadedConfiguration("", in: directory)
      let messages = Collector<String>()
      var options = DaemonOptions(
        environment: [:], logger: Logger(label: "test") { _ in MessageLog(messages: messages) },
        load: { try RuntimeConfiguration(loaded) })
      options.storeSettings.maximumBytes = 1 << 20
      options.reopenMilliseconds = 50
      let given = Collector<Int>()
      options.onView = { view in
        // The first three views are answered with an act that is larger than the disk.
        guard given.values.count < 3 else { return [] }
        given.add(1)
        let reason = String(repeating: "x", count: 2 << 20)
        return [.lift(id: "act-\(given.values.count)", county: "141102", by: "test", reason: reason)]
      }
      let runtime = DaemonRuntime(options)
      async let end = runtime.run()
      guard await MessageLog.wait(messages, "the store works again", 3) else { exit(2) }
      guard messages.values.contains(where: { $0.hasPrefix("a commit failed") && $0.contains("no space is left") })
      else { exit(3) }
      guard await runtime.isReady else { exit(4) }
      await runtime.requestStop()
      guard await end == .stopped else { exit(5) }
      let store = try Store(directory: directory.path + "/state")
      let finding = try JournalAudit.replay(store, scratch: directory.path + "/copy")
      guard finding.agrees, finding.records > 3 else { exit(6) }
      store.closeAndWait()
      exit(0)
    }
  }

  /// A bad configuration leaves the running one alone; of two reloads at once one is refused.
  @Test(.timeLimit(.minutes(2)))
  func reloadsAreOneAtATimeAndNeverHalf() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let directory = TemporaryDirectory()
      let first = try loadedConfiguration("", in: directory)
      let second = try loadedConfiguration("hooks:\n  - {name: siren, exec: {command: [/bin/true]}}\n", in: directory)
      let loads = Collector<Int>()
      let messages = Collector<String>()
      let options = DaemonOptions(
        environment: [:], logger: Logger(label: "test") { _ in MessageLog(messages: messages) },
        load: {
          loads.add(1)
          switch loads.values.count {
          case 1: return try RuntimeConfiguration(first)
          case 2: throw RuntimeConfiguration.Problems(lines: ["feeds[0]: wrong"])
          default: return try RuntimeConfiguration(second)
          }
        })
      let runtime = DaemonRuntime(options)
      async let end = runtime.run()
      guard await MessageLog.wait(messages, "ready") else { exit(2) }
      guard case .refused(message: let text) = await runtime.reload(), text.contains("feeds[0]: wrong") else { exit(3) }
      guard await !runtime.didReload else { exit(4) }
      async let one = runtime.reload()
      async let other = runtime.reload()
      var accepted = 0
      for result in [await one, await other] { if case .reloaded(_) = result { accepted += 1 } }
      guard accepted >= 1, await runtime.didReload else { exit(5) }
      await runtime.requestStop()
      guard await end == .stopped else { exit(6) }
      let store = try Store(directory: directory.path + "/state")
      let recovered = try EngineRecovery.recover(from: store)
      guard recovered.engine.configuration?.hooks.map(\.name) == ["siren"] else { exit(7) }
      store.closeAndWait()
      exit(0)
    }
  }
}
