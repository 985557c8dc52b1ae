import Synchronization

/// What the listeners count about themselves.
final class WebStatistics: Sendable {
  private let answers = Mutex<[Int: UInt64]>([:])

  /// Counts an answer under its status code.
  func count(status: Int) {
    answers.withLock { $0[status, default: 0] += 1 }
  }

  /// Answers so far by status code, ascending.
  var answersByStatus: [(status: Int, count: UInt64)] {
    answers.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
  }
}
