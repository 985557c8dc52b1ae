import FaultServer
import FoundationEssentials
import Testing

@Suite("real feeds", .serialized, .enabled(if: RecordedFeeds.arePresent, "\(RecordedFeeds.absence)"))
struct RealFeedTests {
  private static let xml = [("Content-Type", "text/xml")]

  @Test("the national feed: packed and plain, every published AQI, repeats not counted twice")
  func national() async throws {
    let polls = try RecordedFeeds.nationalPolls.map { try RecordedFeeds.national($0) }
    let packed = try RecordedFeeds.bytes("cnemc/20190723_data.xml.gz")
    let rows = RecordedFeeds.nationalRows(polls[2])
    let bench = try Workbench()
    // Every station of the country in the table, so that every row's index is computed.
    let table = rows.map { "\($0.station),\($0.station),141102,national,,,yes\n" }.joined()
    try bench.write("stations.csv", "id,name,county,class,lat,lon,assessed\n" + table)
    let server = try FaultServer.start()
    server.route(
      "/national.xml",
      .sequence([
        .respond(Response(headers: Self.xml, body: polls[0])),
        .respond(Response(headers: Self.xml, body: polls[1]).gzipped()),
        .respond(Response(headers: Self.xml + [("Content-Encoding", "gzip"), ("ETag", "\"v3\"")], body: packed)),
        .conditional(Response(headers: Self.xml + [("ETag", "\"v3\"")], body: polls[2])),
      ]))
    try bench.configure(feeds: Workbench.preset("national", "cnemc", server.url("/national.xml")))
    let daemon = try await LantianProcess.start(bench, ["--simulate-from", "2019-07-23T10:05:00+08:00"])
    let feed = try await eventually(within: 100, "three polls and a repetition") {
      let feed = try daemon.feed("national")
      return (feed["not_modified"].int ?? 0) >= 1 ? feed : nil
    }
    #expect(feed["state"].string == "ok" && feed["last_error"].isNull)
    #expect(feed["readings"].int == (1_476 + 1_499 + 1_499) * 7)
    #expect(try daemon.polls("national", "ok") == 3)
    // Views follow commits at their own pace.
    let stations = try await eventually("the newest hour in the view") {
      let stations = try daemon.api("stations").items
      let local = stations.first { $0["id"].string == "2183A" } ?? .null
      return local["values"]["pm25"]["end"].string == "2019-07-23T10:00:00+08:00" ? stations : nil
    }
    let known = Dictionary(stations.compactMap { item in item["id"].string.map { ($0, item) } }) { first, _ in first }
    var compared = 0
    for row in rows {
      let station = try #require(known[row.station])
      // A published 0 or dash is no index.
      guard let published = row.aqi else { continue }
      compared += 1
      let computed = station["aqi"]["realtime"].int
      #expect(computed == published, "\(row.station) at \(row.time)")
    }
    #expect(compared == 1_499 - 62)
    let local = try #require(known["2183A"])
    #expect(local["values"]["pm25"]["value"].double == 29 && local["values"]["pm10"]["value"].double == 64)
    #expect(local["values"]["pm25"]["end"].string == "2019-07-23T10:00:00+08:00")
    #expect(local["aqi"]["realtime"].int == 57 && local["aqi"]["primary"][0].string == "pm10")
    #expect(local["aqi"]["category"].string == "良")
    #expect(try await daemon.stop() == .exited(0))
  }

  @Test("decode and aqi give the published index of every national row", arguments: RecordedFeeds.nationalPolls)
  func everyIndex(_ poll: String) async throws {
    let bench = try Workbench()
    let decoded = try await LantianProcess.verb(
      ["decode", "--strict", "--format", "cnemc", RecordedFeeds.root + "/cnemc/\(poll)_data.xml.gz"], in: bench)
    #expect(decoded.exit == 0, "\(decoded.error)")
    struct Line: Decodable {
      var station: String
      var pollutant: String
      var value: Double?
      var flag: Int
      var end: String
    }
    var order: [String] = []
    var values: [String: [String: String]] = [:]
    let json = JSONDecoder()
    for text in decoded.output.split(separator: "\n") {
      let line = try json.decode(Line.self, from: Data(text.utf8))
      if values[line.station] == nil {
        values[line.station] = ["end": String(line.end.prefix(19))]
        order.append(line.station)
      }
      #expect((line.value == nil) == (line.flag == 9))
      values[line.station]?[line.pollutant] = line.value.map { "\($0)" } ?? ""
    }
    let names = ["so2", "no2", "pm10", "co", "o3", "pm25"]
    var csv = "station,so2,no2,pm10,co,o3_1h,pm25\n"
    for station in order {
      csv += station + "," + names.map { values[station]?[$0] ?? "" }.joined(separator: ",") + "\n"
    }
    let indexed = try await LantianProcess.verb(
      ["aqi", "--edition", "hj633-2012", "--period", "hour"], in: bench, input: csv)
    #expect(indexed.exit == 0, "\(indexed.error)")
    let lines = indexed.output.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let column = try #require(lines.first?.firstIndex(of: "aqi"))
    let computed = Dictionary(uniqueKeysWithValues: lines.dropFirst().map { (String($0[0]), Int($0[column])) })
    let rows = RecordedFeeds.nationalRows(try RecordedFeeds.national(poll))
    #expect(rows.count == order.count)
    var compared = 0
    for row in rows {
      guard let published = row.aqi else { continue }
      compared += 1
      #expect(computed[row.station] == published, "\(row.station)")
      #expect(values[row.station]?["end"] == row.time)
    }
    #expect(compared == rows.count - (poll == "20190723" ? 62 : 68))
  }

  @Test("pm25.in: rows of one pollutant each; its quota error comes as HTTP 200, loses nothing and passes")
  func pm25in() async throws {
    let bench = try Workbench()
    let server = try FaultServer.start()
    func answer(_ name: String) throws -> Behaviour {
      .respond(
        Response(headers: [("Content-Type", "application/json")], body: try RecordedFeeds.bytes("pm25in/" + name)))
    }
    let pm10 = "pm10_json_avg_true_city_shanghai_stations_yes.json"
    server.route("/pm10", try answer(pm10))
    server.route("/so2", try answer("so2_json_avg_true_city_shanghai_stations_yes.json"))
    server.route("/station", try answer("aqis_by_station_json_station_code_1141A.json"))
    let feeds = ["pm10", "so2", "station"].map { Workbench.preset($0, "pm25in", server.url("/" + $0)) }.joined()
    try bench.configure(feeds: feeds)
    let daemon = try await LantianProcess.start(bench, ["--simulate-from", "2016-09-17T15:20:00+08:00"])
    _ = try await eventually("rows of three feeds") {
      try ["pm10", "so2", "station"].allSatisfy { (try daemon.feed($0)["readings"].int ?? 0) > 0 } ? true : nil
    }
    #expect(try daemon.feed("pm10")["readings"].int == 10 && daemon.feed("station")["readings"].int == 7)
    let station = try await eventually("a station of three feeds") {
      let station = try daemon.station("1142A")
      return station["values"]["so2"].isNull || station["values"]["pm10"].isNull ? nil : station
    }
    #expect(station["values"]["pm10"]["value"].double == 17 && station["values"]["so2"]["value"].double == 12)
    #expect(station["values"]["pm10"]["end"].string == "2016-09-17T15:00:00+08:00")
    #expect(station["county"].isNull && station["assessed"].bool == false)
    server.route("/pm10", try answer("quota_error_http200.json"))
    let refused = try await eventually("the quota error") {
      let feed = try daemon.feed("pm10")
      return feed["last_error"].isNull ? nil : feed
    }
    #expect(refused["last_error"]["code"].string == "error_reply")
    #expect(refused["last_error"]["message"].string?.contains("请求次数用完") == true)
    #expect(try daemon.polls("pm10", "throttled") >= 1)
    #expect(try daemon.feed("so2")["state"].string == "ok")
    #expect(try daemon.station("1142A")["values"]["pm10"]["value"].double == 17)
    server.route("/pm10", try answer(pm10))
    _ = try await eventually("the feed answers again") {
      try daemon.feed("pm10")["state"].string == "ok" ? true : nil
    }
    #expect(try daemon.metrics()["lantian_feed_up{feed=\"pm10\"}"] == 1)
    #expect(try await daemon.stop() == .exited(0))
  }

  @Test("sensor.community's area and device, and UK-AIR's wide table, reach the API")
  func others() async throws {
    let bench = try Workbench()
    let server = try FaultServer.start()
    server.fallback(RecordedFolder(path: RecordedFeeds.root).behaviour)
    try bench.configure(
      feeds: Workbench.preset("area", "sensor-community", server.url("/sensor_community/area_reply.json"))
        + Workbench.preset(
          "roof", "sensor-community", server.url("/sensor_community/nam_station.json"), extra: ["station: M1"])
        + Workbench.preset("wrexham", "uk-air", server.url("/uk-air/wrexham_pm25_wide.csv")))
    let daemon = try await LantianProcess.start(bench, ["--simulate-from", "2022-01-06T08:00:00+08:00"])
    _ = try await eventually("three feeds") {
      try ["area", "roof", "wrexham"].allSatisfy { (try daemon.feed($0)["readings"].int ?? 0) > 0 } ? true : nil
    }
    #expect(try daemon.feed("area")["readings"].int == 154)
    #expect(try daemon.feed("wrexham")["readings"].int == 120)
    let stations = try await eventually("their stations") {
      let stations = try daemon.api("stations").items
      return stations.contains { $0["id"].string == "Wrexham" && !$0["values"]["pm25"].isNull }
        && stations.contains { $0["id"].string == "39366" } ? stations : nil
    }
    let wrexham = stations.first { $0["id"].string == "Wrexham" } ?? .null
    #expect(wrexham["values"]["pm25"]["value"].double == 14.67)
    #expect(wrexham["values"]["pm25"]["end"].string == "2022-01-06T08:00:00+08:00")
    let roof = stations.first { $0["id"].string == "M1" } ?? .null
    #expect(roof["values"]["pm25"]["value"].double == 1.33 && roof["values"]["pm10"]["value"].double == 2.08)
    #expect(roof["county"].string == "141102")
    #expect(try await daemon.stop() == .exited(0))
  }
}
