import AirQuality
import History
import Reviews
import Testing

/// The reviewed set out of files.
struct ReviewedSetTests {
  static let site = Site(
    name: "吕梁市", code: "141100", offset: .china,
    counties: [
      County(code: "141102", nameChinese: "离石区", nameEnglish: "Lishi"),
      County(code: "141182", nameChinese: "汾阳市", nameEnglish: "Fenyang"),
    ],
    stations: [
      Station(id: "A1", name: "一中", county: "141102", stationClass: .national, assessed: true),
      Station(id: "B1", name: "二中", county: "141182", stationClass: .provincial, assessed: true),
      Station(id: "B2", name: "二中", county: "141182", stationClass: .provincial, assessed: true),
    ])

  static func set(_ csv: String, today: String = "2020-12-10") throws -> ReviewedSet {
    let table = HistoryReader.read(
      Array(csv.utf8), file: "r.csv", defaultStation: "-", options: HistoryOptions())
    return ReviewedSet([table], site: site, before: try #require(CivilDay(today)))
  }

  @Test("a day with a row is replaced as a whole; hours without a row are counted")
  func wholeDays() throws {
    // Stamps are the ends of hours: 01:00 is the first hour of the day, 00:00 of the next day its last.
    let set = try Self.set(
      """
      time,station,PM2.5,CO
      2020-12-02 01:00,A1,30,1.25
      2020-12-02 02:00,A1,,1.5
      2020-12-03 00:00,一中,40,-
      """)
    #expect(set.problems == [])
    #expect(set.days.map(\.pollutant) == [.pm25, .co])
    let fine = try #require(set.days.first)
    #expect(fine.station == "A1" && fine.day == CivilDay("2020-12-02"))
    #expect(fine.hours[0] == Concentration(30) && fine.hours[1].isMissing && fine.hours[23] == Concentration(40))
    #expect(set.days[1].hours[0] == Concentration(thousandths: 1_250))
    #expect(set.tally.rows == 3 && set.tally.stations == 1)
    #expect(set.tally.values == 4 && set.tally.withoutValue == 2 && set.tally.withoutRow == 42)
  }

  @Test(
    "what cannot be taken is named with its place",
    arguments: [
      ("2020-12-02 01:00,X9,30", "X9"), ("2020-12-02 01:00,二中,30", "二中"), ("2020-12-10 02:00,A1,30", "2020-12-10"),
      ("2020-12-02 01:00,A1,abc", "abc"), ("2020-12-02 01:00,A1,-5", "below zero"), ("2020-13-02 01:00,A1,30", "r.csv"),
    ])
  func faults(row: String, named: String) throws {
    let set = try Self.set("time,station,PM2.5\n\(row)\n2020-12-03 01:00,A1,31\n")
    #expect(set.problemCount >= 1)
    #expect(set.problems.contains { $0.contains(named) }, "\(set.problems)")
    // The rest is there for those who leave the faults out.
    #expect(set.days.contains { $0.day == CivilDay("2020-12-03") })
  }

  @Test("two values for one hour are a fault, the same value twice is none")
  func repeated() throws {
    let twice = try Self.set("time,station,PM2.5\n2020-12-02 01:00,A1,30\n2020-12-02 01:00,A1,30\n")
    #expect(twice.problemCount == 0)
    let two = try Self.set("time,station,PM2.5\n2020-12-02 01:00,A1,30\n2020-12-02 01:00,A1,31\n")
    #expect(two.problemCount == 1 && two.problems[0].contains("30") && two.problems[0].contains("31"))
  }

  @Test("a day at fault is left out as a whole, whatever the order of its rows, and named")
  func leftOut() throws {
    func left(_ rows: String, header: String = "time,station,PM2.5,PM10") throws -> ReviewedSet {
      try Self.set("\(header)\n\(rows)\n")
    }
    let day = CivilDay("2020-12-02")!
    let conflict = try left(
      "2020-12-02 01:00,A1,30,50\n2020-12-02 02:00,A1,31,51\n2020-12-02 01:00,A1,32,50\n2020-12-02 03:00,A1,33,52")
    #expect(
      conflict.leftOut == [.init(station: "A1", day: day, pollutant: .pm25, reason: .conflict)])
    #expect(conflict.days.map(\.pollutant) == [.pm10])
    #expect(conflict.days[0].hours[0...2] == [Concentration(50), Concentration(51), Concentration(52)])
    // A value and "no value" for the same hour contradict each other too.
    #expect(try left("2020-12-02 01:00,A1,30,50\n2020-12-02 01:00,A1,-,50").leftOut.map(\.reason) == [.conflict])
    let negative = try left("2020-12-02 01:00,A1,-5,50\n2020-12-02 02:00,A1,31,51\n2020-12-03 01:00,A1,30,50")
    #expect(negative.leftOut == [.init(station: "A1", day: day, pollutant: .pm25, reason: .negative)])
    #expect(negative.days.map(\.day) == [day, day.adding(days: 1), day.adding(days: 1)])
    let unreadable = try left("2020-12-02 01:00,A1,30,5O\n2020-12-02 02:00,A1,31,51")
    #expect(unreadable.leftOut == [.init(station: "A1", day: day, pollutant: .pm10, reason: .unreadable)])
    #expect(unreadable.days.map(\.pollutant) == [.pm25])
    let long = try left(
      "2020-12-02 01:00,A1,PM2.5,30,ug/m3\n2020-12-02 02:00,A1,PM2.5,31,K", header: "time,station,pollutant,value,unit")
    #expect(long.leftOut == [.init(station: "A1", day: day, pollutant: .pm25, reason: .unreadable)])
    #expect(long.days.isEmpty && long.span == nil)
    #expect(try left("2020-12-02 01:00,A1,30,50").leftOut.isEmpty)
  }

  @Test("rows of unknown stations are counted by station")
  func unknown() throws {
    let set = try Self.set(
      "time,station,PM2.5\n2020-12-02 01:00,X9,1\n2020-12-02 02:00,X8,1\n2020-12-02 03:00,X9,1\n")
    #expect(set.problemCount == 2)
    #expect(set.problems.contains { $0.contains("\"X9\"") && $0.contains("2 rows") })
    #expect(set.problems.contains { $0.contains("\"X8\"") && $0.contains("1 rows") })
  }

  @Test("parts hold one month and no more than the limit, and all of them everything")
  func parts() throws {
    var csv = "time,station,PM2.5,PM10\n"
    for day in 25...30 { csv += "2020-11-\(day) 05:00,A1,1,2\n2020-11-\(day) 05:00,B1,1,2\n" }
    for day in 1...5 { csv += "2020-12-0\(day) 05:00,A1,1,2\n" }
    let set = try Self.set(csv)
    let parts = set.parts(limit: 10)
    // Four items a day in November, two in December: no day is cut.
    #expect(parts.map(\.count) == [8, 8, 8, 10])
    #expect(parts.flatMap { $0 } == set.days)
    #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.last?.day != $1.first?.day })
    // A day that alone is more than a part is cut inside, and nothing is lost.
    for limit in 1...9 {
      let small = set.parts(limit: limit)
      #expect(small.flatMap { $0 } == set.days)
      #expect(small.allSatisfy { !$0.isEmpty && $0.count <= limit })
    }
    #expect(parts.allSatisfy { Set($0.map { CivilMonth($0.day) }).count == 1 })
  }
}
