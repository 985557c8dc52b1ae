package import AirQuality
package import Engine

/// The stored form of one event, sealed like a journal record by its sequence and instant.
package enum EventRecordCodec {
  /// The bytes of an event; equal events give equal bytes.
  package static func encode(_ event: EventRecord) -> [UInt8] {
    var writer = ByteWriter(capacity: 512)
    writer.byte(JournalCodec.version)
    writer.text(event.id)
    writer.text(event.kind.rawValue)
    writer.text(event.county)
    writer.text(event.from)
    writer.text(event.to)
    writer.text(event.rule)
    writer.list(event.inputs) { writer, input in
      writer.text(input.name)
      switch input.value {
      case .text(let text):
        writer.byte(1)
        writer.text(text)
      case .number(let number):
        writer.byte(2)
        writer.double(number)
      case .flag(let flag):
        writer.byte(3)
        writer.flag(flag)
      }
    }
    writer.flag(event.drill)
    writer.optional(event.value) { $0.double($1) }
    writer.text(event.unit)
    writer.text(event.window)
    writer.optional(event.completeness) { $0.double($1) }
    writer.signed(Int64(event.revision))
    writer.signed(event.startsAt.milliseconds)
    writer.flag(event.ends)
    writer.text(event.textChinese)
    writer.text(event.textEnglish)
    writer.raw(JournalCodec.checksum(writer.bytes, position: event.sequence, at: event.at))
    return writer.bytes
  }

  /// The event filed under that sequence and instant; the error names byte and reason.
  package static func decode(
    _ bytes: [UInt8], sequence: Int64, at: Instant
  ) throws(JournalCodecError) -> EventRecord {
    var reader = try JournalCodec.open(bytes, position: sequence, at: at)
    let event = EventRecord(
      sequence: sequence, id: try reader.text(), kind: try reader.named(EventKind.self), county: try reader.text(),
      from: try reader.text(), to: try reader.text(), at: at, rule: try reader.text(),
      inputs: try reader.list(of: "inputs", readInput), drill: try reader.flag(), value: try readDouble(&reader),
      unit: try reader.text(), window: try reader.text(), completeness: try readDouble(&reader),
      revision: try reader.integer("the revision"), startsAt: Instant(milliseconds: try reader.signed()),
      ends: try reader.flag(), textChinese: try reader.text(), textEnglish: try reader.text())
    try reader.finish()
    return event
  }

  private static func readDouble(_ reader: inout JournalByteReader) throws(JournalCodecError) -> Double? {
    try reader.optional { reader throws(JournalCodecError) in try reader.double() }
  }

  private static func readInput(_ reader: inout JournalByteReader) throws(JournalCodecError) -> EventRecord.Input {
    let name = try reader.text()
    switch try reader.byte() {
    case 1: return EventRecord.Input(name, .text(try reader.text()))
    case 2: return EventRecord.Input(name, .number(try reader.double()))
    case 3: return EventRecord.Input(name, .flag(try reader.flag()))
    case let other: throw reader.fail("input kind \(other) is unknown")
    }
  }
}
