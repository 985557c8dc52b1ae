import AirQuality
import Testing

@testable import Rollup

/// Late data is exact: whatever the order of arrival, the means are those of the rows.
@Suite struct LateDataTests {
  static let site = makeSite([
    assessed("n1", "c1", urban: true), assessed("n2", "c1", urban: true, background: true),
    assessed("n3", "c2", until: "2020-03-08"), assessed("n4", "c2", class: .county), assessed("n5", "c2"),
    assessed("n6", "c2"), micro("m1", "c1"), micro("m2", "c2"),
  ])
  static let pollutants: [Pollutant] = [.pm25, .o3]
  static let dayCount: Int32 = 19

  struct Delivery {
    var at: Instant
    var order: Int
    var feed: Int
    var row: Row
  }

  /// Hours, 5 and 7.5 minute and daily values of 19 days around a leap day, with gaps, flags, a second feed, repeats,
  /// corrections, withdrawals and delays from minutes to weeks.
  static func deliveries(_ generator: inout SeededGenerator) -> [Delivery] {
    var list: [Delivery] = []
    let first = hourNumber("2020-02-20")
    func add(_ row: Row, _ generator: inout SeededGenerator) {
      var row = row
      for feed in [0, 1] where feed == 0 || Int.random(in: 0..<6, using: &generator) == 0 {
        if feed == 1 { row.value += 1 }
        row.flag =
          switch Int.random(in: 0..<80, using: &generator) {
          case 0: .missing
          case 1: .fail
          case 2: .suspect
          default: .good
          }
        let copies = Int.random(in: 0..<12, using: &generator) == 0 ? 2 : 1
        for copy in 0..<copies {
          var repeated = row
          switch Int.random(in: 0..<4, using: &generator) {
          case 0 where copy > 0: repeated.value += 2
          case 1 where copy > 0: repeated.flag = .missing
          default: break
          }
          let delay: Int64 =
            switch Int.random(in: 0..<30, using: &generator) {
            case 0: Int64.random(in: 0..<3 * 86_400_000, using: &generator)
            case 1: Int64.random(in: 0..<18 * 86_400_000, using: &generator)
            case 2..<6: Int64.random(in: 0..<4 * 3_600_000, using: &generator)
            default: Int64.random(in: 0..<600_000, using: &generator)
            }
          // All have come three hours after the last, so that the rings still hold most of the days compared.
          let end = CivilOffset.china.start(ofHour: first + dayCount * 24 + 3)
          let at = min(row.begin.adding(milliseconds: Int64(row.period) + delay), end)
          list.append(Delivery(at: at, order: list.count, feed: feed, row: repeated))
        }
      }
    }
    for hour in first..<first + dayCount * 24 {
      for pollutant in pollutants {
        let level = Double(40 + (hour % 24) * 7)
        for station in ["n1", "n2", "n3", "n4", "n5", "m1"] where Int.random(in: 0..<20, using: &generator) > 0 {
          let value = (level + Double.random(in: 0..<40, using: &generator)).rounded() + 0.125
          add(.hour(station, hour, value, pollutant), &generator)
        }
      }
      let start = CivilOffset.china.start(ofHour: hour)
      for (station, period) in [("n6", Int64(300_000)), ("m2", 450_000)] {
        for step in 0..<3_600_000 / period where Int.random(in: 0..<12, using: &generator) > 0 {
          let row = Row(
            station: station, begin: start.adding(milliseconds: step * period), period: Int32(period),
            value: Double.random(in: 0..<90, using: &generator))
          add(row, &generator)
        }
      }
      if hour % 24 == 0, hour % 5 == 0 {
        add(Row(station: "n5", begin: start, period: 86_400_000, value: 33), &generator)
      }
    }
    return list.sorted { ($0.at, $0.order) < ($1.at, $1.order) }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func anyOrderGivesTheMeansOfTheRows(seed: UInt64) {
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    var world = World(Self.site)
    var reference = NaiveReference(Self.site)
    world.advance(time("2020-02-19", 23))
    let deliveries = Self.deliveries(&generator)
    var index = 0
    var now = deliveries[0].at
    while index < deliveries.count {
      // One answer holds what came within up to an hour, of one feed and then the other; both arrive at its end.
      now = max(now, deliveries[index].at).adding(milliseconds: Int64.random(in: 0..<3_600_000, using: &generator))
      var batch: [Delivery] = []
      while index < deliveries.count, deliveries[index].at <= now {
        batch.append(deliveries[index])
        index += 1
      }
      for feed in [0, 1] {
        let rows = batch.filter { $0.feed == feed }.map(\.row)
        for row in rows { reference.take(row, feed: feed) }
        let answer = Int.random(in: 0..<3, using: &generator) > 0
        let summary = world.deliver(rows, feed: feed == 0 ? "a" : "b", now: now, answer: answer)
        #expect(summary.dropped == 0)
      }
    }
    world.answer()
    #expect(world.rollup.parkedRows == 0)
    let first = hourNumber("2020-02-20")
    reference.settle(Self.pollutants, first...first + (Self.dayCount + 20) * 24)
    compare(world, reference, seed)
  }

  private func compare(_ world: World, _ reference: NaiveReference, _ seed: UInt64) {
    let rollup = world.rollup
    let newest = rollup.advanceProbe
    var known = 0
    for unit in rollup.units.indices {
      let code = rollup.units[unit].code
      for pollutant in Self.pollutants {
        for hour in (newest - 330)...newest {
          let day = CivilDay(hour: hour)
          let expected = reference.unit(code, on: day) { reference.hour($0, pollutant, hour) }
          let found = rollup.unitHour(unit, hour: hour)[pollutant].value.optional
          if found != expected { Issue.record("seed \(seed) \(code) \(pollutant) hour \(hour)") }
          if hour % 5 == 0 {
            let window = reference.unit(code, on: day) { reference.window($0, pollutant, endHour: hour) }
            let running = rollup.running24(unit, endHour: hour)[pollutant].value.optional
            if running != window { Issue.record("seed \(seed) \(code) \(pollutant) window \(hour)") }
            if running != nil { known += 1 }
          }
        }
        for number in 0..<Self.dayCount {
          let day = CivilDay("2020-02-20")!.adding(days: number)
          let expected = reference.unit(code, on: day) { reference.day($0, pollutant, day) }
          let found = rollup.unitDay(unit, pollutant: pollutant, day: day).value.optional
          if found != expected { Issue.record("seed \(seed) \(code) \(pollutant) day \(day)") }
          if found != nil { known += 1 }
        }
      }
    }
    // The comparison must not be one of nothing with nothing.
    #expect(known > 500)
    compareStored(world, reference, seed)
  }

  /// The stored hours of closed days are those of the rows, for every station.
  private func compareStored(_ world: World, _ reference: NaiveReference, _ seed: UInt64) {
    var compared = 0
    for (key, bytes) in world.store where key.kind == .hours {
      guard let content = try? ChunkContent(RollupChunk(key: key, bytes: bytes)) else {
        Issue.record("chunk \(key)")
        continue
      }
      for station in Self.site.stations where station.county == key.county {
        for pollutant in Self.pollutants {
          for hour in 0..<24 {
            let expected = reference.hour(station, pollutant, key.day.firstHour + Int32(hour))
            let cell = content.known(station.id).map { content[$0, Int(pollutant.rawValue), hour] } ?? .empty
            let limit = station.assessed ? Cell.assessedLimit : Cell.ordinaryLimit
            let found = Cell(value: cell.value, meta: cell.code).usable(limit)
            if found != expected { Issue.record("seed \(seed) \(key) \(station.id) \(pollutant) \(hour)") }
            if found != nil { compared += 1 }
          }
        }
      }
    }
    #expect(compared > 1_000)
  }
}

extension Rollup {
  /// The last hour that has ended.
  var advanceProbe: Int32 { endedHour }
}
