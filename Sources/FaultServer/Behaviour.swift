/// What the server does with one request.
///
/// A behaviour that ends the connection says so; all others keep it open as HTTP/1.1 does.
public indirect enum Behaviour: Sendable {
  /// A correct answer.
  case respond(Response)
  /// An answer made from the request.
  case computed(@Sendable (RecordedRequest) -> Response)
  /// The first request meets the first behaviour, and so on; the last one repeats. Counted per route from the moment
  /// it is set.
  case sequence([Behaviour])
  /// Waits, then goes on. A client that leaves ends the wait.
  case delayed(milliseconds: Int, Behaviour)
  /// Announces the whole body, sends `sentBytes` of it and closes.
  case truncated(Response, sentBytes: Int)
  /// Announces `contentLength` bytes, sends the body and keeps the connection open without another byte.
  case announced(Response, contentLength: Int64)
  /// Sends the body in steps.
  case drip(Response, bytesPerStep: Int, intervalMilliseconds: Int)
  /// Never answers; holds the connection until the client leaves.
  case hang
  /// Sends status and headers, then nothing.
  case hangAfterHeaders(Response)
  /// Closes without a byte of an answer.
  case close
  /// RST (SO_LINGER 0) at the given moment.
  case reset(ResetMoment)
  /// Redirects to `location` (absolute or a path).
  case redirect(location: String, status: Int = 302)
  /// Redirects to itself for ever: `/loop` to `/loop?1`, to `/loop?2` …
  case redirectLoop
  /// Answers 304 when `If-None-Match` names the response's ETag, or without that header when `If-Modified-Since`
  /// equals its Last-Modified; the full response otherwise.
  case conditional(Response)
  /// Chunked encoding; unterminated closes before the last chunk.
  case chunked(Response, chunkBytes: Int, terminated: Bool = true)
  /// These bytes instead of an answer, then closes.
  case raw([UInt8])

  /// When a connection is reset.
  public enum ResetMoment: Sendable {
    /// After the request was read.
    case beforeAnswer
    /// After status and headers.
    case afterHeaders(Response)
    /// After so many bytes of the body.
    case afterBodyBytes(Response, Int)
  }
}

extension Behaviour {
  /// 200 with a JSON text.
  public static func json(_ text: String, status: Int = 200) -> Behaviour {
    .respond(Response(status: status, headers: [("Content-Type", "application/json")], body: Array(text.utf8)))
  }
  /// 200 with nothing in it.
  public static var emptyBody: Behaviour { .respond(Response(status: 200)) }
  /// A page where data was expected.
  public static var html: Behaviour {
    .respond(
      Response(
        status: 200, headers: [("Content-Type", "text/html")],
        body: Array("<!DOCTYPE html><html><body><h1>Login required</h1></body></html>".utf8)))
  }
  /// A body that says gzip and is none.
  public static var wrongEncoding: Behaviour {
    .respond(
      Response(
        status: 200, headers: [("Content-Encoding", "gzip"), ("Content-Type", "application/json")],
        body: Array("this is not gzip".utf8)))
  }
  /// `decodedBytes` zeros as gzip: 100 MB travel as about 100 KB.
  public static func zeroBomb(decodedBytes: UInt64 = 100_000_000) -> Behaviour {
    .respond(
      Response(
        status: 200, headers: [("Content-Encoding", "gzip"), ("Content-Type", "application/json")],
        body: Gzip.zeros(count: decodedBytes)))
  }
  /// 429 with a Retry-After as it stands: seconds, a date or nonsense.
  public static func tooManyRequests(retryAfter: String?) -> Behaviour {
    .respond(Response(status: 429, headers: retryAfter.map { [("Retry-After", $0)] } ?? []))
  }
  /// An answer of that status with a short text.
  public static func status(_ status: Int) -> Behaviour {
    .respond(Response(status: status, body: Array("status \(status)\n".utf8)))
  }
  /// Headers of at least `bytes` in lines of 1,000.
  public static func hugeHeaders(bytes: Int, body: [UInt8] = Array("{}".utf8)) -> Behaviour {
    var headers: [(String, String)] = []
    let line = String(repeating: "x", count: 1_000)
    for index in 0...(bytes / 1_000) { headers.append(("X-Filler-\(index)", line)) }
    return .respond(Response(status: 200, headers: headers, body: body))
  }
  /// A first line that is no status line.
  public static var malformedStatusLine: Behaviour {
    .raw(Array("HTPP/one.one OK 200\r\nContent-Length: 2\r\n\r\n{}".utf8))
  }
}
