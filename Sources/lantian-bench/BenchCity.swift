import ConfigurationFiles
import Daemon

/// Configuration files of made-up cities, read back the way `lantian run` reads them.
struct BenchCity {
  var directory: String
  var counties = 13
  var stations = 200
  /// Assessed stations, spread over the counties; the rest are micro-stations.
  var assessed = 40
  /// YAML after the tables: feeds and hooks.
  var feeds: String

  var configurationPath: String { directory + "/lantian.yaml" }
  var stateDirectory: String { directory + "/state" }
  /// What the daemon's environment must hold, so that the user's own settings do not interfere.
  var environment: [String] { ["LANTIAN_STATE_DIR=\(stateDirectory)", "LANTIAN_LISTEN=127.0.0.1:0"] }

  static func county(_ index: Int) -> String { "\(141_101 + index)" }
  static func station(_ index: Int) -> String { "B\(1_000 + index)" }

  func write() throws {
    _ = try freshDirectory(directory)
    try writeFile(
      directory + "/counties.csv",
      "code,name_zh,name_en,group\n"
        + (0..<counties).map { "\(Self.county($0)),县\($0),County \($0),测试" }.joined(separator: "\n") + "\n")
    let rows = (0..<stations).map { index in
      let isAssessed = index < assessed
      return "\(Self.station(index)),站\(index),\(Self.county(index % counties)),\(isAssessed ? "national" : "micro"),,,"
        + "\(isAssessed ? "yes" : "no"),no,no,\(isAssessed ? "regulatory" : "")"
    }
    try writeFile(
      directory + "/stations.csv",
      "id,name,county,class,lat,lon,assessed,urban,background,purpose\n" + rows.joined(separator: "\n") + "\n")
    try writeFile(
      configurationPath,
      """
      version: 1
      site: {name: 测试市, code: "141100", offset: "+08:00"}
      state: "\(stateDirectory)"
      listen: "127.0.0.1:0"
      counties: counties.csv
      stations: stations.csv
      \(feeds)

      """)
  }

  /// The configuration as the daemon will have it.
  func load() throws -> RuntimeConfiguration {
    let variables = environment.map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
    return try RuntimeConfiguration(
      try ConfigurationLoader.load(
        ConfigurationSources(
          path: configurationPath, environment: Dictionary(uniqueKeysWithValues: variables.map { ($0[0], $0[1]) }),
          presets: ConfigurationSources.knownPresets)))
  }

  /// Starts the real binary on it.
  func start(_ bench: Workbench, arguments: [String] = [], environment more: [String] = []) throws -> ChildProcess {
    try ChildProcess(
      [bench.program("lantian"), "run", "--config", configurationPath, "--log-level", "warning"] + arguments,
      environment: environment + more, log: directory + "/lantian.log")
  }
}
