package import Timekeeping

/// A complete HTTP answer, whatever its status.
package struct TransferResponse: Sendable {
  /// HTTP status of the last response, 100-999.
  package var status: Int
  package var headers: HeaderBlock
  /// The body after decompression.
  package var body: [UInt8]
  /// 10, 11, 20 or 30; 0 when unknown.
  package var httpVersion: Int

  package init(status: Int, headers: HeaderBlock = HeaderBlock(), body: [UInt8] = [], httpVersion: Int = 11) {
    self.status = status
    self.headers = headers
    self.body = body
    self.httpVersion = httpVersion
  }
}

/// How a transfer ended, and what it cost.
package struct TransferResult: Sendable {
  /// An answer, or why there is none.
  package enum Outcome: Sendable {
    case response(TransferResponse)
    case failure(TransportError)
  }

  package var outcome: Outcome
  /// Body bytes on the wire, before decompression.
  package var bytesReceived: Int
  /// Seconds to a usable connection, TLS included; 0 on a reused connection.
  package var connectSeconds: Double
  /// Seconds from the start of the transfer, waiting for a free slot not included.
  package var totalSeconds: Double
  /// When the last byte of the body arrived; the end of the transfer when there was none.
  package var lastByteAt: MonotonicInstant

  package init(
    outcome: Outcome, bytesReceived: Int = 0, connectSeconds: Double = 0, totalSeconds: Double = 0,
    lastByteAt: MonotonicInstant
  ) {
    self.outcome = outcome
    self.bytesReceived = bytesReceived
    self.connectSeconds = connectSeconds
    self.totalSeconds = totalSeconds
    self.lastByteAt = lastByteAt
  }
}

/// The header lines of one response as they came, bounded by `TransferOptions.maxHeaderBytes`.
package struct HeaderBlock: Sendable {
  package private(set) var bytes: [UInt8]

  /// - Parameter bytes: status line and header lines, each ended by CR LF or LF.
  package init(bytes: [UInt8] = []) { self.bytes = bytes }

  /// The value of the first header called `name` (ASCII, any case), without surrounding blanks.
  package func first(_ name: String) -> String? {
    let wanted = Array(name.utf8)
    var start = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end] != 0x0A { end += 1 }
      if let value = value(of: wanted, from: start, to: end) { return value }
      start = end + 1
    }
    return nil
  }

  private func value(of name: [UInt8], from start: Int, to end: Int) -> String? {
    guard end - start > name.count, bytes[start + name.count] == 0x3A else { return nil }
    for index in 0..<name.count where lowered(bytes[start + index]) != lowered(name[index]) { return nil }
    var first = start + name.count + 1
    var last = end
    while first < last, isBlank(bytes[first]) { first += 1 }
    while last > first, isBlank(bytes[last - 1]) { last -= 1 }
    return String(decoding: bytes[first..<last], as: UTF8.self)
  }

  private func lowered(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
  private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
}
