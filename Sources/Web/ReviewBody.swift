import AirQuality
package import Engine
import JSONText

/// The body of `POST /control/v1/import/reviewed`: one line of JSON that says what it is, then a CSV row for each day of
/// a station and pollutant: `station,day,pollutant` and 24 values in the pollutant's unit, the hour 00:00-01:00 first, an
/// empty field for an hour that the review left invalid.
package enum ReviewBody {
  /// The content type.
  package static let type = "text/csv; charset=utf-8"
  /// Days of a station and pollutant that one part may hold.
  package static let maximumDays = 8_000

  /// The bytes of a part.
  package static func encode(_ part: ReviewedImport) -> [UInt8] {
    var writer = JSONWriter(offset: .utc, capacity: 128 + part.days.count * 128)
    writer.object {
      $0.field("id", part.id)
      $0.field("part", String(part.part))
      $0.field("parts", String(part.parts))
      $0.field("source", part.source)
      $0.field("digest", part.digest)
      $0.field("by", part.by)
    }
    var bytes = writer.bytes
    bytes.append(0x0A)
    for day in part.days {
      bytes += CSVLine.field(day.station).utf8
      bytes += ",\(day.day),\(day.pollutant.name)".utf8
      for hour in day.hours { bytes += hour.isMissing ? [0x2C] : Array(",\(hour.text())".utf8) }
      bytes.append(0x0A)
    }
    return bytes
  }

  /// The part that a body holds.
  ///
  /// - Throws: `RequestError` naming the line and what is wrong with it.
  static func decode(_ body: [UInt8]) throws(RequestError) -> ReviewedImport {
    let lines = body.split(separator: 0x0A, omittingEmptySubsequences: true)
    guard let head = lines.first else { throw bad(1, "it is empty") }
    let fields = try ActFields(json: Array(head), keys: ["id", "part", "parts", "source", "digest", "by"])
    let part = try number(fields, "part")
    let parts = try number(fields, "parts")
    guard (1...parts).contains(part) else { throw bad(1, "part \(part) of \(parts)") }
    guard lines.count - 1 <= maximumDays else { throw bad(maximumDays + 2, "a part has at most \(maximumDays) rows") }
    guard lines.count > 1 else { throw bad(2, "there is no row") }
    var days: [ReviewedDay] = []
    days.reserveCapacity(lines.count - 1)
    for (index, line) in lines.dropFirst().enumerated() { days.append(try day(line, line: index + 2)) }
    return ReviewedImport(
      id: try fields.required("id", atMost: 64), part: part, parts: parts,
      source: try fields.required("source", atMost: 1_000), digest: try fields.required("digest", atMost: 128),
      by: try fields.required("by", atMost: 64), days: days)
  }

  private static func number(_ fields: ActFields, _ key: String) throws(RequestError) -> Int {
    let text = try fields.required(key, atMost: 9)
    guard let number = Int(text), number > 0 else { throw RequestError.bad(key, text, "a number from 1") }
    return number
  }

  private static func day(_ line: ArraySlice<UInt8>, line number: Int) throws(RequestError) -> ReviewedDay {
    guard let split = try? CSVLine.fields(of: line), split.count == 27 else {
      throw bad(number, "27 fields are needed: station, day, pollutant and 24 hours")
    }
    let fields = split.map { String(decoding: $0, as: UTF8.self) }
    guard !fields[0].isEmpty, fields[0].utf8.count <= 128 else { throw bad(number, "no station") }
    guard let day = CivilDay(fields[1]) else { throw bad(number, "\"\(fields[1].prefix(32))\" is no day") }
    guard let pollutant = Pollutant(name: fields[2]), pollutant.isCriteria else {
      throw bad(number, "\"\(fields[2].prefix(32))\" is none of pm25, pm10, so2, no2, o3, co")
    }
    var hours: [Concentration] = []
    hours.reserveCapacity(24)
    for text in fields[3...] {
      guard !text.isEmpty else {
        hours.append(.missing)
        continue
      }
      guard let value = Double(text), value.isFinite, value >= 0, !Concentration(value).isMissing else {
        throw bad(number, "\"\(text.prefix(32))\" is no concentration")
      }
      hours.append(Concentration(value))
    }
    return ReviewedDay(station: fields[0], day: day, pollutant: pollutant, hours: hours)
  }

  private static func bad(_ line: Int, _ reason: String) -> RequestError {
    RequestError(status: 400, code: "bad_body", message: "body, line \(line): \(reason)")
  }
}
