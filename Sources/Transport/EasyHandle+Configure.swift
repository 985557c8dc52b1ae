internal import CLibcurl
internal import Secrets
internal import Timekeeping

/// Values of libcurl's numeric options that its headers define as macros with casts.
private enum CurlValue {
  static let authBasic = 1
  static let authBearer = 1 << 6
  static let http1 = 2
  static let http2OverTLS = 4
  static let tls12 = 6
  static let sshPublicKey = 1
  static let sshPassword = 1 << 1
  static let sshKeyboard = 1 << 3
  static let singleCWD = 3
  static let useTLSAlways = 3
}

extension EasyHandle {
  /// Makes the handle ready for `request`; what is already set stays.
  func prepare(_ request: TransferRequest, url: String, reactor: Reactor) throws(TransportError) {
    // The schemes follow from the URL where the options leave them open: they are part of what is set, or a handle
    // used for https would refuse the http URL that gets it next.
    let protocols = request.options.protocols ?? TransferProtocols(schemeOf: request.url)
    if configured != request.options || configuredProtocols != protocols {
      configured = nil
      try configure(request, protocols, reactor: reactor)
      configured = request.options
      configuredProtocols = protocols
    }
    if configuredURL != url {
      try check(url, "URL")
      try set(CURLOPT_URL, url)
      configuredURL = url
    }
    try prepareBody(request)
    try prepareHeaders(request)
    maxBodyBytes = request.options.maxBodyBytes
    maxHeaderBytes = request.options.maxHeaderBytes
    clear()
  }

  private func configure(
    _ request: TransferRequest, _ protocols: TransferProtocols, reactor: Reactor
  ) throws(TransportError) {
    let options = request.options
    unsafe curl_easy_reset(easy)
    configuredURL = ""
    configuredHeaders = []
    configuredMethod = .get
    unsafe curl_slist_free_all(list)
    unsafe list = nil
    try installCallbacks(reactor)
    try set(CURLOPT_NOSIGNAL, 1)
    try set(CURLOPT_CONNECTTIMEOUT_MS, Int(max(1, options.connectTimeout.milliseconds64)))
    try set(CURLOPT_TIMEOUT_MS, Int(max(1, options.timeout.milliseconds64)))
    try set(CURLOPT_LOW_SPEED_LIMIT, options.lowSpeedBytesPerSecond)
    try set(CURLOPT_LOW_SPEED_TIME, options.lowSpeedSeconds)
    try setSize(CURLOPT_MAXFILESIZE_LARGE, options.maxBodyBytes)
    if options.acceptsCompression { try set(CURLOPT_ACCEPT_ENCODING, "") }
    let isHTTP2 = options.httpVersion == .http2
    try set(CURLOPT_HTTP_VERSION, isHTTP2 ? CurlValue.http2OverTLS : CurlValue.http1)
    if isHTTP2 { try set(CURLOPT_PIPEWAIT, 1) }
    try set(CURLOPT_USERAGENT, options.userAgent)
    try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    if let path = options.unixSocketPath { try set(CURLOPT_UNIX_SOCKET_PATH, path) }
    // An empty name also keeps libcurl from reading proxies from the environment.
    try set(CURLOPT_PROXY, options.proxy?.revealText() ?? "")
    if let hosts = options.noProxy { try set(CURLOPT_NOPROXY, hosts) }
    try configureRedirects(options, protocols)
    try configureAuthentication(options.authentication)
    try configureTLS(options.tls)
    if protocols.contains(.sftp) { try configureSSH(options.ssh) }
    if !protocols.isHTTP { try configureFiles(options, protocols) }
  }

  /// Longest wait for one answer of a server of files, seconds. It also bounds how long the end of a connection may hold
  /// the queue up, which libcurl does in one go.
  private static let replySeconds = 15

  private func configureFiles(_ options: TransferOptions, _ protocols: TransferProtocols) throws(TransportError) {
    try set(CURLOPT_SERVER_RESPONSE_TIMEOUT, Self.replySeconds)
    guard !protocols.contains(.sftp) else { return }
    try set(CURLOPT_FTP_FILEMETHOD, CurlValue.singleCWD)
    // The address that a server names for its data may be anybody's: only its port counts.
    try set(CURLOPT_FTP_SKIP_PASV_IP, 1)
    if options.requiresTLS { try set(CURLOPT_USE_SSL, CurlValue.useTLSAlways) }
    if options.listing == .machine { try set(CURLOPT_CUSTOMREQUEST, "MLSD") }
  }

  private func configureSSH(_ ssh: TransferSSH) throws(TransportError) {
    guard ssh.isVerified else {
      throw TransportError(
        kind: .tls, message: "the host's key cannot be verified: give known_hosts or host_key_sha256")
    }
    // libcurl keeps a connection by host, user and key files, not by what the host's key was held against: kept, a
    // feed's connection would serve another feed that must refuse the host. Each transfer verifies for itself.
    try set(CURLOPT_FRESH_CONNECT, 1)
    try set(CURLOPT_FORBID_REUSE, 1)
    if let digest = ssh.hostKeySHA256 {
      try set(CURLOPT_SSH_HOST_PUBLIC_KEY_SHA256, digest)
    } else if let file = ssh.knownHostsFile {
      try set(CURLOPT_SSH_KNOWNHOSTS, file)
    }
    guard let key = ssh.privateKeyFile else {
      return try set(CURLOPT_SSH_AUTH_TYPES, CurlValue.sshPassword | CurlValue.sshKeyboard)
    }
    try set(CURLOPT_SSH_AUTH_TYPES, CurlValue.sshPublicKey)
    try set(CURLOPT_SSH_PRIVATE_KEYFILE, key)
    if let passphrase = ssh.passphrase { try set(CURLOPT_KEYPASSWD, passphrase.revealText()) }
  }

  private func installCallbacks(_ reactor: Reactor) throws(TransportError) {
    let me = unsafe Unmanaged.passUnretained(self).toOpaque()
    let sockets = unsafe Unmanaged.passUnretained(reactor).toOpaque()
    let codes = unsafe [
      lantian_easy_set_pointer(easy, CURLOPT_PRIVATE, me),
      lantian_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText),
      lantian_easy_set_data_function(easy, CURLOPT_WRITEFUNCTION, bodyCallback),
      lantian_easy_set_pointer(easy, CURLOPT_WRITEDATA, me),
      lantian_easy_set_data_function(easy, CURLOPT_HEADERFUNCTION, headerCallback),
      lantian_easy_set_pointer(easy, CURLOPT_HEADERDATA, me),
      lantian_easy_set_open_socket(easy, openSocketCallback),
      lantian_easy_set_pointer(easy, CURLOPT_OPENSOCKETDATA, sockets),
      lantian_easy_set_close_socket(easy, closeSocketCallback),
      lantian_easy_set_pointer(easy, CURLOPT_CLOSESOCKETDATA, sockets),
    ]
    for code in codes { try check(code, "callback") }
  }

  private func configureRedirects(
    _ options: TransferOptions, _ protocols: TransferProtocols
  ) throws(TransportError) {
    guard !protocols.isEmpty else {
      throw TransportError(kind: .protocol, message: "the URL's scheme is none of http, https, ftp, ftps, sftp")
    }
    try set(CURLOPT_PROTOCOLS_STR, protocols.names)
    try set(CURLOPT_REDIR_PROTOCOLS_STR, protocols.names)
    // libcurl would carry a vendor's header to any host; such redirects are followed by the transport itself.
    var follows = options.maxRedirects > 0
    if options.staysOnOrigin { follows = false }
    if !protocols.isHTTP { follows = false }
    try set(CURLOPT_FOLLOWLOCATION, follows ? 1 : 0)
    try set(CURLOPT_MAXREDIRS, options.maxRedirects)
    try set(CURLOPT_UNRESTRICTED_AUTH, 0)
  }

  private func configureAuthentication(_ authentication: TransferAuthentication) throws(TransportError) {
    switch authentication {
    case .none: break
    case .basic(let user, let password):
      try set(CURLOPT_HTTPAUTH, CurlValue.authBasic)
      try set(CURLOPT_USERNAME, user)
      try set(CURLOPT_PASSWORD, password.revealText())
    case .bearer(let token):
      try check(token.revealText(), "bearer token")
      try set(CURLOPT_HTTPAUTH, CurlValue.authBearer)
      try set(CURLOPT_XOAUTH2_BEARER, token.revealText())
    case .header: break
    }
  }

  private func configureTLS(_ tls: TransferTLS) throws(TransportError) {
    try set(CURLOPT_SSL_VERIFYPEER, 1)
    try set(CURLOPT_SSL_VERIFYHOST, 2)
    try set(CURLOPT_SSLVERSION, CurlValue.tls12)
    if let file = tls.authorityFile { try set(CURLOPT_CAINFO, file) }
    if let folder = tls.authorityFolder { try set(CURLOPT_CAPATH, folder) }
    if let client = tls.client {
      try set(CURLOPT_SSLCERT, client.certificateFile)
      try set(CURLOPT_SSLKEY, client.keyFile)
      if let password = client.keyPassword { try set(CURLOPT_KEYPASSWD, password.revealText()) }
    }
  }

  private func prepareBody(_ request: TransferRequest) throws(TransportError) {
    switch request.method {
    case .get:
      if configuredMethod != .get { try set(CURLOPT_HTTPGET, 1) }
    case .post:
      try set(CURLOPT_POST, 1)
      try setSize(CURLOPT_POSTFIELDSIZE_LARGE, request.body.count)
      let code = unsafe request.body.withUnsafeBytes { bytes in
        unsafe lantian_easy_set_pointer(
          easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
      }
      try check(code, "request body")
    }
  }

  private func prepareHeaders(_ request: TransferRequest) throws(TransportError) {
    var isNew = configuredMethod != request.method || configuredHeaders != request.headers
    var secret: (name: String, value: Secret)?
    if case .header(let name, let value) = request.options.authentication {
      secret = (name, value)
      if unsafe list == nil { isNew = true }
    }
    guard isNew else { return }
    unsafe curl_slist_free_all(list)
    unsafe list = nil
    for header in request.headers { try append(header.name, header.value) }
    if let secret { try append(secret.name, secret.value.revealText()) }
    // Without it libcurl waits a second for "100 Continue" before a large body.
    if request.method == .post { try append("Expect", "") }
    try check(unsafe lantian_easy_set_list(easy, CURLOPT_HTTPHEADER, list), "headers")
    configuredHeaders = request.headers
    configuredMethod = request.method
  }

  private func append(_ name: String, _ value: String) throws(TransportError) {
    try check(name, "header name")
    try check(value, "header \(name)")
    guard let grown = unsafe curl_slist_append(list, "\(name): \(value)") else {
      throw TransportError(kind: .other, message: "out of memory for request headers")
    }
    unsafe list = grown
  }

  /// A line break or NUL would let a value write further header lines or be cut short.
  private func check(_ text: String, _ what: String) throws(TransportError) {
    for byte in text.utf8 where byte == 0x0D || byte == 0x0A || byte == 0 {
      throw TransportError(kind: .protocol, message: "\(what) holds a line break or NUL")
    }
  }

  private func check(_ code: CURLcode, _ what: String) throws(TransportError) {
    guard code != CURLE_OK else { return }
    throw TransportError(
      kind: .other, code: Int(code.rawValue),
      message: "libcurl refuses \(what): \(unsafe String(cString: curl_easy_strerror(code)))")
  }

  /// Sets a numeric option; libcurl's refusal names the option.
  func set(_ option: CURLoption, _ value: Int) throws(TransportError) {
    try check(unsafe lantian_easy_set_long(easy, option, value), "option \(option.rawValue)")
  }

  private func setSize(_ option: CURLoption, _ value: Int) throws(TransportError) {
    try check(unsafe lantian_easy_set_size(easy, option, curl_off_t(value)), "option \(option.rawValue)")
  }

  private func set(_ option: CURLoption, _ value: String) throws(TransportError) {
    try check(unsafe lantian_easy_set_string(easy, option, value), "option \(option.rawValue)")
  }
}
