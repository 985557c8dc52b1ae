/// The bounds of one `Transport`. Each is checked, and what it refuses is counted.
package struct TransportLimits: Sendable {
  /// Transfers running at once.
  package var maxTransfers = 256
  /// Transfers running at once to one host and port.
  package var maxTransfersPerHost = 6
  /// Transfers waiting for a slot; a submit beyond it is answered `overloaded`.
  package var maxWaiting = 65_536
  /// Hosts in one curl multi; its host and connection tables slow down sharply beyond about 200.
  package var maxHostsPerShard = 150
  /// Hosts remembered at once; idle ones are forgotten beyond it.
  package var maxHosts = 65_536
  /// Real milliseconds of grain of libcurl's own time-outs.
  package var timerTickMilliseconds = 20
  /// Bytes of a request body.
  package var maxRequestBodyBytes = 16 << 20

  package init() {}
}

/// What a `Transport` has done since it was made.
package struct TransportCounters: Sendable, Equatable {
  /// Runs of the readiness or timer handler. Does not grow while nothing is asked and no peer acts.
  package var wakeups: UInt64 = 0
  /// Events of a socket that had been closed meanwhile, dropped by their generation.
  package var staleEvents: UInt64 = 0
  package var socketsOpened: UInt64 = 0
  package var socketsClosed: UInt64 = 0
  /// Sockets that could not be opened (descriptor limits included).
  package var socketFailures: UInt64 = 0
  /// Multis thrown away and rebuilt after an error of libcurl.
  package var rebuilds: UInt64 = 0
  package var started: UInt64 = 0
  package var finished: UInt64 = 0
  /// Submits refused because the waiting queue was full.
  package var overloads: UInt64 = 0
  package var running = 0
  package var waiting = 0
  package var shards = 0
  package var hosts = 0
}
