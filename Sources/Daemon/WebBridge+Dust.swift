import Engine
import Web

/// Acts on sand-dust periods.
extension WebBridge {
  func performDust(_ request: DustRequest) async -> DustResult {
    let id = request.id ?? String(Self.freshID().prefix(12))
    let act: OperatorAct
    let period: String
    switch request.act {
    case .state(.declared, let county, let from, let until, let basis):
      period = id
      act = .declareDust(id: id, county: county, from: from, until: until, by: request.by, evidence: basis)
    case .state(.confirmed, let county, let from, let until, let basis):
      period = id
      act = .confirmDust(id: id, county: county, from: from, until: until, by: request.by, document: basis)
    case .withdraw(let named, let reason):
      period = named
      act = .withdrawDust(id: id, period: named, by: request.by, reason: reason)
    }
    do {
      let applied = try await pipeline.perform(.act(act))
      // The act's record may bring other events too: those of its period say that it did something.
      let event = applied.events.last {
        $0.rule.hasPrefix("sand-dust/") && $0.inputs.contains(.init("period", .text(period)))
      }
      if let event { return DustResult(period: period, result: .done(sequence: event.sequence)) }
      return DustResult(
        period: period,
        result: .refused(
          code: "nothing_done",
          message: "the act was done before, or no period \(period) stands; `lantian dust list` shows what stands"))
    } catch {
      return DustResult(period: period, result: .unavailable(message: "\(error)"))
    }
  }
}
