/// A checked `http` or `https` URL, taken apart only as far as checking and showing need it.
struct WebAddress {
  var scheme: String
  var host: String
  var port: Int?
  var hasCredentials: Bool
  /// Scheme, host and port.
  var origin: String
  /// Without user, password, query and fragment.
  var display: String

  enum Problem: Error {
    case reason(String)
  }

  init(_ text: String, schemes: [String] = ["http", "https"]) throws(Problem) {
    if text.isEmpty { throw .reason("it is empty") }
    if text.utf8.count > 8_192 { throw .reason("it is longer than 8192 bytes") }
    if text.unicodeScalars.contains(where: { $0.value <= 0x20 || $0.value == 0x7F }) {
      throw .reason("it has a blank or control character: write %20 for a blank")
    }
    let allowed = schemes.joined(separator: " or ")
    guard let separator = Self.firstRange(of: "://", in: text) else {
      throw .reason("it must begin with \(schemes.map { $0 + "://" }.joined(separator: " or "))")
    }
    scheme = text[..<separator.lowerBound].lowercased()
    guard schemes.contains(scheme) else { throw .reason("the scheme must be \(allowed)") }
    let rest = text[separator.upperBound...]
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let path = rest[authority.endIndex...].prefix { $0 != "?" && $0 != "#" }
    let hasQuery = rest[path.endIndex...].hasPrefix("?")
    let at = authority.lastIndex(of: "@")
    hasCredentials = at != nil
    let hostPort = at.map { authority[authority.index(after: $0)...] } ?? authority
    (host, port) = try Self.split(hostPort)
    origin = scheme + "://" + (host.contains(":") ? "[\(host)]" : host) + (port.map { ":\($0)" } ?? "")
    display = origin + path + (hasQuery ? "?…" : "")
  }

  /// Whether the host is this machine.
  var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

  private static func split(_ text: Substring) throws(Problem) -> (String, Int?) {
    var host = text
    var port: Int?
    if text.hasPrefix("[") {
      guard let close = text.firstIndex(of: "]") else { throw .reason("the bracket of the IPv6 address is not closed") }
      host = text[text.index(after: text.startIndex)..<close]
      let tail = text[text.index(after: close)...]
      if tail.hasPrefix(":") {
        port = try self.port(tail.dropFirst())
      } else if !tail.isEmpty {
        throw .reason("unexpected text after the bracket of the IPv6 address")
      }
      guard host.contains(":"), host.utf8.allSatisfy({ Quantities.isHexDigit($0) || $0 == 0x3A || $0 == 0x2E }) else {
        throw .reason("the IPv6 address is malformed")
      }
    } else {
      if let colon = text.lastIndex(of: ":") {
        host = text[..<colon]
        port = try self.port(text[text.index(after: colon)...])
      }
      guard !host.isEmpty else { throw .reason("it names no host") }
      // Names beyond ASCII are left to libcurl, which knows IDNA.
      guard host.utf8.allSatisfy({ Quantities.isHostByte($0) || $0 >= 0x80 }) else {
        throw .reason("the host name has a character that host names cannot have")
      }
    }
    guard !host.isEmpty else { throw .reason("it names no host") }
    return (String(host), port)
  }

  private static func port(_ text: Substring) throws(Problem) -> Int {
    guard let port = Quantities.plainInteger(text), (1...65_535).contains(port) else {
      throw .reason("the port must be 1 to 65535")
    }
    return Int(port)
  }

  private static func firstRange(of needle: String, in text: String) -> Range<String.Index>? {
    var index = text.startIndex
    while index < text.endIndex {
      if text[index...].hasPrefix(needle) { return index..<text.index(index, offsetBy: needle.count) }
      index = text.index(after: index)
    }
    return nil
  }

  /// `https://…`, or `…` when there is no scheme.
  static func schemeOnly(_ text: String) -> String {
    firstRange(of: "://", in: text).map { text[..<$0.upperBound] + "…" } ?? "…"
  }

  /// `text` fit for an error: what stands before an `@` in the authority and after a `?` is left out.
  static func redact(_ text: String) -> String {
    guard let separator = firstRange(of: "://", in: text) else {
      // Without a scheme nobody can tell what is a password: only a harmless beginning is shown.
      return text.contains("@") || text.contains("?") ? "…" : text
    }
    let rest = text[separator.upperBound...]
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let visible = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
    let path = rest[authority.endIndex...].prefix { $0 != "?" && $0 != "#" }
    return text[..<separator.upperBound] + visible + path + (path.endIndex == rest.endIndex ? "" : "?…")
  }
}
