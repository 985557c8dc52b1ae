internal import CLibcurl

/// One curl multi and the hosts filed under it.
@safe final class Shard {
  let index: Int
  /// The multi handle; replaced when libcurl reports an error.
  var multi: OpaquePointer
  /// Hosts filed here, at most `TransportLimits.maxHostsPerShard`.
  var hosts = 0
  /// Monotonic nanoseconds of libcurl's own next time-out; `.max`: none.
  var deadline = Int64.max
  /// Whether the shard stands in the reactor's list of shards to run.
  var isDirty = false
  /// Running transfers that need to be nudged, and monotonic nanoseconds of the next time; `.max`: none.
  var nudged = 0
  var nudgeAt = Int64.max
  unowned let reactor: Reactor

  init(index: Int, multi: OpaquePointer, reactor: Reactor) {
    self.index = index
    unsafe self.multi = multi
    self.reactor = reactor
  }
}
