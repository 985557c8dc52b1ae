import Secrets

extension ConfigurationLoader {
  /// The text of a single value, without complaint.
  func scalarText(_ node: ConfigurationNode) -> String? {
    if case .scalar(let text, _) = node.content { text } else { nil }
  }

  /// A URL of a receiver or feed, checked.
  ///
  /// With `hidesPath` an error shows no more than the scheme: paths of chat robots are keys.
  mutating func webAddress(
    _ node: ConfigurationNode?, schemes: [String] = ["http", "https"], hidesPath: Bool = false
  ) -> WebAddress? {
    guard let node, let text = text(node, "a URL") else { return nil }
    do {
      return try WebAddress(text, schemes: schemes)
    } catch {
      switch error {
      case .reason(let reason):
        let shown = hidesPath ? WebAddress.schemeOnly(written(node)) : WebAddress.redact(written(node))
        fail(.badURL(value: shown, reason: reason), node)
        return nil
      }
    }
  }

  /// The URL for people: without credentials, query and whatever the environment put in.
  func displayed(_ node: ConfigurationNode, _ address: WebAddress?) -> String {
    let written = written(node)
    return written == scalarText(node) ? address?.display ?? "" : WebAddress.redact(written)
  }

  mutating func readTLS(_ node: ConfigurationNode?) -> TLSConfiguration {
    guard let node, let fields = fields(node, ["ca_file"]) else { return TLSConfiguration() }
    guard let place = fields["ca_file"], let name = filledText(place, "a PEM file") else { return TLSConfiguration() }
    let path = resolve(name)
    do {
      let contents = try FileReader.read(path, limitBytes: ConfigurationBounds.yamlBytes)
      if !String(decoding: contents.bytes, as: UTF8.self).contains("-----BEGIN CERTIFICATE-----") {
        fail(.badValue(value: written(place), expected: "the file holds no PEM certificate (BEGIN CERTIFICATE)"), place)
      }
    } catch {
      switch error {
      case .tooLarge:
        fail(
          .badValue(value: written(place), expected: "the file is larger than \(ConfigurationBounds.yamlBytes) bytes"),
          place)
      case .unreadable(let reason):
        fail(.badValue(value: written(place), expected: "the file cannot be read: \(reason)"), place)
      }
    }
    return TLSConfiguration(authorityFile: absolute(path))
  }

  mutating func readProxy(_ node: ConfigurationNode?) -> ProxyConfiguration? {
    guard let node, let address = webAddress(node, schemes: ["http", "https", "socks5", "socks5h"]),
      let text = scalarText(node)
    else { return nil }
    return ProxyConfiguration(url: Secret(text), display: address.origin)
  }

  /// `path` from the root directory.
  func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    let directory = FileReader.workingDirectory()
    return directory.hasSuffix("/") ? directory + path : directory + "/" + path
  }
}
