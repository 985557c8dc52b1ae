package import Secrets

/// How the peer is told who asks. Secrets are held in memory only and never appear in errors.
package enum TransferAuthentication: Hashable, Sendable {
  case none
  case basic(user: String, password: Secret)
  case bearer(Secret)
  /// A header of the vendor's own, such as `X-Api-Key`. Redirects then stay on the same scheme, host and port.
  case header(name: String, value: Secret)
}

/// A client certificate and its key, as PEM files.
package struct ClientCertificate: Hashable, Sendable {
  package var certificateFile: String
  package var keyFile: String
  package var keyPassword: Secret?

  package init(certificateFile: String, keyFile: String, keyPassword: Secret? = nil) {
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    self.keyPassword = keyPassword
  }
}

/// What to trust and whom to be. Verification of chain and host name is always on.
package struct TransferTLS: Hashable, Sendable {
  /// PEM file of the trusted authorities; nil: the system's.
  package var authorityFile: String?
  /// Directory of hashed authorities; nil: the system's.
  package var authorityFolder: String?
  package var client: ClientCertificate?

  package init(authorityFile: String? = nil, authorityFolder: String? = nil, client: ClientCertificate? = nil) {
    self.authorityFile = authorityFile
    self.authorityFolder = authorityFolder
    self.client = client
  }
}

/// The schemes a transfer and its redirects may use.
package struct TransferProtocols: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let http = TransferProtocols(rawValue: 1)
  package static let https = TransferProtocols(rawValue: 2)
  package static let ftp = TransferProtocols(rawValue: 4)
  /// TLS from the first byte on (port 990).
  package static let ftps = TransferProtocols(rawValue: 8)
  package static let sftp = TransferProtocols(rawValue: 16)

  private static let known: [(scheme: String, value: TransferProtocols)] = [
    ("http", .http), ("https", .https), ("ftp", .ftp), ("ftps", .ftps), ("sftp", .sftp),
  ]

  /// The scheme of `url` alone; empty for any scheme other than those above.
  package init(schemeOf url: String) {
    let start = url.prefix(8).lowercased()
    self = Self.known.first { start.hasPrefix($0.scheme + "://") }?.value ?? []
  }

  /// Whether answers are of HTTP, with status and headers.
  package var isHTTP: Bool { isSubset(of: [.http, .https]) }

  var names: String { Self.known.filter { contains($0.value) }.map(\.scheme).joined(separator: ",") }
}

/// Everything about a transfer that stays the same from poll to poll. Equal options let a handle be reused as it is.
package struct TransferOptions: Hashable, Sendable {
  /// Which versions are offered to the peer.
  package enum HTTPVersion: Hashable, Sendable {
    case http1
    /// HTTP/2 over TLS where the peer offers it, HTTP/1.1 otherwise.
    case http2
  }

  /// What is asked of a server of files.
  package enum Listing: Hashable, Sendable {
    /// The file that the URL names.
    case none
    /// The folder that the URL names, as MLSD says it (RFC 3659); FTP only.
    case machine
    /// The same as LIST says it for people; over SFTP, as `ls -l` would.
    case long
  }

  /// Limit for name lookup, connect and TLS handshake together.
  package var connectTimeout: Duration = .seconds(5)
  /// Limit for the whole transfer, redirects included.
  package var timeout: Duration = .seconds(30)
  /// A transfer slower than `lowSpeedBytesPerSecond` for `lowSpeedSeconds` is ended as a time-out; 0 switches it off.
  package var lowSpeedBytesPerSecond: Int = 0
  package var lowSpeedSeconds: Int = 0
  /// Largest body in bytes, counted after decompression.
  package var maxBodyBytes: Int = 16 << 20
  /// Largest sum of header bytes of a transfer, redirects and trailers included.
  package var maxHeaderBytes: Int = 64 << 10
  /// Offers every content coding that the libcurl at hand can undo (gzip, br, zstd, deflate).
  package var acceptsCompression = true
  package var httpVersion: HTTPVersion = .http1
  package var tls = TransferTLS()
  /// `scheme://[user:password@]host:port`; nil: none, the environment is not read.
  package var proxy: Secret?
  /// Hosts that are reached without the proxy, separated by commas.
  package var noProxy: String?
  /// Allowed schemes of the first request and of every redirect; nil: the scheme of the URL.
  package var protocols: TransferProtocols?
  /// Redirects followed at most; 0: a redirect is an answer like any other.
  package var maxRedirects: Int = 5
  /// Whether redirects stay on the same scheme, host and port: for requests whose headers are nobody else's business.
  /// `TransferAuthentication.header` always does.
  package var keepsOrigin = false
  /// Path of a Unix-domain socket to connect to instead of the URL's host.
  package var unixSocketPath: String?
  package var authentication: TransferAuthentication = .none
  package var userAgent: String = "lantian"
  package var listing = Listing.none
  /// FTP: TLS for password and data (RFC 4217), or no transfer.
  package var requiresTLS = false
  package var ssh = TransferSSH()

  package init() {}
}

extension TransferOptions {
  /// Whether a redirect to elsewhere would carry a header there that it must not see.
  var staysOnOrigin: Bool {
    if case .header = authentication { return true }
    return keepsOrigin
  }
}
