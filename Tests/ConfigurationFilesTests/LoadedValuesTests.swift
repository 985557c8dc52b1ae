import AirQuality
import ConfigurationFiles
import Glibc
import Secrets
import Testing

/// A folder of its own under the temporary directory, removed at the end.
final class TemporaryFolder {
  let path: String

  init() {
    var template = Array("/tmp/lantian-configuration-XXXXXX".utf8CString)
    path = mkdtemp(&template).map { String(cString: $0) } ?? ""
  }

  func write(_ name: String, _ text: String, mode: mode_t = 0o640) {
    CaseFolder.write(Array(text.utf8), to: path + "/" + name, mode: mode)
  }

  /// The smallest tables and a main file with `extra` at its end.
  func writeMain(_ extra: String, mode: mode_t = 0o640) {
    write("counties.csv", "code,name_zh,name_en\n141102,离石区,Lishi\n")
    write("stations.csv", "id,name,county,class,lat,lon,assessed\n2183A,环保局,141102,national,,,yes\n")
    let head = "version: 1\nsite: {name: 吕梁市, code: \"141100\"}\ncounties: counties.csv\nstations: stations.csv\n"
    write("lantian.yaml", head + extra, mode: mode)
  }

  func sources(_ environment: [String: String] = [:]) -> ConfigurationSources {
    CaseFolder.sources(path + "/lantian.yaml", environment: environment)
  }

  deinit {
    for name in ["counties.csv", "stations.csv", "lantian.yaml", "key"] { unlink(path + "/" + name) }
    rmdir(path)
  }
}

@Suite("loaded values")
struct LoadedValuesTests {
  private func everything() throws -> LoadedConfiguration {
    try ConfigurationLoader.load(CaseFolder.sources(CaseFolder.root + "/cases/good-everything.yaml"))
  }

  @Test func feedsKeepWhatTheFileSays() throws {
    let feeds = try everything().feeds
    #expect(feeds.map(\.name) == ["national", "park", "街道"])
    let national = feeds[0]
    #expect(national.url == "https://feeds.example/live.xml")
    #expect(national.display == "https://${HOST}/live.xml")
    #expect(national.everyMilliseconds == 3_600_000 && national.offsetMilliseconds == 420_000)
    #expect(national.timeoutMilliseconds == 10_000 && national.connectTimeoutMilliseconds == 5_000)
    #expect(national.maxBodyBytes == 16_777_216 && national.maxRedirects == 0 && national.http2)
    #expect(national.lowSpeed?.bytesPerSecond == 100 && national.lowSpeed?.forMilliseconds == 10_000)
    #expect(national.tls.authorityFile == CaseFolder.root + "/cases/tables/ca.pem")
    #expect(national.proxy?.display == "http://proxy.example:3128")
    #expect(feeds[1].enabled == false && feeds[1].authentication == .bearer(Secret(Array("cred-s3cr3t".utf8))))
    #expect(feeds[2].station == "M-001")
    #expect(feeds[2].connectTimeoutMilliseconds == 500)
  }

  @Test func mappingsKeepPathsUnitsAndPlaces() throws {
    let feeds = try everything().feeds
    guard case .mapping(let json) = feeds[1].format, case .mapping(let csv) = feeds[2].format else {
      Issue.record("no mapping")
      return
    }
    #expect(json.kind == .json && json.rows?.text == "$.data[*]" && json.rows?.path == "feeds[1].format.json.rows")
    #expect(json.rows?.location.line == 35)
    #expect(json.missing == ["-999", "-", ""])
    #expect(json.values.map(\.pollutant) == [.pm25, .so2])
    #expect(json.values.map(\.unit) == [.microgramsPerCubicMeter, .partsPerBillion])
    #expect(json.time.encoding == .epochMilliseconds && json.time.stamp == .end)
    #expect(json.time.periodMilliseconds == 60_000 && json.time.zone == nil)
    #expect(csv.delimiter == ";" && csv.missing == ["-"] && csv.time.pattern == "yyyy-MM-dd HH:mm")
    #expect(csv.time.zone == .utc)
    #expect(csv.long?.names.map(\.text) == ["P1", "P2", "T"])
    #expect(csv.long?.names.map(\.unit) == [.microgramsPerCubicMeter, .microgramsPerCubicMeter, .celsius])
    #expect(csv.error?.text == "Message")
  }

  @Test func richMappings() throws {
    func mapping(_ name: String) throws -> FormatMapping? {
      let loaded = try ConfigurationLoader.load(CaseFolder.sources(CaseFolder.root + "/cases/\(name).yaml"))
      guard case .mapping(let mapping)? = loaded.feeds.first?.format else { return nil }
      return mapping
    }
    let csv = try #require(try mapping("good-mapping-rich"))
    #expect(csv.skippedLines == 2 && !csv.hasHeader && csv.textEncoding == .gb18030 && csv.skipsRowsWithoutStation)
    #expect(csv.endsLines)
    #expect(csv.time.encoding == .received && csv.time.path.text == "")
    #expect(csv.error?.text == "[1]" && csv.errorExceptions == ["0", "ok"] && csv.errorMessage?.text == "[2]")
    #expect(csv.values.map { $0.unitPath?.text } == ["[4]", nil])
    #expect(csv.values.map(\.periodMilliseconds) == [nil, 28_800_000])
    let json = try #require(try mapping("good-mapping-long-unit-path"))
    #expect(json.time.encoding == .ageSeconds && json.long?.unitPath?.text == "$.u")
    #expect(json.long?.names.map(\.unit) == [.microgramsPerCubicMeter, .kelvin])
    let route = try #require(try mapping("good-mapping-route"))
    #expect(route.kind == .ndjson && route.latitude?.text == "$.lat" && route.longitude?.text == "$.lon")
    #expect(route.long?.commonNames == true && route.long?.names.isEmpty == true)
    #expect(route.time.timeOfDay?.text == "$.clock" && route.time.zonePath?.text == "$.tz")
    #expect(route.time.periodPath?.text == "$.n" && route.time.periodUnitMilliseconds == 1_000)
    let month = try #require(try mapping("good-mapping-month"))
    #expect(month.kind == .tsv && month.delimiter == "\t" && month.textEncoding == .latin1 && month.time.isMonthly)
    #expect(month.values.map(\.unit) == [.gramsPerSquareMeterMonth])
    let table = try #require(try mapping("good-mapping-table"))
    #expect(table.fields?.text == "$.fields" && table.nextPage?.text == "$.next" && table.time.end?.text == "to")
  }

  @Test func aFeedThatOnlyMovedIsTheSame() throws {
    let folder = TemporaryFolder()
    let park = """
        - name: park
          url: https://a/
          every: 1m
          format: {json: {time: {path: $.t, as: rfc3339, stamp: instant}, values: {pm25: {path: $.a, unit: ug/m3}}}}

      """
    let other = "  - {name: other, url: \"https://b/\", format: cnemc, every: 1h}\n"
    folder.writeMain("feeds:\n" + park)
    let before = try ConfigurationLoader.load(folder.sources()).feeds
    folder.writeMain("feeds:\n" + other + park)
    let after = try ConfigurationLoader.load(folder.sources()).feeds
    #expect(before[0] == after[1] && before[0].hashValue == after[1].hashValue)
    #expect(before[0].location != after[1].location)
    folder.writeMain("feeds:\n" + park.replacing("$.a", with: "$.b"))
    #expect(try ConfigurationLoader.load(folder.sources()).feeds[0] != before[0])
  }

  @Test func hooksTablesAndSettings() throws {
    let loaded = try everything()
    #expect(loaded.hooks.map(\.name) == ["duty-room", "siren"])
    #expect(loaded.hooks[0].kinds == ["level", "alert", "notice"])
    #expect(loaded.hooks[1].kinds == ["level", "alert"] && loaded.hooks[1].levels == ["red"])
    #expect(loaded.hooks[1].target == .exec(command: ["/bin/true", "--loud"], timeoutMilliseconds: 60_000))
    guard case .webhook(let webhook) = loaded.hooks[0].target else {
      Issue.record("no webhook")
      return
    }
    #expect(
      webhook.url.revealText() == "https://duty.example/hook/hunter2-token" && webhook.timeoutMilliseconds == 5_000)
    #expect(webhook.secret?.revealText() == "hunter2-token")
    #expect(loaded.edition == "hj633-2026" && loaded.criteria == "mee-2018")
    #expect(loaded.listen == ListenAddress(host: "::1", port: 0))
    #expect(loaded.stateDirectory == CaseFolder.root + "/cases/state")
    #expect(loaded.limits.connections == 10 && loaded.limits.decodeBacklogBytes == 8 << 20)
    #expect(loaded.retention.minuteDays == 30 && loaded.retention.rawBytes == 1 << 30)
    #expect(loaded.targets.map(\.bytes.count) == [72])
    #expect(loaded.history.map(\.rows.count) == [3, 4])
    let urban = loaded.history[0].rows[2]
    #expect(urban.county == "141100-urban" && urban.day == CivilDay("2020-01-04") && urban.value.value == 20)
    #expect(loaded.history[1].rows[1].value.thousandths == 120_500)
    #expect(loaded.history[0].digest.utf8.count == 64)
  }

  @Test(
    "encodings give the same stations",
    arguments: ["good-minimal", "good-gb18030", "good-everything", "good-bom"])
  func encodings(_ name: String) throws {
    let path = CaseFolder.root + "/cases/\(name).yaml"
    let site = try ConfigurationLoader.load(CaseFolder.sources(path)).site
    #expect(site.stations.map(\.name) == ["环保局", "孝义一", "微站一"])
    #expect(site.stations.map(\.assessed) == [true, true, false])
    #expect(site.stations[0].urban && site.stations[0].latitude == 37.5211 && site.stations[2].latitude == nil)
    #expect(site.counties.map(\.nameChinese) == ["离石区", "孝义市"])
  }

  @Test func fullWidthDigitsAndQuotes() throws {
    let path = CaseFolder.root + "/cases/good-full-width.yaml"
    let stations = try ConfigurationLoader.load(CaseFolder.sources(path)).site.stations
    #expect(stations.map(\.county) == ["141102", "141181"])
    #expect(stations.map(\.name) == ["环保局, 院内", "孝\"义\""])
    #expect(stations[0].latitude == 37.5 && stations[0].longitude == 111.14)
    #expect(stations.map(\.stationClass) == [.national, .provincial])
  }

  @Test func fragmentsAddInNameOrder() throws {
    let loaded = try ConfigurationLoader.load(
      CaseFolder.sources(CaseFolder.root + "/folders/good-fragments/lantian.yaml"))
    #expect(loaded.feeds.map(\.name) == ["a", "b", "c"])
    #expect(loaded.files.count == 6)
  }

  @Test(
    "timeout without a value is the smaller of every and 30 s, at least 5 s",
    arguments: [("1s", 5_000), ("5s", 5_000), ("10s", 10_000), ("1m", 30_000), ("1h", 30_000)] as [(String, Int64)])
  func defaultTimeout(_ every: String, _ expected: Int64) throws {
    let folder = TemporaryFolder()
    folder.writeMain("feeds: [{name: a, url: \"https://a/\", format: cnemc, every: \(every)}]\n")
    let feed = try #require(try ConfigurationLoader.load(folder.sources()).feeds.first)
    #expect(feed.timeoutMilliseconds == expected)
    #expect(feed.connectTimeoutMilliseconds == 5_000 && feed.maxBodyBytes == 16 << 20 && feed.offsetMilliseconds == nil)
    #expect(feed.lowSpeed == nil && feed.enabled && !feed.http2)
  }
}

@Suite("the ledger's files")
struct LedgerFileTests {
  @Test("values of every file")
  func values() throws {
    let loaded = try ConfigurationLoader.load(CaseFolder.sources(CaseFolder.root + "/cases/good-ledger.yaml"))
    let facts = loaded.ledger
    #expect(
      facts.baselines == [
        TargetBaseline(
          year: 2019, county: "141102", indicator: "pm10_annual_mean", value: Concentration(87), isOfficial: true,
          source: "2019年环境质量公报"),
        TargetBaseline(
          year: 2019, county: "141102", indicator: "heavy_days", value: Concentration(5), isOfficial: true,
          source: "2019年环境质量公报"),
        TargetBaseline(
          year: 2019, county: "141181", indicator: "pm10_annual_mean", value: Concentration(137.6), isOfficial: false),
      ])
    #expect(facts.heatingSeasons.map(\.until.description) == ["2020-03-31", "2021-03-31"])
    #expect(facts.reported.map(\.month) == [1, 2, nil])
    #expect(facts.reported.map(\.value.thousandths) == [7_400, 6_900, 8_100])
    #expect(
      facts.provinceLists == [
        ProvinceList(year: 2020, month: 3, document: "晋环函〔2020〕1号", members: ["141181"]),
        ProvinceList(year: 2020, document: "晋环函〔2021〕1号", members: []),
      ])
    #expect(facts.reviewedYears.map(\.document) == ["审核纪要〔2020〕3号"])
    #expect(facts.cityDays == .countyDays)
    #expect(loaded.tasks.map(\.task) == ["1", "2"])
    #expect(loaded.tasks[0].evidence == "评估报告, 第3号" && loaded.tasks[0].doneOn == CivilDay("2020-06-28"))
    #expect(loaded.tasks[1].doneOn == nil)
    #expect(loaded.explanationLines.contains("  tasks: 2"))
  }
}

@Suite("shipped example")
struct ExampleTests {
  static let deploy =
    String(#filePath.dropLast("Tests/ConfigurationFilesTests/LoadedValuesTests.swift".count)) + "Deploy"

  @Test(
    "the example configuration loads",
    .enabled(if: access(deploy + "/targets/2020.csv", R_OK) == 0, "Deploy/targets/2020.csv is not there"))
  func example() throws {
    let sources = CaseFolder.sources(Self.deploy + "/lantian.example.yaml", environment: [:])
    let loaded = try ConfigurationLoader.load(sources)
    #expect(loaded.site.counties.count == 13)
    #expect(loaded.site.stations.map(\.id) == ["2183A", "2185A", "2867A"])
    #expect(loaded.feeds.map(\.enabled) == [true, false])
    #expect(loaded.tasks.count == 6 && loaded.tasks.allSatisfy { $0.doneOn == nil })
    // Only Lishi has stations in the example.
    #expect(loaded.warnings.count == 12)
    #expect(
      loaded.site.counties.filter { $0.group == "平川四县" }.map(\.nameChinese).sorted()
        == ["交城县", "孝义市", "文水县", "汾阳市"].sorted())
  }
}

@Suite("precedence")
struct PrecedenceTests {
  @Test(
    "state: command line, LANTIAN_STATE_DIR, file, STATE_DIRECTORY, default",
    arguments: [
      (nil, nil, nil, nil, "/var/lib/lantian"), (nil, nil, nil, "/s/one:/s/two", "/s/one"),
      (nil, nil, "/f", "/s", "/f"), (nil, "/e", "/f", "/s", "/e"), ("/c", "/e", "/f", "/s", "/c"),
      (nil, "", "/f", nil, "/f"),
    ] as [(String?, String?, String?, String?, String)])
  func state(_ line: String?, _ variable: String?, _ file: String?, _ systemd: String?, _ expected: String) throws {
    let folder = TemporaryFolder()
    folder.writeMain(file.map { "state: \($0)\n" } ?? "")
    var sources = folder.sources()
    sources.environment["LANTIAN_STATE_DIR"] = variable
    sources.environment["STATE_DIRECTORY"] = systemd
    sources.stateDirectory = line
    #expect(try ConfigurationLoader.load(sources).stateDirectory == expected)
  }

  @Test(
    "listen: command line, LANTIAN_LISTEN, file, default",
    arguments: [
      (nil, nil, nil, "127.0.0.1:8650"), (nil, nil, "127.0.0.1:1", "127.0.0.1:1"),
      (nil, "[::1]:2", "127.0.0.1:1", "[::1]:2"), ("localhost:3", "[::1]:2", "127.0.0.1:1", "localhost:3"),
    ] as [(String?, String?, String?, String)])
  func listen(_ line: String?, _ variable: String?, _ file: String?, _ expected: String) throws {
    let folder = TemporaryFolder()
    folder.writeMain(file.map { "listen: \($0)\n" } ?? "")
    var sources = folder.sources()
    sources.environment["LANTIAN_LISTEN"] = variable
    sources.listen = line
    let loaded = try ConfigurationLoader.load(sources)
    #expect(loaded.listen.description == expected)
    let overridden = loaded.warnings.contains { $0.concern == .overriddenByEnvironment(variable: "LANTIAN_LISTEN") }
    #expect(overridden == (variable != nil && file != nil))
  }

  @Test func aBadAddressInTheEnvironmentNamesTheVariable() {
    let folder = TemporaryFolder()
    folder.writeMain("")
    let failure = #expect(throws: ConfigurationFailure.self) {
      try ConfigurationLoader.load(folder.sources(["LANTIAN_LISTEN": "nowhere"]))
    }
    #expect(
      failure?.description
        == "LANTIAN_LISTEN: \"nowhere\" is not usable: write an address and a port, such as 127.0.0.1:8650 or [::1]:8650"
    )
  }
}

@Suite("Feeds of instruments that dial in")
struct InstrumentFeedTests {
  @Test("the feed and its list of devices")
  func values() throws {
    let loaded = try ConfigurationLoader.load(CaseFolder.sources(CaseFolder.root + "/cases/good-instruments.yaml"))
    #expect(loaded.feedNames == ["dial-in", "national", "more"])
    let feed = try #require(loaded.instruments.first)
    #expect(feed.listen == ListenAddress(host: "127.0.0.1", port: 9001) && feed.enabled && feed.connections == 40)
    #expect(feed.idleMilliseconds == 10_800_000 && feed.lateAfterMilliseconds == 600_000)
    let devices = feed.devices
    #expect(devices.map(\.identity) == ["JLYP01_AIR01_0001", "88888880000001", "690000D5800028F889221AC0"])
    #expect(devices.map(\.station) == ["M1", "M2", nil])
    #expect(devices[0].units.isEmpty && devices[0].minutes == 1 && !devices[0].stampsEnd)
    #expect(devices[0].password != devices[1].password && devices[1].password == devices[2].password)
    #expect(devices[1].units[.pm25] == .milligramsPerCubicMeter && devices[1].units[.co] == .milligramsPerCubicMeter)
    #expect(devices[1].units[.temperature] == nil && devices[1].minutes == 10 && devices[1].stampsEnd)
    #expect(devices[2].units == [.co: .microgramsPerCubicMeter])
    let other = loaded.instruments[1]
    #expect(!other.enabled && other.devices.allSatisfy { $0.password == nil || $0.identity == "JLYP01_AIR01_0001" })
    let lines = loaded.explanationLines.joined(separator: "\n")
    #expect(lines.contains("127.0.0.1:9001") && lines.contains("instruments: 2"))
  }
}
