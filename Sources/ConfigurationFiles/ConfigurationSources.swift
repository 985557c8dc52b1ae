/// What a configuration is loaded from.
package struct ConfigurationSources: Sendable {
  /// The main file; `conf.d/*.yaml` beside it is read after it, in name order.
  package var path: String
  /// The process environment: `${NAME}`, `LANTIAN_STATE_DIR`, `LANTIAN_LISTEN`, `STATE_DIRECTORY`,
  /// `CREDENTIALS_DIRECTORY`.
  package var environment: [String: String]
  /// Names of the formats the decoders know.
  package var presets: [String]
  /// What each of them is, for `check --explain`.
  package var presetSummaries: [String: String] = [:]
  /// Names of the level criteria and AQI editions the kernel knows.
  package var criteria: [String]
  package var editions: [String]
  /// From the command line; wins over environment and file.
  package var listen: String?
  package var stateDirectory: String?

  package init(
    path: String, environment: [String: String], presets: [String],
    criteria: [String] = ["mee-2018"], editions: [String] = ["by-date", "hj633-2012", "hj633-2026"],
    listen: String? = nil, stateDirectory: String? = nil
  ) {
    self.path = path
    self.environment = environment
    self.presets = presets
    self.criteria = criteria
    self.editions = editions
    self.listen = listen
    self.stateDirectory = stateDirectory
  }

  /// The presets of this version.
  package static let knownPresets = [
    "cnemc", "pm25in", "sensor-community", "uk-air", "lidar-json", "waqi", "openaq-v3", "openaq-realtime", "purpleair",
    "airgradient", "airnow-hourly", "sensorthings", "influx-line", "prometheus-text", "hj212",
  ]
}
