import AirQuality

/// Numbers events and decides who is told: the one place where an event comes into being.
struct EventIssuer: Sendable, Hashable {
  /// Sequence of the newest event, 0 before the first.
  private(set) var lastSequence: Int64 = 0
  private var selection = HookSelection()

  init() {}

  /// Gives the event the next sequence; returns it with one delivery per hook that is told.
  mutating func issue(_ event: EventRecord, hooks: [HookSubscription]) -> [Effect] {
    lastSequence += 1
    var event = event
    event.sequence = lastSequence
    var effects: [Effect] = [.event(event)]
    for hook in hooks where selection.decide(event, for: hook).tell {
      effects.append(.deliver(hook: hook.name, sequence: event.sequence))
    }
    return effects
  }

  /// The next event follows this one.
  mutating func adopt(lastSequence: Int64) { self.lastSequence = lastSequence }

  mutating func keep(hooks: [HookSubscription]) { selection.keep(hooks: hooks) }

  func encode(into writer: inout ByteWriter) {
    writer.signed(lastSequence)
    selection.encode(into: &writer)
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    lastSequence = try reader.signed()
    selection = try HookSelection(decoding: &reader)
  }
}
