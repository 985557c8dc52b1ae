import AirQuality
import ConfigurationFiles
import Delivery
import Engine
import Feeds
import Polling
import Secrets
import TestSupport
import Testing
import Transport

@testable import Daemon

@Suite("A configuration reaches its rooms")
struct RuntimeConfigurationTests {
  private func feed(_ format: String) -> String {
    "feeds:\n  - name: park\n    url: https://vendor.example/latest\n    every: 1m\n    format:\n"
      + format.split(separator: "\n", omittingEmptySubsequences: false).map { "      " + $0 }.joined(separator: "\n")
  }

  private func mapping(_ format: String) throws -> FeedMapping {
    let directory = TemporaryDirectory()
    let loaded = try loadedConfiguration(feed(format), in: directory)
    guard case .mapping(let mapping)? = loaded.feeds.first?.format else { throw Missing() }
    _ = try RuntimeConfiguration(loaded)
    return FeedMapping(mapping)
  }

  struct Missing: Error {}

  /// A corrected mapping makes another feed of it: what the peer has is fetched again; an untouched one stays.
  @Test func aCorrectedMappingIsAnotherFeed() throws {
    func definition(_ unit: String) throws -> FeedDefinition {
      let directory = TemporaryDirectory()
      let text = feed(
        """
        json:
          rows: $.data[*]
          station: $.sn
          time: {path: $.ts, as: epoch-ms, stamp: end, period: 1m}
          values: {so2: {path: $.so2, unit: \(unit)}}
        """)
      return try #require(try RuntimeConfiguration(loadedConfiguration(text, in: directory)).definitions.first)
    }
    #expect(try definition("ppb") == definition("ppb"))
    #expect(try definition("ppb") != definition("ug/m3"))
  }

  @Test func everyKeyOfAWideMappingReachesTheDecoder() throws {
    let made = try mapping(
      """
      json:
        rows: $.data[*]
        station: $.sn
        time: {path: $.ts, as: pattern, pattern: yyyy-MM-dd HH:mm, zone: "+09:00", stamp: begin, period: 1h}
        missing: [-999, "-", "", NaN]
        skip_rows_without_station: true
        encoding: gb18030
        error: {path: $.code, ok: ["0"], message: $.message}
        values:
          pm25: {path: $.pm, unit: mg/m3, period: 1d}
          so2: {path: $.so2, unit_path: $.unit}
      """)
    let expected = FeedMapping(
      container: .json(rows: "$.data[*]"), station: "$.sn",
      time: FeedMapping.time(
        path: "$.ts", notation: .local, pattern: "yyyy-MM-dd HH:mm", meaning: .begin, period: 3_600_000,
        zone: CivilOffset(seconds: 32_400)),
      missing: [.number(-999), .text("-"), .text(""), .text("NaN")],
      values: [
        ValueMapping(
          pollutant: "pm25", path: "$.pm", unit: MeasurementUnit.milligramsPerCubicMeter.rawValue, unitPath: nil,
          periodMilliseconds: 86_400_000),
        ValueMapping(
          pollutant: "so2", path: "$.so2", unit: MeasurementUnit.microgramsPerCubicMeter.rawValue, unitPath: "$.unit",
          periodMilliseconds: nil),
      ],
      error: ErrorMapping(path: "$.code", okValues: ["0"], messagePath: "$.message"), skipsRowsWithoutStation: true,
      encoding: .gb18030)
    #expect(made == expected)
  }

  @Test func everyKeyOfALongTableReachesTheDecoder() throws {
    let made = try mapping(
      """
      csv:
        delimiter: ";"
        skip: 2
        header: true
        ends_lines: true
        station: Site
        time: {path: When, as: epoch-s, stamp: end, period: 1m}
        pollutant: Species
        names: {P2: {pollutant: pm25, unit: ug/m3}}
        value: Value
      """)
    #expect(
      made.container == .csv(FeedMapping.CSVLayout(delimiter: ";", skippedLines: 2, hasHeader: true, endsLines: true)))
    #expect(made.time.notation == .epochSeconds && made.time.meaning == .end && made.time.zone == nil)
    #expect(
      made.long
        == LongLayout(
          pollutant: "Species", value: "Value", unitPath: nil,
          names: [LongLayout.Name("P2", pollutant: "pm25", unit: MeasurementUnit.microgramsPerCubicMeter.rawValue)]))
  }

  @Test func whatRowsTellOfTimeAndPlaceReachesTheDecoder() throws {
    let route = try mapping(
      """
      ndjson:
        station: $.car
        time: {path: $.day, as: pattern, pattern: yyyy-MM-dd HH:mm, stamp: end, time_of_day: $.clock, zone_path: $.tz, period_path: $.n, period_unit: 1s, period_unit_path: $.u}
        position: {lat: $.lat, lon: $.lon}
        pollutant: $.species
        common_names: true
        value: $.v
        unit_path: $.unit
      """)
    #expect(route.container == .ndjson(rows: "$") && route.position?.longitude == "$.lon")
    #expect(route.long == LongLayout(pollutant: "$.species", value: "$.v", unitPath: "$.unit", knowsCommonNames: true))
    #expect(route.time.timeOfDayPath == "$.clock" && route.time.zonePath == "$.tz")
    #expect(route.time.rowPeriod == .init(path: "$.n", unitMilliseconds: 1_000, unitPath: "$.u"))
    let table = try mapping(
      """
      json:
        rows: $.data[*]
        fields: $.fields
        next_page: $.next
        station: id
        time: {path: from, as: epoch-s, stamp: begin, end: to}
        values: {pm25: {path: "pm2.5 | pm25", unit: ug/m3}}
      """)
    #expect(table.container == .table(rows: "$.data[*]", fields: "$.fields") && table.nextPage == "$.next")
    #expect(table.time.endPath == "to" && table.values[0].path == "pm2.5 | pm25")
    let month = try mapping(
      """
      tsv:
        encoding: cp437
        station: county
        time: {path: month, as: pattern, pattern: yyyy-MM, stamp: begin, period: month}
        values: {dustfall: {path: value, unit: t/(km²·month)}}
      """)
    #expect(month.container == .csv(FeedMapping.CSVLayout(delimiter: "\t")) && month.encoding == .cp437)
    #expect(month.time.isMonthly && month.time.periodMilliseconds == 0 && month.values[0].unit == "t/(km2.30d)")
  }

  @Test(
    arguments: [
      ("rfc3339", .rfc3339), ("epoch-s", .epochSeconds), ("epoch-ms", .epochMilliseconds), ("iso-local", .isoLocal),
      ("age-s", .age),
    ] as [(String, Feeds.TimeMapping.Notation)])
  func everyNotationReachesTheDecoder(word: String, notation: Feeds.TimeMapping.Notation) throws {
    let made = try mapping(
      """
      xml:
        rows: Row
        station: "@id"
        time: {path: t, as: \(word), stamp: instant}
        values: {pm25: {path: PM2_5, unit: ug/m3}}
      """)
    #expect(made.container == .xml(row: "Row"))
    #expect(made.time.notation == notation && made.time.meaning == .instant && made.time.periodMilliseconds == 0)
  }

  /// The place of the value that is wrong, not of the feed.
  @Test(
    arguments: [
      ("rows: $.data[*", 13, "rows"), ("station: $[*].sn", 14, "station"), ("path: $.pm[", 16, "values.pm25"),
    ])
  func anErrorOfTheDecoderNamesTheLine(wrong: String, line: Int, key: String) throws {
    var format = [
      "json:", "  rows: $.data[*]", "  station: $.sn", "  time: {path: $.ts, as: epoch-ms, stamp: end, period: 1m}",
      "  values: {pm25: {path: $.pm, unit: ug/m3}}",
    ]
    let word = wrong.prefix { $0 != ":" }
    let at = try #require(format.firstIndex { $0.contains("{" + word + ": $.pm") || $0.contains("  " + word + ":") })
    format[at] =
      word == "path"
      ? "  values: {pm25: {path: \"$.pm[\", unit: ug/m3}}" : "  \(word): \"\(wrong.dropFirst(word.count + 2))\""
    let directory = TemporaryDirectory()
    let loaded = try loadedConfiguration(feed(format.joined(separator: "\n")), in: directory)
    let problems = #expect(throws: RuntimeConfiguration.Problems.self) { try RuntimeConfiguration(loaded) }
    let text = problems?.description ?? ""
    #expect(text.contains("lantian.yaml:\(line):"), "\(text)")
    #expect(text.contains("json.\(key)") && text.contains("feed park"), "\(text)")
  }

  @Test func feedsAndHooksTakeAllOfTheirKeys() throws {
    let directory = TemporaryDirectory()
    write(Array("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n".utf8), to: directory.path + "/ca.pem")
    let loaded = try loadedConfiguration(
      """
      limits: {unknown_stations: 7, hook_queue: 9}
      feeds:
        - name: national
          url: https://example.org/live.xml
          format: cnemc
          every: 1h
          offset: 7m
          timeout: 11s
          connect_timeout: 3s
          max_body: 2MiB
          low_speed: {bytes_per_second: 100, for: 1500ms}
          headers: {Accept: application/xml}
          http2: true
          max_redirects: 1
          tls: {ca_file: ca.pem}
          proxy: http://proxy.example:3128
          station: X1
          auth: {basic: {username: u, password: p}}
      hooks:
        - name: duty
          webhook: {url: "https://duty.example/h", secret: k, timeout: 4s, headers: {X-Room: "12"}, tls: {ca_file: ca.pem}, proxy: "http://p.example:1"}
          levels: [red]
          kinds: [level, notice]
        - name: siren
          exec: {command: [/bin/true, a], timeout: 9s}
      """, in: directory)
    let made = try RuntimeConfiguration(loaded)
    let feed = try #require(made.definitions.first)
    #expect(feed.name == "national" && feed.every == .seconds(3_600) && feed.offset == .seconds(420))
    #expect(feed.timeout == .seconds(11) && feed.connectTimeout == .seconds(3) && feed.maxBodyBytes == 2 << 20)
    #expect(feed.lowSpeedBytesPerSecond == 100 && feed.lowSpeedSeconds == 2 && feed.usesHTTP2 && feed.maxRedirects == 1)
    #expect(feed.headers.map(\.name) == ["Accept"] && feed.tls.authorityFile == directory.path + "/ca.pem")
    #expect(feed.proxy?.revealText() == "http://proxy.example:3128")
    #expect(feed.authentication == .basic(user: "u", password: .init("p")))
    #expect(made.readers["national"]?.defaultStation == "X1")
    guard case .webhook(let webhook)? = made.hooks.first?.target else { throw Missing() }
    #expect(webhook.url == "https://duty.example/h" && webhook.secret?.revealText() == "k")
    #expect(webhook.timeoutMilliseconds == 4_000 && webhook.caFile == directory.path + "/ca.pem")
    #expect(webhook.headers == [.init(name: "X-Room", value: .init("12"))])
    #expect(made.hookProxies["duty"]?.revealText() == "http://p.example:1")
    guard case .exec(let command)? = made.hooks.last?.target else { throw Missing() }
    #expect(command.command == ["/bin/true", "a"] && command.timeoutMilliseconds == 9_000)
    #expect(made.engine.hooks.map(\.levels) == [["red"], ["blue", "yellow", "orange", "red"]])
    #expect(made.engine.hooks.first?.kinds == [.level, .notice])
    #expect(made.engine.maximumUnknownStations == 7 && loaded.limits.hookQueue == 9)
  }
}

extension FeedMapping {
  fileprivate static func time(
    path: String, notation: Feeds.TimeMapping.Notation, pattern: String?, meaning: Feeds.TimeMapping.Meaning,
    period: Int, zone: CivilOffset?
  ) -> Feeds.TimeMapping {
    Feeds.TimeMapping(
      path: path, notation: notation, pattern: pattern, meaning: meaning, periodMilliseconds: period, zone: zone)
  }
}
