package import AirQuality

/// The story that `lantian demo` tells, and the configuration it runs on.
package enum DemoScenario {
  /// Civil time of the first moment: 2020-12-01T00:00+08:00.
  package static let start = DemoAir.start
  /// By then every level has come and gone and lifting was proposed everywhere.
  package static let storyDays = 12
  /// Civil seconds per real second: the story takes 288 s.
  package static let defaultSpeed = 3_600.0

  /// The highest level that the counties reach, by code; the rest reach none. The city and the urban district stand
  /// beside them.
  package static let expectedPeakLevels: [String: String] = [
    "141181": "red", "141182": "red", "141121": "orange", "141122": "orange", "141102": "yellow", "141125": "yellow",
    "141100": "orange", "141100-urban": "yellow",
  ]

  /// Civil minutes between polls of a micro feed: one in real operation, more when time runs faster, so that 13 feeds
  /// make at most some 50 polls a real second.
  package static func microPollMinutes(speed: Double) -> Int { step(atLeast: speed / 240) }

  /// Civil minutes between polls of a lidar.
  package static func lidarPollMinutes(speed: Double) -> Int { step(atLeast: speed / 120) }

  /// Minutes that a micro answer carries: enough for a late poll.
  package static func microAnswerMinutes(speed: Double) -> Int {
    let every = microPollMinutes(speed: speed)
    return min(DemoFeed.microMinutesLimit, max(DemoFeed.standardMicroMinutes, every + every / 2 + 3))
  }

  /// The next larger even part of an hour.
  private static func step(atLeast minutes: Double) -> Int {
    [1, 2, 3, 5, 10, 15, 20, 30].first { Double($0) >= minutes } ?? 60
  }

  /// A complete configuration folder: relative path to contents.
  ///
  /// `targetsCSV` is the text of the shipped table of 2020, `listen` host and port, `statePath` absolute; `seed` is
  /// that of the simulator behind `feedPort`.
  package static func configurationFiles(
    feedPort: Int, statePath: String, listen: String, targetsCSV: String, speed: Double = defaultSpeed,
    seed: UInt64 = DemoSimulator.defaultSeed
  ) -> [String: String] {
    var files = folder(
      feedPort: feedPort, statePath: statePath, listen: listen, targetsPath: "targets/2020.csv", speed: speed,
      seed: seed)
    files["targets/2020.csv"] = targetsCSV
    return files
  }

  /// The folder as it is shipped in `Deploy/demo` for reading: real speed, fixed ports, the shipped table of targets.
  package static func exampleFiles() -> [String: String] {
    folder(
      feedPort: 8_651, statePath: "state", listen: "127.0.0.1:8650", targetsPath: "../targets/2020.csv", speed: 1,
      seed: DemoSimulator.defaultSeed)
  }

  private static func folder(
    feedPort: Int, statePath: String, listen: String, targetsPath: String, speed: Double, seed: UInt64
  ) -> [String: String] {
    let main = yaml(feedPort: feedPort, statePath: statePath, listen: listen, targetsPath: targetsPath, speed: speed)
    return [
      "lantian.yaml": main, "counties.csv": countiesCSV(), "stations.csv": stationsCSV(),
      "daily-2020.csv": DemoHistory(seed: seed).csv(),
    ]
  }

  /// The county table of the demonstration.
  package static func countiesCSV() -> String {
    DemoCity.counties.reduce(into: "code,name_zh,name_en,group\n") { text, county in
      text += "\(county.code),\(county.nameChinese),\(county.nameEnglish),\(county.group)\n"
    }
  }

  /// The station table of the demonstration.
  package static func stationsCSV() -> String {
    var text = "id,name,county,class,lat,lon,assessed,urban,background,purpose\n"
    func yes(_ flag: Bool) -> String { flag ? "yes" : "no" }
    for station in DemoNetwork().all {
      text += "\(station.id),\(station.name),\(station.county),\(station.stationClass.rawValue),"
      text += "\(station.latitude ?? 0),\(station.longitude ?? 0),\(yes(station.assessed)),\(yes(station.urban)),"
      text += "\(yes(station.background)),\(station.purpose)\n"
    }
    return text
  }

  private static func yaml(
    feedPort: Int, statePath: String, listen: String, targetsPath: String, speed: Double
  ) -> String {
    let base = "http://127.0.0.1:\(feedPort)"
    let simulator = DemoSimulator()
    var text = """
      version: 1
      # Simulated: names are real, every value is invented. `lantian demo` writes this folder for itself, with the port
      # of its own feed server. 模拟数据，仅供演示。
      site: {name: 吕梁市, code: "141100", offset: "+08:00"}
      state: \(quoted(statePath))
      listen: \(quoted(listen))
      counties: counties.csv
      stations: stations.csv
      targets: [\(targetsPath)]
      history: [daily-2020.csv]
      aqi: {edition: by-date}
      alerts: {criteria: mee-2018}
      feeds:

      """
    for feed in simulator.feeds(microMinutes: microAnswerMinutes(speed: speed)) {
      text += "  - name: \(feed.name)\n    url: \(quoted(base + feed.path))\n    timeout: 5s\n    connect_timeout: 2s\n"
      text += settings(of: feed, speed: speed)
    }
    return text
  }

  private static func settings(of feed: DemoFeed, speed: Double) -> String {
    switch feed {
    case .national: "    every: 20m\n    offset: 5m\n    format: cnemc\n"
    case .provincial: "    every: 30m\n    offset: 12m\n" + provincialFormat
    case .micro: "    every: \(microPollMinutes(speed: speed))m\n" + microFormat
    case .lidar: "    every: \(lidarPollMinutes(speed: speed))m\n    format: lidar-json\n"
    }
  }

  private static let provincialFormat = """
        format:
          json:
            rows: $.data[*]
            station: $.station
            time: {path: $.time, as: rfc3339, stamp: end, period: 1h}
            missing: ["-"]
            values:
              pm25: {path: $.pm25, unit: ug/m3}
              pm10: {path: $.pm10, unit: ug/m3}
              so2: {path: $.so2, unit: ug/m3}
              no2: {path: $.no2, unit: ug/m3}
              o3: {path: $.o3, unit: ug/m3}
              co: {path: $.co, unit: mg/m3}

    """

  private static let microFormat = """
        format:
          json:
            rows: $.data[*]
            station: $.sn
            time: {path: $.ts, as: epoch-ms, stamp: end, period: 1m}
            missing: [-999, "-", ""]
            values:
              pm25: {path: $.pm2_5, unit: ug/m3}
              pm10: {path: $.pm10, unit: ug/m3}
              so2: {path: $.so2, unit: ppb}

    """

  /// A YAML string in double quotes.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for character in text {
      if character == "\"" || character == "\\" { result.append("\\") }
      result.append(character)
    }
    return result + "\""
  }
}
