import AirQuality
import Testing

@Suite("County boundaries")
struct CountyBoundariesTests {
  typealias Polygon = CountyBoundaries.Polygon

  private static func ring(_ corners: [(Int32, Int32)]) -> CountyBoundaries.Ring {
    CountyBoundaries.Ring(corners: corners.map { Position(latitudeE7: $0.1, longitudeE7: $0.0)! })
  }

  private static func point(_ x: Int32, _ y: Int32) -> Position { Position(latitudeE7: y, longitudeE7: x)! }

  private static func square(_ x: Int32, _ y: Int32, _ size: Int32) -> Polygon {
    Polygon(rings: [ring([(x, y), (x + size, y), (x + size, y + size), (x, y + size)])])
  }

  private static func boundaries(_ polygons: [Polygon], toleranceMeters: Double = 0) -> CountyBoundaries {
    CountyBoundaries(
      areas: polygons.enumerated().map { CountyBoundaries.Area(county: "\($0)", polygons: [$1]) },
      toleranceMeters: toleranceMeters)
  }

  @Test("a grid of counties without gaps: every point, corners and edges included, is in exactly one of them")
  func sharedEdges() {
    var polygons: [Polygon] = []
    for column in 0..<3 { for row in 0..<3 { polygons.append(Self.square(Int32(column) * 2, Int32(row) * 2, 2)) } }
    for x in Int32(0)...6 {
      for y in Int32(0)...6 {
        let owners = polygons.count { $0.contains(Self.point(x, y)) }
        let isOuterEdge = x == 0 || y == 0 || x == 6 || y == 6
        if isOuterEdge { #expect(owners <= 1, "\(x) \(y)") } else { #expect(owners == 1, "\(x) \(y)") }
      }
    }
  }

  @Test("the direction of a ring and its first corner change nothing")
  func rotation() {
    let corners: [(Int32, Int32)] = [(0, 0), (10, 1), (6, 5), (11, 9), (4, 8), (-3, 12), (1, 5)]
    for shift in corners.indices {
      let turned = Array(corners[shift...] + corners[..<shift])
      let forth = Polygon(rings: [Self.ring(turned)])
      let back = Polygon(rings: [Self.ring(turned.reversed())])
      let first = Polygon(rings: [Self.ring(corners)])
      for x in Int32(-4)...12 {
        for y in Int32(-1)...13 {
          let point = Self.point(x, y)
          #expect(forth.contains(point) == first.contains(point) && back.contains(point) == first.contains(point))
        }
      }
    }
  }

  @Test("a hole is outside, and an island in it inside")
  func holes() {
    let outer = Self.ring([(0, 0), (100, 0), (100, 100), (0, 100)])
    let hole = Self.ring([(20, 20), (80, 20), (80, 80), (20, 80)])
    let area = CountyBoundaries.Area(county: "A", polygons: [Polygon(rings: [outer, hole]), Self.square(40, 40, 20)])
    #expect(area.contains(Self.point(10, 10)) && !area.contains(Self.point(30, 30)))
    #expect(area.contains(Self.point(50, 50)) && !area.contains(Self.point(101, 50)))
  }

  @Test("the whole globe in one ring overflows nothing")
  func extremes() {
    let far: [(Int32, Int32)] = [
      (-1_800_000_000, -900_000_000), (1_800_000_000, -900_000_000), (1_800_000_000, 900_000_000),
      (-1_800_000_000, 900_000_000),
    ]
    let globe = Polygon(rings: [Self.ring(far)])
    #expect(globe.contains(Self.point(0, 0)) && globe.contains(Self.point(1_799_999_999, 899_999_999)))
    let slanted = Polygon(rings: [Self.ring([far[0], far[2], far[3]])])
    #expect(slanted.contains(Self.point(-1, 1)) && !slanted.contains(Self.point(1, -1)))
    let boundaries = Self.boundaries([Self.square(0, 0, 10)], toleranceMeters: 200)
    #expect(boundaries.county(at: Self.point(-1_800_000_000, -900_000_000)) == nil)
  }

  @Test("points just outside belong to the nearest county within the tolerance")
  func tolerance() {
    // At 60° north a degree of longitude is half as long: 2e-3° are 111 m there, and 222 m of latitude.
    let north: Int32 = 600_000_000
    let polygons = [Self.square(0, north, 1_000_000), Self.square(1_040_000, north, 1_000_000)]
    let boundaries = Self.boundaries(polygons, toleranceMeters: 200)
    #expect(boundaries.county(at: Self.point(-20_000, north + 500_000)) == "0")
    #expect(boundaries.county(at: Self.point(-40_000, north + 500_000)) == nil)
    #expect(boundaries.county(at: Self.point(500_000, north - 20_000)) == nil)
    #expect(boundaries.county(at: Self.point(500_000, north - 17_000)) == "0")
    #expect(boundaries.county(at: Self.point(1_015_000, north + 500_000)) == "0")
    #expect(boundaries.county(at: Self.point(1_025_000, north + 500_000)) == "1")
    #expect(Self.boundaries(polygons).county(at: Self.point(-1, north + 500_000)) == nil)
    #expect(boundaries.county(at: .none) == nil && CountyBoundaries().county(at: Self.point(0, 0)) == nil)
    #expect(boundaries.isIn(Self.point(1_025_000, north + 500_000), county: "0"))
    #expect(!boundaries.isIn(Self.point(1_025_000, north + 500_000), county: "2"))
  }

  @Test("agrees with the winding number on random stars", arguments: [UInt64(1), 20_201_127, 99])
  func winding(_ seed: UInt64) {
    var random = Generator(state: seed)
    for _ in 0..<60 {
      // Angles that only grow make a star without crossings.
      let count = 3 + Int(random.next() % 40)
      let corners = (0..<count).map { index -> (Int32, Int32) in
        let radius = Double(1_000 + random.next() % 1_000_000)
        let angle = 2 * Double.pi * Double(index) / Double(count)
        return (Int32(radius * Self.cosine(angle)), Int32(radius * Self.cosine(angle - Double.pi / 2)))
      }
      let polygon = Polygon(rings: [Self.ring(corners)])
      for _ in 0..<100 {
        let x = Int32(random.next() % 2_200_000) - 1_100_000
        let y = Int32(random.next() % 2_200_000) - 1_100_000
        guard let winding = Self.windingNumber(corners, x, y) else { continue }
        #expect(polygon.contains(Self.point(x, y)) == (winding != 0), "seed \(seed): \(corners) \(x) \(y)")
      }
    }
  }

  /// How often the ring goes round the point, by quadrants; nil for a point on an edge.
  private static func windingNumber(_ corners: [(Int32, Int32)], _ x: Int32, _ y: Int32) -> Int? {
    var turns = 0
    for (index, from) in corners.enumerated() {
      let to = corners[(index + 1) % corners.count]
      let (ax, ay) = (Int64(from.0) - Int64(x), Int64(from.1) - Int64(y))
      let (bx, by) = (Int64(to.0) - Int64(x), Int64(to.1) - Int64(y))
      let cross = ax * by - ay * bx
      if cross == 0, ax * bx + ay * by <= 0 { return nil }
      if ay <= 0, by > 0, cross > 0 { turns += 1 }
      if ay > 0, by <= 0, cross < 0 { turns -= 1 }
    }
    return turns
  }

  private static func cosine(_ angle: Double) -> Double {
    var reduced = angle
    while reduced > Double.pi { reduced -= 2 * Double.pi }
    let square = reduced * reduced
    var (term, sum) = (1.0, 1.0)
    for index in stride(from: 1.0, through: 29, by: 2) {
      term *= -square / (index * (index + 1))
      sum += term
    }
    return sum
  }

  private struct Generator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
  }
}

@Suite("Calibration models")
struct CalibrationTests {
  private func calibration(_ model: CalibrationModel) -> Calibration {
    Calibration(station: "M", pollutant: .pm25, model: model, from: CivilDay(number: 0))
  }

  @Test(
    "values of the published forms",
    arguments: [
      (CalibrationModel.barkjohn2021, 0.0, 0.0, 5.75), (.barkjohn2021, 100, 50, 53.84), (.barkjohn2021, 0, 100, 0),
      (.barkjohn2021Extended, 20, 50, 11.92), (.barkjohn2021Extended, 40, 50, 27.64),
      (.barkjohn2021Extended, 100, 50, 80.04), (.barkjohn2021Extended, 300, 50, 289.526),
      (.barkjohn2021Extended, 235, 0, 202.1974), (.fasm, 100, 50, 53.45), (.fasm, 400, 50, 249.85),
    ])
  func named(_ model: CalibrationModel, _ raw: Double, _ humidity: Double, _ expected: Double) throws {
    let value = try #require(calibration(model).concentration(of: raw, humidity: humidity))
    #expect((value - expected).magnitude < 0.005, "\(value)")
  }

  @Test("the extended form has no steps at its joints")
  func joints() throws {
    let model = calibration(.barkjohn2021Extended)
    for joint in [30.0, 50, 210, 260] {
      let below = try #require(model.concentration(of: joint - 1e-9, humidity: 40))
      let above = try #require(model.concentration(of: joint, humidity: 40))
      #expect((below - above).magnitude < 1e-4, "\(joint): \(below) \(above)")
    }
  }

  @Test("humidity is needed where it enters, and stays within 0 to 100")
  func humidity() {
    #expect(calibration(.fasm).concentration(of: 10, humidity: nil) == nil)
    var linear = calibration(.linear)
    linear.slope = 0.5
    linear.intercept = -2
    #expect(linear.concentration(of: 10, humidity: nil) == 3 && linear.concentration(of: 1, humidity: nil) == 0)
    linear.humidity = 0.1
    #expect(linear.concentration(of: 10, humidity: nil) == nil)
    #expect(linear.concentration(of: 10, humidity: 140) == linear.concentration(of: 10, humidity: 100))
    #expect(linear.formula == "0.5·x − 2.0 + 0.1·RH")
  }

  @Test("holds from its first to its last day")
  func validity() {
    var linear = calibration(.linear)
    linear.from = CivilDay(number: 10)
    #expect(!linear.isInForce(on: CivilDay(number: 9)) && linear.isInForce(on: CivilDay(number: 10_000)))
    linear.until = CivilDay(number: 12)
    #expect(linear.isInForce(on: CivilDay(number: 12)) && !linear.isInForce(on: CivilDay(number: 13)))
  }
}
