package import AirQuality
package import Engine
package import Logging
package import Store
package import Timekeeping

/// How a daemon is started.
package struct DaemonOptions: Sendable {
  package static let version = "0.1.0"

  /// Reads the configuration; again for every reload.
  package var load: @Sendable () throws -> RuntimeConfiguration
  /// The clock, made once the state is recovered: the newest instant in it, or nil for an empty state.
  package var clock: @Sendable (_ newest: Instant?) -> any SiteClock
  /// The readings are made up: the console says so.
  package var simulated = false
  package var environment: [String: String]
  package var logger: Logger
  /// Looks at each committed view and may act on it; a demonstration's simulated approver.
  package var onView: (@Sendable (SiteView) -> [OperatorAct])?
  /// Told the address once the daemon is ready.
  package var onReady: @Sendable (_ address: String) -> Void = { _ in }

  /// Bounds of the store.
  package var storeSettings = StoreSettings()
  /// After a failed commit the store is tried again this often, milliseconds.
  package var reopenMilliseconds = 5_000

  package init(
    environment: [String: String], logger: Logger, load: @escaping @Sendable () throws -> RuntimeConfiguration,
    clock: @escaping @Sendable (_ newest: Instant?) -> any SiteClock = { _ in WallClock() }
  ) {
    self.environment = environment
    self.logger = logger
    self.load = load
    self.clock = clock
  }
}

/// How a daemon ended.
package enum DaemonEnd: Sendable, Hashable {
  /// After SIGTERM or SIGINT.
  case stopped
  case cannotListen(String)
  case state(String)
  case configuration(String)
}
