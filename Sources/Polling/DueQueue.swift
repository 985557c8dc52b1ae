internal import Timekeeping

/// The feeds by their next due moment: a binary heap whose outdated entries are dropped when they surface.
struct DueQueue {
  struct Entry {
    var at: MonotonicInstant
    /// Breaks ties in the order of planning, so that a run is repeatable.
    var order: UInt64
    var feed: PolledFeed
    /// The feed's plan this entry belongs to.
    var plan: UInt64
  }

  private var heap: [Entry] = []
  private var order: UInt64 = 0

  /// The moment of the earliest valid entry.
  mutating func earliest() -> MonotonicInstant? {
    while let first = heap.first, first.feed.plan != first.plan { removeFirst() }
    return heap.first?.at
  }

  mutating func insert(_ feed: PolledFeed, at moment: MonotonicInstant) {
    order += 1
    feed.plan += 1
    heap.append(Entry(at: moment, order: order, feed: feed, plan: feed.plan))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard isBefore(heap[child], heap[parent]) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// The next feed due at or before `moment`.
  mutating func popDue(at moment: MonotonicInstant) -> PolledFeed? {
    guard let first = earliest(), first <= moment else { return nil }
    let feed = heap[0].feed
    removeFirst()
    return feed
  }

  private func isBefore(_ a: Entry, _ b: Entry) -> Bool { a.at != b.at ? a.at < b.at : a.order < b.order }

  private mutating func removeFirst() {
    let last = heap.removeLast()
    guard !heap.isEmpty else { return }
    heap[0] = last
    var parent = 0
    while true {
      var smallest = parent
      for child in [parent * 2 + 1, parent * 2 + 2] where child < heap.count && isBefore(heap[child], heap[smallest]) {
        smallest = child
      }
      guard smallest != parent else { return }
      heap.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
