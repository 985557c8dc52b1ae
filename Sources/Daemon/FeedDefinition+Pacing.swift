import AirQuality
import ConfigurationFiles
import Polling

extension FeedDefinition {
  /// Takes what the configuration says of when the feed is polled beside its slots.
  mutating func use(_ pacing: FeedPacing) {
    publication = pacing.publication.map { settings in
      var rules = PublicationRules()
      rules.quantile = settings.quantile
      rules.margin = settings.marginMilliseconds.map { .milliseconds($0) }
      rules.alarmQuantile = settings.alarmQuantile
      rules.alarmFloor = settings.alarmFloorMilliseconds.map { .milliseconds($0) }
      rules.completeness = settings.completeness
      rules.step = settings.stepMilliseconds.map { .milliseconds($0) }
      rules.attempts = settings.attempts
      return rules
    }
    denser = pacing.denser.map {
      DenserPolling(levels: Set($0.levels), units: $0.units.map { Set($0) }, every: .milliseconds($0.everyMilliseconds))
    }
    lookBack = pacing.lookBack.map { range in
      let notation: LookBack.Notation =
        switch range.notation {
        case .rfc3339: .rfc3339
        case .epochSeconds: .epochSeconds
        case .epochMilliseconds: .epochMilliseconds
        case .pattern(let pattern): .pattern(pattern)
        }
      return LookBack(
        span: .milliseconds(range.spanMilliseconds), notation: notation, zone: range.zone,
        daily: range.daily.map { .init(at: .milliseconds($0.atMilliseconds), span: .milliseconds($0.spanMilliseconds)) }
      )
    }
    budget = pacing.budget
  }
}

extension BudgetDefinition {
  init(_ budget: BudgetConfiguration, site offset: CivilOffset) {
    let renewal: Renewal =
      switch budget.renewal {
      case .rolling: .rolling
      case .midnight: .midnight(offset)
      case .midnightUTC: .midnight(.utc)
      }
    self.init(
      name: budget.name, requests: budget.requests, per: .milliseconds(budget.perMilliseconds), renewal: renewal)
  }
}
