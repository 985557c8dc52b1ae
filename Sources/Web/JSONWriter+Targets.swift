import AirQuality
import Engine
import JSONText

/// Where a target stands, as the API shows it.
extension JSONWriter {
  /// An element of `/api/v1/targets`.
  mutating func write(_ target: TargetView) {
    beginObject()
    field("year", target.year)
    field("county", target.county)
    field("indicator", target.indicator)
    field("target", target.target)
    field("unit", target.unit)
    object("to_date") {
      $0.field("value", target.valueToDate)
      $0.field("days", target.days)
      $0.field("missing", target.missing)
      $0.field("counted", target.counted)
      $0.field("left", target.left)
      $0.field("expected", target.expected)
    }
    field("remaining_mean_allowed", target.remainingMeanAllowed)
    optional("projection", target.projection) {
      $0.field("value", $1.value)
      $0.field("low", $1.low)
      $0.field("high", $1.high)
      $0.field("method", $1.method)
    }
    field("state", target.state)
    field("since", target.since?.description)
    field("reason", target.reason)
    field("reason_en", target.reasonEnglish)
    field("review", target.review.rawValue)
    field("comparison", target.comparison)
    field("budget_ratio", target.budgetRatio)
    optional("episode", target.episode) {
      $0.field("from", $1.from.description)
      $0.field("spent", $1.spent)
    }
    field("basis", target.basis)
    field("measured", target.measured)
    field("dust_deducted", target.dustDeducted)
    field("provisional", target.provisional)
    field("reviewed", target.reviewed)
    writeSource(target)
    writeFacts(target)
    endObject()
  }

  private mutating func writeSource(_ target: TargetView) {
    field("source", target.source)
    field("in_force_from", target.inForceFrom?.description)
    array("earlier", target.earlier) { writer, earlier in
      writer.object {
        $0.field("target", earlier.target)
        $0.field("source", earlier.source)
        $0.field("in_force_from", earlier.inForceFrom?.description)
      }
    }
    field("drop_percent", target.printedDrop)
    field("cut_days", target.printedCut)
    optional("baseline", target.baseline) {
      $0.field("year", $1.year)
      $0.field("value", $1.value)
      $0.field("low", $1.low)
      $0.field("high", $1.high)
      $0.field("official", $1.isOfficial)
      $0.field("derived", $1.isDerived)
      $0.field("source", $1.source)
    }
    optional("drop", target.drop) {
      $0.field("low", $1.low)
      $0.field("high", $1.high)
    }
  }

  private mutating func writeFacts(_ target: TargetView) {
    optional("hours", target.hours) {
      $0.field("county", $1.county)
      $0.field("station", $1.station)
      $0.field("station_max", $1.stationMaximum)
      $0.field("season_from", $1.seasonFrom?.description)
      $0.field("season_until", $1.seasonUntil?.description)
      $0.field("season_county", $1.seasonCounty)
      $0.field("season_station", $1.seasonStation)
    }
    array("lists", target.lists) { writer, list in
      writer.object {
        $0.field("period", list.period)
        $0.field("document", list.document)
        $0.field("listed", list.isListed)
      }
    }
  }

  /// An object, or null.
  private mutating func optional<Value>(
    _ name: String, _ value: Value?, _ body: (inout JSONWriter, Value) -> Void
  ) {
    guard let value else {
      key(name)
      null()
      return
    }
    object(name) { body(&$0, value) }
  }
}
