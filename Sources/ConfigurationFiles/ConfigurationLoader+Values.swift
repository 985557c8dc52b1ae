/// The keys and values of one mapping after its keys were checked.
struct ConfigurationFields {
  let node: ConfigurationNode
  /// The value of a key; nil when it is absent.
  subscript(key: String) -> ConfigurationNode? { node[key] }
}

extension ConfigurationLoader {
  /// The mapping at `node` if its keys are among `valid`; unknown keys are errors of their own.
  mutating func fields(_ node: ConfigurationNode, _ valid: [String]) -> ConfigurationFields? {
    guard case .mapping(let entries) = node.content else {
      fail(
        .wrongKind(expected: "a mapping with " + valid.prefix(4).joined(separator: ", "), found: node.kindInWords), node
      )
      return nil
    }
    for entry in entries where !valid.contains(entry.key) {
      let missing = valid.filter { candidate in !entries.contains { $0.key == candidate } }
      let nearest =
        SpellingDistance.nearest(to: entry.key, in: missing) ?? SpellingDistance.nearest(to: entry.key, in: valid)
      fail(
        .unknownKey(key: entry.key, nearest: nearest, valid: valid), at: entry.keyLocation, path: entry.value.path)
    }
    return ConfigurationFields(node: node)
  }

  /// The value of a key that must be there.
  mutating func required(_ fields: ConfigurationFields, _ key: String, _ meaning: String) -> ConfigurationNode? {
    if let node = fields[key] { return node }
    fail(.missingKey(key: key, meaning: meaning), fields.node)
    return nil
  }

  /// The text at `node`; anything but a single value is an error.
  mutating func text(_ node: ConfigurationNode?, _ expected: String) -> String? {
    guard let node else { return nil }
    guard case .scalar(let text, let written) = node.content else {
      fail(.wrongKind(expected: expected, found: node.kindInWords), node)
      return nil
    }
    if text.unicodeScalars.contains("\0") {
      fail(.badValue(value: written, expected: "remove the NUL character"), node)
      return nil
    }
    return text
  }

  /// A text that is not empty.
  mutating func filledText(_ node: ConfigurationNode?, _ expected: String) -> String? {
    guard let node, let text = text(node, expected) else { return nil }
    guard !text.allSatisfy(\.isWhitespace) else {
      fail(.badValue(value: written(node), expected: "write " + expected), node)
      return nil
    }
    return text
  }

  /// The value as it stands in the file, before substitution.
  func written(_ node: ConfigurationNode) -> String {
    if case .scalar(_, let written) = node.content { written } else { "" }
  }

  mutating func flag(_ node: ConfigurationNode?) -> Bool? {
    guard let node, let text = text(node, "true or false") else { return nil }
    switch text.lowercased() {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    default:
      fail(.badValue(value: written(node), expected: "write true or false"), node)
      return nil
    }
  }

  mutating func integer(_ node: ConfigurationNode?, in range: ClosedRange<Int>, _ what: String) -> Int? {
    guard let node else { return nil }
    let expected = "\(what) from \(range.lowerBound) to \(range.upperBound)"
    guard let text = text(node, expected) else { return nil }
    guard let value = Quantities.plainInteger(text), range.contains(Int(value)) else {
      fail(.badValue(value: written(node), expected: "write \(expected)"), node)
      return nil
    }
    return Int(value)
  }

  mutating func duration(_ node: ConfigurationNode?, in range: ClosedRange<Int64>) -> Int64? {
    guard let node, let text = text(node, "a duration such as 10s") else { return nil }
    guard let value = Quantities.milliseconds(text) else {
      fail(
        .badValue(value: written(node), expected: "write a whole number and one of ms, s, m, h, d, such as 10s"), node)
      return nil
    }
    guard range.contains(value) else {
      let low = Quantities.describe(milliseconds: range.lowerBound)
      let high = Quantities.describe(milliseconds: range.upperBound)
      fail(.badValue(value: written(node), expected: "it must be \(low) to \(high)"), node)
      return nil
    }
    return value
  }

  mutating func size(_ node: ConfigurationNode?, in range: ClosedRange<Int64>) -> Int64? {
    guard let node, let text = text(node, "a size such as 16MiB") else { return nil }
    guard let value = Quantities.bytes(text) else {
      fail(
        .badValue(value: written(node), expected: "write a whole number and one of B, KiB, MiB, GiB, kB, MB, GB"), node)
      return nil
    }
    guard range.contains(value) else {
      let low = Quantities.describe(bytes: range.lowerBound)
      let high = Quantities.describe(bytes: range.upperBound)
      fail(.badValue(value: written(node), expected: "it must be \(low) to \(high)"), node)
      return nil
    }
    return value
  }

  /// One of a set of names.
  mutating func choice(_ node: ConfigurationNode?, among valid: [String], what: String) -> String? {
    guard let node, let text = text(node, "a \(what)") else { return nil }
    guard valid.contains(text) else {
      let nearest = SpellingDistance.nearest(to: text, in: valid)
      fail(.unknownName(value: written(node), what: what, nearest: nearest, valid: valid), node)
      return nil
    }
    return text
  }

  /// The items of a list; a single value counts as a list of one when `lenient`.
  mutating func items(_ node: ConfigurationNode?, of what: String, lenient: Bool = false) -> [ConfigurationNode] {
    guard let node else { return [] }
    switch node.content {
    case .sequence(let items): return items
    case .scalar where lenient: return [node]
    default:
      let expected = (lenient ? "a file's name or " : "") + "a list of \(what)"
      fail(.wrongKind(expected: expected, found: node.kindInWords), node)
      return []
    }
  }

  /// A list of names of a set, each once.
  mutating func choices(_ node: ConfigurationNode?, among valid: [String], what: String) -> [String]? {
    guard let node else { return nil }
    var seen: [String: SourceLocation] = [:]
    var result: [String] = []
    let items = items(node, of: "\(what)s")
    if items.isEmpty, case .sequence = node.content {
      fail(.badValue(value: "[]", expected: "name at least one \(what): \(valid.joined(separator: ", "))"), node)
    }
    for item in items {
      guard let name = choice(item, among: valid, what: what) else { continue }
      if let first = seen[name] {
        fail(.duplicateName(value: name, what: what, first: first), item)
      } else {
        seen[name] = item.location
        result.append(name)
      }
    }
    return result
  }

  /// A name of a feed or hook: letters, digits, `.`, `_`, `-`.
  mutating func name(_ node: ConfigurationNode?, what: String) -> String? {
    guard let node, let text = filledText(node, "a name") else { return nil }
    let allowed = text.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || $0.properties.numericType != nil || ".-_".unicodeScalars.contains($0)
    }
    guard allowed, text.count <= ConfigurationBounds.nameLength else {
      let limit = ConfigurationBounds.nameLength
      fail(
        .badValue(
          value: written(node),
          expected: "a \(what)'s name has letters, digits, \".\", \"_\" and \"-\" only, at most \(limit)"), node)
      return nil
    }
    return text
  }
}
