/// An awaited publication became late, or is there.
package struct PublicationNews: Hashable, Sendable {
  package var feed: String
  package var isLate: Bool
  /// Why it is late, for people; empty when it is not.
  package var reason: String
}

/// How soon `Poller.memory()` should be kept.
package enum MemoryUrgency: Sendable {
  /// Within some minutes: what is lost is learned again.
  case lazy
  /// Within a second: requests of a budget were spent.
  case soon
}
