import Secrets

extension ConfigurationLoader {
  /// A secret that stands under `key` or in the file named by `<key>_file`; exactly one of them when `isRequired`.
  ///
  /// `credential:NAME` names a systemd credential. One trailing newline of a file is ignored.
  mutating func secret(
    _ fields: ConfigurationFields, _ key: String, isRequired: Bool, singleLine: Bool
  ) -> Secret? {
    let inline = fields[key]
    let file = fields[key + "_file"]
    if inline != nil && file != nil || isRequired && inline == nil && file == nil {
      let found = [inline.map { _ in key }, file.map { _ in key + "_file" }].compactMap(\.self)
      fail(.exactlyOne(of: [key, key + "_file"], found: found), fields.node)
      return nil
    }
    if let inline { return inlineSecret(inline, singleLine: singleLine) }
    if let file { return fileSecret(file, singleLine: singleLine) }
    return nil
  }

  private mutating func inlineSecret(_ node: ConfigurationNode, singleLine: Bool) -> Secret? {
    guard case .scalar(let text, let written) = node.content else {
      fail(.wrongKind(expected: "a secret", found: node.kindInWords), node)
      return nil
    }
    let bytes = Array(text.utf8)
    if let problem = problem(of: bytes, singleLine: singleLine) {
      fail(.badValue(value: nil, expected: problem), node)
      return nil
    }
    // A value that comes from the environment is not in the file.
    if text == written, let mode = modes[node.location.file], mode & 0o004 != 0,
      firstComplaint(about: "inline " + node.location.file)
    {
      warn(.inlineSecretWorldReadable(mode: Self.octal(mode)), node)
    }
    return Secret(bytes)
  }

  /// The secret in the file that `node` names.
  mutating func fileSecret(_ node: ConfigurationNode, singleLine: Bool) -> Secret? {
    guard let name = filledText(node, "the name of a file") else { return nil }
    var path = resolve(name)
    if name.hasPrefix("credential:") {
      let credential = name.dropFirst("credential:".count)
      guard !credential.isEmpty, !credential.contains("/"), credential != ".", credential != ".." else {
        fail(
          .badValue(value: written(node), expected: "write credential: and the name given to LoadCredential="), node)
        return nil
      }
      guard let directory = sources.environment["CREDENTIALS_DIRECTORY"], !directory.isEmpty else {
        fail(
          .secretUnreadable(
            file: written(node),
            reason: "CREDENTIALS_DIRECTORY is not set: start by systemd with LoadCredential=\(credential):/path"), node)
        return nil
      }
      path = directory + "/" + credential
    }
    let contents: FileReader.Contents
    do {
      contents = try FileReader.read(path, limitBytes: ConfigurationBounds.secretBytes)
    } catch {
      switch error {
      case .tooLarge:
        let limit = ConfigurationBounds.secretBytes
        fail(.secretUnreadable(file: written(node), reason: "it is larger than \(limit) bytes"), node)
        return nil
      case .unreadable(let reason):
        fail(.secretUnreadable(file: written(node), reason: reason), node)
        return nil
      }
    }
    if contents.mode & 0o004 != 0, firstComplaint(about: path) {
      warn(.secretWorldReadable(file: written(node), mode: Self.octal(contents.mode)), node)
    }
    var bytes = contents.bytes
    if bytes.last == UInt8(ascii: "\n") {
      bytes.removeLast()
      if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    }
    if let problem = problem(of: bytes, singleLine: singleLine) {
      fail(.secretUnreadable(file: written(node), reason: problem), node)
      return nil
    }
    return Secret(bytes)
  }

  private func problem(of bytes: [UInt8], singleLine: Bool) -> String? {
    if bytes.isEmpty { return "it is empty" }
    // A line break or NUL would end the header early and begin another.
    if singleLine && bytes.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) {
      return "it has a line break or NUL inside"
    }
    return nil
  }

  private static func octal(_ mode: UInt32) -> String { "0" + String(mode & 0o777, radix: 8) }
}
