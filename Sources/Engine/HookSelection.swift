package import AirQuality

/// Who is told of an event, and why: a pure decision with its memory, so that it replays with the journal.
///
/// A hook gets every transition into, within and out of its levels, and the end of whatever it was told (CONTRACT.md,
/// `hooks.levels`).
package struct HookSelection: Sendable, Hashable {
  /// Why a hook is told, or not.
  package enum Reason: String, Sendable, Hashable {
    case entersLevel = "enters a level of the hook"
    case leavesLevel = "leaves a level of the hook"
    case endsWhatWasTold = "ends what the hook was told"
    case kind = "a kind the hook asked for"
    case otherKind = "not a kind of the hook"
    case otherLevel = "not a level of the hook"
    case test = "a drill for every hook"
  }

  /// Open event ids each hook was told of.
  private var told: [String: Set<String>] = [:]

  package init() {}

  /// Decides for one hook and remembers.
  package mutating func decide(_ event: EventRecord, for hook: HookSubscription) -> (tell: Bool, reason: Reason) {
    // A reminder is about a level: who hears of levels is asked to decide.
    let kind = event.kind == .reminder ? .level : event.kind
    guard hook.kinds.contains(kind) else { return (false, .otherKind) }
    let wasTold = told[hook.name]?.contains(event.id) ?? false
    let decision: (tell: Bool, reason: Reason)
    switch event.kind {
    case .level, .alert, .reminder:
      if hook.levels.contains(event.to) {
        decision = (true, .entersLevel)
      } else if hook.levels.contains(event.from) {
        decision = (true, .leavesLevel)
      } else if wasTold && event.ends {
        decision = (true, .endsWhatWasTold)
      } else {
        decision = (false, .otherLevel)
      }
    default:
      decision = (true, .kind)
    }
    if event.kind == .level || event.kind == .alert {
      if event.ends {
        told[hook.name]?.remove(event.id)
      } else if decision.tell {
        told[hook.name, default: []].insert(event.id)
      }
    }
    return decision
  }

  /// Forgets hooks that the configuration no longer has.
  package mutating func keep(hooks: [HookSubscription]) {
    let names = Set(hooks.map(\.name))
    told = told.filter { names.contains($0.key) }
  }

  package func encode(into writer: inout ByteWriter) {
    writer.list(told.keys.sorted()) { writer, hook in
      writer.text(hook)
      writer.list(told[hook, default: []].sorted()) { $0.text($1) }
    }
  }

  package init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    let entries = try reader.list { reader throws(SnapshotReadingError) -> (String, [String]) in
      (try reader.text(), try reader.texts())
    }
    for (hook, ids) in entries { told[hook] = Set(ids) }
  }
}
