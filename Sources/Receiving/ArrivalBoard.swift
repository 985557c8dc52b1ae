internal import Synchronization

/// The statuses of feeds of one way, in configuration order, from any thread.
final class ArrivalBoard: Sendable {
  private let rows = Mutex<[ArrivalStatus]>([])

  /// All of them.
  func read() -> [ArrivalStatus] { rows.withLock { $0 } }

  /// Makes the feeds those of a configuration; counters go on under the same name.
  func replace(_ fresh: [ArrivalStatus]) {
    rows.withLock { rows in
      let before = Dictionary(rows.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
      rows = fresh.map { status in
        var status = status
        if let earlier = before[status.name] { status.inherit(earlier) }
        return status
      }
    }
  }

  /// Changes a feed's status; nothing when the configuration no longer has it.
  func update(_ name: String, _ change: (inout ArrivalStatus) -> Void) {
    rows.withLock { rows in
      guard let index = rows.firstIndex(where: { $0.name == name }) else { return }
      change(&rows[index])
    }
  }
}
