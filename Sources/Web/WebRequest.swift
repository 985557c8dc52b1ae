import HTTPTypes

/// A request as the face sees it: no sockets, so that tests can make one.
struct WebRequest: Sendable {
  var method: HTTPRequest.Method
  /// Path and query as sent.
  var target: String
  /// `Host`, nil when the request has none.
  var authority: String?
  var headers: HTTPFields
  /// Whole; bounded by the server.
  var body: [UInt8]
  /// Of a push: what was accepted before its body was read.
  var push: PushAdmission?

  init(
    _ method: HTTPRequest.Method, _ target: String, authority: String? = nil, headers: HTTPFields = [:],
    body: [UInt8] = []
  ) {
    self.method = method
    self.target = target
    self.authority = authority
    self.headers = headers
    self.body = body
  }

  /// The path, still with its percent escapes.
  var path: Substring { target.prefix { $0 != "?" } }

  /// The text behind the first `?`.
  var queryText: Substring {
    guard let mark = target.firstIndex(of: "?") else { return "" }
    return target[target.index(after: mark)...]
  }
}

/// An answer whose bytes are known.
struct WebReply: Sendable {
  var status: Int
  var headers: HTTPFields
  var body: [UInt8]
  /// Set for a live stream: the head above goes first, then the stream's messages.
  var stream: StreamRequest?

  init(status: Int, contentType: String, body: [UInt8], headers: HTTPFields = [:]) {
    self.status = status
    self.headers = headers
    self.headers[.contentType] = contentType
    self.body = body
  }
}

/// What a live stream is asked for.
struct StreamRequest: Sendable, Hashable {
  /// Parts of a snapshot and of changes.
  enum Topic: String, CaseIterable, Sendable, Hashable {
    case counties
    case stations
    /// The stations of class `lidar` alone.
    case lidars
    case targets
    case feeds
    case status
  }
  var topics: Set<Topic>
  /// The newest sequence that the client has; nil starts with what comes.
  var lastEventID: Int64?
}

extension HTTPField.Name {
  static let frameOptions = HTTPField.Name("X-Frame-Options")!
  static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
  static let resourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy")!
  static let fetchSite = HTTPField.Name("Sec-Fetch-Site")!
  static let lastEventID = HTTPField.Name("Last-Event-ID")!
  static let accelBuffering = HTTPField.Name("X-Accel-Buffering")!
}
