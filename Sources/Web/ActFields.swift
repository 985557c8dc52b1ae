import AirQuality

/// The fields of an act's body: one JSON object of strings, no unknown or repeated key.
struct ActFields {
  private let fields: [String: String]

  init(json: [UInt8], keys: [String]) throws(RequestError) {
    var parser = FlatJSONParser(json)
    do {
      fields = try parser.object()
    } catch {
      throw RequestError(
        status: 400, code: "bad_body",
        message: "body, byte \(parser.position): \(error.reason); expected an object of strings")
    }
    if let unknown = fields.keys.sorted().first(where: { !keys.contains($0) }) {
      throw RequestError(status: 400, code: "bad_body", message: "unknown key \"\(unknown.prefix(64))\"")
    }
  }

  /// A text that is there and not blank.
  func required(_ key: String, atMost limit: Int) throws(RequestError) -> String {
    let text = fields[key] ?? ""
    guard text.contains(where: { !$0.isWhitespace }) else {
      throw RequestError(status: 400, code: "bad_\(key)", message: "\(key) is missing or empty")
    }
    guard text.count <= limit else {
      throw RequestError(status: 400, code: "bad_\(key)", message: "\(key) is longer than \(limit) characters")
    }
    return text
  }

  /// Nil when the key is not there; not blank when it is.
  func optional(_ key: String, atMost limit: Int) throws(RequestError) -> String? {
    fields[key] == nil ? nil : try required(key, atMost: limit)
  }

  /// An instant: RFC 3339, or in civil time of the site a date, `2020-12-05T09:00` or `2020-12-05T09`.
  func instant(_ key: String, offset: CivilOffset) throws(RequestError) -> Instant {
    let text = try required(key, atMost: 40)
    if let instant = Query.instant(text, offset: offset) { return instant }
    for rest in [":00Z", ":00:00Z"] {
      if let instant = Query.instant(text + rest, offset: offset) {
        return instant.adding(milliseconds: -Int64(offset.seconds) * 1_000)
      }
    }
    throw RequestError.bad(key, text, "a time such as 2020-12-01T09:00, 2020-12-01T09:00:00+08:00, or a date")
  }
}
