/// OpenAQ. Stamps end their period and are exclusive ("time-ending", docs.openaq.org, Dates, times and timezones).
extension Presets {
  /// Providers' sentinels that OpenAQ passes on.
  private static let missing: [MissingMarker] = [.number(-9_999), .number(-999), .text("")]
  private static let error = ErrorMapping(path: "$.detail")

  private static let names: [LongLayout.Name] = [
    ("pm25", "pm25"), ("pm10", "pm10"), ("pm1", "pm1"), ("so2", "so2"), ("no2", "no2"), ("o3", "o3"), ("co", "co"),
    ("no", "no"), ("nox", "nox"), ("nh3", "nh3"), ("bc", "bc"), ("co2", "co2"), ("temperature", "temperature"),
    ("relativehumidity", "humidity"), ("pressure", "pressure"), ("wind_speed", "wind_speed"),
    ("wind_direction", "wind_direction"),
  ].map { LongLayout.Name($0.0, pollutant: $0.1) }

  private static func long(_ parameter: String, value: String) -> LongLayout {
    LongLayout(
      pollutant: parameter + ".name", value: value, unitPath: parameter + ".units", names: names)
  }

  /// `/v3/sensors/{id}/measurements` (and hours, days), `/v3/sensors/{id}` and `/v3/locations/{id}/sensors`, and
  /// `/v3/locations/{id}/latest` or `/v3/parameters/{id}/latest`.
  static let openaq = [
    PresetShape(.path("$.results[0].period"), openaqMeasurements),
    PresetShape(.path("$.results[0].parameter"), openaqSensors), PresetShape(openaqLatest),
  ]

  /// Rows tell both ends of their period. They name no sensor: the feed's address does.
  private static let openaqMeasurements = FeedMapping(
    container: .json(rows: "$.results[*]"), station: nil,
    time: TimeMapping(
      path: "$.period.datetimeFrom.utc", notation: .rfc3339, meaning: .begin, periodMilliseconds: 0,
      endPath: "$.period.datetimeTo.utc"),
    missing: missing, long: long("$.parameter", value: "$.value"), error: error,
    position: PositionMapping(latitude: "$.coordinates.latitude", longitude: "$.coordinates.longitude"),
    exceptions: [
      RowException(
        path: "$.period.label", texts: ["hourofday", "dayofweek", "monthofyear"],
        complaint: "a mean over all hours, days or months of one name is no measurement of a period; ask for "
          + "measurements, hours or days")
    ])

  private static let openaqSensors = FeedMapping(
    container: .json(rows: "$.results[*]"), station: nil,
    time: TimeMapping(
      path: "$.latest.datetime.utc", notation: .rfc3339, meaning: .instant, periodMilliseconds: 0),
    missing: missing, long: long("$.parameter", value: "$.latest.value"), error: error,
    position: PositionMapping(
      latitude: "$.latest.coordinates.latitude", longitude: "$.latest.coordinates.longitude"))

  /// Rows name a sensor, but neither its pollutant nor its unit nor its period.
  private static let openaqLatest = FeedMapping(
    container: .json(rows: "$.results[*]"), station: "$.locationsId",
    time: TimeMapping(path: "$.datetime.utc", notation: .rfc3339, meaning: .instant, periodMilliseconds: 0),
    missing: missing, values: [ValueMapping(pollutant: "unspecified", path: "$.value", unit: "unspecified")],
    error: error,
    position: PositionMapping(latitude: "$.coordinates.latitude", longitude: "$.coordinates.longitude"),
    advice: "OpenAQ's latest values name neither pollutant nor unit: they are kept as unspecified; declare a mapping "
      + "that gives the feed's one pollutant, or names sensors under `pollutant: $.sensorsId`")

  /// The archive's lines; `location` is the station.
  static let openaqRealtime = FeedMapping(
    container: .ndjson(rows: "$"), station: "$.location",
    time: TimeMapping(
      path: "$.date.utc", notation: .rfc3339, meaning: .end, periodMilliseconds: 0,
      rowPeriod: .init(
        path: "$.averagingPeriod.value", unitMilliseconds: 3_600_000, unitPath: "$.averagingPeriod.unit")),
    missing: missing,
    long: LongLayout(pollutant: "$.parameter", value: "$.value", unitPath: "$.unit", names: names),
    error: ErrorMapping(path: "$.message"),
    position: PositionMapping(
      latitude: "$.coordinates.latitude", longitude: "$.coordinates.longitude", namesRepeat: true))
}
