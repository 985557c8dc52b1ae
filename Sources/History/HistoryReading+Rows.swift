import AirQuality

/// Rows of a file, by the spans of their fields.
extension HistoryReading {
  private static func place(_ column: HistoryColumn) -> Int { order[column] ?? 0 }
  // Constants, so that a row looks nothing up.
  private static let year = place(.year)
  private static let month = place(.month)
  private static let day = place(.day)
  private static let hour = place(.hour)
  private static let time = place(.time)
  private static let station = place(.station)
  private static let city = place(.city)
  private static let pollutant = place(.pollutant)
  private static let value = place(.value)
  private static let unit = place(.unit)
  private static let firstValue = place(.pm25)

  private typealias Spans = UnsafeMutableBufferPointer<HistorySpan>

  /// A whole number of a few digits; nil when it is none. `08`, `8`, `8.0`, `24时` and full-width digits are understood.
  private func number(_ span: HistorySpan) -> Int? {
    guard !span.isNone else { return nil }
    let text = text(span)
    var value = 0
    var index = 0
    while index < text.count, index < 4, text[index] &- 0x30 < 10 {
      value = value &* 10 &+ Int(text[index] &- 0x30)
      index += 1
    }
    if index > 0, index == text.count { return value }
    if index == 0 || text.count > index + 3 {
      guard let folded = CSVLine.halfWidth(text), !folded.isEmpty, folded.count <= 4,
        folded.allSatisfy({ $0 &- 0x30 < 10 })
      else { return nil }
      return folded.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
    let rest = String(decoding: text[index...], as: UTF8.self)
    return [".0", "时", "点", "h"].contains(rest) ? value : nil
  }

  /// The civil day, hour and zone of a row; nil after a report.
  private mutating func stamp(_ spans: UnsafeMutableBufferPointer<HistorySpan>) -> (CivilDay, Int?, CivilOffset)? {
    if spans[Self.time].isNone {
      guard let year = number(spans[Self.year]), let month = number(spans[Self.month]),
        let day = number(spans[Self.day]), let date = CivilDay(year: year, month: month, day: day)
      else {
        let parts = [Self.year, Self.month, Self.day].map { spans[$0].isNone ? "" : CSVLine.excerpt(text(spans[$0])) }
        report(header?.name(.day) ?? "day", parts.joined(separator: "-"), "no such date; the row is left out")
        return nil
      }
      return (date, nil, options.zone)
    }
    guard let stamp = HistoryStamp(text(spans[Self.time])) else {
      report(.time, spans[Self.time], "no date, or not on the hour, as 2020-04-02 08:00; the row is left out")
      return nil
    }
    return (stamp.day, stamp.hour, stamp.zone ?? options.zone)
  }

  mutating func readHour(_ spans: UnsafeMutableBufferPointer<HistorySpan>) {
    guard let (day, ownHour, zone) = stamp(spans) else { return }
    var hour = ownHour ?? -1
    if !spans[Self.hour].isNone || ownHour == nil {
      guard let written = number(spans[Self.hour]), written <= 24 else {
        report(.hour, spans[Self.hour], "not an hour from 0 to 24; the row is left out")
        return
      }
      hour = written
    }
    if hour == 24, stamp == .begin {
      report(.hour, spans[Self.hour], "hour 24 begins no hour of its day; declare --stamp end if stamps are ends")
      return
    }
    // The engine's own bound; a stray year must not make a century of empty hours.
    guard (Self.firstDay...Self.lastDay).contains(day.number) else {
      report(
        spans[Self.time].isNone ? .year : .time, spans[spans[Self.time].isNone ? Self.year : Self.time],
        "not from 2000 to 2099; the row is left out")
      return
    }
    guard let station = station(spans[Self.station]) else { return }
    let begin =
      zone.start(of: day).milliseconds + Int64(stamp == .end ? hour - 1 : hour) * 3_600_000
    if header?.isLong ?? false {
      readLong(spans, begin: begin, station: station)
      return
    }
    var faulty: UInt8 = 0
    for lane in 0..<Pollutant.criteriaCount {
      guard given & 1 << UInt8(lane) != 0 else {
        table.values.append(.min)
        continue
      }
      isFaulty = false
      table.values.append(cell(spans[Self.firstValue + lane], lane))
      if isFaulty { faulty |= 1 << UInt8(lane) }
    }
    table.rows.append(HistoryRow(begin: begin, station: station, given: given, faulty: faulty))
  }

  private static let firstDay = CivilDay(year: 2000, month: 1, day: 2)?.number ?? 0
  private static let lastDay = CivilDay(year: 2099, month: 12, day: 31)?.number ?? 0

  private mutating func station(_ span: HistorySpan) -> UInt32? {
    if span.isNone {
      guard header?.has(.station) != true else {
        report(.station, span, "the row ends before its station; it is left out")
        return nil
      }
      return stations.index(of: defaultStation)
    }
    guard span.end > span.start else {
      report(.station, span, "no station; the row is left out")
      return nil
    }
    return stations.index(of: text(span))
  }

  private mutating func readLong(
    _ spans: UnsafeMutableBufferPointer<HistorySpan>, begin: Int64, station: UInt32
  ) {
    guard !spans[Self.pollutant].isNone, !spans[Self.value].isNone else {
      report(.pollutant, spans[Self.pollutant], "the row ends before its pollutant and value; it is left out")
      return
    }
    let name = Int(pollutantNames.index(of: text(spans[Self.pollutant])))
    if name == pollutants.count {
      pollutants.append(HistoryHeader.pollutant(named: pollutantNames.names[name]))
    }
    // Other quantities (AQI, running means) are no faults; they are not read.
    guard let pollutant = pollutants[name] else { return }
    let lane = Int(pollutant.rawValue)
    var conversion = conversions[lane]
    if !spans[Self.unit].isNone, spans[Self.unit].end > spans[Self.unit].start {
      let spelling = String(decoding: text(spans[Self.unit]), as: UTF8.self)
      guard let unit = MeasurementUnit(spelling: spelling), let own = HistoryConversion(pollutant, from: unit) else {
        report(.unit, spans[Self.unit], "not a unit of \(pollutant.label); the row is left out")
        // Nothing is given; but who must not take a part of a day for the whole sees where it is.
        table.rows.append(HistoryRow(begin: begin, station: station, given: 0, faulty: 1 << pollutant.rawValue))
        for _ in 0..<Pollutant.criteriaCount { table.values.append(.min) }
        return
      }
      conversion = own
    }
    isFaulty = false
    let value = cell(spans[Self.value], conversion, .value)
    table.rows.append(
      HistoryRow(
        begin: begin, station: station, given: 1 << pollutant.rawValue,
        faulty: isFaulty ? 1 << pollutant.rawValue : 0))
    for other in 0..<Pollutant.criteriaCount { table.values.append(other == lane ? value : .min) }
  }

  private mutating func cell(_ span: HistorySpan, _ lane: Int) -> Int32 {
    if span.isNone {
      report(Self.columns[lane], span, "the row ends before this column; the value counts as missing")
      isFaulty = true
      return .min
    }
    // The lanes in use may be fewer than six.
    let place = (given & (1 << UInt8(lane) &- 1)).nonzeroBitCount
    return cell(span, conversions[place], Self.columns[lane])
  }

  private static let columns: [HistoryColumn] = [.pm25, .pm10, .so2, .no2, .o3, .co]

  private mutating func cell(_ span: HistorySpan, _ conversion: HistoryConversion, _ column: HistoryColumn) -> Int32 {
    switch HistoryNumber(text(span)) {
    case .missing: return .min
    case .value(let thousandths):
      if let converted = conversion.convert(thousandths) { return converted }
      report(column, span, "beyond what can be held; the value counts as missing")
    case .bad: report(column, span, "not a number; the value counts as missing")
    }
    isFaulty = true
    return .min
  }

  // MARK: Days

  mutating func readDay(_ spans: UnsafeMutableBufferPointer<HistorySpan>) {
    guard let (day, hour, _) = stamp(spans) else { return }
    guard hour == nil || hour == 0 else {
      report(
        .time, spans[Self.time], "an hour in a file of days; the row is left out (--preset generic reads hours)")
      return
    }
    guard (Self.firstDay...Self.lastDay).contains(day.number) else {
      report(.time, spans[Self.time], "not from 2000 to 2099; the row is left out")
      return
    }
    let span = spans[Self.city]
    let city = span.isNone || span.end == span.start ? cities.index(of: defaultStation) : cities.index(of: text(span))
    let values = (0..<Pollutant.criteriaCount).map { lane in
      given & 1 << UInt8(lane) != 0
        ? Concentration(thousandths: cell(spans[Self.firstValue + lane], lane)) : Concentration.missing
    }
    table.days.append(HistoryDay(city: Int(city), day: day, values: values))
  }
}

extension StationIndex {
  /// The number of a name that no cell gives.
  mutating func index(of name: String) -> UInt32 {
    var name = name
    return name.withUTF8 { index(of: $0) }
  }
}
