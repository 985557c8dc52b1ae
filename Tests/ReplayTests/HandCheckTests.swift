import AirQuality
import Engine
import Testing

@testable import History
@testable import Replay

/// The episodes of the winters 2015/16 and 2016/17 in Beijing (PRSA, 12 stations), held against `HandCheck` to the hour.
@Suite(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absent)))
struct HandCheckTests {
  /// Rows of some days, as a file of their own.
  private static func cut(_ bytes: [UInt8], _ from: CivilDay, _ through: CivilDay) -> [UInt8] {
    var made: [UInt8] = []
    for (number, line) in bytes.split(separator: 0x0A).enumerated() {
      let cells = line.split(separator: 0x2C, maxSplits: 5).map { String(decoding: $0, as: UTF8.self) }
      let day = CivilDay(year: Int(cells[1]) ?? 0, month: Int(cells[2]) ?? 0, day: Int(cells[3]) ?? 0)
      if number == 0 || day.map({ from <= $0 && $0 <= through }) ?? false { made += line + [0x0A] }
    }
    return made
  }

  // Context, not asserted: the city's red alerts of that time were in force 2015-12-08 to 10, 2015-12-19 to 22 and
  // 2016-12-16 to 21. Alerts rest on forecasts and begin before the air does; what is computed here is when the measured
  // air itself had met the criterion of 2018, which an alert precedes by the length of the span.
  @Test(arguments: [
    (
      "2015-11-20", "2016-01-10",
      [
        "none>yellow@2015-11-28 19", "yellow>orange@2015-11-29 19", "orange>red@2015-12-01 18",
        "none>yellow@2015-12-08 09", "yellow>orange@2015-12-09 09", "none>yellow@2015-12-14 12",
        "none>yellow@2015-12-21 13", "yellow>orange@2015-12-22 13", "orange>red@2015-12-23 18",
      ]
    ),
    (
      "2016-11-22", "2017-02-01",
      [
        "none>yellow@2016-12-04 20", "none>yellow@2016-12-12 23", "none>yellow@2016-12-18 17",
        "yellow>orange@2016-12-19 17", "orange>red@2016-12-21 07", "none>yellow@2016-12-31 16",
        "yellow>orange@2017-01-01 16", "orange>red@2017-01-02 16", "none>yellow@2017-01-26 19",
      ]
    ),
  ])
  func theEngineFindsWhatTheCriteriaSay(from: String, through: String, known: [String]) throws {
    let first = try #require(CivilDay(from))
    let last = try #require(CivilDay(through))
    let files = try SharedData.files(prefix: "PRSA_").map { Self.cut(try SharedData.bytes($0), first, last) }
    #expect(files.count == 12)
    let byHand = HandCheck(files: files, from: first, through: last).transitions()

    let tables = files.enumerated().map {
      HistoryReader.read($1, file: "\($0)", defaultStation: "", options: HistoryOptions())
    }
    let result = replay(ReplayInput(tables: tables, offset: .china))
    let found = result.events.filter { $0.kind == .level && $0.county == result.units[0].code }.map { event in
      let at = result.site.offset.format(event.at)
      return HandCheck.Transition(
        from: event.from, to: event.to, at: "\(at.prefix(10)) \(at.dropFirst(11).prefix(2))")
    }
    #expect(found == byHand)
    for transition in known { #expect(byHand.map(\.description).contains(transition), "\(transition)") }
  }

  @Test func wholeFilesAreReadWithoutAFault() throws {
    for name in try SharedData.files(prefix: "") {
      let table = HistoryReader.read(
        try SharedData.bytes(name), file: name, defaultStation: name, options: HistoryOptions())
      #expect(table.problemCount == 0, "\(table.problems.first?.description ?? "")")
      switch name {
      case _ where name.hasPrefix("PRSA_"): #expect(table.rows.count == 35_064 && table.stations.count == 1)
      case _ where name.hasPrefix("lvliang_stations"): #expect(table.stations.count == 4 && table.rows.count > 300)
      case _ where name.hasPrefix("jinzhou"): #expect(table.stations.count >= 4 && !table.rows.isEmpty)
      default: #expect(table.cities.count == 1 && table.days.count > 600 && table.rows.isEmpty)
      }
    }
  }
}
