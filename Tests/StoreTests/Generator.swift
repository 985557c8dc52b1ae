import AirQuality
import Engine
import TestSupport

/// Random but valid engine events.
enum Generator {
  static func text(_ random: inout SeededRandom) -> String {
    let pool = ["", "2183A", "吕梁市", "a\u{0}b", "é́", "🌫️", "榆次区", "x y,\"z\"", String(repeating: "长", count: 60)]
    return pool.randomElement(using: &random)! + String(Int.random(in: 0..<50, using: &random))
  }

  static func double(_ random: inout SeededRandom) -> Double {
    switch Int.random(in: 0..<12, using: &random) {
    case 0: .nan
    case 1: Double(bitPattern: 0x7FF8_0000_0000_1234)
    case 2: -0.0
    case 3: .infinity
    case 4: Double(bitPattern: random.next())
    case 5: 0.1 + 0.2
    case 6: 1e308
    case 7: -999
    default: Double(Int.random(in: -5_000...900_000, using: &random)) / 1_000
    }
  }

  /// Places for every reading, or none at all.
  static func places(of count: Int, _ random: inout SeededRandom) -> ReadingPlaces {
    guard count > 0, Bool.random(using: &random) else { return ReadingPlaces() }
    return ReadingPlaces(
      counties: ["141102", "141181"],
      places: ContiguousArray(
        (0..<count).map { _ in
          guard Int.random(in: 0..<4, using: &random) > 0 else { return .none }
          return ReadingPlaces.Place(
            position: Position(
              latitudeE7: Int32.random(in: -900_000_000...900_000_000, using: &random),
              longitudeE7: Int32.random(in: -1_800_000_000...1_800_000_000, using: &random))!,
            county: Int32.random(in: -1...1, using: &random))
        }))
  }

  static func batch(_ random: inout SeededRandom, rows: Int) -> FeedBatch {
    let stations = (0..<max(1, rows / 6)).map { "S\($0)" + text(&random) }
    let begin = Sample.start.adding(milliseconds: Int64.random(in: -10_000_000_000...10_000_000_000, using: &random))
    let steady = Bool.random(using: &random)
    var readings = ContiguousArray<Reading>()
    for row in 0..<rows {
      readings.append(
        Reading(
          station: UInt32(row % stations.count), pollutant: Pollutant.allCases.randomElement(using: &random)!,
          value: double(&random),
          begin: steady ? begin : Instant(milliseconds: Int64(bitPattern: random.next())),
          periodMilliseconds: steady ? 60_000 : Int32(truncatingIfNeeded: random.next()),
          flag: steady ? .good : QualityFlag.allCases.randomElement(using: &random)!,
          reasons: steady ? [] : ScreeningReasons(rawValue: UInt32(truncatingIfNeeded: random.next()))))
    }
    let layers = (0..<Int.random(in: 0..<3, using: &random)).map { _ in
      LidarLayer(
        station: text(&random), at: begin,
        gradientHeightMeters: Bool.random(using: &random) ? nil : double(&random))
    }
    var batch = FeedBatch(
      feed: text(&random), receivedAt: begin, stations: stations, readings: readings, layers: layers)
    batch.verdicts = (0..<Int.random(in: 0..<3, using: &random)).map { _ in
      ScreeningVerdict(
        station: UInt32(Int.random(in: 0..<stations.count, using: &random)), pollutant: .pm10,
        begin: Instant(milliseconds: Int64(bitPattern: random.next())),
        periodMilliseconds: Int32(truncatingIfNeeded: random.next()), flag: .suspect,
        reasons: ScreeningReasons(rawValue: UInt32(truncatingIfNeeded: random.next())))
    }
    batch.places = places(of: readings.count, &random)
    return batch
  }

  private static func act(_ random: inout SeededRandom) -> OperatorAct {
    let (id, county, by, words) = (text(&random), text(&random), text(&random), text(&random))
    let from = Instant(milliseconds: Int64(bitPattern: random.next()))
    let until = Instant(milliseconds: Int64(bitPattern: random.next()))
    switch Int.random(in: 0..<10, using: &random) {
    case 0: return .lift(id: id, county: county, by: by, reason: words)
    case 1: return .declareDust(id: id, county: county, from: from, until: until, by: by, evidence: words)
    case 2: return .confirmDust(id: id, county: county, from: from, until: until, by: by, document: words)
    case 3: return .withdrawDust(id: id, period: county, by: by, reason: words)
    case 4:
      return .overrideFlag(
        id: id, station: county, pollutant: Pollutant.allCases.randomElement(using: &random), from: from, until: until,
        flag: .fail, by: by, reason: words)
    case 5:
      return .overrideFlag(
        id: id, station: county, pollutant: nil, from: from, until: until, flag: .good, by: by, reason: words)
    case 7:
      return .advanceTask(
        id: id, task: county, step: .handled, by: by, note: words, isForced: Bool.random(using: &random))
    case 8: return .assignTask(id: id, task: county, owner: words, contact: "", by: by)
    case 6:
      return .concludeInspection(id: id, inspection: county, finding: .cleared, by: by, reason: words)
    default: return .withdrawOverride(id: id, override: county, by: by, reason: words)
    }
  }

  static func event(_ random: inout SeededRandom) -> EngineEvent {
    switch Int.random(in: 0..<7, using: &random) {
    case 0: .configuration(configuration(&random))
    case 1: .batch(batch(&random, rows: [0, 1, 2, 7, 300].randomElement(using: &random)!))
    case 2: .tick
    case 3: .act(act(&random))
    case 4:
      .history(
        county: text(&random), day: CivilDay(number: Int32(truncatingIfNeeded: random.next())),
        chunks: (0..<Int.random(in: 0..<4, using: &random)).map { index in
          StoredChunk(
            key: ChunkKey(
              county: text(&random), day: CivilDay(number: 18_000), kind: index == 0 ? .hours : .minutes,
              hour: UInt8(index)),
            bytes: (0..<Int.random(in: 0..<500, using: &random)).map { _ in
              UInt8.random(in: 0...255, using: &random)
            })
        })
    case 5:
      .reviewed(
        ReviewedImport(
          id: text(&random), part: Int.random(in: 1..<9, using: &random), parts: 9, source: text(&random),
          digest: text(&random), by: text(&random),
          days: (0..<Int.random(in: 0..<9, using: &random)).map { _ in
            ReviewedDay(
              station: text(&random), day: CivilDay(number: Int32(truncatingIfNeeded: random.next())),
              pollutant: Pollutant.criteria.randomElement(using: &random)!,
              hours: (0..<24).map { _ in Concentration(thousandths: Int32(truncatingIfNeeded: random.next())) })
          }))
    default:
      .dailyMeans(
        DailyMeansImport(
          source: text(&random), digest: text(&random),
          rows: (0..<Int.random(in: 0..<40, using: &random)).map { _ in
            .init(
              county: text(&random), day: CivilDay(number: Int32(truncatingIfNeeded: random.next())),
              pollutant: Pollutant.allCases.randomElement(using: &random)!,
              value: Concentration(thousandths: Int32(truncatingIfNeeded: random.next())))
          }))
    }
  }

  static func configuration(_ random: inout SeededRandom) -> EngineConfiguration {
    let stations = (0..<Int.random(in: 0..<20, using: &random)).map { _ in
      Station(
        id: text(&random), name: text(&random), county: text(&random),
        stationClass: StationClass.allCases.randomElement(using: &random)!,
        latitude: Bool.random(using: &random) ? nil : 37.5, longitude: Bool.random(using: &random) ? nil : -0.0,
        assessed: Bool.random(using: &random), urban: Bool.random(using: &random),
        background: Bool.random(using: &random), purpose: text(&random),
        from: Bool.random(using: &random) ? nil : CivilDay(number: -5), until: CivilDay(number: 20_000))
    }
    let targets = (0..<Int.random(in: 0..<5, using: &random)).map { index in
      TargetRow(
        year: 2_020, county: text(&random), indicator: "pm10_annual_mean", target: index == 0 ? nil : 84.5,
        unit: "ug/m3", dropPercent: index == 1 ? nil : 7.4, cutDays: index == 2 ? nil : 3, baseline: nil,
        source: text(&random))
    }
    return EngineConfiguration(
      site: Site(
        name: "吕梁市", code: "141100", offset: CivilOffset(seconds: -12_600),
        counties: [County(code: "141102", nameChinese: "离石区", nameEnglish: "Lishi", group: text(&random))],
        stations: stations), feeds: [text(&random), "b"], targets: targets, criteria: "mee-2018", edition: "by-date",
      hooks: [HookSubscription(name: "h", levels: ["red"], kinds: EventKind.allCases)])
  }
}
