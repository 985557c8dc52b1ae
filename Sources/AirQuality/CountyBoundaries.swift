/// The boundaries of the site's counties (县界), for placing stations and readings by their position.
///
/// Geometry is exact: corners are whole 1e-7 degrees (about a centimetre), and whether a point is inside is decided by
/// counting crossings of whole numbers (even-odd rule), so that holes need no orientation and a point on an edge that two
/// counties share belongs to exactly one of them, always the same. Edges are straight in latitude and longitude, as GeoJSON
/// (RFC 7946, 3.1.1) has them; areas across the antimeridian are not meant.
public struct CountyBoundaries: Sendable, Hashable {
  /// A closed line; the edge from the last corner to the first is implied.
  public struct Ring: Sendable, Hashable {
    public var corners: [Position]
    public init(corners: [Position]) { self.corners = corners }
  }

  /// An outer ring and the holes in it.
  public struct Polygon: Sendable, Hashable {
    public let rings: [Ring]
    /// The smallest box around the first ring.
    let box: Box

    public init(rings: [Ring]) {
      self.rings = rings
      box = Box(rings.first?.corners ?? [])
    }
  }

  /// All polygons of a county.
  public struct Area: Sendable, Hashable {
    /// The county's code.
    public let county: String
    public let polygons: [Polygon]

    public init(county: String, polygons: [Polygon]) {
      self.county = county
      self.polygons = polygons
    }
  }

  /// In the order of the site's counties: of areas that overlap the first counts.
  public let areas: [Area]
  /// A point outside of all areas, by noise of coordinates, still belongs to the nearest within so many metres.
  public let toleranceMeters: Double

  public init(areas: [Area] = [], toleranceMeters: Double = 200) {
    self.areas = areas
    self.toleranceMeters = toleranceMeters
  }

  /// Whether no boundary is known.
  public var isEmpty: Bool { areas.isEmpty }

  /// The county of a position: the one it lies in, else the nearest within `toleranceMeters`, else nil.
  public func county(at position: Position) -> String? {
    guard position.isKnown else { return nil }
    if let area = areas.first(where: { $0.contains(position) }) { return area.county }
    return nearest(to: position)
  }

  /// Whether a position lies in a county, or within `toleranceMeters` of it.
  public func isIn(_ position: Position, county: String) -> Bool {
    let own = areas.filter { $0.county == county }
    return own.contains { $0.contains(position) }
      || CountyBoundaries(areas: own, toleranceMeters: toleranceMeters).nearest(to: position) != nil
  }

  private func nearest(to position: Position) -> String? {
    guard toleranceMeters > 0, position.isKnown else { return nil }
    let plane = LocalPlane(around: position)
    var best: (county: String, squared: Double)?
    let limit = toleranceMeters * toleranceMeters
    for area in areas {
      for polygon in area.polygons where plane.squaredDistance(to: polygon.box) <= limit {
        for ring in polygon.rings {
          let squared = plane.squaredDistance(to: ring)
          if squared <= limit, squared < best?.squared ?? .infinity { best = (area.county, squared) }
        }
      }
    }
    return best?.county
  }
}

extension CountyBoundaries.Area {
  /// Whether one of the polygons holds the position.
  public func contains(_ position: Position) -> Bool { polygons.contains { $0.contains(position) } }
}

extension CountyBoundaries.Polygon {
  /// Whether the position lies inside the outer ring and in no hole.
  public func contains(_ position: Position) -> Bool {
    guard box.contains(position) else { return false }
    var inside = false
    for ring in rings where ring.isCrossedOddly(eastOf: position) { inside.toggle() }
    return inside
  }
}

extension CountyBoundaries.Ring {
  /// Whether the ring crosses the line that runs from the position due east an odd number of times.
  ///
  /// An edge counts its southern end and not its northern one, and a position on an edge has it behind itself: so every
  /// position lies on one side of an edge, whichever way the edge is walked.
  fileprivate func isCrossedOddly(eastOf position: Position) -> Bool {
    guard var from = corners.last else { return false }
    let (x, y) = (Int64(position.longitudeE7), Int64(position.latitudeE7))
    var odd = false
    for to in corners {
      let (x1, y1) = (Int64(from.longitudeE7), Int64(from.latitudeE7))
      let (x2, y2) = (Int64(to.longitudeE7), Int64(to.latitudeE7))
      from = to
      guard (y1 > y) != (y2 > y) else { continue }
      // Differences stay below 3.6e9 and 1.8e9, so that each product stays below 2^63.
      let along = (x2 - x1) * (y - y1)
      let across = (x - x1) * (y2 - y1)
      if y2 > y1 ? across < along : across > along { odd.toggle() }
    }
    return odd
  }
}

/// A box of latitude and longitude, both ends included.
struct Box: Sendable, Hashable {
  var south = Int32.max
  var west = Int32.max
  var north = Int32.min
  var east = Int32.min

  init(_ corners: [Position]) {
    for corner in corners {
      south = min(south, corner.latitudeE7)
      north = max(north, corner.latitudeE7)
      west = min(west, corner.longitudeE7)
      east = max(east, corner.longitudeE7)
    }
  }

  func contains(_ position: Position) -> Bool {
    south <= position.latitudeE7 && position.latitudeE7 <= north && west <= position.longitudeE7
      && position.longitudeE7 <= east
  }
}

/// Metres around a position, on a plane: good for the few hundred metres of a tolerance.
private struct LocalPlane {
  let origin: Position
  /// Metres for 1e-7 degrees north, and east at this latitude.
  let north: Double
  let east: Double

  init(around position: Position) {
    origin = position
    // A degree of the mean sphere, 6 371 008.8 m.
    north = 111_195.080_23 / 1e7
    east = north * Self.cosine(degrees: position.latitude)
  }

  /// To 1e-8 for -90...90: the series to the twelfth power.
  static func cosine(degrees: Double) -> Double {
    let angle = degrees * Double.pi / 180
    let square = angle * angle
    var term = 1.0
    var sum = 1.0
    for index in stride(from: 1.0, through: 11, by: 2) {
      term *= -square / (index * (index + 1))
      sum += term
    }
    return max(0, sum)
  }

  func point(_ position: Position) -> (x: Double, y: Double) {
    (
      Double(Int64(position.longitudeE7) - Int64(origin.longitudeE7)) * east,
      Double(Int64(position.latitudeE7) - Int64(origin.latitudeE7)) * north
    )
  }

  func squaredDistance(to box: Box) -> Double {
    let x = Double(
      max(0, Int64(box.west) - Int64(origin.longitudeE7), Int64(origin.longitudeE7) - Int64(box.east)))
    let y = Double(
      max(0, Int64(box.south) - Int64(origin.latitudeE7), Int64(origin.latitudeE7) - Int64(box.north)))
    return x * x * east * east + y * y * north * north
  }

  func squaredDistance(to ring: CountyBoundaries.Ring) -> Double {
    guard let last = ring.corners.last else { return .infinity }
    var from = point(last)
    var best = Double.infinity
    for corner in ring.corners {
      let to = point(corner)
      best = min(best, Self.squaredDistance(from, to))
      from = to
    }
    return best
  }

  /// From the origin to a segment.
  private static func squaredDistance(_ a: (x: Double, y: Double), _ b: (x: Double, y: Double)) -> Double {
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    let length = dx * dx + dy * dy
    let share = length > 0 ? min(1, max(0, -(a.x * dx + a.y * dy) / length)) : 0
    let (x, y) = (a.x + share * dx, a.y + share * dy)
    return x * x + y * y
  }
}
