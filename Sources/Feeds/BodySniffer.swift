/// Recognises answers that are not of the feed's kind at all: the usual ones are an HTML page and nothing.
enum BodySniffer {
  enum Container: String {
    case json = "JSON"
    case csv = "CSV"
    case xml = "XML"
    case lineProtocol = "line protocol"
    case metricsText = "metrics as text"
    case hj212 = "HJ 212 frames"
    case lidar = "a lidar's file"
  }

  static func refusal(of body: ByteText, expecting container: Container) -> DecodeFailure? {
    var start = 0
    while start < body.count, [0x20, 0x09, 0x0A, 0x0D].contains(body[start]) { start += 1 }
    guard start < body.count else {
      return DecodeFailure(
        .empty, body.isEmpty ? "the server sent no bytes" : "the server sent \(body.count) bytes of white space")
    }
    let head = body[start..<min(body.count, start + 512)]
    let code: DecodeFailure.Code =
      switch container {
      case .json: .notJSON
      case .csv: .notCSV
      case .xml: .notXML
      case .lineProtocol, .metricsText: .notText
      case .hj212: .notHJ212
      case .lidar: .notLidar
      }
    if isHTML(head) {
      return DecodeFailure(
        code,
        "the server sent an HTML page instead of \(container.rawValue)\(title(body)); check the address, the login or a proxy in between"
      )
    }
    let first = head[0]
    let wrong =
      switch container {
      case .json: first == UInt8(ascii: "<") || isProse(body, from: start)
      case .xml: first != UInt8(ascii: "<") && first < 0x80 && first != 0
      case .csv: first == UInt8(ascii: "{") || first == UInt8(ascii: "<")
      case .lineProtocol, .metricsText:
        first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || first == UInt8(ascii: "<")
      // Anything may stand before the first frame; bytes of a file are for its reader to name.
      case .hj212, .lidar: false
      }
    if first == UInt8(ascii: "{"), container != .json, let said = complaint(body) {
      return DecodeFailure(.errorReply, "the provider answered with an error: \(said)")
    }
    guard wrong else { return nil }
    let found = first == UInt8(ascii: "<") ? "XML" : first == UInt8(ascii: "{") || first == 0x5B ? "JSON" : "text"
    var message = "the server sent \(found) instead of \(container.rawValue)"
    if container != .json || first != UInt8(ascii: "<") {
      message += ", beginning \"\(redacted(head[0..<min(head.count, 80)]))\""
    }
    return DecodeFailure(code, message + "; check the feed's address and format")
  }

  /// Whether a body is words, as a proxy or a limiter of requests sends them: nothing in it opens, and it begins with none
  /// of JSON's own words.
  private static func isProse(_ body: ByteText, from start: Int) -> Bool {
    let isLetter = (0x41...0x5A).contains(body[start] & 0xDF) || body[start] >= 0x80
    guard isLetter, body.firstIndex(of: UInt8(ascii: "{")) == nil, body.firstIndex(of: UInt8(ascii: "[")) == nil,
      TextDecoding.firstInvalidUTF8(body) == body.count
    else { return false }
    let text = body[start..<body.count].trimmed
    return !["null", "true", "false", "NaN"].contains { text.equals(Array($0.utf8)) }
  }

  /// What a JSON body says went wrong, where text was asked for.
  private static func complaint(_ body: ByteText) -> String? {
    guard let document = try? JSONDocument(body) else { return nil }
    return JSONBodyDecoder.usualErrorText(document)
  }

  private static func isHTML(_ head: ByteText) -> Bool {
    guard head[0] == UInt8(ascii: "<") else { return false }
    let lower = String(decoding: head.bytes.map { $0 >= 0x41 && $0 <= 0x5A ? $0 + 0x20 : $0 }, as: UTF8.self)
    if lower.hasPrefix("<!doctype html") || lower.hasPrefix("<html") || lower.hasPrefix("<head") { return true }
    // An XHTML page begins like any XML, a template often with a comment.
    return (lower.hasPrefix("<?xml") || lower.hasPrefix("<!--")) && lower.contains("<html")
  }

  /// The page's title in brackets, as a hint.
  private static func title(_ body: ByteText) -> String {
    let text = body[0..<min(body.count, 4_096)].string
    guard let start = text.firstRange(of: "<title>"), let end = text[start.upperBound...].firstRange(of: "</title>")
    else { return "" }
    let title = Array(text[start.upperBound..<end.lowerBound].utf8).withText { redacted($0.trimmed) }
    return title.isEmpty ? "" : " (\"\(title)\")"
  }
}

extension ByteText {
  /// Without the UTF-8 byte order mark.
  var withoutByteOrderMark: ByteText {
    count >= 3 && self[0] == 0xEF && self[1] == 0xBB && self[2] == 0xBF ? self[3..<count] : self
  }
}
