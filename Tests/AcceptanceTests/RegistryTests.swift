import AirQuality
import FoundationEssentials
import Glibc
import Testing

/// What the registry says of single stations, met by the real binary: positions of a mobile laboratory, units and stamps of
/// a station, a calibration fitted from the journal and then in force.
@Suite("the station registry", .serialized)
struct RegistryTests {
  private static let areas = """
    {"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"adcode":141102},"geometry":{"type":"Polygon","coordinates":
    [[[111.0,37.3],[111.4,37.3],[111.4,37.7],[111.0,37.7],[111.0,37.3]]]}},
    {"type":"Feature","properties":{"name":"汾阳市"},"geometry":{"type":"Polygon","coordinates":
    [[[111.6,37.1],[112.0,37.1],[112.0,37.5],[111.6,37.5],[111.6,37.1]]]}}]}
    """

  /// The newest full hour.
  private static var hour: Int32 {
    CivilOffset.china.hour(of: Instant(milliseconds: Int64(time(nil)) * 1_000))
  }

  private static func stamp(_ hour: Int32, minute: Int64 = 0) -> String {
    let offset = CivilOffset.china
    return offset.format(offset.start(ofHour: hour).adding(milliseconds: minute * 60_000))
  }

  private static func push(_ daemon: LantianProcess, _ feed: String, _ rows: [String]) throws {
    let body = #"{"data":["# + rows.joined(separator: ",") + "]}"
    let answer = try ArrivalTests.push(daemon, feed, Array(body.utf8))
    #expect(answer.status == 200, "\(answer.text)")
  }

  private static func bench(calibrations: String? = nil) throws -> Workbench {
    let bench = try Workbench()
    try bench.write("vendor.token", ArrivalTests.token + "\n", mode: 0o600)
    try bench.write("areas.geojson", areas)
    try bench.write(
      "stations.csv",
      """
      id,name,county,class,lat,lon,assessed,units,stamp,retired
      2183A,环保局,141102,national,37.518,111.1345,yes,,,
      F1,汾阳一中,,national,37.26,111.78,yes,,,
      M1,微站一,141102,micro,37.5,111.1,no,,,
      M2,微站二,,微站,37.2,111.7,no,pm25=mg/m3,begin,
      M3,微站三,141182,micro,,,no,,,2020-12-31
      V1,走航车,141102,mobile,,,no,,,

      """)
    try configure(bench, calibrations: calibrations)
    return bench
  }

  private static func configure(_ bench: Workbench, calibrations: String?) throws {
    if let calibrations {
      try bench.write(
        "calibrations.csv",
        "station,pollutant,model,slope,intercept,humidity,from,until,reference,note\n" + calibrations + "\n")
    }
    let token = ["push: {token_file: vendor.token}"]
    let route = [
      "    format:", "      json:", "        rows: $.data[*]", "        station: $.s",
      "        time: {path: $.t, as: rfc3339, stamp: begin, period: 1m}", "        position: {lat: $.lat, lon: $.lon}",
      "        values:", "          pm25: {path: $.pm25, unit: ug/m3}",
    ]
    try bench.configure(
      feeds: ArrivalTests.mapping("hourly", token)
        + "  - name: route\n    push: {token_file: vendor.token}\n" + route.joined(separator: "\n") + "\n",
      more: "boundaries: areas.geojson\n" + (calibrations == nil ? "" : "calibrations: calibrations.csv"))
  }

  @Test func placesUnitsAndRetirement() async throws {
    let bench = try Self.bench()
    let daemon = try await LantianProcess.start(bench)
    let hour = Self.hour
    // From one county over the country between into the other.
    let points = [(37.5123456, 111.1), (37.5, 111.2), (37.4, 111.5), (37.3, 111.7)]
    try Self.push(
      daemon, "route",
      points.enumerated().map { index, point in
        let at = Self.stamp(hour - 1, minute: Int64(index))
        return #"{"s":"V1","t":"\#(at)","lat":\#(point.0),"lon":\#(point.1),"pm25":\#(50 + index * 10)}"#
      })
    let track = try await eventually("the route") {
      let track = try daemon.api("stations/V1/track")
      return track["points"].items.count == 4 ? track : nil
    }
    #expect(track["points"].items.map { $0["county"].string } == ["141102", "141102", nil, "141182"], "\(track)")
    #expect(track["points"].items.map { $0["values"]["pm25"]["value"].double } == [50, 60, 70, 80])
    let means = track["county_hours"].items
    #expect(means.count { $0["county"].string == "141102" && $0["mean"].double == 55 } == 1, "\(track)")
    #expect(track["points"].items.first?["lat"].double == 37.5123456)
    #expect(try daemon.get("/api/v1/stations/M1/track").status == 404)
    // Nothing is late before it could have come.
    #expect(try daemon.feed("hourly")["state"].string == "ok")
    _ = try await eventually("its newest place; \(try daemon.station("V1"))") {
      try daemon.station("V1")["position"]["county"].string == "141182" ? true : nil
    }

    // M2 sends milligrams under the begin of its hours; F1 lies where the areas say.
    try Self.push(
      daemon, "hourly",
      [
        #"{"s":"M2","t":"\#(Self.stamp(hour - 1))","pm25":0.061}"#, #"{"s":"M3","t":"\#(Self.stamp(hour))","pm25":77}"#,
        #"{"s":"F1","t":"\#(Self.stamp(hour))","pm25":44}"#,
      ])
    let second = try await eventually("M2") {
      let station = try daemon.station("M2")
      return station["values"]["pm25"]["value"].double == nil ? nil : station
    }
    #expect(second["values"]["pm25"]["value"].double == 61 && second["county"].string == "141182", "\(second)")
    let hours = try daemon.api(
      "stations/M2/series?pollutant=pm25&window=1h&from=\(Self.stamp(hour - 1))&to=\(Self.stamp(hour))"
        .replacing("+", with: "%2B"))["points"].items
    #expect(hours.count == 1 && hours.first?["value"].double == 61, "\(hours)")
    let retired = try daemon.station("M3")
    #expect(
      retired["retired"].string == "2020-12-31" && retired["sent_after_retirement"].string == Self.stamp(hour),
      "\(retired)")
    #expect(retired["values"]["pm25"]["value"].double == nil, "\(retired)")
    #expect(try daemon.station("F1")["county"].string == "141182")
    // The vehicle and the small stations make no mean.
    #expect(try daemon.county("141182")["pollutants"]["pm25"]["hour"]["value"].double ?? 44 == 44)
    #expect(try await daemon.stop() == .exited(0))
  }

  @Test func aCalibrationFromTheJournalIsInForceAfterAReload() async throws {
    let bench = try Self.bench()
    let daemon = try await LantianProcess.start(bench)
    let last = Self.hour
    // Three days of a sensor that shows 1.6 times what is there, and 8 more.
    let hours = (last - 80...last - 2).map { $0 }
    func truth(_ hour: Int32) -> Double { 60 + 30 * (Double(hour % 25) / 25 - 0.5).magnitude * 2 }
    for hour in hours {
      try Self.push(
        daemon, "hourly",
        [
          #"{"s":"2183A","t":"\#(Self.stamp(hour))","pm25":\#(truth(hour))}"#,
          #"{"s":"M1","t":"\#(Self.stamp(hour))","pm25":\#(truth(hour) * 1.6 + 8)}"#,
        ])
    }
    let today = CivilDay(hour: last)
    let from = CivilDay(hour: last - 81)
    let fit = try await LantianProcess.verb(
      [
        "calibrate", "fit", "--station", "M1", "--reference", "2183A", "--from", "\(from)", "--until", "\(today)",
        "--config", bench.file("lantian.yaml"), "--state", bench.file("state"),
      ], in: bench)
    #expect(fit.exit == 0, "\(fit.error)")
    let line = try #require(fit.output.split(separator: "\n").last { $0.hasPrefix("M1,pm25,linear,") }, "\(fit.output)")
    let fields = line.split(separator: ",", omittingEmptySubsequences: false)
    #expect(Double(fields[3]).map { abs($0 - 0.625) < 0.001 } == true, "\(line)")
    #expect(Double(fields[4]).map { abs($0 + 5) < 0.05 } == true, "\(line)")

    // The printed line as it stands, in force from today on.
    var inForce = fields.map(String.init)
    (inForce[6], inForce[7]) = ("\(CivilDay(hour: last - 1))", "")
    try Self.configure(bench, calibrations: inForce.joined(separator: ","))
    daemon.child.signal(SIGHUP)
    _ = try await eventually("the calibration is in force; log:\n\(daemon.log)") {
      try daemon.station("M1")["calibrations"].items.isEmpty ? nil : true
    }
    try Self.push(daemon, "hourly", [#"{"s":"M1","t":"\#(Self.stamp(last))","pm25":168}"#])
    let station = try await eventually("the calibrated value; \(try daemon.station("M1"))") {
      let station = try daemon.station("M1")
      return station["values"]["pm25"]["value"].double.map { abs($0 - 100) < 0.1 } == true ? station : nil
    }
    #expect("\(station["values"]["pm25"]["reasons"])".contains("calibrated"), "\(station)")
    #expect(try await daemon.stop() == .exited(0))
    let audit = try await LantianProcess.verb(["audit", "replay", "--state", bench.file("state")], in: bench)
    #expect(audit.exit == 0, "\(audit.output)\(audit.error)")
  }
}
