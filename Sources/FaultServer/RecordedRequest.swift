/// A request as the server read it.
public struct RecordedRequest: Sendable {
  public var method: String
  /// Without the query.
  public var path: String
  /// Behind the question mark; empty without one.
  public var query: String
  /// In order, names as sent.
  public var headers: [(String, String)]
  public var body: [UInt8]
  /// Which accepted connection it came on, from 1.
  public var connection: Int
  /// Position on its connection, from 1: above 1 means the connection was kept alive.
  public var positionOnConnection: Int
  /// When its last byte was read.
  public var time: ContinuousClock.Instant

  /// The value of a header, names compared without case.
  public func header(_ name: String) -> String? {
    headers.first { $0.0.lowercased() == name.lowercased() }?.1
  }

  /// The body as UTF-8 text.
  public var text: String { String(decoding: body, as: UTF8.self) }
}
