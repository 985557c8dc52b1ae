/// The bounds of the HTTP face.
package struct WebLimits: Sendable, Hashable {
  /// Open connections of one listener; more wait in the kernel's backlog.
  package var connections = 1_024
  /// Open live streams of both listeners; more are answered with 503.
  package var streams = 256
  /// Request line and header fields.
  package var headerBytes = 16 * 1_024
  package var headerFields = 64
  /// Path and query.
  package var targetBytes = 4 * 1_024
  package var requestBodyBytes = 64 * 1_024
  /// On the control socket, where a part of a reviewed set may come.
  package var controlBodyBytes = 8 * 1_024 * 1_024
  /// A connection without a request, or with an unfinished one.
  package var idleSeconds: Int64 = 60
  /// From the head of a request to the end of its body.
  package var requestReadSeconds: Int64 = 15
  /// From the head of a push to the end of its body, which may be large.
  package var pushReadSeconds: Int64 = 60
  /// A refused body is still read and thrown away for this long and this many bytes, so that the sender gets to see the
  /// refusal instead of a broken connection.
  package var drainSeconds: Int64 = 5
  package var drainBytes = 64 << 20
  /// For a client to take an answer, or one piece of a stream.
  package var responseWriteSeconds: Int64 = 60
  /// Between two signs of life on a quiet stream.
  package var heartbeatSeconds: Int64 = 10
  /// Least time between two `values` messages of one stream.
  package var streamPauseMilliseconds: Int64 = 200
  /// Events waiting for one stream; a slower client is dropped and resumes by `Last-Event-ID`.
  package var streamBacklogEvents = 256
  /// Events read from the store at once.
  package var replayPageEvents = 500
  /// Most events that one request may ask for.
  package var eventsPerRequest = 10_000
  /// Windows that one series request may span.
  package var seriesPoints: Int64 = 20_000

  package init() {}
}
