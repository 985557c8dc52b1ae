package import AirQuality

/// One bound of the daemon: what it limits, how full it is and what it cost.
package struct BoundView: Sendable, Hashable {
  /// A stable word, `decode_backlog_bodies`: the unit is the last part. Each name stands once.
  package var name: String
  package var limit: Int64
  /// How much of it is taken now; nil where that is not a level.
  package var used: Int64?
  /// What was dropped or refused because of it since the start.
  package var dropped: UInt64

  package init(name: String, limit: Int64, used: Int64? = nil, dropped: UInt64 = 0) {
    self.name = name
    self.limit = limit
    self.used = used
    self.dropped = dropped
  }
}

/// The daemon itself, as `/api/v1/status` and the metrics show it.
package struct DaemonStatusView: Sendable, Hashable {
  package var version: String
  /// Wall clock of the start.
  package var startedAt: Instant
  /// The civil clock of the site as the daemon has it; a demonstration's runs from another date and faster.
  package var now: Instant
  /// Seconds of the civil clock in one second; 1 but for a demonstration.
  package var speed: Double
  /// Whether the data are made up; the console says so in a band.
  package var simulated: Bool
  /// Configured, recovered and listening, whatever the feeds do.
  package var ready: Bool
  /// Why not ready, one line; nil when it is.
  package var notReadyReason: String?
  /// Counts the configurations in use since the state began.
  package var configurationGeneration: Int64
  package var lastReloadSuccessful: Bool
  package var lastReloadAt: Instant?
  /// Why the newest reload was refused; nil when it was not.
  package var lastReloadError: String?
  /// Newest committed record.
  package var journalPosition: Int64
  package var bounds: [BoundView]
  /// Requests that feeds share.
  package var budgets: [BudgetStatusView] = []

  package init(
    version: String, startedAt: Instant, now: Instant, speed: Double = 1, simulated: Bool = false, ready: Bool,
    notReadyReason: String? = nil, configurationGeneration: Int64, lastReloadSuccessful: Bool = true,
    lastReloadAt: Instant? = nil, lastReloadError: String? = nil, journalPosition: Int64, bounds: [BoundView] = []
  ) {
    self.version = version
    self.startedAt = startedAt
    self.now = now
    self.speed = speed
    self.simulated = simulated
    self.ready = ready
    self.notReadyReason = notReadyReason
    self.configurationGeneration = configurationGeneration
    self.lastReloadSuccessful = lastReloadSuccessful
    self.lastReloadAt = lastReloadAt
    self.lastReloadError = lastReloadError
    self.journalPosition = journalPosition
    self.bounds = bounds
  }
}
