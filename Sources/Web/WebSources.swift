package import AirQuality
package import Engine
package import Secrets

/// Everything the HTTP face needs from the rest of the daemon.
///
/// The synchronous closures return immutable snapshots and must not block; they are called from the server's threads.
package struct WebSources: Sendable {
  /// The newest committed view; nil until the engine has one.
  package var view: @Sendable () -> SiteView?
  /// In configuration order.
  package var feeds: @Sendable () -> [FeedStatusView]
  /// In configuration order.
  package var hooks: @Sendable () -> [HookStatusView]
  package var daemon: @Sendable () -> DaemonStatusView
  /// Superior platforms that are reported to, in configuration order.
  package var forwards: @Sendable () -> [ForwardStatusView] = { [] }
  /// Committed events with a sequence above `since`, ascending and gapless, at most `limit`.
  package var events: @Sendable (_ since: Int64, _ limit: Int) async throws -> [EventRecord]
  /// Windows of a station, ascending; missing windows may be left out.
  package var series: @Sendable (SeriesRequest) async throws -> [SeriesPoint]
  /// Placed readings of a mobile station that begin at `from` or later and before `to`, ascending.
  package var track: @Sendable (_ station: String, _ from: Instant, _ to: Instant) async throws -> [TrackPoint] = {
    _, _, _ in []
  }
  /// Reads the configuration again and puts it in force, or keeps the old one.
  package var reload: @Sendable () async -> ReloadResult
  /// Journals and applies an operator's act.
  package var performAct: @Sendable (LiftRequest) async -> ActResult
  /// Journals and applies an act on sand-dust.
  package var performDust: @Sendable (DustRequest) async -> DustResult
  /// Journals and applies a part of a reviewed set.
  package var performReview: @Sendable (ReviewedImport) async -> ActResult
  /// Journals and applies an act of a person, and returns when readers see what it did.
  package var journal: @Sendable (OperatorAct) async -> JournalledAct = { _ in .unavailable(message: "starting") }
  /// An id that no act had before.
  package var freshID: @Sendable () -> String = { "" }
  /// Committed events for inspectors with a sequence above `since`, of one case when it is named.
  package var inspections: @Sendable (_ since: Int64, _ id: String?, _ limit: Int) async throws -> [EventRecord] = {
    _, _, _ in []
  }
  /// What inspectors show to the HTTP listener; nil when none is configured.
  package var inspectorToken: @Sendable () -> Secret? = { nil }
  /// Judges the head of a push to a feed, before its body is read.
  package var admitPush: @Sendable (_ feed: String, PushFields) throws(PushFailure) -> PushAdmission = {
    (_, _) throws(PushFailure) in
    throw PushFailure(status: 404, code: "unknown_feed", message: "no feed of this name takes pushes")
  }
  /// Where committed views and events are published for the live stream.
  package var broadcaster: Broadcaster

  package init(
    view: @escaping @Sendable () -> SiteView?, feeds: @escaping @Sendable () -> [FeedStatusView],
    hooks: @escaping @Sendable () -> [HookStatusView], daemon: @escaping @Sendable () -> DaemonStatusView,
    events: @escaping @Sendable (_ since: Int64, _ limit: Int) async throws -> [EventRecord],
    series: @escaping @Sendable (SeriesRequest) async throws -> [SeriesPoint],
    reload: @escaping @Sendable () async -> ReloadResult,
    performAct: @escaping @Sendable (LiftRequest) async -> ActResult,
    performDust: @escaping @Sendable (DustRequest) async -> DustResult,
    performReview: @escaping @Sendable (ReviewedImport) async -> ActResult, broadcaster: Broadcaster
  ) {
    self.view = view
    self.feeds = feeds
    self.hooks = hooks
    self.daemon = daemon
    self.events = events
    self.series = series
    self.reload = reload
    self.performAct = performAct
    self.performDust = performDust
    self.performReview = performReview
    self.broadcaster = broadcaster
  }
}
