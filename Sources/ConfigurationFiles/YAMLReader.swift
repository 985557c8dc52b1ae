import Yams

/// Turns one YAML text into nodes with places and paths; the only file that knows Yams.
struct YAMLReader {
  let file: String
  let environment: [String: String]
  private(set) var errors: [ConfigurationError] = []
  private var valuesLeft = ConfigurationBounds.yamlValues

  init(file: String, environment: [String: String]) {
    self.file = file
    self.environment = environment
  }

  /// The top of the file; nil when it cannot be parsed (then `errors` says why).
  mutating func read(_ text: String) -> ConfigurationNode? {
    guard nestingIsBounded(text) else {
      errors.append(ConfigurationError(.tooDeep(limit: ConfigurationBounds.yamlDepth), at: SourceLocation(file: file)))
      return nil
    }
    do {
      guard let root = try Yams.compose(yaml: text, .basic, .default, .utf8) else {
        return ConfigurationNode(content: .null, location: SourceLocation(file: file, line: 1, column: 1), path: "")
      }
      return convert(root, path: "", depth: 0)
    } catch let error as YamlError {
      errors.append(translate(error))
    } catch {
      errors.append(ConfigurationError(.syntax(problem: "the parser gave up"), at: SourceLocation(file: file)))
    }
    return nil
  }

  /// Whether no run of brackets or indicators nests deeper than the parser's stack allows (it recurses).
  private func nestingIsBounded(_ text: String) -> Bool {
    var open = 0
    var dashes = 0
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "["), UInt8(ascii: "{"): open += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): open = max(0, open - 1)
      case UInt8(ascii: "-"), UInt8(ascii: "?"): dashes += 1
      case UInt8(ascii: " "): break
      case UInt8(ascii: "\n"): dashes = 0
      default: dashes = 0
      }
      if open > 512 || dashes > 4_096 { return false }
    }
    return true
  }

  private mutating func convert(_ node: Node, path: String, depth: Int) -> ConfigurationNode {
    let location = SourceLocation(file: file, line: node.mark?.line ?? 0, column: node.mark?.column ?? 0)
    var result = ConfigurationNode(content: .null, location: location, path: path)
    valuesLeft -= 1
    if valuesLeft < 0 {
      if valuesLeft == -1 {
        errors.append(
          ConfigurationError(.tooManyValues(limit: ConfigurationBounds.yamlValues), at: location, path: path))
      }
      return result
    }
    if depth > ConfigurationBounds.yamlDepth {
      errors.append(ConfigurationError(.tooDeep(limit: ConfigurationBounds.yamlDepth), at: location, path: path))
      return result
    }
    switch node {
    case .scalar(let scalar):
      let plain = scalar.style == .plain || scalar.style == .any
      if plain && (scalar.string.isEmpty || scalar.string == "~" || scalar.string == "null") { return result }
      result.content =
        substitute(scalar.string, at: location, path: path).map { .scalar(text: $0, written: scalar.string) }
        ?? .broken
    case .sequence(let sequence):
      var items: [ConfigurationNode] = []
      for (index, item) in sequence.enumerated() {
        items.append(convert(item, path: "\(path)[\(index)]", depth: depth + 1))
        if valuesLeft < 0 { break }
      }
      result.content = .sequence(items)
    case .mapping(let mapping):
      var entries: [ConfigurationNode.Entry] = []
      for (key, value) in mapping {
        let place = SourceLocation(file: file, line: key.mark?.line ?? 0, column: key.mark?.column ?? 0)
        guard let name = key.scalar?.string else {
          errors.append(
            ConfigurationError(.wrongKind(expected: "a key", found: "a list or mapping"), at: place, path: path))
          continue
        }
        let inner = path.isEmpty ? name : "\(path).\(name)"
        entries.append(
          ConfigurationNode.Entry(
            key: name, keyLocation: place, value: convert(value, path: inner, depth: depth + 1)))
        if valuesLeft < 0 { break }
      }
      result.content = .mapping(entries)
    case .alias: break
    }
    return result
  }

  /// Puts the environment's values for `${NAME}`; `$${` stands for `${` itself. Nil after an error.
  private mutating func substitute(_ text: String, at location: SourceLocation, path: String) -> String? {
    guard text.contains("${") else { return text }
    var result = ""
    var rest = Substring(text)
    var isWhole = true
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      let tail = rest[dollar...]
      if tail.hasPrefix("$${") {
        result += "${"
        rest = tail.dropFirst(3)
      } else if tail.hasPrefix("${") {
        let inside = tail.dropFirst(2)
        guard let end = inside.firstIndex(of: "}"), Self.isVariableName(inside[..<end]) else {
          errors.append(ConfigurationError(.brokenVariable, at: location, path: path))
          return nil
        }
        let name = String(inside[..<end])
        if let value = environment[name] {
          result += value
        } else {
          errors.append(ConfigurationError(.undefinedVariable(name: name), at: location, path: path))
          isWhole = false
        }
        rest = inside[inside.index(after: end)...]
      } else {
        result += "$"
        rest = tail.dropFirst()
      }
    }
    return isWhole ? result + rest : nil
  }

  private static func isVariableName(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return text.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
    }
  }

  private func translate(_ error: YamlError) -> ConfigurationError {
    func at(_ mark: Mark) -> SourceLocation { SourceLocation(file: file, line: mark.line, column: mark.column) }
    func words(_ context: YamlError.Context?, _ problem: String) -> String {
      guard let context else { return problem }
      return "\(context.text) in line \(context.mark.line), \(problem)"
    }
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      return ConfigurationError(.syntax(problem: words(context, problem)), at: at(mark))
    case .reader(let problem, let offset, _, let yaml):
      var location = SourceLocation(file: file)
      if let offset, let index = yaml.index(yaml.startIndex, offsetBy: offset, limitedBy: yaml.endIndex) {
        location.line = yaml[..<index].reduce(1) { $1.isNewline ? $0 + 1 : $0 }
        location.column = yaml[..<index].reversed().prefix { !$0.isNewline }.count + 1
      }
      return ConfigurationError(.syntax(problem: problem), at: location)
    case .duplicatedKeysInMapping(let duplicates, let context):
      return ConfigurationError(.duplicateKeys(duplicates), at: at(context.mark))
    default:
      return ConfigurationError(.syntax(problem: "the parser gave up"), at: SourceLocation(file: file))
    }
  }
}
