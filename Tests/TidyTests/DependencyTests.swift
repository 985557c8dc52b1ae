import Testing

/// Arrows between targets are written down: what a target imports it also declares. SwiftPM finds an undeclared module of the
/// package when it happens to be built, and then does not rebuild who imports it.
@Suite("Targets declare what they import")
struct DependencyTests {
  /// Names in quotes behind each target's name, up to the next target, by the target's name.
  private static func declared() throws -> [String: Set<String>] {
    let manifest = try #require(SourceTree.text("Package.swift"))
    var found: [String: Set<String>] = [:]
    var target: String?
    for line in manifest.split(separator: "\n") where !line.drop(while: { $0 == " " }).hasPrefix("//") {
      let isTarget = [".target(", ".testTarget(", ".executableTarget("].contains { holds(String(line), $0) }
      if isTarget { target = nil }
      // Literals stand at the odd places between quotes.
      let literals = line.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
        .filter { $0.offset % 2 == 1 }.map { String($0.element) }
      for literal in literals {
        guard let name = target else {
          if holds(String(line), "name:") { (target, found[literal]) = (literal, []) }
          continue
        }
        found[name, default: []].insert(literal)
      }
    }
    return found
  }

  @Test func everyImportOfAnotherTargetIsDeclared() throws {
    let declared = try Self.declared()
    #expect(
      declared.count > 60 && declared["Engine"]?.contains("Rollup") == true, "\(declared.count) targets were read")
    /// Modules of C targets are named without dashes.
    func module(_ target: String) -> String { String(target.map { $0 == "-" ? "_" : $0 }) }
    let modules = Set(declared.keys.map(module))
    for file in SourceTree.sources + SourceTree.tests {
      let allowed = Set((declared[file.target] ?? []).map(module)).union([module(file.target)])
      for line in file.code {
        let words = line.split(separator: " ")
        guard let at = words.firstIndex(of: "import"), at <= 2, at + 1 < words.count else { continue }
        let name = String(words[at + 1])
        guard modules.contains(name) else { continue }
        #expect(allowed.contains(name), "\(file.path) imports \(name), which \(file.target) does not declare")
      }
    }
  }
}
