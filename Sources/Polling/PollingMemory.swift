package import AirQuality

/// What the poller has to know after a restart: learned publication lags and spent requests. The daemon keeps its bytes.
package struct PollingMemory: Hashable, Sendable {
  /// What was learned of a feed; holds for the same address only.
  package struct Feed: Hashable, Sendable {
    package var name: String
    package var address: UInt64
    package var publication: PublicationLag.Memory
    /// How far back a look-back has to reach.
    package var lastSuccess: Instant?

    package init(
      name: String, address: UInt64, publication: PublicationLag.Memory, lastSuccess: Instant? = nil
    ) {
      self.name = name
      self.address = address
      self.publication = publication
      self.lastSuccess = lastSuccess
    }
  }
  /// What is spent of a budget.
  package struct Budget: Hashable, Sendable {
    package var name: String
    package var spent: RequestBudget.Memory

    package init(name: String, spent: RequestBudget.Memory) {
      self.name = name
      self.spent = spent
    }
  }

  /// Real wall time at which it was made, milliseconds since 1970.
  package var savedAt: Int64
  package var feeds: [Feed] = []
  package var budgets: [Budget] = []

  package init(savedAt: Int64) { self.savedAt = savedAt }

  /// Why bytes are no memory.
  package struct Damage: ByteReadingFailure, Sendable, CustomStringConvertible {
    package var offset: Int
    package var reason: String
    package init(subject: String, offset: Int, reason: String) {
      self.offset = offset
      self.reason = reason
    }
    package var description: String { "byte \(offset): \(reason)" }
  }

  private static let mark: UInt32 = 0x4C_54_50_31
  /// Largest file that is read, bytes.
  package static let limitBytes = 64 << 20

  // MARK: Bytes

  /// Mark, checksum of the rest, then the values.
  package var bytes: [UInt8] {
    var body = ByteWriter()
    body.signed(savedAt)
    body.list(feeds) { writer, feed in
      writer.text(feed.name)
      writer.fixed(feed.address)
      let memory = feed.publication
      writer.list(memory.samples) {
        $0.signed($1.lower)
        $0.signed($1.upper)
      }
      writer.optional(memory.newestEnd) { $0.signed($1.milliseconds) }
      writer.signed(memory.span)
      writer.list(memory.gaps) { $0.signed($1) }
      writer.list(memory.stationCounts) { $0.signed(Int64($1)) }
      writer.optional(feed.lastSuccess) { $0.signed($1.milliseconds) }
    }
    body.list(budgets) { writer, budget in
      writer.text(budget.name)
      writer.list(budget.spent.parts) {
        $0.signed($1.ageMilliseconds)
        $0.signed(Int64($1.count))
      }
    }
    var result = ByteWriter()
    result.fixed(Self.mark)
    result.fixed(BodyDigest(body.bytes).hash)
    result.raw(body.bytes)
    return result.bytes
  }

  /// - Throws: `Damage` when the bytes are not whole.
  package init(_ bytes: [UInt8]) throws(Damage) {
    var head = ByteReader<Damage>(bytes, subject: "polling memory")
    guard try head.fixed(UInt32.self) == Self.mark else { throw head.fail("this is no memory of the poller") }
    let hash = try head.fixed(UInt64.self)
    let body = Array(bytes.dropFirst(12))
    guard BodyDigest(body).hash == hash else { throw head.fail("the checksum is another") }
    var reader = ByteReader<Damage>(body, subject: "polling memory")
    savedAt = try Self.moment(&reader)
    for _ in 0..<(try reader.count(of: "feeds")) {
      let name = try reader.text()
      let address = try reader.fixed(UInt64.self)
      let publication = try Self.publication(&reader)
      let lastSuccess = try reader.byte() == 0 ? nil : Instant(milliseconds: try Self.moment(&reader))
      feeds.append(Feed(name: name, address: address, publication: publication, lastSuccess: lastSuccess))
    }
    for _ in 0..<(try reader.count(of: "budgets")) {
      var budget = Budget(name: try reader.text(), spent: RequestBudget.Memory())
      for _ in 0..<(try reader.count(of: "parts")) {
        let age = try Self.moment(&reader)
        let count = try Self.moment(&reader)
        budget.spent.parts.append(.init(ageMilliseconds: age, count: Int(count)))
      }
      budgets.append(budget)
    }
  }

  private static func publication(_ reader: inout ByteReader<Damage>) throws(Damage) -> PublicationLag.Memory {
    var memory = PublicationLag.Memory()
    for _ in 0..<(try reader.count(of: "samples")) {
      let lower = try moment(&reader)
      memory.samples.append(LagSamples.Sample(lower: lower, upper: try moment(&reader)))
    }
    if try reader.byte() != 0 { memory.newestEnd = Instant(milliseconds: try moment(&reader)) }
    memory.span = try moment(&reader)
    for _ in 0..<(try reader.count(of: "gaps")) { memory.gaps.append(try moment(&reader)) }
    for _ in 0..<(try reader.count(of: "counts")) { memory.stationCounts.append(Int(try moment(&reader))) }
    return memory
  }

  /// A number that can be added and multiplied without care.
  private static func moment(_ reader: inout ByteReader<Damage>) throws(Damage) -> Int64 {
    let value = try reader.signed()
    guard abs(value.quotientAndRemainder(dividingBy: 1_000_000_000_000_000).quotient) == 0 else {
      throw reader.fail("\(value) is out of range")
    }
    return value
  }
}
