/// An answer as it goes over the wire; the server adds Content-Length unless the behaviour says otherwise.
public struct Response: Sendable {
  public var status: Int
  /// In order, names as written.
  public var headers: [(String, String)]
  /// As sent: already encoded when a Content-Encoding header says so.
  public var body: [UInt8]

  public init(status: Int = 200, headers: [(String, String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The same answer compressed, with Content-Encoding: gzip.
  public func gzipped() -> Response {
    Response(status: status, headers: headers + [("Content-Encoding", "gzip")], body: Gzip.compress(body))
  }

  /// The value of a header, names compared without case.
  public func header(_ name: String) -> String? {
    headers.first { $0.0.lowercased() == name.lowercased() }?.1
  }

  /// Status line and headers with the final empty line; `contentLength` nil leaves the length out.
  func head(contentLength: Int64?, extra: [(String, String)] = []) -> [UInt8] {
    var text = "HTTP/1.1 \(status) \(Self.reason(status))\r\n"
    for (name, value) in headers + extra { text += "\(name): \(value)\r\n" }
    if let contentLength { text += "Content-Length: \(contentLength)\r\n" }
    return Array((text + "\r\n").utf8)
  }

  private static func reason(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 204: "No Content"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 304: "Not Modified"
    case 404: "Not Found"
    case 410: "Gone"
    case 429: "Too Many Requests"
    case 500: "Internal Server Error"
    case 503: "Service Unavailable"
    default: "Status"
    }
  }
}
