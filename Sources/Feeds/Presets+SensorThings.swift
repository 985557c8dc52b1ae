/// Observations of the OGC SensorThings API (18-088), alone, expanded, or within the Datastreams or Things that have them.
///
/// An observation alone is a number and a time: what it measures stands in its Datastream, to be asked for with
/// `$expand=Datastream($expand=Thing,ObservedProperty)`. `phenomenonTime` is a moment, or an interval that is the
/// averaging period; `resultTime` stands in for a null one. What a Datastream without its ObservedProperty measures is
/// taken from its name or description; one that has neither is a station of its own, and its values `unspecified`.
extension Presets {
  private static let time = TimeMapping(
    path: "$.phenomenonTime | $.resultTime", notation: .rfc3339, meaning: .instant, periodMilliseconds: 0)
  private static let missing: [MissingMarker] = [.text(""), .text("NaN"), .text("nan"), .text("null"), .number(-9_999)]
  private static let error = ErrorMapping(path: "$.code", okValues: ["200"], messagePath: "$.message")

  /// `up` leads to the Datastream, `thing` to its Thing.
  private static func observations(_ rows: String, up: String, thing: String) -> FeedMapping {
    FeedMapping(
      container: .json(rows: rows), station: "\(thing)['@iot.id'] | \(thing).name | \(up)['@iot.id']", time: time,
      missing: missing,
      long: LongLayout(
        pollutant: "\(up).ObservedProperty.name | \(up).name | \(up).description", value: "$.result",
        unitPath: "\(up).unitOfMeasurement.symbol | \(up).unitOfMeasurement.name", knowsCommonNames: true,
        unnamed: .init(station: "\(up)['@iot.id']", advice: advice)),
      error: error, nextPage: "$['@iot.nextLink']")
  }

  /// `$resultFormat=dataArray`: lists of components, grouped by Datastream.
  private static let dataArray = FeedMapping(
    container: .table(rows: "$.value[*].dataArray[*]", fields: "$.value[0].components"),
    station: "^.Datastream['@iot.id'] | ^['Datastream@iot.navigationLink']",
    time: TimeMapping(
      path: "phenomenonTime | resultTime", notation: .rfc3339, meaning: .instant, periodMilliseconds: 0),
    missing: missing, values: [ValueMapping(pollutant: "unspecified", path: "result", unit: "unspecified")],
    error: error, nextPage: "$['@iot.nextLink']", advice: advice)

  private static let advice =
    "the observations do not say what they measure: they are kept as unspecified; ask the server with "
    + "$expand=Datastream($expand=Thing,ObservedProperty)"

  private static func alone(_ rows: String) -> FeedMapping {
    FeedMapping(
      container: .json(rows: rows), station: nil, time: time, missing: missing,
      values: [ValueMapping(pollutant: "unspecified", path: "$.result", unit: "unspecified")], error: error,
      nextPage: "$['@iot.nextLink']",
      advice: advice)
  }

  static let sensorThings = [
    PresetShape(.path("$.value[0].dataArray"), dataArray),
    PresetShape(
      .path("$.value[0].Datastream"), observations("$.value[*]", up: "$.Datastream", thing: "$.Datastream.Thing")),
    PresetShape(.path("$[0].Datastream"), observations("$[*]", up: "$.Datastream", thing: "$.Datastream.Thing")),
    PresetShape(
      .path("$.value[0].Datastreams"),
      observations("$.value[*].Datastreams[*].Observations[*]", up: "^", thing: "^^")),
    PresetShape(.path("$.Datastreams"), observations("$.Datastreams[*].Observations[*]", up: "^", thing: "^^")),
    PresetShape(
      .path("$.value[0].Observations"), observations("$.value[*].Observations[*]", up: "^", thing: "^.Thing")),
    PresetShape(.path("$.Observations"), observations("$.Observations[*]", up: "^", thing: "^.Thing")),
    PresetShape(.path("$.Datastream"), observations("$", up: "$.Datastream", thing: "$.Datastream.Thing")),
    PresetShape(.list("$"), alone("$[*]")), PresetShape(.path("$.result"), alone("$")),
    PresetShape(alone("$.value[*]")),
  ]
}
