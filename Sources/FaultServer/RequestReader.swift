/// Reads HTTP/1.1 requests off a connection.
enum RequestReader {
  /// Longest request head, bytes.
  static let headLimitBytes = 256 * 1_024
  /// Longest request body, bytes.
  static let bodyLimitBytes = 64 << 20

  /// The next request; nil at the end of the connection or when it is no HTTP.
  static func next(on connection: Connection, position: Int) -> RecordedRequest? {
    guard let head = connection.readHead(limit: headLimitBytes) else { return nil }
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: true)
    guard let first = lines.first else { return nil }
    let parts = first.split(separator: " ")
    guard parts.count == 3 else { return nil }
    var headers: [(String, String)] = []
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      var value = line[line.index(after: colon)...]
      while value.first == " " || value.first == "\t" { value.removeFirst() }
      while value.last == " " { value.removeLast() }
      headers.append((String(line[..<colon]), String(value)))
    }
    let target = parts[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var request = RecordedRequest(
      method: String(parts[0]), path: String(target[0]), query: target.count > 1 ? String(target[1]) : "",
      headers: headers, body: [], connection: connection.id, positionOnConnection: position, time: .now)
    guard let body = readBody(of: request, on: connection) else { return nil }
    request.body = body
    request.time = .now
    return request
  }

  private static func readBody(of request: RecordedRequest, on connection: Connection) -> [UInt8]? {
    if request.header("Expect")?.lowercased() == "100-continue" {
      guard connection.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) else { return nil }
    }
    if request.header("Transfer-Encoding")?.lowercased() == "chunked" {
      var body: [UInt8] = []
      while true {
        guard let line = connection.readLine(), let size = Int(line.prefix { $0 != ";" }, radix: 16), size >= 0,
          body.count + size <= bodyLimitBytes
        else { return nil }
        if size == 0 {
          while let trailer = connection.readLine(), !trailer.isEmpty {}
          return body
        }
        guard let chunk = connection.read(count: size), connection.readLine() != nil else { return nil }
        body += chunk
      }
    }
    guard let text = request.header("Content-Length") else { return [] }
    guard let length = Int(text), length >= 0, length <= bodyLimitBytes else { return nil }
    return connection.read(count: length)
  }
}
