import Secrets

extension ConfigurationLoader {
  static let httpSchemes = ["http", "https"]
  /// `ftpes`: FTP whose client asks for TLS before it says its password (RFC 4217).
  static let fileSchemes = ["ftp", "ftpes", "ftps", "sftp"]
  /// Keys that only HTTP understands, and those that only servers of files do.
  private static let httpKeys = [
    "headers", "http2", "max_redirects", "proxy", "publication", "denser", "look_back", "budget",
  ]
  private static let fileKeys = ["ssh", "settle", "files_per_poll"]

  /// What a feed's URL and keys say of a server of files, and the URL to ask; nil for HTTP.
  mutating func readFileServer(
    _ fields: ConfigurationFields, _ address: WebAddress?, _ authentication: FeedAuthentication
  ) -> (FileServerConfiguration, url: String)? {
    guard let address, let place = fields["url"], let text = scalarText(place) else { return nil }
    guard Self.fileSchemes.contains(address.scheme) else {
      refuse(Self.fileKeys, fields, "for ftp, ftps, ftpes and sftp only: remove it")
      if case .key = authentication { fail(.badValue(value: nil, expected: "auth.key is for sftp only"), fields.node) }
      return nil
    }
    refuse(Self.httpKeys, fields, "for http and https only: remove it")
    checkAuthentication(authentication, address, fields)
    var server = FileServerConfiguration(
      settleMilliseconds: duration(fields["settle"], in: ConfigurationBounds.settleMilliseconds)
        ?? ConfigurationBounds.defaultSettleMilliseconds,
      filesPerPoll: integer(fields["files_per_poll"], in: ConfigurationBounds.filesPerPoll, "a count")
        ?? ConfigurationBounds.defaultFilesPerPoll,
      requiresTLS: address.scheme == "ftpes")
    readSSH(fields, address, into: &server)
    guard let url = readFolder(text, place, into: &server) else { return nil }
    // libcurl knows the scheme as ftp with TLS required.
    return (server, address.scheme == "ftpes" ? "ftp" + url.dropFirst(5) : url)
  }

  private mutating func refuse(_ keys: [String], _ fields: ConfigurationFields, _ reason: String) {
    for key in keys {
      if let place = fields[key] { fail(.badValue(value: nil, expected: "\(key) is \(reason)"), place) }
    }
  }

  private mutating func checkAuthentication(
    _ authentication: FeedAuthentication, _ address: WebAddress, _ fields: ConfigurationFields
  ) {
    let place = fields["auth"] ?? fields.node
    switch authentication {
    case .bearer, .header:
      fail(.badValue(value: nil, expected: "a server of files wants auth.basic or, over sftp, auth.key"), place)
    case .key where address.scheme != "sftp":
      fail(.badValue(value: nil, expected: "auth.key is for sftp only: write auth.basic"), place)
    case .basic where address.scheme == "ftp" && !address.isLoopback:
      warn(.passwordWithoutTLS(advice: "ftps, ftpes or sftp"), place)
    case .none, .basic, .key: break
    }
  }

  /// The last part of the path is a pattern, empty for a whole folder, or the name of one file.
  private mutating func readFolder(
    _ text: String, _ place: ConfigurationNode, into server: inout FileServerConfiguration
  ) -> String? {
    func bad(_ reason: String) -> ConfigurationFault {
      .badURL(value: WebAddress.redact(written(place)), reason: reason)
    }
    guard !text.contains("?"), !text.contains("#") else {
      fail(bad("a server of files has no query: write * for any part of a name"), place)
      return nil
    }
    let authority = text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    guard authority.count == 4, let slash = text.lastIndex(of: "/") else {
      fail(bad("it names no folder: write a / behind the host"), place)
      return nil
    }
    let last = text[text.index(after: slash)...]
    let folder = text[...slash]
    guard !folder.contains("*") else {
      fail(bad("* stands for a part of the file's name, not of a folder's"), place)
      return nil
    }
    guard last.isEmpty || last.contains("*") else { return text }
    guard !last.contains("%") else {
      fail(bad("write the pattern as the names are, without % escapes"), place)
      return nil
    }
    server.pattern = last.isEmpty ? "*" : String(last)
    return String(folder)
  }

  private mutating func readSSH(
    _ fields: ConfigurationFields, _ address: WebAddress, into server: inout FileServerConfiguration
  ) {
    guard address.scheme == "sftp" else {
      if let place = fields["ssh"] { fail(.badValue(value: nil, expected: "ssh is for sftp only: remove it"), place) }
      return
    }
    let place = required(fields, "ssh", "how the host's key is known, {known_hosts: FILE} or {host_key_sha256: …}")
    guard let place, let inner = self.fields(place, ["known_hosts", "host_key_sha256"]) else { return }
    let found = ["known_hosts", "host_key_sha256"].filter { inner[$0] != nil }
    guard found.count == 1 else {
      return fail(.exactlyOne(of: ["known_hosts", "host_key_sha256"], found: found), place)
    }
    if let node = inner["known_hosts"] {
      server.knownHostsFile = readableFile(node, "a file of known host keys, as of ssh-keyscan")
    } else if let node = inner["host_key_sha256"], let text = filledText(node, "the key's fingerprint") {
      let bare = text.hasPrefix("SHA256:") ? text.dropFirst(7) : text[...]
      let trimmed = bare.reversed().drop { $0 == "=" }.reversed().map(String.init).joined()
      let isBase64 = trimmed.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2B
          || $0 == 0x2F
      }
      guard trimmed.utf8.count == 43, isBase64 else {
        return fail(
          .badValue(
            value: written(node), expected: "write the fingerprint of ssh-keygen -lf, SHA256: and 43 characters"),
          node)
      }
      server.hostKeySHA256 = trimmed
    }
  }

  /// `auth.key`: user, private key and its passphrase.
  mutating func readKeyAuthentication(_ node: ConfigurationNode) -> FeedAuthentication {
    let keys = ["username", "private_key_file", "passphrase", "passphrase_file"]
    guard let inner = fields(node, keys) else { return .none }
    let user = filledText(required(inner, "username", "the user's name"), "the user's name")
    let place = required(inner, "private_key_file", "the file of the private key")
    let file = place.flatMap { readableFile($0, "the file of the private key") }
    let passphrase = secret(inner, "passphrase", isRequired: false, singleLine: true)
    guard let user, let file else { return .none }
    return .key(username: user, privateKeyFile: file, passphrase: passphrase)
  }

  /// The absolute path of a file that can be read now; `credential:NAME` names a systemd credential.
  private mutating func readableFile(_ node: ConfigurationNode, _ what: String) -> String? {
    guard let name = filledText(node, what) else { return nil }
    var path = resolve(name)
    if name.hasPrefix("credential:") {
      guard fileSecret(node, singleLine: false) != nil else { return nil }
      path = (sources.environment["CREDENTIALS_DIRECTORY"] ?? "") + "/" + name.dropFirst("credential:".count)
    }
    do {
      _ = try FileReader.read(path, limitBytes: ConfigurationBounds.yamlBytes)
      return absolute(path)
    } catch {
      switch error {
      case .tooLarge: fail(.badValue(value: written(node), expected: "the file is too large"), node)
      case .unreadable(let reason):
        fail(.badValue(value: written(node), expected: "the file cannot be read: \(reason)"), node)
      }
      return nil
    }
  }
}
