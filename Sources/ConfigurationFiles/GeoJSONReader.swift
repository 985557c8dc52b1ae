import AirQuality

/// The areas of a GeoJSON file (RFC 7946): a FeatureCollection, a Feature, or bare Polygon and MultiPolygon, in WGS 84.
struct GeoJSONReader {
  /// An area with the names it goes by.
  struct Feature {
    /// `features[3]`.
    var path: String
    /// Byte offset of the feature.
    var offset: Int
    /// Texts of `id` and of the properties, by lower-case key.
    var names: [String: String] = [:]
    var polygons: [CountyBoundaries.Polygon] = []
  }

  /// What is wrong, where it stands in the document (`features[3].geometry.coordinates[0]`), and on which line.
  struct Problem: Error {
    var line: Int
    var path: String
    var reason: String
  }

  private var cursor: JSONCursor
  private var corners = 0
  private var features: [Feature] = []

  /// Corners of all areas together.
  static let maximumCorners = 2_000_000
  static let maximumFeatures = 10_000
  private static let maximumNames = 64
  /// Properties that are looked at have texts of at most so many bytes.
  private static let nameBytes = 256

  private init(_ bytes: [UInt8]) { cursor = JSONCursor(bytes) }

  /// Reads all areas; features without one (points, lines) are left out.
  static func read(_ bytes: [UInt8]) throws(Problem) -> [Feature] {
    var reader = GeoJSONReader(bytes)
    var path = ""
    do throws(JSONCursor.Problem) {
      try reader.readDocument(&path)
    } catch {
      throw Problem(line: reader.cursor.line(at: error.offset), path: path, reason: error.reason)
    }
    return reader.features
  }

  /// The line of a feature.
  static func line(of feature: Feature, in bytes: [UInt8]) -> Int { JSONCursor(bytes).line(at: feature.offset) }

  // MARK: Documents

  private mutating func readDocument(_ path: inout String) throws(JSONCursor.Problem) {
    _ = cursor.peek()
    let start = cursor.offset
    var type = ""
    var list: Int?
    try cursor.object { cursor, key throws(JSONCursor.Problem) in
      switch key {
      case "type": type = try cursor.string()
      case "features":
        _ = cursor.peek()
        list = cursor.offset
        try cursor.skip(depth: 1)
      case "crs": throw cursor.fail("other coordinate systems than WGS 84 are not read: remove crs and convert")
      default: try cursor.skip(depth: 1)
      }
    }
    try cursor.finish()
    switch type {
    case "FeatureCollection":
      guard let list else { throw JSONCursor.Problem(offset: start, reason: "a FeatureCollection needs features") }
      cursor.move(to: list)
      try readList(&path)
    case "Feature", "Polygon", "MultiPolygon":
      cursor.move(to: start)
      if type == "Feature" {
        try readFeature("", &path)
      } else {
        features.append(Feature(path: "", offset: start, polygons: try readGeometry("", &path)))
      }
    default:
      throw JSONCursor.Problem(
        offset: start, reason: "type \"\(type.prefix(40))\" is no GeoJSON of areas: write a FeatureCollection")
    }
  }

  private mutating func readList(_ path: inout String) throws(JSONCursor.Problem) {
    try cursor.expect(UInt8(ascii: "["), "a list of features")
    if cursor.peek() == UInt8(ascii: "]") { return }
    var index = 0
    while true {
      path = "features[\(index)]"
      guard index < Self.maximumFeatures else { throw cursor.fail("more than \(Self.maximumFeatures) features") }
      try readFeature(path, &path)
      index += 1
      guard cursor.peek() == UInt8(ascii: ",") else { return }
      try cursor.expect(UInt8(ascii: ","), "a comma")
    }
  }

  private mutating func readFeature(_ place: String, _ path: inout String) throws(JSONCursor.Problem) {
    _ = cursor.peek()
    var feature = Feature(path: place, offset: cursor.offset)
    var geometry: Int?
    try cursor.object { cursor, key throws(JSONCursor.Problem) in
      switch key {
      case "id":
        if let text = try Self.text(&cursor) { feature.names["id"] = text }
      case "properties":
        guard cursor.peek() == UInt8(ascii: "{") else { return try cursor.skip(depth: 1) }
        try cursor.object { cursor, name throws(JSONCursor.Problem) in
          let text = try Self.text(&cursor)
          if let text, feature.names.count < Self.maximumNames { feature.names["." + name.lowercased()] = text }
        }
      case "geometry":
        if cursor.peek() == UInt8(ascii: "{") { geometry = cursor.offset }
        try cursor.skip(depth: 1)
      default: try cursor.skip(depth: 1)
      }
    }
    let end = cursor.offset
    if let geometry {
      cursor.move(to: geometry)
      feature.polygons = try readGeometry(place.isEmpty ? "geometry" : place + ".geometry", &path)
      cursor.move(to: end)
    }
    if !feature.polygons.isEmpty { features.append(feature) }
  }

  /// A text or a number as it would be written; nil for anything else, which is passed over.
  private static func text(_ cursor: inout JSONCursor) throws(JSONCursor.Problem) -> String? {
    switch cursor.peek() {
    case UInt8(ascii: "\""):
      let text = try cursor.string()
      return text.utf8.count <= nameBytes ? text : nil
    case UInt8(ascii: "-"), .some(0x30...0x39):
      let number = try cursor.number()
      return Int64(exactly: number).map(String.init) ?? String(number)
    default:
      try cursor.skip(depth: 2)
      return nil
    }
  }

  // MARK: Geometries

  /// The polygons of a geometry; none for points and lines.
  private mutating func readGeometry(
    _ place: String, _ path: inout String
  ) throws(JSONCursor.Problem) -> [CountyBoundaries.Polygon] {
    var type = ""
    var coordinates: Int?
    let start = cursor.offset
    path = place
    try cursor.object { cursor, key throws(JSONCursor.Problem) in
      switch key {
      case "type": type = try cursor.string()
      case "coordinates":
        _ = cursor.peek()
        coordinates = cursor.offset
        try cursor.skip(depth: 2)
      default: try cursor.skip(depth: 2)
      }
    }
    guard type == "Polygon" || type == "MultiPolygon" else { return [] }
    guard let coordinates else { throw JSONCursor.Problem(offset: start, reason: "a \(type) needs coordinates") }
    cursor.move(to: coordinates)
    let name = (place.isEmpty ? "" : place + ".") + "coordinates"
    if type == "Polygon" { return [try polygon(name, &path)] }
    var polygons: [CountyBoundaries.Polygon] = []
    try list(name, &path) { reader, place, path throws(JSONCursor.Problem) in
      polygons.append(try reader.polygon(place, &path))
    }
    return polygons
  }

  private mutating func polygon(
    _ place: String, _ path: inout String
  ) throws(JSONCursor.Problem) -> CountyBoundaries.Polygon {
    var rings: [CountyBoundaries.Ring] = []
    try list(place, &path) { reader, place, path throws(JSONCursor.Problem) in
      rings.append(try reader.ring(place, &path))
    }
    guard !rings.isEmpty else { throw cursor.fail("a polygon needs a ring") }
    return CountyBoundaries.Polygon(rings: rings)
  }

  private mutating func ring(
    _ place: String, _ path: inout String
  ) throws(JSONCursor.Problem) -> CountyBoundaries.Ring {
    var corners: [Position] = []
    try list(place, &path) { reader, _, _ throws(JSONCursor.Problem) in
      corners.append(try reader.corner())
    }
    path = place
    guard corners.count >= 4, corners.first == corners.last else {
      throw cursor.fail("a ring has at least four corners, and the last is the first again (RFC 7946, 3.1.6)")
    }
    corners.removeLast()
    return CountyBoundaries.Ring(corners: corners)
  }

  private mutating func corner() throws(JSONCursor.Problem) -> Position {
    corners += 1
    guard corners <= Self.maximumCorners else { throw cursor.fail("more than \(Self.maximumCorners) corners") }
    let start = cursor.offset
    var values: (Double, Double) = (.nan, .nan)
    try cursor.array { cursor, index throws(JSONCursor.Problem) in
      let value = try cursor.number()
      if index == 0 { values.0 = value }
      if index == 1 { values.1 = value }
    }
    guard let position = Position(latitude: values.1, longitude: values.0) else {
      throw JSONCursor.Problem(
        offset: start, reason: "a corner is [longitude, latitude] in degrees, longitude -180 to 180, latitude -90 to 90"
      )
    }
    return position
  }

  /// Calls `body` for each element of a list with its place.
  private mutating func list(
    _ place: String, _ path: inout String,
    _ body: (inout GeoJSONReader, String, inout String) throws(JSONCursor.Problem) -> Void
  ) throws(JSONCursor.Problem) {
    path = place
    try cursor.expect(UInt8(ascii: "["), "a list [")
    guard cursor.peek() != UInt8(ascii: "]") else { return try cursor.expect(UInt8(ascii: "]"), "]") }
    var index = 0
    while true {
      path = "\(place)[\(index)]"
      try body(&self, path, &path)
      index += 1
      guard cursor.peek() == UInt8(ascii: ",") else { break }
      try cursor.expect(UInt8(ascii: ","), "a comma")
    }
    path = place
    try cursor.expect(UInt8(ascii: "]"), "a comma or ]")
  }
}
