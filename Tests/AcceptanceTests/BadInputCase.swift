import FaultServer
import Testing

/// One way for a feed to be bad, and what the daemon has to say of it.
struct BadInputCase: Sendable, CustomTestStringConvertible {
  /// What the server does; a case with certificates or a port of its own says so.
  enum Peer: Sendable {
    case behaviour(Behaviour)
    case tls(@Sendable (TestCertificates) -> TLSIdentity)
    case unanswered
    case closedPort
  }

  /// Also the feed's name.
  var name: String
  var peer: Peer
  /// Further lines of the feed's configuration.
  var lines: [String] = []
  /// The label in `lantian_feed_polls_total` that moves.
  var outcome: String
  /// `last_error`; nil where there is none.
  var code: String?
  /// What its message and path contain.
  var words: String = ""
  var path: String = ""
  /// Labels in `lantian_readings_total` that move.
  var verdicts: [String] = []

  var testDescription: String { name }

  init(
    _ name: String, _ peer: Peer, _ lines: [String], _ outcome: String, _ code: String?, words: String = "",
    path: String = "", verdicts: [String] = []
  ) {
    self.name = name
    self.peer = peer
    self.lines = lines
    self.outcome = outcome
    self.code = code
    self.words = words
    self.path = path
    self.verdicts = verdicts
  }

  init(_ name: String, _ peer: Peer, _ outcome: String, _ code: String?, words: String = "") {
    self.init(name, peer, [], outcome, code, words: words)
  }

  init(_ name: String, _ behaviour: Behaviour, _ lines: [String], _ outcome: String, _ code: String?) {
    self.init(name, .behaviour(behaviour), lines, outcome, code)
  }

  init(
    _ name: String, _ behaviour: Behaviour, _ outcome: String, _ code: String?, words: String = "", path: String = "",
    verdicts: [String] = []
  ) {
    self.init(name, .behaviour(behaviour), [], outcome, code, words: words, path: path, verdicts: verdicts)
  }

  /// The civil moment at which the daemon of these cases starts.
  static let start = "2020-12-01T10:30:00+08:00"

  private static func rows(_ rows: String) -> Behaviour { .json("{\"data\":[\(rows)]}") }
  private static func row(_ station: String, _ fields: String, time: String = "2020-12-01T10:00:00+08:00") -> String {
    "{\"s\":\"\(station)\",\"t\":\"\(time)\",\(fields)}"
  }
  private static let ok = Response(headers: [("Content-Type", "application/json")], body: Array(big.utf8))
  /// About 20 kB of good rows.
  private static let big =
    "{\"data\":[" + (0..<300).map { row("big-\($0)", "\"pm25\":\(20 + $0 % 50)") }.joined(separator: ",") + "]}"
  private static let quick = ["timeout: 1s", "connect_timeout: 500ms"]

  static let bodies: [BadInputCase] = [
    .init("empty-body", .emptyBody, "empty", "empty_body"),
    .init("no-rows", rows(""), "empty", "empty"),
    .init("html", .html, "parse", "not_json", words: "HTML"),
    .init("truncated-json", .json(String(big.prefix(5_000))), "parse", "truncated"),
    .init("no-such-path", .json("{\"result\":[]}"), "parse", "no_rows", words: "$.data"),
    .init("not-gzip", .wrongEncoding, "http_error", "protocol"),
    .init(
      "wrong-charset", .respond(Response(body: Array("{\"data\":[{\"s\":\"".utf8) + [0xC0, 0xEB, 0xFF, 0xFE])), "parse",
      "encoding"),
    .init("zero-bomb", .zeroBomb(), "too_large", "too_large", words: "16777216"),
    .init("ten-gigabytes", .announced(ok, contentLength: 10_000_000_000), quick, "too_large", "too_large"),
    .init("huge-headers", .hugeHeaders(bytes: 2_000_000), "too_large", "too_large"),
    .init("bad-status-line", .malformedStatusLine, "http_error", "protocol"),
  ]

  static let connections: [BadInputCase] = [
    .init("slow-drip", .drip(ok, bytesPerStep: 10, intervalMilliseconds: 50), quick, "timeout", "timeout"),
    .init(
      "low-speed", .drip(ok, bytesPerStep: 10, intervalMilliseconds: 50),
      ["timeout: 20s", "low_speed: {bytes_per_second: 5000, for: 1s}"], "timeout", "timeout"),
    .init("hang", .hang, quick, "timeout", "timeout"),
    .init("hang-after-headers", .hangAfterHeaders(ok), quick, "timeout", "timeout"),
    .init("hanging-connect", .unanswered, quick, "timeout", "timeout"),
    .init("refused", .closedPort, "connect", "connect"),
    .init("closed", .close, "connect", "reset"),
    .init("reset", .reset(.beforeAnswer), "connect", "reset"),
    .init("reset-in-headers", .reset(.afterHeaders(ok)), "connect", "reset"),
    .init("reset-in-body", .reset(.afterBodyBytes(ok, 700)), "connect", "reset"),
    .init("cut-body", .truncated(ok, sentBytes: 700), "connect", "reset"),
    .init("cut-chunks", .chunked(ok, chunkBytes: 100, terminated: false), "connect", "reset"),
    .init("redirect-loop", .redirectLoop, "http_error", "redirects"),
    .init("redirect-to-file", .redirect(location: "file:///etc/passwd"), "http_error", "redirects"),
    .init("expired", .tls { $0.expired }, ["tls: {ca_file: ca.pem}"], "tls", "tls", words: "expired"),
    .init("incomplete", .tls { $0.incompleteChain }, ["tls: {ca_file: ca.pem}"], "tls", "tls", words: "chain"),
    .init("wrong-host", .tls { $0.wrongHost }, ["tls: {ca_file: ca.pem}"], "tls", "tls", words: "host"),
    .init("self-signed", .tls { $0.selfSigned }, ["tls: {ca_file: ca.pem}"], "tls", "tls", words: "self"),
    .init("system-ca", .tls { $0.good }, "tls", "tls", words: "CA file"),
    .init("complete-chain", .tls { $0.completeChain }, ["tls: {ca_file: ca.pem}"], "ok", nil),
  ]

  static let statuses: [BadInputCase] = [
    .init("unasked-304", .status(304), "http_error", "http_304"),
    .init("not-modified", .conditional(Response(headers: [("ETag", "\"a\"")], body: ok.body)), "not_modified", nil),
    .init("same-bytes", .respond(ok), "not_modified", nil),
    .init("429-seconds", .tooManyRequests(retryAfter: "2"), "throttled", "http_429"),
    .init("429-date", .tooManyRequests(retryAfter: "Sun, 06 Nov 1994 08:49:37 GMT"), "throttled", "http_429"),
    .init("429-nonsense", .tooManyRequests(retryAfter: "soon, maybe"), "throttled", "http_429"),
    .init("429-for-ever", .tooManyRequests(retryAfter: "99999999999999999999"), "throttled", "http_429"),
    .init("500", .status(500), "http_error", "http_500"),
    .init("503", .status(503), "http_error", "http_503"),
    .init("404", .status(404), "http_error", "http_404"),
    .init("401", .status(401), "http_error", "http_401"),
    .init("no-content", .respond(Response(status: 204)), "empty", nil),
  ]

  static let values: [BadInputCase] = [
    .init("minus-999", rows(row("v1", "\"pm25\":-999")), "ok", nil, verdicts: ["fail"]),
    .init("9999", rows(row("v2", "\"pm25\":9999")), "ok", nil, verdicts: ["fail"]),
    .init(
      "nan", rows(row("v3", "\"pm25\":NaN,\"pm10\":50")), "ok", "row_value", words: "NaN", path: "$.data[0].pm25",
      verdicts: ["good"]),
    .init("1e308", rows(row("v4", "\"pm25\":1e308")), "ok", nil, verdicts: ["fail"]),
    .init("1e999", rows(row("v5", "\"pm25\":1e999,\"pm10\":50")), "ok", "row_value", path: "pm25", verdicts: ["good"]),
    .init("negative", rows(row("v6", "\"pm25\":-50")), "ok", nil, verdicts: ["fail"]),
    .init("text-number", rows(row("v7", "\"pm25\":\"29\"")), "ok", nil, verdicts: ["good"]),
    .init(
      "text", rows(row("v8", "\"pm25\":\"abc\",\"pm10\":50")), "ok", "row_value", words: "abc",
      path: "$.data[0].pm25", verdicts: ["good"]),
    .init(
      "object", rows(row("v9", "\"pm25\":{\"a\":1},\"pm10\":50")), "ok", "row_value", path: "$.data[0].pm25",
      verdicts: ["good"]),
    .init(
      "1970", rows(row("v10", "\"pm25\":29", time: "1970-01-01T01:00:00+08:00")), "ok", nil,
      verdicts: ["fail", "quarantined"]),
    .init(
      "next-year", rows(row("v11", "\"pm25\":29", time: "2021-12-01T10:00:00+08:00")), "ok", nil,
      verdicts: ["fail", "quarantined"]),
    .init(
      "bad-stamp", rows(row("v12", "\"pm25\":29", time: "yesterday") + "," + row("v12", "\"pm25\":29")), "ok",
      "row_time", words: "yesterday", path: "$.data[0].t", verdicts: ["good"]),
    .init(
      "duplicates", rows([row("v13", "\"pm25\":29"), row("v13", "\"pm25\":29")].joined(separator: ",")), "ok", nil,
      verdicts: ["accepted", "duplicate"]),
    .init("unknown-station", rows(row("nobody", "\"pm25\":29")), "ok", nil, verdicts: ["unknown_station"]),
    .init(
      "no-station", rows("{\"t\":\"2020-12-01T10:00:00+08:00\",\"pm25\":1}," + row("v14", "\"pm25\":29")), "ok",
      "row_station", path: "$.data[0].s", verdicts: ["good"]),
    .init(
      "row-is-a-number", rows("7," + row("v15", "\"pm25\":29")), "ok", "row_row", path: "$.data[0]", verdicts: ["good"]),
  ]

  static let all = bodies + connections + statuses + values
}
