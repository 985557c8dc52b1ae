/// One of the shapes that a provider's answers come in, and how to tell it. A preset is a list of them, tried in order.
struct PresetShape: Sendable {
  /// How a body shows that it has this shape.
  enum Mark: Sendable {
    /// Something stands at this path of its root.
    case path(String)
    /// A list stands at this path of its root, be it empty.
    case list(String)
    /// Its root is an object.
    case object
    case any
  }

  var mark: Mark
  var mapping: FeedMapping

  init(_ mark: Mark, _ mapping: FeedMapping) {
    self.mark = mark
    self.mapping = mapping
  }

  /// The one shape, or that of all bodies that no other fits.
  init(_ mapping: FeedMapping) { self.init(.any, mapping) }
}

/// A shape, compiled.
struct CompiledShape: Sendable {
  private enum Mark: Sendable {
    case probe(JSONPlan)
    case list(JSONPlan)
    case object
    case any
  }

  private let mark: Mark
  let mapping: CompiledMapping

  init(_ shape: PresetShape) throws(MappingError) {
    mapping = try CompiledMapping(shape.mapping)
    switch shape.mark {
    case .path(let path): mark = .probe(try JSONPlan(probing: path))
    case .list(let path): mark = .list(try JSONPlan(probing: path))
    case .object: mark = .object
    case .any: mark = .any
    }
  }

  func fits(_ document: borrowing JSONDocument) -> Bool {
    switch mark {
    case .probe(let plan): JSONBodyDecoder.holds(plan, document) { !$0.isNothing }
    case .list(let plan): JSONBodyDecoder.holds(plan, document) { if case .array = $0.kind { true } else { false } }
    case .object: document.isObject
    case .any: true
    }
  }
}
