import JSONText

extension JSONWriter {
  /// `"publication":{…}`; null when the feed's publications are not followed.
  mutating func write(_ publication: FeedPublicationView?) {
    guard let publication else {
      key("publication")
      return null()
    }
    object("publication") {
      $0.field("usual", publication.usualSeconds)
      $0.field("p90", publication.p90Seconds)
      $0.field("alarm", publication.alarmSeconds)
      $0.field("samples", publication.samples)
      $0.field("newest_end", publication.newestEnd)
      $0.field("expected", publication.expected)
      $0.field("late", publication.lateReason != nil)
      $0.field("reason", publication.lateReason)
      $0.field("reason_zh", publication.lateReasonChinese)
    }
  }

  /// An element of the status's `budgets`.
  mutating func write(_ budget: BudgetStatusView) {
    beginObject()
    field("name", budget.name)
    field("requests", budget.requests)
    field("per", budget.perSeconds)
    field("available", budget.available)
    field("waiting", budget.waiting)
    field("made", budget.made)
    field("refused", budget.refused)
    field("held_until", budget.heldUntil)
    endObject()
  }
}
