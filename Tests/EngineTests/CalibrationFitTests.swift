import AirQuality
import Engine
import TestSupport
import Testing

@Suite("Fitting calibrations")
struct CalibrationFitTests {
  typealias Pair = CalibrationFit.Pair

  /// A sensor that shows (reference − intercept − humidity · RH) / slope, with noise.
  private static func pairs(
    _ count: Int, slope: Double, intercept: Double, humidity: Double, noise: Double, seed: UInt64
  ) -> [Pair] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in
      let raw = Double.random(in: 5...200, using: &random)
      let relative = Double.random(in: 20...95, using: &random)
      let reference = slope * raw + intercept + humidity * relative + Double.random(in: -noise...noise, using: &random)
      return Pair(raw: raw, humidity: relative, reference: reference)
    }
  }

  @Test(
    "finds the coefficients the data were made with",
    arguments: [
      (0.62, 3.1, -0.08), (1.0, 0.0, 0.0), (2.4, -11.0, 0.3),
    ])
  func exact(_ slope: Double, _ intercept: Double, _ humidity: Double) throws {
    let fit = try CalibrationFit(
      Self.pairs(200, slope: slope, intercept: intercept, humidity: humidity, noise: 0, seed: 7))
    #expect((fit.slope - slope).magnitude < 1e-9 && (fit.intercept - intercept).magnitude < 1e-7)
    #expect((fit.humidity - humidity).magnitude < 1e-9 && fit.usesHumidity && fit.count == 200)
    #expect(fit.determination > 0.999_999 && fit.rootMeanSquareError < 1e-6)
  }

  @Test("noise leaves the coefficients near, and is what the error says")
  func noisy() throws {
    let fit = try CalibrationFit(
      Self.pairs(2_000, slope: 0.6, intercept: 4, humidity: -0.1, noise: 10, seed: 20_201_127))
    #expect((fit.slope - 0.6).magnitude < 0.01 && (fit.humidity + 0.1).magnitude < 0.02)
    // The spread of equal chances from -10 to 10.
    #expect((fit.rootMeanSquareError - 10 / 3.0.squareRoot()).magnitude < 0.3)
    // Any other coefficients are worse.
    #expect(fit.rootMeanSquareError < fit.rawError)
  }

  @Test("without humidity, or with some that never changes, the term is left out")
  func dry() throws {
    var pairs = Self.pairs(100, slope: 0.5, intercept: 1, humidity: 0, noise: 0, seed: 3)
    for index in pairs.indices { pairs[index].humidity = 50 }
    #expect(try !CalibrationFit(pairs).usesHumidity)
    pairs[3].humidity = nil
    let fit = try CalibrationFit(pairs)
    #expect(!fit.usesHumidity && fit.humidity == 0 && (fit.slope - 0.5).magnitude < 1e-9)
  }

  @Test("refuses what gives no coefficients")
  func refused() {
    let good = Self.pairs(100, slope: 0.5, intercept: 1, humidity: 0.2, noise: 0, seed: 3)
    #expect(throws: CalibrationFit.Problem.tooFew(found: 47, needed: 48)) { try CalibrationFit(Array(good.prefix(47))) }
    let still = good.map { Pair(raw: 30, humidity: $0.humidity, reference: $0.reference) }
    #expect(throws: CalibrationFit.Problem.illConditioned) { try CalibrationFit(still) }
    // Humidity that only repeats the raw value.
    let tied = good.map { Pair(raw: $0.raw, humidity: $0.raw / 2 + 1, reference: $0.reference) }
    #expect(throws: CalibrationFit.Problem.illConditioned) { try CalibrationFit(tied) }
    let falling = good.map { Pair(raw: 300 - $0.raw, humidity: nil, reference: $0.reference) }
    #expect(throws: CalibrationFit.Problem.self) { try CalibrationFit(falling) }
  }

  @Test("the EPA's targets are judged on raw values")
  func targets() throws {
    let good = try CalibrationFit(Self.pairs(300, slope: 1, intercept: 0.5, humidity: 0, noise: 3, seed: 11))
    #expect(good.targets(.pm25).map(\.isMet) == [true, true, true, true] && good.targets(.co).isEmpty)
    let steep = try CalibrationFit(Self.pairs(300, slope: 0.4, intercept: 0, humidity: 0, noise: 3, seed: 11))
    #expect(steep.targets(.pm25).map(\.isMet) == [false, true, true, false])
  }
}

@Suite("Raw hours")
struct RawHoursTests {
  private static let first = CivilDay("2020-12-01")!.firstHour
  private static let source = RawHours.Source(station: "M1", pollutant: .pm25)

  private static func batch(_ rows: [(minute: Int64, minutes: Int64, value: Double)], feed: String = "a") -> FeedBatch {
    let start = Scenario.offset.start(ofHour: first)
    return FeedBatch(
      feed: feed, receivedAt: start, stations: ["M1"],
      readings: ContiguousArray(
        rows.map {
          Reading(
            station: 0, pollutant: .pm25, value: $0.value, begin: start.adding(milliseconds: $0.minute * 60_000),
            periodMilliseconds: Int32($0.minutes * 60_000), flag: .good)
        }))
  }

  private static func mean(_ batches: [FeedBatch]) -> Double? {
    var hours = RawHours([source], feeds: ["a", "b"], offset: Scenario.offset)
    for batch in batches { hours.take(batch) }
    return hours.mean(of: source, hour: first)
  }

  @Test("minutes make an hour when they cover 45 min of it")
  func minutes() {
    let rows = (Int64(0)..<9).map { (minute: $0 * 5, minutes: Int64(5), value: Double($0)) }
    #expect(Self.mean([Self.batch(rows)]) == 4)
    #expect(Self.mean([Self.batch(Array(rows.dropLast()))]) == nil)
    let instants = rows.map { (minute: $0.minute, minutes: Int64(0), value: $0.value) }
    #expect(Self.mean([Self.batch(instants)]) == 4)
  }

  @Test("an hour's own row counts before minutes, the first feed before others, the newest of one feed")
  func order() {
    let rows = (Int64(0)..<12).map { (minute: $0 * 5, minutes: Int64(5), value: 10.0) }
    #expect(Self.mean([Self.batch(rows), Self.batch([(0, 60, 7)])]) == 7)
    #expect(Self.mean([Self.batch([(0, 60, 7)]), Self.batch([(0, 60, 8)], feed: "b")]) == 7)
    #expect(Self.mean([Self.batch([(0, 60, 8)], feed: "b"), Self.batch([(0, 60, 7)])]) == 7)
    #expect(Self.mean([Self.batch([(0, 60, 7)]), Self.batch([(0, 60, 9)])]) == 9)
  }

  @Test("hours of both stations make pairs")
  func pairs() {
    var hours = RawHours(
      [Self.source, .init(station: "M1", pollutant: .humidity), .init(station: "B1", pollutant: .pm25)], feeds: ["a"],
      offset: Scenario.offset)
    var batch = Self.batch([(0, 60, 50), (60, 60, 60), (120, 60, 70)])
    batch.stations.append("B1")
    for (index, value) in [40.0, 45].enumerated() {
      var reading = batch.readings[index]
      reading.station = 1
      reading.value = value
      batch.readings.append(reading)
    }
    var relative = batch.readings[0]
    relative.pollutant = .humidity
    relative.value = 104
    batch.readings.append(relative)
    hours.take(batch)
    let pairs = hours.pairs(station: "M1", reference: "B1", .pm25, hours: Self.first..<(Self.first + 24))
    #expect(
      pairs == [
        .init(raw: 50, humidity: 100, reference: 40), .init(raw: 60, humidity: nil, reference: 45),
      ])
  }
}
