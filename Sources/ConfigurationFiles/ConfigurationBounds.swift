/// The limits and defaults of configuration files, in one place; `check --explain` prints those that bound the daemon.
package enum ConfigurationBounds {
  /// Largest YAML file, bytes.
  package static let yamlBytes = 1 << 20
  /// Largest table (CSV), bytes.
  package static let tableBytes = 64 << 20
  /// Largest file of boundaries (GeoJSON), bytes.
  package static let boundaryBytes = 32 << 20
  /// How far outside of its county a position may lie.
  package static let boundaryToleranceMeters = 0...5_000
  package static let defaultBoundaryToleranceMeters = 200
  /// Largest secret file, bytes.
  package static let secretBytes = 64 << 10
  /// Files read from `conf.d`.
  package static let fragments = 256
  /// Values in one YAML file, aliases expanded.
  package static let yamlValues = 200_000
  /// Levels of nesting in one YAML file.
  package static let yamlDepth = 32
  /// Errors reported at once; the rest is counted.
  package static let errors = 200
  package static let feeds = 20_000
  package static let hooks = 200
  package static let counties = 1_000
  package static let stations = 100_000
  package static let dailyRows = 2_000_000
  /// Rows of one table of the target ledger.
  package static let ledgerRows = 20_000
  /// Characters of a feed's, hook's or station's name.
  package static let nameLength = 128
  /// Headers of one feed or hook.
  package static let headers = 32

  /// Devices of one feed of instruments.
  package static let instrumentDevices = 20_000
  /// Superior platforms, and sources of one.
  package static let forwards = 20
  package static let forwardSources = 2_000
  package static let forwardDelayMilliseconds: ClosedRange<Int64> = 0...6 * 3_600_000
  package static let defaultForwardDelayMilliseconds: Int64 = 1_200_000
  package static let budgets = 1_000
  package static let instrumentConnections = 1...10_000
  package static let defaultInstrumentConnections = 256
  package static let instrumentIdleMilliseconds: ClosedRange<Int64> = 10_000...7 * 86_400_000
  package static let defaultInstrumentIdleMilliseconds: Int64 = 7_200_000
  package static let defaultInstrumentLateMilliseconds: Int64 = 3_900_000

  /// Time between two looks into a spool folder, milliseconds.
  package static let spoolMilliseconds: ClosedRange<Int64> = 100...3_600_000
  package static let defaultSpoolMilliseconds: Int64 = 2_000
  /// Between two listings of a folder on a server of files, and files fetched in one poll.
  package static let settleMilliseconds: ClosedRange<Int64> = 0...60_000
  package static let defaultSettleMilliseconds: Int64 = 5_000
  package static let filesPerPoll = 1...10_000
  package static let defaultFilesPerPoll = 200
  /// Topics of one subscription, and bytes of one message when nothing is said.
  package static let topics = 100
  package static let defaultMessageBytes: Int64 = 1 << 20
  package static let keepAliveMilliseconds: ClosedRange<Int64> = 5_000...3_600_000
  package static let defaultKeepAliveMilliseconds: Int64 = 30_000
  /// A shorter token of a push feed is warned of.
  package static let shortestTokenBytes = 16

  /// Milliseconds.
  package static let everyMilliseconds: ClosedRange<Int64> = 100...86_400_000
  /// Of `late_after` and `frozen_after`.
  package static let silenceMilliseconds: ClosedRange<Int64> = 1_000...31 * 86_400_000
  package static let timeoutMilliseconds: ClosedRange<Int64> = 100...600_000
  /// `timeout` when none is given: the smaller of `every` and 30 s, at least 5 s.
  package static func defaultTimeoutMilliseconds(every: Int64) -> Int64 { max(5_000, min(every, 30_000)) }
  package static let connectTimeoutMilliseconds: Int64 = 5_000
  package static let periodMilliseconds: ClosedRange<Int64> = 0...2_678_400_000
  /// Bytes of a decoded answer.
  package static let bodyBytes: ClosedRange<Int64> = 1_024...(1 << 30)
  package static let defaultBodyBytes: Int64 = 16 << 20
  package static let redirects = 0...20
  package static let defaultRedirects = 3
  package static let webhookTimeoutMilliseconds: Int64 = 10_000
  package static let execTimeoutMilliseconds: Int64 = 30_000
  package static let defaultListen = "127.0.0.1:8650"
  package static let defaultStateDirectory = "/var/lib/lantian"

  /// Upper bound of ring memory for one series (station and pollutant), bytes.
  package static let ringBytesPerSeries = 1_024
  /// Days in the ledger of each county.
  package static let ledgerDays = 400
}
