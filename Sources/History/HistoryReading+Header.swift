import AirQuality

/// Understanding a file by its first line.
extension HistoryReading {
  /// Columns of city files without a header, as the daily tables are collected: city, date, AQI, range, category, the
  /// six, rank.
  private static let cityDaily: [HistoryColumn?] = [
    .city, .time, nil, nil, nil, .pm25, .pm10, .so2, .co, .no2, .o3, nil,
  ]

  /// Whether rows can be read; moves past the header.
  mutating func readHeader() -> Bool {
    var fields: [String] = []
    var start = 0
    while true {
      guard position < bytes.count else {
        line = max(1, line)
        report("", "", "there is no header and no row")
        return false
      }
      line += 1
      start = position
      var end = start
      while end < bytes.count, bytes[end] != 0x0A { end += 1 }
      position = end + 1
      let content = bytes[start..<end]
      if content.first == 0x23 || content.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
      delimiter = Self.delimiter(of: content)
      guard let split = try? CSVLine.fields(of: content.map { $0 == delimiter ? 0x2C : $0 }[...]) else {
        report("", "", "the quotes of the header do not close")
        return false
      }
      fields = split.map { String(decoding: $0, as: UTF8.self) }
      break
    }
    if isCityRow(fields) {
      // The first line is a row already.
      (position, line) = (start, line - 1)
      return take(fields.indices.map { $0 < Self.cityDaily.count ? Self.cityDaily[$0] : nil })
    }
    do throws(HistoryFault) {
      let header = try HistoryHeader(fields, options)
      if let lack = header.lack { throw HistoryFault(lack + "; there are " + fields.joined(separator: ", ")) }
      self.header = header
      return take(header.columns)
    } catch {
      report("", "", error.text)
      return false
    }
  }

  private static func delimiter(of line: Slice<UnsafeBufferPointer<UInt8>>) -> UInt8 {
    [0x09, 0x3B].first { candidate in
      line.count { $0 == candidate } > line.count { $0 == 0x2C }
    } ?? 0x2C
  }

  /// `吕梁,2014-12-31,65,…`
  private func isCityRow(_ fields: [String]) -> Bool {
    guard fields.count >= 11, options.preset == nil || options.preset == .cityDaily else { return false }
    let stamp = Array(fields[1].utf8).withUnsafeBufferPointer { HistoryStamp($0) }
    return stamp != nil && fields[0].utf8.first.map { $0 &- 0x30 >= 10 } ?? false
  }

  /// Takes the columns as they are; settles preset, stamp and units.
  private mutating func take(_ columns: [HistoryColumn?]) -> Bool {
    var preset = options.preset ?? header?.preset ?? .cityDaily
    if options.preset == nil, preset == .generic, let header, !header.has(.hour), firstRowIsDay(header) {
      preset = .cityDaily
    }
    isDaily = preset == .cityDaily
    stamp = options.stamp ?? preset.stamp
    places = columns.map { $0.flatMap { Self.order[$0] } ?? -1 }
    if isDaily, !columns.contains(.city), let station = columns.firstIndex(of: .station) {
      places[station] = Self.order[.city] ?? -1
    }
    let isLong = header?.isLong ?? false
    if isDaily, isLong {
      report("", "", "daily files with one pollutant a row are not read; give each pollutant its own column")
      return false
    }
    var units: [(pollutant: Pollutant, unit: MeasurementUnit)] = []
    for pollutant in Pollutant.criteria {
      let column = HistoryColumn(rawValue: pollutant.name) ?? .value
      guard isLong || columns.contains(column) else { continue }
      let unit =
        options.units[pollutant] ?? header?.units[column]
        ?? (pollutant == .co ? preset.carbonMonoxideUnit : pollutant.unit)
      guard let conversion = HistoryConversion(pollutant, from: unit) else {
        report(header?.name(column) ?? column.rawValue, unit.rawValue, "this unit cannot carry \(pollutant.label)")
        return false
      }
      units.append((pollutant, unit))
      conversions.append(conversion)
      given |= 1 << pollutant.rawValue
    }
    table.layout = HistoryLayout(preset: preset, stamp: stamp, units: units, isLong: isLong)
    return true
  }

  /// Whether the line after the header stamps a day alone.
  private func firstRowIsDay(_ header: HistoryHeader) -> Bool {
    guard !header.has(.year), let column = header.columns.firstIndex(of: .time), position < bytes.count else {
      return false
    }
    var end = position
    while end < bytes.count, bytes[end] != 0x0A { end += 1 }
    let line = bytes[position..<end].map { $0 == delimiter ? 0x2C : $0 }
    guard let fields = try? CSVLine.fields(of: line[...]), column < fields.count else { return false }
    return fields[column].withUnsafeBufferPointer { HistoryStamp($0) }.map { $0.hour == nil } ?? false
  }
}
