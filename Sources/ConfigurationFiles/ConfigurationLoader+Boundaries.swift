import AirQuality

/// Reads `boundaries`: the counties' areas from a GeoJSON file, matched to the table of counties.
extension ConfigurationLoader {
  /// Properties that hold a county's code, then those that hold its name; a leading dot marks a property.
  private static let codeKeys = [".adcode", ".code", ".county", "id"]
  private static let nameKeys = [".name", ".name_zh", ".name_en", ".name:zh", ".name:en", ".county", ".fullname"]

  /// A file's name, or `{file: …, tolerance_m: 200}`.
  mutating func readBoundaries(_ node: ConfigurationNode?) {
    guard let node else { return }
    var file = node
    var tolerance = ConfigurationBounds.defaultBoundaryToleranceMeters
    if case .mapping = node.content {
      guard let fields = fields(node, ["file", "tolerance_m"]),
        let named = required(fields, "file", "the name of a GeoJSON file")
      else { return }
      file = named
      tolerance =
        integer(fields["tolerance_m"], in: ConfigurationBounds.boundaryToleranceMeters, "metres") ?? tolerance
    }
    guard let source = readFile(file, limitBytes: ConfigurationBounds.boundaryBytes) else { return }
    do throws(GeoJSONReader.Problem) {
      let features = try GeoJSONReader.read(source.bytes)
      boundaries = CountyBoundaries(areas: areas(features, source), toleranceMeters: Double(tolerance))
    } catch {
      fail(
        .badTable(reason: error.reason), at: SourceLocation(file: source.path, line: error.line), path: error.path)
    }
  }

  /// In the order of the counties; features of the same county are one area.
  private mutating func areas(
    _ features: [GeoJSONReader.Feature], _ source: LoadedConfiguration.SourceFile
  ) -> [CountyBoundaries.Area] {
    let start = SourceLocation(file: source.path)
    if features.isEmpty {
      fail(.badTable(reason: "holds no Polygon or MultiPolygon: give each county its area"), at: start)
      return []
    }
    var polygons: [String: [CountyBoundaries.Polygon]] = [:]
    for feature in features {
      guard let county = county(of: feature) else {
        let name = Self.nameKeys.compactMap { feature.names[$0] }.first ?? feature.names["id"] ?? ""
        let place = SourceLocation(file: source.path, line: GeoJSONReader.line(of: feature, in: source.bytes))
        if !countiesAreBroken { warn(.boundaryOfNoCounty(name: name), at: place, path: feature.path) }
        continue
      }
      polygons[county, default: []] += feature.polygons
    }
    for county in site.counties where polygons[county.code] == nil {
      warn(.countyWithoutBoundary(code: county.code, name: county.nameChinese), at: start)
    }
    return site.counties.compactMap { county in
      polygons[county.code].map { CountyBoundaries.Area(county: county.code, polygons: $0) }
    }
  }

  private func county(of feature: GeoJSONReader.Feature) -> String? {
    for key in Self.codeKeys {
      guard let code = feature.names[key] else { continue }
      if let known = site.counties.first(where: { $0.code == code }) { return known.code }
    }
    for key in Self.nameKeys {
      guard let name = feature.names[key] else { continue }
      let lower = name.lowercased()
      if let known = site.counties.first(where: { $0.nameChinese == name || $0.nameEnglish.lowercased() == lower }) {
        return known.code
      }
    }
    return nil
  }

  /// The county of a station's row: as given, or by its position.
  mutating func county(
    _ table: ConfigurationTable, _ row: CSVReader.Row, latitude: Double?, longitude: Double?
  ) -> String {
    let location = table.location(row)
    let given = table.field("county", row)
    var position: Position?
    if let latitude, let longitude { position = Position(latitude: latitude, longitude: longitude) }
    guard given.isEmpty, !boundaries.isEmpty else {
      guard site.counties.contains(where: { $0.code == given }) else {
        failCounty(given, column: "county", at: location)
        return given
      }
      if let position { compare(given, with: position, of: table.field("id", row), at: location) }
      return given
    }
    guard let position else {
      fail(
        .badField(column: "county", value: "", expected: "write the county's code, or lat and lon"), at: location)
      return ""
    }
    guard let found = boundaries.county(at: position) else {
      fail(
        .badField(
          column: "county", value: "",
          expected: "\(position.latitude), \(position.longitude) lies in no county's boundary: correct lat and lon, or "
            + "write the county's code"), at: location)
      return ""
    }
    return found
  }

  private mutating func compare(
    _ given: String, with position: Position, of station: String, at location: SourceLocation
  ) {
    guard boundaries.areas.contains(where: { $0.county == given }), !boundaries.isIn(position, county: given) else {
      return
    }
    warn(
      .countyContradictsPosition(station: station, given: given, found: boundaries.county(at: position)), at: location)
  }
}
