internal import Synchronization

/// The newest status of every feed, readable from any thread.
final class StatusBoard: Sendable {
  private let rows = Mutex<[FeedStatus]>([])

  func replace(_ statuses: [FeedStatus]) { rows.withLock { $0 = statuses } }
  func update(_ place: Int, _ status: FeedStatus) { rows.withLock { $0[place] = status } }
  func read() -> [FeedStatus] { rows.withLock { $0 } }
}
