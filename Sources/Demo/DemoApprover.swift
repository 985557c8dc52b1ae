import AirQuality
package import Engine

/// The simulated approver (模拟审批人): agrees to every lifting that has been proposed, by the operator's one act.
package enum DemoApprover {
  package static let name = "模拟审批人 (demo approver)"

  /// The acts due at the state of `units`. The act's id follows from the proposal, so that deciding twice on the same
  /// proposal repeats an act that does nothing the second time.
  package static func decide(units: [UnitView]) -> [OperatorAct] {
    units.compactMap { unit in
      guard let since = unit.level.liftProposedSince, unit.level.name != "none" else { return nil }
      let code = unit.county.code
      return .lift(
        id: "demo-lift-\(code)-\(since.milliseconds)", county: code, by: name,
        reason: "模拟：实况已连续36小时低于启动条件，同意解除。Simulated: 36 observed hours below the criterion, lifting approved.")
    }
  }
}
