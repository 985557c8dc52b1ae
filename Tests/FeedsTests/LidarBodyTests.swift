import AirQuality
import Feeds
import Lidar
import Testing

@Suite("lidar profiles in JSON")
struct LidarBodyTests {
  static let one =
    #"{"station":"LD01","time":"2020-12-01T00:01:00+08:00","wavelength_nm":532,"first_range_m":30,"resolution_m":15,"backscatter":[1.5,2,null,3]}"#

  @Test("an object, a list, a list under profiles", arguments: [one, "[\(one)]", #"{"profiles":[\#(one)]}"#])
  func shapes(_ text: String) throws {
    let body = decode(.preset(.lidarJSON), text)
    #expect(body.verdict == .ok && body.errorCount == 0 && body.batch.readings.isEmpty)
    let profile = try #require(body.profiles.first)
    #expect(profile.station == "LD01" && profile.wavelengthNanometers == 532)
    #expect(profile.firstRangeMeters == 30 && profile.resolutionMeters == 15)
    #expect(CivilOffset.china.format(profile.at) == "2020-12-01T00:01:00+08:00")
    #expect(profile.backscatter.count == 4 && profile.backscatter[0] == 1.5 && profile.backscatter[2].isNaN)
  }

  @Test(
    "bad profiles name the place; good ones beside them stay",
    arguments: [
      (#""backscatter":[1]"#, #""backscatter":7"#, "$[1].backscatter"),
      (#""resolution_m":15"#, #""resolution_m":0"#, "$[1].resolution_m"),
      (#""resolution_m":15"#, #""resolution_m":"x""#, "$[1].resolution_m"),
      (#""resolution_m":15"#, #""resolution_m":1e-9"#, "$[1].resolution_m"),
      (#""resolution_m":15"#, #""resolution_m":10001"#, "$[1].resolution_m"),
      (#""time":"2020-12-01T00:01:00+08:00""#, #""time":"soon""#, "$[1].time"),
      (#""station":"LD01""#, #""station":null"#, "$[1].station"),
      (#"[1]"#, "[]", "$[1].backscatter"),
      (#"[1]"#, "[" + [String](repeating: "1", count: 8_193).joined(separator: ",") + "]", "$[1].backscatter"),
    ])
  func badProfiles(_ from: String, _ to: String, _ path: String) throws {
    let good = #"{"station":"LD01","time":"2020-12-01T00:01:00+08:00","resolution_m":15,"backscatter":[1]}"#
    let range = try #require(good.firstRange(of: from))
    let bad = good.replacingCharacters(in: range, with: to)
    let body = decode(.preset(.lidarJSON), "[\(good),\(bad),\(good)]")
    #expect(body.verdict == .ok && body.profiles.count == 2 && body.rowCount == 3)
    #expect(body.errors.map(\.path) == [path])
  }

  @Test("a declared format: distances as a list, raw signal")
  func declared() throws {
    let mapping = LidarMapping(
      rows: "$.p[*]", station: nil,
      time: TimeMapping(path: "$.t", notation: .epochSeconds, meaning: .instant, periodMilliseconds: 0), signal: "$.s",
      signalKind: .raw, ranges: "$.r")
    var context = DecodeContext.test
    context.defaultStation = "L"
    let body = decode(
      .lidar(mapping), #"{"p":[{"t":1606784400,"r":[10,20,30],"s":[1,1,1]},{"t":1,"r":[10,20,40],"s":[1,1,1]}]}"#,
      context)
    #expect(body.profiles.count == 1 && body.profiles[0].backscatter == [100, 400, 900])
    #expect(body.errors.map(\.path) == ["$.p[1].r"])
  }

  @Test("an error reply and an empty list")
  func replies() {
    #expect(decode(.preset(.lidarJSON), #"{"error":"maintenance"}"#).failure?.code == .errorReply)
    #expect(decode(.preset(.lidarJSON), "[]").verdict == .empty)
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
    String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
  }
}
