import AirQuality
import Engine
import TestSupport
import Testing

@testable import Store

@Suite struct JournalCodecTests {
  /// Equal bytes mean equal events, NaN payloads included, which `==` cannot say.
  @Test(arguments: 0..<200 as Range<UInt64>)
  func everyEventComesBack(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let record = JournalRecord(
      position: Int64(seed) + 1, at: Instant(milliseconds: Int64(bitPattern: random.next())),
      event: Generator.event(&random))
    let bytes = try JournalCodec.encode(record)
    let event = try JournalCodec.decode(bytes, position: record.position, at: record.at)
    #expect(try JournalCodec.encode(JournalRecord(position: record.position, at: record.at, event: event)) == bytes)
    if case .batch(let before) = record.event, case .batch(let after) = event {
      #expect(before.stations == after.stations && before.feed == after.feed && before.receivedAt == after.receivedAt)
      #expect(before.readings.map(\.value.bitPattern) == after.readings.map(\.value.bitPattern))
      #expect(before.readings.map(\.begin) == after.readings.map(\.begin))
      #expect(before.readings.map(\.station) == after.readings.map(\.station))
      #expect(before.readings.map(\.pollutant) == after.readings.map(\.pollutant))
      #expect(before.readings.map(\.periodMilliseconds) == after.readings.map(\.periodMilliseconds))
      #expect(before.readings.map(\.flag) == after.readings.map(\.flag))
      #expect(before.readings.map(\.reasons) == after.readings.map(\.reasons))
      #expect(before.places == after.places)
      #expect(
        before.layers.map(\.gradientHeightMeters?.bitPattern) == after.layers.map(\.gradientHeightMeters?.bitPattern))
    } else {
      #expect(event == record.event)
    }
  }

  @Test func anActFromBeforeSandDustIsRead() throws {
    var writer = ByteWriter(capacity: 64)
    writer.raw([1, 4, 1])
    for text in ["x", "141182", "王工", "冷空气"] { writer.text(text) }
    let at = Sample.start
    let bytes = writer.bytes + JournalCodec.checksum(writer.bytes, position: 7, at: at)
    let event = EngineEvent.act(.lift(id: "x", county: "141182", by: "王工", reason: "冷空气"))
    #expect(try JournalCodec.decode(bytes, position: 7, at: at) == event)
    #expect(try JournalCodec.encode(JournalRecord(position: 7, at: at, event: event)) == bytes)
  }

  @Test func everyKindIsGenerated() {
    var seen: Set<JournalCodec.Kind> = []
    for seed in 0..<200 as Range<UInt64> {
      var random = SeededRandom(seed: seed)
      _ = random.next()
      seen.insert(JournalCodec.kind(of: Generator.event(&random)))
    }
    #expect(seen.count == JournalCodec.Kind.allCases.count)
  }

  @Test func everyFlippedBitAndEveryTruncationIsNoticed() throws {
    var random = SeededRandom(seed: 7)
    let record = JournalRecord(
      position: 9, at: Sample.start, event: .batch(Generator.batch(&random, rows: 12)))
    let bytes = try JournalCodec.encode(record)
    for index in bytes.indices {
      for bit in 0..<8 {
        var torn = bytes
        torn[index] ^= 1 << UInt8(bit)
        #expect(throws: JournalCodecError.self) {
          try JournalCodec.decode(torn, position: record.position, at: record.at)
        }
      }
      #expect(throws: JournalCodecError.self) {
        try JournalCodec.decode(Array(bytes[..<index]), position: record.position, at: record.at)
      }
    }
  }

  @Test func aMovedRecordIsNoticed() throws {
    let record = JournalRecord(position: 9, at: Sample.start, event: .tick)
    let bytes = try JournalCodec.encode(record)
    #expect(throws: JournalCodecError.self) { try JournalCodec.decode(bytes, position: 10, at: record.at) }
    #expect(throws: JournalCodecError.self) {
      try JournalCodec.decode(bytes, position: 9, at: record.at.adding(milliseconds: 1))
    }
    #expect(try JournalCodec.decode(bytes, position: 9, at: record.at) == .tick)
  }

  /// Random bytes under a valid checksum: never a trap, never memory out of proportion.
  @Test(arguments: 0..<300 as Range<UInt64>)
  func sealedNonsenseGivesAnErrorWithItsPlace(seed: UInt64) throws {
    var random = SeededRandom(seed: seed &+ 1_000)
    let event = Generator.event(&random)
    let record = JournalRecord(position: 3, at: Sample.start, event: event)
    var body = Array(try JournalCodec.encode(record).dropLast(JournalCodec.checksumBytes))
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      body[Int.random(in: 0..<body.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
    }
    let sealed = body + JournalCodec.checksum(body, position: 3, at: Sample.start)
    do {
      let decoded = try JournalCodec.decode(sealed, position: 3, at: Sample.start)
      // Still valid: then it must be writable again.
      _ = try JournalCodec.encode(JournalRecord(position: 3, at: Sample.start, event: decoded))
    } catch {
      #expect(error.position == 3)
      #expect(error.offset >= 0 && error.offset <= sealed.count)
      #expect(!error.reason.isEmpty)
    }
  }

  @Test func anAnnouncedBillionTakesNoMemory() throws {
    var writer = ByteWriter()
    writer.byte(JournalCodec.version)
    writer.byte(JournalCodec.Kind.batch.rawValue)
    writer.text("feed")
    writer.signed(0)
    writer.varint(1 << 40)
    let sealed = writer.bytes + JournalCodec.checksum(writer.bytes, position: 1, at: Sample.start)
    let error = #expect(throws: JournalCodecError.self) {
      try JournalCodec.decode(sealed, position: 1, at: Sample.start)
    }
    #expect(error?.reason == "1099511627776 stations announced, 0 bytes left")
  }

  @Test func aReadingOfNoStationIsRefusedBeforeItIsWritten() {
    let batch = FeedBatch(
      feed: "f", receivedAt: Sample.start, stations: ["a"],
      readings: [Reading(station: 1, pollutant: .pm25, value: 1, begin: Sample.start, periodMilliseconds: 0)])
    let error = #expect(throws: JournalCodecError.self) {
      try JournalCodec.encode(JournalRecord(position: 5, at: Sample.start, event: .batch(batch)))
    }
    #expect(error?.description.contains("reading 0 names station 1 of 1") == true)
  }

  @Test func aMinuteOfManyStationsIsSmall() throws {
    var readings = ContiguousArray<Reading>()
    for row in 0..<6_000 {
      readings.append(
        Reading(
          station: UInt32(row / 6), pollutant: Pollutant.criteria[row % 6], value: Double(row % 300) / 10,
          begin: Sample.start, periodMilliseconds: 60_000, flag: .good))
    }
    let batch = FeedBatch(
      feed: "f", receivedAt: Sample.start, stations: (0..<1_000).map { "S\($0)" }, readings: readings)
    let bytes = try JournalCodec.encode(JournalRecord(position: 1, at: Sample.start, event: .batch(batch)))
    #expect(bytes.count < 6_000 * 6)
  }

  @Test func eventsComeBack() throws {
    let event = Sample.event(7, position: 21)
    let bytes = EventRecordCodec.encode(event)
    #expect(try EventRecordCodec.decode(bytes, sequence: 7, at: event.at) == event)
    #expect(throws: JournalCodecError.self) { try EventRecordCodec.decode(bytes, sequence: 8, at: event.at) }
  }
}
