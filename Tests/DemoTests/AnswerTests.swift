import AirQuality
import CGzip
import Demo
import Testing

/// Each feed's bytes are what its format promises.
@Suite struct AnswerTests {
  static let simulator = DemoSimulator()
  /// 2020-12-05 10:31:40.
  static let moment = DemoScenario.start.adding(milliseconds: ((4 * 24 + 10) * 60 + 31) * 60_000 + 40_000)

  private func text(_ feed: DemoFeed, at now: Instant = moment) throws -> String {
    String(decoding: try #require(Self.simulator.answer(feed, at: now)).body, as: UTF8.self)
  }

  /// The text between `<b:name>` and its end, for every occurrence.
  private func elements(_ name: String, in text: String) -> [String] {
    var found: [String] = []
    for line in text.split(separator: "\n") {
      let line = line.drop { $0 == " " }
      if line.hasPrefix("<b:\(name)>") {
        found.append(String(line.dropFirst(name.count + 4).dropLast(name.count + 5)))
      }
    }
    return found
  }

  /// Brackets close, strings end, and there is something in it: enough for JSON made by rule.
  private func isBalanced(_ text: String) -> Bool {
    var stack: [Character] = []
    var inString = false
    for character in text {
      if character == "\"" { inString.toggle() }
      if inString { continue }
      switch character {
      case "{", "[": stack.append(character)
      case "}": if stack.popLast() != "{" { return false }
      case "]": if stack.popLast() != "[" { return false }
      default: break
      }
    }
    return stack.isEmpty && !inString && text.count > 20
  }

  @Test func nationalFeedHasEveryStationOnce() throws {
    let text = try text(.national)
    let national = Self.simulator.network.reference.filter(DemoNetwork.isNational)
    #expect(elements("StationCode", in: text) == national.map(\.id))
    #expect(elements("TimePoint", in: text).allSatisfy { $0 == "2020-12-05T10:00:00" })
    for (station, value) in zip(national, elements("PM2_5", in: text)) {
      let hour = CivilOffset.china.hour(of: Self.moment) - 1
      let expected = Self.simulator.published(station, .pm25, hour: hour).map { "\(Int($0.value))" } ?? "&mdash;"
      #expect(value == expected, "\(station.id)")
    }
    let hour = CivilOffset.china.hour(of: Self.moment) - 1
    for (station, value) in zip(national, elements("O3_24h", in: text)) {
      let expected = Self.simulator.published(station, .o3, hour: hour).map { "\(Int($0.value))" } ?? "&mdash;"
      #expect(value == expected, "the current hour's ozone stands in O3_24h")
    }
    let opened = text.count { $0 == "<" }
    #expect(opened == text.count { $0 == ">" })
  }

  @Test func hoursComeTwentyMinutesPastAndSometimesInHalves() throws {
    var halves = 0
    for hour in 0..<240 {
      let end = DemoScenario.start.adding(milliseconds: Int64(hour) * 3_600_000)
      let stamp = String(CivilOffset.china.format(end).prefix(19))
      let before = elements("TimePoint", in: try text(.national, at: end.adding(milliseconds: 19 * 60_000)))
      #expect(!before.contains(stamp))
      let during = elements("TimePoint", in: try text(.national, at: end.adding(milliseconds: 30 * 60_000)))
      let share = during.count { $0 == stamp }
      if share != during.count { halves += 1 }
      #expect(share > 0)
      let after = elements("TimePoint", in: try text(.national, at: end.adding(milliseconds: 39 * 60_000)))
      #expect(after.allSatisfy { $0 == stamp })
    }
    #expect((5...40).contains(halves), "\(halves) half-published hours of 240")
  }

  @Test func missingValuesAreMarked() throws {
    var missing = 0
    for hour in 0..<24 {
      let now = Self.moment.adding(milliseconds: Int64(hour) * 3_600_000)
      let values = elements("PM10", in: try text(.national, at: now))
      missing += values.count { $0 == "&mdash;" }
    }
    #expect((1...20).contains(missing), "\(missing) of \(24 * 17)")
  }

  @Test func provincialFeedHasTwelveHoursOfEveryReferenceStation() throws {
    let text = try text(.provincial)
    #expect(isBalanced(text))
    let stations = Self.simulator.network.reference
    #expect(stations.count == 33)
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("{\"station\"") }
    #expect(rows.count == 12 * stations.count)
    #expect(rows.count { $0.contains("\"time\":\"2020-12-05T10:00:00+08:00\"") } == stations.count)
    #expect(rows.allSatisfy { row in Pollutant.criteria.allSatisfy { row.contains("\"\($0.name)\":") } })
  }

  @Test(arguments: DemoCity.counties.map(\.code))
  func microFeedHasEveryMinute(county: String) throws {
    let text = try text(.micro(county: county, minutes: 10))
    #expect(isBalanced(text))
    let stations = Self.simulator.network.micro.filter { $0.county == county }
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("{\"sn\"") }
    #expect(rows.count >= 10 * (stations.count - 1) && rows.count <= 10 * stations.count)
    let newest = CivilOffset.china.start(ofMinute: CivilOffset.china.minute(of: Self.moment)).milliseconds
    for minute in 0..<10 {
      #expect(rows.contains { $0.contains("\"ts\":\(newest - Int64(minute) * 60_000),") }, "minute \(minute)")
    }
  }

  /// What one answer says of a minute, a later one says too.
  @Test func overlappingAnswersAgree() throws {
    let feed = DemoFeed.micro(county: "141181", minutes: 20)
    func rows(_ now: Instant) throws -> Set<Substring> {
      let text = try text(feed, at: now)
      return Set(
        text.split(separator: "\n").filter { $0.hasPrefix("{") }.map { $0.hasSuffix(",") ? $0.dropLast() : $0 })
    }
    let first = try rows(Self.moment)
    let second = try rows(Self.moment.adding(milliseconds: 5 * 60_000))
    let common = first.intersection(second).count
    #expect(common >= 15 * 12 && common <= 15 * 13)
  }

  @Test func lidarProfilesShowTheLayer() throws {
    for lidar in Self.simulator.network.lidars {
      let text = try text(.lidar(station: lidar.id))
      #expect(isBalanced(text))
      let head = "{\"station\":\"\(lidar.id)\",\"time\":\"2020-12-05T10:31:00+08:00\",\"wavelength_nm\":532,"
      #expect(text.hasPrefix(head + "\"first_range_m\":30,\"resolution_m\":15,\"backscatter\":["))
      #expect(text.count { $0 == "," } == 4 + DemoSimulator.lidarBins)
      let county = try #require(DemoCity.counties.first { $0.code == lidar.county })
      let height = Self.simulator.air.mixingHeight(county, at: Self.moment)
      let profile = Self.simulator.profile(county, at: Self.moment)
      // The steepest relative fall over 150 m stands near the top of the mixed layer.
      let falls: [Double] = (10..<profile.count).map { profile[$0] / profile[$0 - 10] }
      let steepest: Int = falls.indices.min { falls[$0] < falls[$1] } ?? 0
      let found = Double(30 + (steepest + 5) * 15)
      #expect(abs(found - height) < 150, "\(lidar.id): \(found) m for \(height) m")
      #expect(profile.allSatisfy { $0 >= 0 && $0 < 1e-4 })
    }
  }

  @Test func unknownFeedsHaveNoAnswer() {
    #expect(Self.simulator.answer(.micro(county: "999999", minutes: 10), at: Self.moment) == nil)
    #expect(Self.simulator.answer(.micro(county: "141181", minutes: 0), at: Self.moment) == nil)
    #expect(Self.simulator.answer(.micro(county: "141181", minutes: 61), at: Self.moment) == nil)
    #expect(Self.simulator.answer(.lidar(station: "LD09"), at: Self.moment) == nil)
  }
}
