import AirQuality

extension ConfigurationLoader {
  static let mappingKeys = [
    "rows", "fields", "station", "time", "missing", "values", "pollutant", "names", "value", "unit", "unit_path",
    "error",
    "common_names", "position", "next_page", "delimiter", "skip", "header", "ends_lines", "encoding",
    "skip_rows_without_station",
  ]

  mutating func readFormat(_ node: ConfigurationNode?) -> FeedFormat? {
    guard let node else { return nil }
    switch node.content {
    case .scalar:
      return choice(node, among: sources.presets, what: "format").map { .preset($0) }
    case .mapping:
      let kinds = FormatMapping.Kind.allCases
      guard let fields = fields(node, kinds.map(\.rawValue)) else { return nil }
      let found = kinds.filter { fields[$0.rawValue] != nil }
      guard found.count == 1, let kind = found.first, let body = fields[kind.rawValue] else {
        fail(.exactlyOne(of: kinds.map(\.rawValue), found: found.map(\.rawValue)), node)
        return nil
      }
      return readMapping(body, kind).map { .mapping($0) }
    default:
      fail(.wrongKind(expected: "a format's name or a mapping", found: node.kindInWords), node)
      return nil
    }
  }

  private mutating func readMapping(_ node: ConfigurationNode, _ kind: FormatMapping.Kind) -> FormatMapping? {
    guard let fields = fields(node, Self.mappingKeys) else { return nil }
    let rows = location(fields["rows"])
    if kind == .xml && fields["rows"] == nil {
      fail(.missingKey(key: "rows", meaning: "the name of the element that is one row"), node)
    }
    let time = readTime(required(fields, "time", "the path and meaning of the stamp, {path: …, as: …, stamp: …}"))
    let missing = readMissing(fields["missing"])
    let delimiter = readDelimiter(fields["delimiter"], kind)
    let position = readPosition(fields["position"])
    let isLong = ["pollutant", "names", "common_names", "value", "unit", "unit_path"].contains { fields[$0] != nil }
    if isLong == (fields["values"] != nil) {
      fail(
        .exactlyOne(
          of: ["values (a path for each pollutant)", "pollutant with names, value and unit (a row for each)"],
          found: isLong ? ["values", "pollutant"] : []), node)
    }
    let values = readValues(fields["values"])
    let long = isLong ? readLongForm(fields) : nil
    let error = readError(fields["error"])
    let skipped = integer(only([.csv, .tsv], fields["skip"], kind), in: 0...1_000, "a count of lines")
    let hasHeader = flag(only([.csv, .tsv], fields["header"], kind))
    let endsLines = flag(only([.csv, .tsv], fields["ends_lines"], kind))
    let encoding = choice(
      fields["encoding"], among: FormatMapping.TextEncoding.allCases.map(\.rawValue), what: "encoding")
    let skipsRows = flag(fields["skip_rows_without_station"])
    guard let time else { return nil }
    return FormatMapping(
      kind: kind, rows: rows, fields: location(only([.json], fields["fields"], kind)),
      station: location(fields["station"]), time: time, missing: missing, values: values,
      long: long, error: error.path, errorExceptions: error.exceptions, errorMessage: error.message,
      latitude: position?.latitude, longitude: position?.longitude,
      nextPage: location(only([.json], fields["next_page"], kind)),
      delimiter: delimiter, skippedLines: skipped ?? 0, hasHeader: hasHeader ?? true,
      endsLines: endsLines ?? false,
      skipsRowsWithoutStation: skipsRows ?? false,
      textEncoding: encoding.flatMap { FormatMapping.TextEncoding(rawValue: $0) } ?? .utf8)
  }

  /// `node` when the format is one of those that have the key; otherwise the key is an error.
  private mutating func only(
    _ kinds: [FormatMapping.Kind], _ node: ConfigurationNode?, _ kind: FormatMapping.Kind
  ) -> ConfigurationNode? {
    guard let node, !kinds.contains(kind) else { return node }
    let names = kinds.map(\.rawValue).joined(separator: " and ")
    fail(
      .badValue(
        value: written(node), expected: "only \(names) \(kinds.count > 1 ? "have" : "has") this key: remove it"), node)
    return nil
  }

  /// `position: {lat: $.lat, lon: $.lon}`.
  private mutating func readPosition(
    _ node: ConfigurationNode?
  ) -> (latitude: FormatMapping.Value, longitude: FormatMapping.Value)? {
    guard let node, let fields = fields(node, ["lat", "lon"]) else { return nil }
    let latitude = location(required(fields, "lat", "where the row's latitude stands, in degrees"))
    let longitude = location(required(fields, "lon", "where the row's longitude stands, in degrees"))
    guard let latitude, let longitude else { return nil }
    return (latitude, longitude)
  }

  /// `error: $.message`, or `error: {path: $.code, ok: ["0"], message: $.message}`.
  private mutating func readError(
    _ node: ConfigurationNode?
  ) -> (path: FormatMapping.Value?, exceptions: [String], message: FormatMapping.Value?) {
    guard let node, case .mapping = node.content else { return (location(node), [], nil) }
    guard let fields = fields(node, ["path", "ok", "message"]) else { return (nil, [], nil) }
    let path = location(required(fields, "path", "where an answer says that it failed"))
    let exceptions = items(fields["ok"], of: "values that mean success", lenient: true).compactMap {
      text($0, "a value that means success")
    }
    return (path, exceptions, location(fields["message"]))
  }

  private mutating func location(_ node: ConfigurationNode?) -> FormatMapping.Value? {
    guard let node, let text = filledText(node, "a path") else { return nil }
    return FormatMapping.Value(text: text, origin: ConfigurationOrigin(node.location, path: node.path))
  }

  private mutating func readTime(_ node: ConfigurationNode?) -> FormatMapping.TimeMapping? {
    typealias Time = FormatMapping.TimeMapping
    guard let node, let fields = fields(node, Self.timeKeys) else { return nil }
    let encodings = Time.Encoding.allCases.map(\.rawValue)
    let encoding = choice(
      required(fields, "as", "how it is written: " + encodings.joined(separator: ", ")), among: encodings,
      what: "way to write a time"
    ).flatMap { Time.Encoding(rawValue: $0) }
    let path = readStampPath(fields, isReceived: encoding == .received)
    let stamps = Time.Stamp.allCases.map(\.rawValue)
    let stamp = choice(
      required(fields, "stamp", "what it names of its period: begin, end or instant"), among: stamps,
      what: "meaning of a stamp"
    ).flatMap { Time.Stamp(rawValue: $0) }
    let isMonthly = isMonth(fields["period"])
    let period = isMonthly ? nil : duration(fields["period"], in: ConfigurationBounds.periodMilliseconds)
    let tellsItself = isMonthly || fields["end"] != nil || fields["period_path"] != nil
    if let stamp, stamp != .instant, period ?? 0 == 0, !tellsItself {
      if let place = fields["period"], period == 0 {
        fail(.badValue(value: written(place), expected: "a stamp of begin or end needs a period above 0"), place)
      } else if fields["period"] == nil {
        fail(.missingKey(key: "period", meaning: "the averaging period, such as 1m or 1h"), node)
      }
    }
    if stamp == .instant, isMonthly || period ?? 0 > 0, let place = fields["period"] {
      fail(.badValue(value: written(place), expected: "an instant has no period: remove it"), place)
    }
    var zone: CivilOffset?
    if let place = fields["zone"], let text = text(place, "an offset such as +08:00") {
      zone = CivilOffset(text)
      if zone == nil { fail(.badValue(value: written(place), expected: "write an offset such as +08:00, or Z"), place) }
    }
    let pattern = filledText(fields["pattern"], "a pattern such as yyyy-MM-dd HH:mm:ss")
    if encoding == .pattern && fields["pattern"] == nil {
      fail(.missingKey(key: "pattern", meaning: "a pattern such as yyyy-MM-dd HH:mm:ss"), node)
    }
    if let encoding, encoding != .pattern, let place = fields["pattern"] {
      fail(.badValue(value: written(place), expected: "a pattern needs as: pattern"), place)
    }
    guard let path, let encoding, let stamp else { return nil }
    var time = Time(
      path: path, encoding: encoding, stamp: stamp, periodMilliseconds: period ?? 0, zone: zone, pattern: pattern)
    time.isMonthly = isMonthly
    readRowTime(fields, &time)
    return time
  }

  private static let timeKeys = [
    "path", "as", "stamp", "period", "zone", "pattern", "time_of_day", "zone_path", "end", "period_path", "period_unit",
    "period_unit_path",
  ]

  private func isMonth(_ node: ConfigurationNode?) -> Bool {
    if case .scalar("month", _)? = node?.content { true } else { false }
  }

  /// What a row tells of its time beside the stamp.
  private mutating func readRowTime(_ fields: ConfigurationFields, _ time: inout FormatMapping.TimeMapping) {
    time.timeOfDay = location(fields["time_of_day"])
    time.zonePath = location(fields["zone_path"])
    time.end = location(fields["end"])
    time.periodPath = location(fields["period_path"])
    time.periodUnitPath = location(fields["period_unit_path"])
    if let unit = duration(fields["period_unit"], in: ConfigurationBounds.periodMilliseconds) {
      time.periodUnitMilliseconds = unit
    }
    for key in ["period_unit", "period_unit_path"] {
      guard let place = fields[key], fields["period_path"] == nil else { continue }
      fail(.badValue(value: written(place), expected: "\(key) goes with period_path: remove it"), place)
    }
    if fields["period_path"] != nil, fields["period_unit"] == nil, fields["period_unit_path"] == nil {
      fail(.missingKey(key: "period_unit", meaning: "the unit of the row's period, such as 1m or 1h"), fields.node)
    }
  }

  /// Where the stamp stands; nothing to read when the instant of reception serves.
  private mutating func readStampPath(_ fields: ConfigurationFields, isReceived: Bool) -> FormatMapping.Value? {
    guard isReceived else { return location(required(fields, "path", "where the stamp stands")) }
    if let place = fields["path"] {
      fail(.badValue(value: written(place), expected: "as: received reads no path: remove it"), place)
    }
    return FormatMapping.Value(text: "", origin: ConfigurationOrigin(fields.node.location, path: fields.node.path))
  }

  private mutating func readMissing(_ node: ConfigurationNode?) -> [String] {
    items(node, of: "values that mean missing", lenient: true).compactMap { item in
      if case .null = item.content { return "null" }
      return text(item, "a value that means missing")
    }
  }

  private mutating func readDelimiter(_ node: ConfigurationNode?, _ kind: FormatMapping.Kind) -> String {
    guard let node, let text = text(node, "one character") else { return kind == .tsv ? "\t" : "," }
    if kind != .csv {
      fail(.badValue(value: written(node), expected: "only csv has a delimiter: remove it"), node)
    } else if text.utf8.count != 1 || text == "\"" || text == "\n" || text == "\r" {
      fail(.badValue(value: written(node), expected: "write one character, such as \";\" or \"\\t\""), node)
    }
    return text
  }

  private mutating func readValues(_ node: ConfigurationNode?) -> [FormatMapping.PollutantValue] {
    guard let node else { return [] }
    guard case .mapping(let entries) = node.content, !entries.isEmpty else {
      fail(.wrongKind(expected: "a mapping of pollutants to {path, unit}", found: node.kindInWords), node)
      return []
    }
    var values: [FormatMapping.PollutantValue] = []
    for entry in entries {
      let pollutant = pollutant(entry.key, at: entry.keyLocation, path: entry.value.path)
      guard let fields = fields(entry.value, ["path", "unit", "unit_path", "period"]) else { continue }
      let path = location(required(fields, "path", "where the value stands"))
      let unitPath = location(fields["unit_path"])
      let place = unitPath == nil ? required(fields, "unit", "its unit, such as ug/m3") : fields["unit"]
      let unit = unit(place, of: pollutant.map { [$0] } ?? []) ?? (place == nil ? pollutant?.unit : nil)
      let period = duration(fields["period"], in: ConfigurationBounds.periodMilliseconds)
      guard let pollutant, let path, let unit else { continue }
      values.append(
        FormatMapping.PollutantValue(
          pollutant: pollutant, path: path, unit: unit, unitPath: unitPath, periodMilliseconds: period))
    }
    return values
  }

  private mutating func readLongForm(_ fields: ConfigurationFields) -> FormatMapping.LongForm? {
    let pollutant = location(required(fields, "pollutant", "where the row names its pollutant"))
    let value = location(required(fields, "value", "where the row's value stands"))
    let unitPath = location(fields["unit_path"])
    let commonNames = flag(fields["common_names"]) ?? false
    let place =
      commonNames ? fields["names"] : required(fields, "names", "the feed's names of pollutants, {P2: pm25}")
    let names = readNames(place, unit: fields["unit"], hasUnitPath: unitPath != nil)
    guard let pollutant, let value else { return nil }
    return FormatMapping.LongForm(
      pollutant: pollutant, names: names, commonNames: commonNames, value: value, unitPath: unitPath)
  }

  /// `{P2: pm25}` with the unit of all, or `{P2: {pollutant: pm25, unit: ug/m3}}` with one of its own.
  private mutating func readNames(
    _ node: ConfigurationNode?, unit common: ConfigurationNode?, hasUnitPath: Bool
  ) -> [FormatMapping.LongForm.Name] {
    guard let node else { return [] }
    guard case .mapping(let entries) = node.content, !entries.isEmpty else {
      fail(.wrongKind(expected: "a mapping of the feed's names to pollutants", found: node.kindInWords), node)
      return []
    }
    var names: [FormatMapping.LongForm.Name] = []
    for entry in entries {
      var place = entry.value
      var unitPlace = common
      if case .mapping = place.content {
        guard let inner = fields(place, ["pollutant", "unit"]),
          let name = required(inner, "pollutant", "the pollutant's name")
        else { continue }
        unitPlace = inner["unit"] ?? common
        place = name
      }
      if unitPlace == nil && !hasUnitPath {
        fail(.missingKey(key: "unit", meaning: "the values' unit, such as ug/m3, here or beside names"), entry.value)
        continue
      }
      guard let name = filledText(place, "a pollutant"),
        let found = pollutant(name, at: place.location, path: place.path),
        let unit = unitPlace == nil ? found.unit : unit(unitPlace, of: [found])
      else { continue }
      names.append(FormatMapping.LongForm.Name(text: entry.key, pollutant: found, unit: unit))
    }
    return names
  }

  private mutating func pollutant(_ name: String, at location: SourceLocation, path: String) -> Pollutant? {
    if let found = Pollutant(name: name) { return found }
    let valid = Pollutant.allCases.map(\.name)
    let nearest = SpellingDistance.nearest(to: name, in: valid)
    fail(.unknownName(value: name, what: "pollutant", nearest: nearest, valid: valid), at: location, path: path)
    return nil
  }

  private mutating func unit(_ node: ConfigurationNode?, of pollutants: [Pollutant]) -> MeasurementUnit? {
    guard let node, let text = text(node, "a unit such as ug/m3") else { return nil }
    guard let unit = MeasurementUnit(spelling: text) else {
      let valid = MeasurementUnit.allCases.map(\.rawValue)
      fail(
        .unknownName(
          value: written(node), what: "unit", nearest: SpellingDistance.nearest(to: text, in: valid), valid: valid),
        node)
      return nil
    }
    for pollutant in pollutants where unit.conversion(for: pollutant) == nil {
      let isMixture = pollutant == .voc || pollutant == .nmhc
      let own =
        isMixture && (unit == .partsPerBillion || unit == .partsPerMillion)
        ? "a mixture is counted as one gas: write \(unit.rawValue)(isobutylene), \(unit.rawValue)(toluene) or \(unit.rawValue)C"
        : "its unit is \(pollutant.unit.rawValue)"
      fail(
        .badValue(
          value: written(node), expected: "\(pollutant.name) cannot be given in \(unit.rawValue); \(own)"),
        node)
      return nil
    }
    return unit
  }
}
