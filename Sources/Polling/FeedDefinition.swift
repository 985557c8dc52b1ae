package import Secrets
package import Transport

/// One feed as the configuration describes it. Two equal definitions are the same feed: a reload leaves it alone.
package struct FeedDefinition: Hashable, Sendable {
  package var name: String
  package var url: String
  /// Civil time between slots, more than 0.
  package var every: Duration
  /// Civil time from the start of each period to the slot; nil: a spread by the feed's name.
  package var offset: Duration?
  /// Real limit for the whole transfer; nil: the smaller of `every` and 30 s, at least 5 s.
  package var timeout: Duration?
  /// Real limit for lookup, connect and TLS handshake.
  package var connectTimeout: Duration = .seconds(5)
  /// Decoded bytes.
  package var maxBodyBytes: Int = 16 << 20
  package var lowSpeedBytesPerSecond: Int = 0
  package var lowSpeedSeconds: Int = 0
  package var authentication: TransferAuthentication = .none
  package var tls = TransferTLS()
  package var proxy: Secret?
  package var noProxy: String?
  package var usesHTTP2 = false
  package var headers: [TransferHeader] = []
  package var maxRedirects: Int = 5
  /// Schemes of the feed and its redirects; nil: the URL's own.
  package var protocols: TransferProtocols?
  package var method: TransferRequest.Method = .get
  /// Sent with `post`.
  package var body: [UInt8] = []
  /// How answers are read, as text: a feed whose mapping was corrected is another feed, and fetches what it has again.
  package var reading = ""
  /// Civil time with the same body after which the feed counts as frozen; nil: six times `every`, and at least three
  /// averaging periods of the data: an hourly value polled every minute stands still for an hour.
  package var frozenAfter: Duration?
  /// Civil time without success after which the feed counts as late; nil: three times `every`.
  package var lateAfter: Duration?
  /// How the feed's publication lag is learned and followed; nil: polls keep to their slots.
  package var publication: PublicationRules?
  /// Shorter intervals while a level is in force.
  package var denser: DenserPolling?
  /// The URL takes a time range.
  package var lookBack: LookBack?
  /// Name of the budget whose requests the feed shares.
  package var budget: String?
  /// The URL names a folder, whose files are fetched; nil: it names what is polled.
  package var folder: FolderDefinition?
  /// FTP: TLS for password and data.
  package var requiresTLS = false
  package var ssh = TransferSSH()

  package init(name: String, url: String, every: Duration, offset: Duration? = nil) {
    self.name = name
    self.url = url
    self.every = every
    self.offset = offset
  }

  /// Headers that any host may see; a redirect may carry no other elsewhere.
  private static let openHeaders: Set<String> = [
    "accept", "accept-encoding", "accept-language", "cache-control", "content-type", "pragma", "user-agent",
  ]

  /// The limit in force for the whole transfer.
  package var effectiveTimeout: Duration { timeout ?? max(.seconds(5), min(every, .seconds(30))) }

  /// The request without conditions, for `address` or the feed's own URL.
  package func request(userAgent: String, address: String? = nil) -> TransferRequest {
    var options = TransferOptions()
    options.connectTimeout = connectTimeout
    options.timeout = effectiveTimeout
    options.lowSpeedBytesPerSecond = lowSpeedBytesPerSecond
    options.lowSpeedSeconds = lowSpeedSeconds
    options.maxBodyBytes = maxBodyBytes
    options.httpVersion = usesHTTP2 ? .http2 : .http1
    options.tls = tls
    options.proxy = proxy
    options.noProxy = noProxy
    options.protocols = protocols
    options.maxRedirects = maxRedirects
    options.keepsOrigin = headers.contains { !Self.openHeaders.contains($0.name.lowercased()) }
    options.authentication = authentication
    options.userAgent = userAgent
    options.requiresTLS = requiresTLS
    options.ssh = ssh
    var request = TransferRequest(url: address ?? url, options: options)
    request.method = method
    request.body = body
    request.headers = headers
    return request
  }
}
