import Synchronization

/// Counts calls.
final class PollCounter: Sendable {
  private let count = Mutex<UInt64>(0)
  func next() -> UInt64 {
    count.withLock {
      $0 += 1
      return $0
    }
  }
}
