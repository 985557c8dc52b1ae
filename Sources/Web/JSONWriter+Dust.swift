import AirQuality
import Engine
import JSONText

/// Sand-dust periods and what depends on them, as the API shows them.
extension JSONWriter {
  /// An element of `/api/v1/dust`; `now` decides whether it withholds the colour.
  mutating func write(_ period: DustPeriod, now: Instant) {
    beginObject()
    field("id", period.id)
    field("county", period.county)
    field("step", period.step.rawValue)
    field("from", period.from)
    field("until", period.until)
    field("by", period.by)
    field("evidence", period.step == .declared ? period.basis : nil)
    field("document", period.step == .confirmed ? period.basis : nil)
    field("at", period.at)
    field("withholds", period.withdrawal == nil && period.from < now && now <= period.until)
    if let withdrawal = period.withdrawal {
      object("withdrawn") {
        $0.field("by", withdrawal.by)
        $0.field("reason", withdrawal.reason)
        $0.field("at", withdrawal.at)
      }
    } else {
      key("withdrawn")
      null()
    }
    endObject()
  }

  /// A figure of a target on one basis, or null.
  mutating func field(_ name: String, _ figure: TargetView.Figure?) {
    guard let figure else {
      key(name)
      return null()
    }
    object(name) {
      $0.field("value", figure.value)
      $0.field("days", figure.days)
      $0.field("missing", figure.missing)
      $0.field("deducted", figure.deducted)
      $0.field("state", figure.state)
    }
  }
}
