import AirQuality
import ConfigurationFiles
import Foundation
import TestSupport
import Testing

@Suite("files of boundaries")
struct BoundaryFileTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let shared = root.deletingLastPathComponent().appendingPathComponent("shared/data")
  private static let counties = root.appendingPathComponent("Deploy/counties.csv").path
  private static let areas = shared.appendingPathComponent("geo/lvliang_counties.geojson").path
  private static var isThere: Bool { FileManager.default.fileExists(atPath: areas) }
  private static let absent: Comment = "the folder shared/data is not beside this checkout"

  private func load(_ extra: String, stations: String, counties: String = Self.counties) throws -> LoadedConfiguration {
    let directory = TemporaryDirectory()
    try stations.write(toFile: directory.path + "/stations.csv", atomically: true, encoding: .utf8)
    let main = """
      version: 1
      site: {name: 吕梁市, code: "141100", offset: "+08:00"}
      counties: \(counties)
      stations: stations.csv
      \(extra)
      """
    try main.write(toFile: directory.path + "/lantian.yaml", atomically: true, encoding: .utf8)
    return try ConfigurationLoader.load(
      ConfigurationSources(path: directory.path + "/lantian.yaml", environment: [:], presets: []))
  }

  private static let header = "id,name,county,class,lat,lon,assessed\n"

  @Test("each county's seat lies in its county", .enabled(if: isThere, absent))
  func seats() throws {
    let plan = try String(contentsOf: Self.shared.appendingPathComponent("plan-2020-annex1.csv"), encoding: .utf8)
    let rows = plan.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let columns = try #require(rows.first).map(String.init)
    let (code, latitude, longitude) = (
      try #require(columns.firstIndex(of: "adcode")), try #require(columns.firstIndex(of: "lat")),
      try #require(columns.firstIndex(of: "lon"))
    )
    var table = Self.header
    for row in rows.dropFirst() { table += "\(row[code]),seat,,micro,\(row[latitude]),\(row[longitude]),no\n" }
    let loaded = try load("boundaries: \(Self.areas)", stations: table)
    #expect(loaded.site.stations.count == 13 && loaded.boundaries.areas.count == 13)
    for station in loaded.site.stations { #expect(station.county == station.id) }
  }

  @Test("random points of the region lie where the winding number says", .enabled(if: isThere, absent))
  func winding() throws {
    let loaded = try load("boundaries: {file: \(Self.areas), tolerance_m: 0}", stations: Self.header)
    let seed: UInt64 = 20_201_127
    var random = SeededRandom(seed: seed)
    var found = 0
    for _ in 0..<2_000 {
      let position = try #require(
        Position(
          latitude: Double.random(in: 36.6...38.8, using: &random),
          longitude: Double.random(in: 110.2...112.4, using: &random)))
      let expected = loaded.boundaries.areas.first { area in
        area.polygons.contains { polygon in polygon.rings.reduce(0) { $0 + Self.turns($1, position) }.magnitude % 2 == 1
        }
      }
      let county = loaded.boundaries.county(at: position)
      #expect(county == expected?.county, "seed \(seed): \(position)")
      if county != nil { found += 1 }
    }
    #expect(found > 800 && found < 2_000)
  }

  private static func turns(_ ring: CountyBoundaries.Ring, _ position: Position) -> Int {
    var turns = 0
    for (index, from) in ring.corners.enumerated() {
      let to = ring.corners[(index + 1) % ring.corners.count]
      let (ax, ay) = (from.longitude - position.longitude, from.latitude - position.latitude)
      let (bx, by) = (to.longitude - position.longitude, to.latitude - position.latitude)
      let cross = ax * by - ay * bx
      if ay <= 0, by > 0, cross > 0 { turns += 1 }
      if ay > 0, by <= 0, cross < 0 { turns -= 1 }
    }
    return turns
  }

  @Test("the county follows from the position, and a given one that contradicts is warned of")
  func small() throws {
    let directory = TemporaryDirectory()
    func square(_ west: Double, _ name: String) -> String {
      let east = west + 1
      return """
        {"type": "Feature", "geometry": {"coordinates": [[[\(west),37],[\(east),37],[\(east),38],[\(west),38],[\(west),37]]],
         "type": "Polygon"}, "properties": {"extra": {"deep": [1, {"a": null}]}, "name": "\(name)"}}
        """
    }
    let text = """
      {"features": [\(square(111, "离石区")), \(square(112, "xiaoyi")), \(square(113, "太原市"))], "type": "FeatureCollection"}
      """
    try text.write(toFile: directory.path + "/areas.geojson", atomically: true, encoding: .utf8)
    try "code,name_zh,name_en\n141102,离石区,Lishi\n141181,孝义市,Xiaoyi\n141129,中阳县,Zhongyang\n"
      .write(toFile: directory.path + "/counties.csv", atomically: true, encoding: .utf8)
    let stations =
      Self.header + "A,,,micro,37.5,111.5,no\nB,,,micro,37.5,112.5,no\nC,,141181,micro,37.5,111.5,no\n"
      + "D,,141102,micro,37.5,112.001,no\n"
    let loaded = try load(
      "boundaries: \(directory.path)/areas.geojson", stations: stations, counties: directory.path + "/counties.csv")
    #expect(loaded.site.stations.map(\.county) == ["141102", "141181", "141181", "141102"])
    let texts = loaded.warnings.map(\.description)
    #expect(texts.contains { $0.contains("areas.geojson:3: features[2]: warning: the area \"太原市\" is of no county") })
    #expect(texts.contains { $0.contains("county 141129 中阳县 has no area here") })
    #expect(texts.contains { $0.contains("stations.csv:4: warning: station \"C\" is given to county 141181") })
    #expect(!texts.contains { $0.contains("station \"D\"") })
    do {
      _ = try load(
        "boundaries: \(directory.path)/areas.geojson", stations: Self.header + "E,,,micro,36.0,111.5,no\n",
        counties: directory.path + "/counties.csv")
      Issue.record("a position in no county was taken")
    } catch {
      #expect("\(error)".contains("column county: \"\" is not usable: 36.0, 111.5 lies in no county's boundary"))
    }
  }
}
