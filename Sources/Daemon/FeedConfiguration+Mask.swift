import ConfigurationFiles
import Feeds
import FoundationEssentials
import Secrets

extension FeedConfiguration {
  /// Everything of the feed that its provider could repeat and nobody should read: passwords, tokens, values of headers, what
  /// the URL carries before its host and under names such as `key`.
  var mask: SecretMask {
    var secrets = headers.map { $0.value.revealText() }
    switch authentication {
    case .none: break
    case .basic(let username, let password):
      secrets.append(password.revealText())
      secrets.append(Data("\(username):\(password.revealText())".utf8).base64EncodedString())
    case .bearer(let token): secrets.append(token.revealText())
    case .header(_, let value): secrets.append(value.revealText())
    case .key(_, _, let passphrase): secrets += passphrase.map { [$0.revealText()] } ?? []
    }
    secrets += Self.secrets(inURL: url)
    return SecretMask(secrets + secrets.map { Self.percentDecoded($0) })
  }

  private static let names = ["key", "token", "secret", "pass", "pwd", "auth", "sign", "appid", "credential"]

  private static func secrets(inURL url: String) -> [String] {
    var found: [String] = []
    let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    if let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") {
      found.append(String(authority[authority.index(after: colon)..<at]))
    }
    guard let mark = url.firstIndex(of: "?") else { return found }
    for pair in url[url.index(after: mark)...].split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let name = parts[0].lowercased()
      if names.contains(where: { name.contains($0) }) || parts[1].utf8.count >= 20 { found.append(String(parts[1])) }
    }
    return found
  }

  private static func percentDecoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension DecodedBody {
  /// Takes secrets out of everything that people will read of an answer; readings stay as they are.
  mutating func hide(by mask: SecretMask) {
    guard !mask.isEmpty else { return }
    for index in errors.indices {
      errors[index].message = mask.starred(errors[index].message)
      errors[index].path = mask.starred(errors[index].path)
    }
    notes = notes.map { mask.starred($0) }
    if case .failed(var failure) = verdict {
      failure.message = mask.starred(failure.message)
      verdict = .failed(failure)
    }
  }
}
