/// One header line of a request.
package struct TransferHeader: Hashable, Sendable {
  package var name: String
  package var value: String
  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// One HTTP request.
package struct TransferRequest: Sendable {
  /// The methods that feeds and hooks need.
  package enum Method: Hashable, Sendable {
    case get
    case post
  }

  package let url: String
  /// Lower-case `host[:port]` of the URL, or the Unix socket's path: the unit of caps and of connection reuse.
  package let host: String
  package var method: Method = .get
  /// Sent with `post`; at most `TransportLimits.maxRequestBodyBytes`.
  package var body: [UInt8] = []
  package var headers: [TransferHeader] = []
  package var options: TransferOptions

  package init(url: String, options: TransferOptions = TransferOptions()) {
    self.url = url
    self.options = options
    host = options.unixSocketPath ?? TransferRequest.authority(of: url)
  }

  /// Lower-case `host[:port]` of an absolute URL, without user information; the whole text when it has no scheme.
  package static func authority(of url: String) -> String {
    let bytes = Array(url.utf8)
    var start = 0
    var index = 0
    while index + 2 < bytes.count {
      if bytes[index] == 0x3A, bytes[index + 1] == 0x2F, bytes[index + 2] == 0x2F {
        start = index + 3
        break
      }
      index += 1
    }
    var end = start
    while end < bytes.count, bytes[end] != 0x2F, bytes[end] != 0x3F, bytes[end] != 0x23 {
      if bytes[end] == 0x40 { start = end + 1 }
      end += 1
    }
    return String(decoding: bytes[start..<max(start, end)], as: UTF8.self).lowercased()
  }
}

/// Names one submitted transfer, for cancelling.
package struct TransferToken: Hashable, Sendable {
  let identifier: UInt64
}
