package import AirQuality
package import HJ212

/// Where uploads go and who is told; called on the listener's threads.
package struct InstrumentSink: Sendable {
  /// Commits an upload and says whether that worked; the answer to the instrument waits for it. Called back exactly
  /// once, from any thread.
  package var commit:
    @Sendable (_ feed: String, _ upload: InstrumentUpload, _ done: @escaping @Sendable (Bool) -> Void) -> Void
  /// Something worth a line in the log.
  package var report: @Sendable (_ report: InstrumentReport) -> Void
  /// The civil moment.
  package var now: @Sendable () -> Instant

  package init(
    commit: @escaping @Sendable (String, InstrumentUpload, @escaping @Sendable (Bool) -> Void) -> Void,
    report: @escaping @Sendable (InstrumentReport) -> Void, now: @escaping @Sendable () -> Instant
  ) {
    self.commit = commit
    self.report = report
    self.now = now
  }
}

/// One line of the log.
package enum InstrumentReport: Sendable, Hashable {
  case connected(feed: String, peer: String)
  case disconnected(feed: String, peer: String)
  case closed(feed: String, peer: String, reason: String)
  /// The first refusal of its kind on a connection; the others are counted.
  case refused(feed: String, peer: String, InstrumentSession.Refusal)
}
