package import AirQuality
package import Screening
package import Secrets

/// A checked configuration: everything the daemon needs, read at one moment.
package struct LoadedConfiguration: Sendable, Hashable {
  /// The main file.
  package var path: String
  /// Every file that was read, in order.
  package var files: [String]
  package var site: Site
  /// Enabled and disabled ones in configuration order: the first that has a reading counts.
  package var feeds: [FeedConfiguration]
  package var hooks: [HookConfiguration]
  /// The year's target tables, unparsed.
  package var targets: [SourceFile]
  package var history: [DailyMeansFile]
  /// Criteria of the levels, `mee-2018`.
  package var criteria: String
  /// Edition of the AQI, `by-date`.
  package var edition: String
  package var listen: ListenAddress
  /// Absolute.
  package var stateDirectory: String
  package var limits: LimitsConfiguration
  package var retention: RetentionConfiguration
  /// What the target ledger knows beside target tables and measurements.
  package var ledger = LedgerFacts()
  /// The plan's tasks (重点任务).
  package var tasks: [PlanTask] = []
  /// What the formats known by name are, for `check --explain`.
  package var presetSummaries: [String: String] = [:]
  /// Feeds of instruments that dial in, enabled and disabled ones in configuration order.
  package var instruments: [InstrumentFeedConfiguration] = []
  /// Feeds whose data come by themselves, enabled and disabled ones in configuration order.
  package var received: [ReceivedFeedConfiguration] = []
  /// The names of all feeds in configuration order: the first that has a reading counts.
  package var feedNames: [String] = []
  /// Superior platforms that are reported to.
  package var forwards: [ForwardConfiguration] = []
  /// Requests that feeds share.
  package var budgets: [BudgetConfiguration] = []
  /// Areas of the counties, for placing stations and mobile readings.
  package var boundaries = CountyBoundaries()
  /// Units, stamps, retirement, spans of assessment and calibrations of single stations.
  package var registry = StationRegistry()
  /// Thresholds of screening.
  package var screening = ScreeningLimits()
  /// Thresholds of the signs of interference.
  package var interference = InterferenceLimits()
  /// When a station is a hot spot, and who owns it.
  package var hotSpots = HotSpotConfiguration()
  /// When what a lidar sees is a watch.
  package var lidar = LidarConfiguration()
  /// What inspectors show to see signs of interference over HTTP; nil leaves them to the control socket.
  package var inspectorToken: Secret?
  package var warnings: [ConfigurationWarning]

  /// A file as bytes, for whoever parses it.
  package struct SourceFile: Sendable, Hashable {
    package var path: String
    package var bytes: [UInt8]
    /// SHA-256, lower-case hex.
    package var digest: String
  }
}

/// Daily means of past days from one file of the bureau, imported once by `digest`.
package struct DailyMeansFile: Sendable, Hashable {
  /// The mean of a unit, day and pollutant.
  package struct Row: Sendable, Hashable {
    /// A county, the city, or the urban district.
    package var county: String
    package var day: CivilDay
    package var pollutant: Pollutant
    /// In the pollutant's unit.
    package var value: Concentration
  }
  /// The name as the configuration writes it.
  package var source: String
  /// SHA-256 of the file, lower-case hex.
  package var digest: String
  package var rows: [Row]
}

/// Where the HTTP server listens.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
  /// An IPv4 or IPv6 address or a host name, without brackets.
  package var host: String
  /// 0 lets the system choose.
  package var port: Int

  package init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Whether only this machine can reach it.
  package var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

  package var description: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
}

/// What the daemon may use at most.
package struct LimitsConfiguration: Sendable, Hashable {
  /// Connections of all feeds at one time.
  package var connections = 256
  /// Connections to one host at one time.
  package var connectionsPerHost = 6
  /// Answers received and not yet decoded, bytes.
  package var decodeBacklogBytes: Int64 = 64 << 20
  /// Stations kept that are not in the registry.
  package var unknownStations = 10_000
  /// Deliveries waiting for one hook.
  package var hookQueue = 10_000
  package init() {}
}

/// How long the state directory keeps what.
package struct RetentionConfiguration: Sendable, Hashable {
  /// Raw answers kept for audit, bytes on disk; the oldest go first.
  package var rawBytes: Int64 = 256 << 20
  /// Days of minute values.
  package var minuteDays = 2
  /// Days of hour values.
  package var hourDays = 1_100
  /// Days of journal records.
  package var journalDays = 400
  /// Bytes of journal records; the oldest go first.
  package var journalBytes: Int64 = 16 << 30
  package init() {}
}
