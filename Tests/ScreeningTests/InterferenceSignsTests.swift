import AirQuality
import Testing

@testable import Screening

/// Signs of interference in twelve hours of a station and its neighbours.
@Suite struct InterferenceSignsTests {
  /// Values newest last, so that a table reads like a course.
  static func station(
    _ index: Int, _ courses: [Pollutant: [Double?]], humidity: [Double?] = []
  ) -> InterferenceSigns.StationHours {
    var values = [Int32](repeating: .min, count: Pollutant.criteriaCount * InterferenceSigns.hours)
    for (pollutant, course) in courses {
      for (ago, value) in course.reversed().prefix(InterferenceSigns.hours).enumerated() {
        if let value { values[Int(pollutant.rawValue) * InterferenceSigns.hours + ago] = Int32(value * 1_000) }
      }
    }
    var percent = Array(humidity.reversed().prefix(InterferenceSigns.hours))
    percent += Array(repeating: nil, count: InterferenceSigns.hours - percent.count)
    return InterferenceSigns.StationHours(station: index, values: values, humidity: percent)
  }

  static let steady = [Pollutant.no2: [Double?](repeating: 40, count: 5), .co: [Double?](repeating: 1, count: 5)]

  private func signs(
    _ own: [Pollutant: [Double?]], _ others: [[Pollutant: [Double?]]], humidity: [Double?] = [],
    around: [Double?] = [], limits: InterferenceLimits = InterferenceLimits()
  ) -> [String] {
    InterferenceSigns(limits: limits).signs(
      of: Self.station(0, own, humidity: humidity),
      beside: others.enumerated().map { Self.station($0 + 1, $1, humidity: around) }
    ).map { "\($0.pollutant.name) \($0.sign.name)" }
  }

  // MARK: Sudden drop

  struct Drop: Sendable, CustomTestStringConvertible {
    var name: String
    var own: [Double?]
    var others: [[Double?]] = [[180, 190, 185, 190, 180], [200, 205, 210, 200, 195]]
    var no2: [Double?] = [40, 40, 41, 39, 40]
    var isFound: Bool
    var testDescription: String { name }
  }

  static let drops: [Drop] = [
    // A station in Changping on 2013-03-08: neighbours and its own gases went on.
    Drop(name: "a drop that nothing follows", own: [233, 193, 72, 79, 85], isFound: true),
    Drop(name: "half is not enough by a hair", own: [200, 200, 100.1, 90, 80], isFound: false),
    Drop(name: "exactly half", own: [200, 200, 100, 90, 80], isFound: true),
    Drop(name: "it comes back in the third hour", own: [200, 200, 60, 60, 150], isFound: false),
    Drop(name: "an hour is missing", own: [200, 200, 60, nil, 60], isFound: false),
    Drop(name: "falling already", own: [300, 190, 60, 60, 60], isFound: false),
    Drop(
      name: "the neighbours fall too", own: [200, 200, 60, 60, 60],
      others: [[180, 190, 70, 60, 60], [200, 205, 80, 70, 60]], isFound: false),
    Drop(
      name: "one neighbour proves nothing", own: [200, 200, 60, 60, 60], others: [[180, 190, 185, 190, 180]],
      isFound: false),
    Drop(name: "its gases fall with it", own: [200, 200, 60, 60, 60], no2: [40, 40, 10, 10, 10], isFound: false),
    Drop(
      name: "a high station comes down to its neighbours", own: [200, 200, 60, 60, 60],
      others: [[60, 62, 60, 61, 60], [58, 60, 60, 59, 58]], isFound: false),
    Drop(
      name: "small amounts", own: [50, 50, 22, 22, 22], others: [[50, 50, 50, 50, 50], [50, 50, 50, 50, 50]],
      isFound: false),
  ]

  @Test("sudden drops", arguments: drops)
  func suddenDrop(_ item: Drop) {
    let found = signs([.pm25: item.own, .no2: item.no2], item.others.map { [.pm25: $0] })
    #expect(found == (item.isFound ? ["pm25 sudden-drop"] : []))
  }

  @Test func aDropSaysHowMuch() {
    let found = InterferenceSigns().signs(
      of: Self.station(0, [.pm25: [200, 200, 60, 70, 65], .no2: [40, 40, 40, 40, 40]]),
      beside: [[200, 200, 200, 200, 200], [100, 100, 110, 110, 110]].map { Self.station(1, [.pm25: $0]) })
    #expect(found.count == 1)
    guard case .suddenDrop(let before, let after, let neighbours, let others)? = found.first?.sign else {
      Issue.record("no drop: \(found)")
      return
    }
    #expect(before == 200 && after == 70 && others == 1 && abs(neighbours - 1.05) < 1e-9)
  }

  @Test func withoutGasesThereIsNothingToCompareWith() {
    let around = [[Pollutant.pm25: [Double?](repeating: 200, count: 5)]]
    #expect(signs([.pm25: [200, 200, 60, 60, 60]], around + around).isEmpty)
  }

  // MARK: Thresholds

  @Test func eachSignHasItsThresholdsAndCanBeOff() {
    let around = Array(repeating: [Pollutant.pm25: [Double?](repeating: 200, count: 5)], count: 2)
    let own: [Pollutant: [Double?]] = [.pm25: [200, 200, 90, 90, 90], .no2: [40, 40, 40, 40, 40]]
    var limits = InterferenceLimits()
    #expect(signs(own, around, limits: limits) == ["pm25 sudden-drop"])
    limits.suddenDrop?.share = 0.4
    #expect(signs(own, around, limits: limits).isEmpty)
    limits.suddenDrop = InterferenceLimits.SuddenDrop()
    limits.suddenDrop?.least = [.pm25: 110.5]
    #expect(signs(own, around, limits: limits).isEmpty)
    limits.suddenDrop?.least = [.pm10: 1]
    #expect(signs(own, around, limits: limits).isEmpty)
    limits.suddenDrop = nil
    #expect(signs(own, around, limits: limits).isEmpty)
    let pinned: [Pollutant: [Double?]] = [.co: Array(repeating: 3.95, count: 12)]
    #expect(signs(pinned, [], limits: limits).isEmpty)
    limits.pinned?.limits = [.co: [4]]
    #expect(signs(pinned, [], limits: limits) == ["co pinned"])
    limits.pinned?.share = 0.99
    #expect(signs(pinned, [], limits: limits).isEmpty)
  }

  @Test("thresholds as bytes", arguments: [true, false])
  func limitsRoundTrip(isOff: Bool) throws {
    var limits = InterferenceLimits()
    limits.suddenDrop?.share = 0.4
    limits.suddenDrop?.least = [.so2: 12.5]
    limits.spray?.coarseFall = 0.3
    limits.pinned?.hours = 6
    limits.pinned?.limits = [.co: [4, 10], .pm25: []]
    if isOff { (limits.suddenDrop, limits.spray, limits.pinned) = (nil, nil, nil) }
    var writer = ByteWriter()
    limits.encode(into: &writer)
    var reader = SnapshotReader(writer.bytes, subject: "limits")
    #expect(try InterferenceLimits(decoding: &reader) == limits)
    try reader.finish()
  }

  // MARK: Spray

  @Test(
    arguments: [
      ([50.0, 55, 66], [60.0, 61, 62], 90.0, true), ([50, 55, 61], [60, 61, 62], 90, false),
      ([50, 55, 66], [60, 68, 75], 90, false), ([50, 55, 66], [60, 61, 62], 130, false),
      ([nil, 55, 66], [60, 61, 62], 90, false),
    ] as [([Double?], [Double?], Double, Bool)])
  func spray(own: [Double?], around: [Double?], pm10: Double, isFound: Bool) {
    // Coarse share from 0.6 to 0.33 (or 0.54), PM10 from 150 to `pm10`; the neighbours' dust goes on.
    let found = signs(
      [.pm10: [150, 150, pm10], .pm25: [60, 60, 60]], [[.pm10: [150, 152, 149]], [.pm10: [140, 140, 141]]],
      humidity: own, around: around)
    #expect(found == (isFound ? ["pm10 spray"] : []))
  }

  @Test func withoutHumidityAroundItMustRiseMore() {
    func found(_ rise: Double) -> Bool {
      !signs(
        [.pm10: [150, 150, 90], .pm25: [60, 60, 60]], [[.pm10: [150, 152, 149]]], humidity: [50, 55, 50 + rise]
      ).isEmpty
    }
    #expect(found(15) && !found(14.9))
  }

  // MARK: Pinned

  @Test(
    arguments: [
      ([Double](repeating: 148, count: 12), true), ([Double](repeating: 145.4, count: 12), false),
      ([148, 149, 150, 147, 146, 149, 148, 150, 90, 80, 70, 60], true),
      ([148, 149, 150, 147, 146, 149, 148, 90, 90, 80, 70, 60], false),
      ([148, 149, 150.5, 147, 146, 149, 148, 150, 149, 148, 147, 146], false),
    ] as [([Double], Bool)])
  func pinned(course: [Double], isFound: Bool) {
    let free = (0..<12).map { Optional(100 + Double($0) * 10) }
    #expect(signs([.pm10: course.map { $0 }], [[.pm10: free]]) == (isFound ? ["pm10 pinned"] : []))
    // Where a neighbour's air is the same, it is the air.
    #expect(signs([.pm10: course.map { $0 }], [[.pm10: course.map { $0 }]]).isEmpty)
  }

  @Test func thePlansLimitOfSulphurDioxide() {
    let course = [Double?](repeating: 295, count: 12)
    #expect(signs([.so2: course], []) == ["so2 pinned"])
  }

  @Test func nothingFromNothing() {
    #expect(signs([:], []).isEmpty && signs([.pm25: [nil, nil]], [[:], [:]]).isEmpty)
    #expect(InterferenceSigns.median([]) == nil && InterferenceSigns.median([3, 1]) == 2)
  }
}
