import AirQuality

extension ConfigurationLoader {
  /// Reads `site`, then its counties and stations, into `self.site`.
  mutating func readSite(_ merged: [String: [ConfigurationNode]], main: ConfigurationNode) {
    if let node = merged["site"]?.first {
      readSiteKeys(node)
    } else {
      fail(.missingKey(key: "site", meaning: "{name: …, code: \"141100\", offset: \"+08:00\"}"), at: main.location)
    }
    let before = errors.count
    if let lists = merged["counties"] {
      for item in lists.flatMap({ items($0, of: "tables of counties", lenient: true) }) { readCounties(item) }
      countiesAreBroken = errors.count > before || site.counties.isEmpty
    } else {
      countiesAreBroken = true
      fail(.missingKey(key: "counties", meaning: "the name of a CSV file"), at: main.location)
    }
    readBoundaries(merged["boundaries"]?.first)
    if let lists = merged["stations"] {
      var seen: [String: SourceLocation] = [:]
      for item in lists.flatMap({ items($0, of: "tables of stations", lenient: true) }) { readStations(item, &seen) }
    } else {
      fail(.missingKey(key: "stations", meaning: "the name of a CSV file"), at: main.location)
    }
    readAssessments(merged["assessments"] ?? [])
    readCalibrations(merged["calibrations"] ?? [])
    if errors.isEmpty { warnAboutCounties(merged["stations"]?.first ?? main) }
  }

  private mutating func readSiteKeys(_ node: ConfigurationNode) {
    guard let fields = fields(node, ["name", "code", "offset"]) else { return }
    site.name = filledText(required(fields, "name", "the city's name"), "the city's name") ?? ""
    if let place = required(fields, "code", "the city's six-digit code, quoted"), let code = text(place, "a code") {
      site.code = code
      if !Self.isCode(code) {
        fail(.badValue(value: written(place), expected: "write the six digits of GB/T 2260, such as \"141100\""), place)
      }
    }
    if let place = fields["offset"], let text = text(place, "an offset such as +08:00") {
      if let offset = CivilOffset(text) {
        site.offset = offset
      } else {
        fail(.badValue(value: written(place), expected: "write an offset such as +08:00, or Z"), place)
      }
    }
  }

  static func isCode(_ text: String) -> Bool {
    text.utf8.count == 6 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  private mutating func readCounties(_ node: ConfigurationNode) {
    guard
      let table = readTable(node, required: ["code", "name_zh", "name_en"], optional: ["group"])
    else { return }
    if table.rows.isEmpty {
      fail(.badTable(reason: "has no county: write one line for each"), at: .init(file: table.file))
    }
    var lines: [String: SourceLocation] = [:]
    for row in table.rows {
      let code = table.field("code", row)
      guard Self.isCode(code) else {
        fail(
          .badField(column: "code", value: code, expected: "write the six digits of GB/T 2260, such as 141102"),
          at: table.location(row))
        continue
      }
      if code == site.code {
        fail(
          .badField(column: "code", value: code, expected: "this is the city's own code; list its counties only"),
          at: table.location(row))
        continue
      }
      if let first = lines[code] {
        fail(.duplicateName(value: code, what: "county code", first: first), at: table.location(row))
        continue
      }
      lines[code] = table.location(row)
      let names = (table.field("name_zh", row), table.field("name_en", row))
      if names.0.isEmpty || names.1.isEmpty {
        let column = names.0.isEmpty ? "name_zh" : "name_en"
        fail(.badField(column: column, value: "", expected: "write the county's name"), at: table.location(row))
        continue
      }
      guard site.counties.count < ConfigurationBounds.counties else {
        fail(.tooMany(what: "counties", limit: ConfigurationBounds.counties), at: table.location(row))
        return
      }
      site.counties.append(
        County(code: code, nameChinese: names.0, nameEnglish: names.1, group: table.field("group", row)))
    }
  }

  /// Whether `code` is a county, the city, or the urban district.
  func isUnit(_ code: String) -> Bool {
    site.counties.contains { $0.code == code } || code == site.code || code == site.urbanCode
  }

  /// Complains of a county code that is not in the table of counties.
  mutating func failCounty(_ code: String, column: String, at location: SourceLocation) {
    guard !countiesAreBroken else { return }
    let expected: String
    if let named = site.counties.first(where: { $0.nameChinese == code || $0.nameEnglish == code }) {
      expected = "write its code \(named.code)"
    } else if let near = SpellingDistance.nearest(to: code, in: site.counties.map(\.code)) {
      expected = "no such county in counties.csv; did you mean \(near)?"
    } else {
      expected = "no such county in counties.csv"
    }
    fail(.badField(column: column, value: code, expected: expected), at: location)
  }

  static let stationColumns = ["id", "name", "county", "class", "lat", "lon", "assessed"]
  static let optionalStationColumns = [
    "urban", "background", "purpose", "from", "until", "units", "stamp", "period", "retired",
  ]

  private mutating func readStations(_ node: ConfigurationNode, _ seen: inout [String: SourceLocation]) {
    guard let table = readTable(node, required: Self.stationColumns, optional: Self.optionalStationColumns) else {
      return
    }
    for row in table.rows {
      guard let station = readStation(table, row) else { continue }
      if let first = seen[station.id] {
        fail(.duplicateName(value: station.id, what: "station", first: first), at: table.location(row))
        continue
      }
      guard site.stations.count < ConfigurationBounds.stations else {
        fail(.tooMany(what: "stations", limit: ConfigurationBounds.stations), at: table.location(row))
        return
      }
      seen[station.id] = table.location(row)
      let setting = setting(table, row, station: station.id)
      if !setting.isEmpty { registry.settings.append(setting) }
      site.stations.append(station)
    }
  }

  private mutating func readStation(_ table: ConfigurationTable, _ row: CSVReader.Row) -> Station? {
    let before = errors.count
    let location = table.location(row)
    let id = table.field("id", row)
    if id.isEmpty || id.count > ConfigurationBounds.nameLength {
      let limit = ConfigurationBounds.nameLength
      fail(
        .badField(column: "id", value: id, expected: "write the id that readings carry, at most \(limit)"), at: location
      )
    }
    let className = table.field("class", row)
    let stationClass = Self.stationClass(className)
    if stationClass == nil {
      let valid = StationClass.allCases.map(\.rawValue)
      let nearest = SpellingDistance.nearest(to: className, in: valid)
      fail(
        .badField(
          column: "class", value: className,
          expected: nearest.map { "did you mean \($0)?" } ?? "write one of " + valid.joined(separator: ", ")),
        at: location)
    }
    let latitude = degrees(table, row, "lat", 90)
    let longitude = degrees(table, row, "lon", 180)
    let county = county(table, row, latitude: latitude, longitude: longitude)
    let assessed = yes(table, row, "assessed", isRequired: true)
    if assessed, let stationClass, !Self.mayBeAssessed(stationClass) {
      fail(
        .badField(
          column: "assessed", value: table.field("assessed", row),
          expected: "stations of class \(stationClass.rawValue) never enter AQI, levels or the ledger: write no"),
        at: location)
    }
    let from = day(table, row, "from")
    let until = day(table, row, "until")
    if let from, let until, until < from {
      fail(.badField(column: "until", value: until.description, expected: "it is before from, \(from)"), at: location)
    }
    let urban = yes(table, row, "urban")
    let background = yes(table, row, "background")
    guard errors.count == before, let stationClass else { return nil }
    return Station(
      id: id, name: table.field("name", row), county: county, stationClass: stationClass, latitude: latitude,
      longitude: longitude, assessed: assessed, urban: urban, background: background,
      purpose: table.field("purpose", row), from: from, until: until)
  }

  /// The class by its name, or by the word the bureaus use.
  static func stationClass(_ text: String) -> StationClass? {
    if let found = StationClass(rawValue: text.lowercased()) { return found }
    switch text {
    case "国控", "国控站", "国控点": return .national
    case "省控", "省控站", "省控点": return .provincial
    case "市控", "市控站", "市控点": return .city
    case "县控", "县控站", "县控点": return .county
    case "园区", "园区站": return .park
    case "企业", "企业站": return .enterprise
    case "移动", "移动站", "走航车": return .mobile
    case "微站", "微型站", "小微站": return .micro
    case "雷达", "激光雷达": return .lidar
    default: return nil
    }
  }

  private mutating func degrees(
    _ table: ConfigurationTable, _ row: CSVReader.Row, _ column: String, _ limit: Double
  ) -> Double? {
    let text = table.field(column, row)
    if text.isEmpty { return nil }
    guard let value = Double(text), abs(value) <= limit else {
      fail(
        .badField(
          column: column, value: text,
          expected: "write decimal degrees from -\(Int(limit)) to \(Int(limit)), or nothing"),
        at: table.location(row))
      return nil
    }
    return value
  }

  mutating func yes(
    _ table: ConfigurationTable, _ row: CSVReader.Row, _ column: String, isRequired: Bool = false
  ) -> Bool {
    let text = table.field(column, row)
    switch text.lowercased() {
    case "yes", "true", "1", "y", "是": return true
    case "no", "false", "0", "n", "否": return false
    case "" where !isRequired: return false
    default:
      fail(.badField(column: column, value: text, expected: "write yes or no"), at: table.location(row))
      return false
    }
  }

  mutating func day(_ table: ConfigurationTable, _ row: CSVReader.Row, _ column: String) -> CivilDay? {
    let text = table.field(column, row)
    if text.isEmpty { return nil }
    if let day = CivilDay(text) ?? Self.looseDay(text) { return day }
    fail(
      .badField(column: column, value: text, expected: "write a date such as 2020-01-31, or nothing"),
      at: table.location(row))
    return nil
  }

  private mutating func warnAboutCounties(_ node: ConfigurationNode) {
    let withStations = Set(site.stations.map(\.county))
    let withAssessed = Set(site.stations.filter(\.assessed).map(\.county))
    for county in site.counties where !withAssessed.contains(county.code) {
      if withStations.contains(county.code) {
        warn(.countyUnmonitored(code: county.code, name: county.nameChinese), node)
      } else {
        warn(.countyWithoutStations(code: county.code, name: county.nameChinese), node)
      }
    }
  }
}
