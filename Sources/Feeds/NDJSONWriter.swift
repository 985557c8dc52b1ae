package import AirQuality
internal import JSONText

/// Writes readings as `lantian decode` and the API print them, one JSON object a line. `lat` and `lon` stand where the
/// feed says where the value was taken.
package struct NDJSONWriter: Sendable {
  private let feed: [UInt8]
  private let offset: CivilOffset

  /// `feed`: the feed's name, or the format's where there is no configuration. `offset`: of the times printed.
  package init(feed: String, offset: CivilOffset = .china) {
    self.feed = Self.quoted(feed)
    self.offset = offset
  }

  /// Every reading of the batch; `county` gives a station's county code.
  package func write(
    _ batch: ReadingBatch, county: (String) -> String? = { _ in nil }, to output: inout [UInt8]
  ) {
    let stations = batch.stations.map { name in (Self.quoted(name), county(name).map(Self.quoted)) }
    for (index, reading) in batch.readings.enumerated() where Int(reading.station) < stations.count {
      let (station, county) = stations[Int(reading.station)]
      line(reading, station, county, batch.position(of: index), &output)
    }
  }

  private func line(
    _ reading: Reading, _ station: [UInt8], _ county: [UInt8]?, _ position: Position?, _ output: inout [UInt8]
  ) {
    output += #"{"feed":"#.utf8
    output += feed
    output += #","station":"#.utf8
    output += station
    output += #","county":"#.utf8
    output += county ?? Array("null".utf8)
    output += #","pollutant":""#.utf8
    output += reading.pollutant.name.utf8
    output += #"","value":"#.utf8
    output += Self.number(reading.value).utf8
    output += #","unit":""#.utf8
    output += reading.pollutant.unit.rawValue.utf8
    output += #"","begin":""#.utf8
    output += offset.format(reading.begin).utf8
    output += #"","end":""#.utf8
    output += offset.format(reading.end).utf8
    if let position {
      output += #"","lat":"#.utf8
      output += Self.number(position.latitude).utf8
      output += #","lon":"#.utf8
      output += Self.number(position.longitude).utf8
      output += #","flag":"#.utf8
    } else {
      output += #"","flag":"#.utf8
    }
    output += String(reading.flag.rawValue).utf8
    output += #","reasons":["#.utf8
    output += reading.reasons.list.map { "\"" + $0 + "\"" }.joined(separator: ",").utf8
    output += "]}\n".utf8
  }

  /// The shortest text that reads back as the same number; whole numbers without a point, `null` when not finite.
  package static func number(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    guard value != 0 else { return "0" }
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func quoted(_ text: String) -> [UInt8] {
    var result: [UInt8] = []
    JSONWriter.quote(text, into: &result)
    return result
  }
}
