package import AirQuality
internal import Digests
package import Engine
internal import FoundationEssentials
internal import GRDB

/// Reviewed hours on record (审核数据): append-only, one row a county, day and import, none of it pruned.
///
/// The rows are chained by hashes from the first on, and every seal covers the newest of its time: who changes or removes
/// one breaks the chain, whatever month it is of.
extension Store {
  private static let chainName = Array("lantian review 1".utf8)

  func write(_ review: ReviewRecord, of item: CommitItem, to database: Database) throws {
    let before = try Row.fetchOne(database, sql: "SELECT number, chain FROM reviews ORDER BY number DESC LIMIT 1")
    let link = ReviewLink(
      number: try before.map { try $0.value(0) + 1 } ?? 1, county: review.county, day: Int64(review.day.number),
      position: item.position, at: item.at.milliseconds, source: review.source, digest: review.digest, by: review.by,
      record: JournalCodec.encode(review.days))
    let chain = link.chain(after: try before?.bytes(1) ?? [UInt8](repeating: 0, count: 32))
    let statement = try database.cachedStatement(sql: "INSERT INTO reviews VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    try statement.execute(
      arguments: [
        link.number, link.county, link.day, link.position, link.at, link.source, link.digest, link.by,
        Data(link.record), Data(chain),
      ])
  }

  /// The reviews of a county's days, in the order of their imports: a later one of the same station and pollutant stands
  /// in place of an earlier one.
  package func reviews(
    county: String, from: CivilDay, through: CivilDay
  ) throws(StoreError) -> [StoredReview] {
    try reading { database in
      let statement = try database.cachedStatement(
        sql: """
          SELECT position, at, day, source, digest, reviewer, record FROM reviews
          WHERE county = ? AND day BETWEEN ? AND ? ORDER BY number
          """)
      let rows = try Row.fetchCursor(statement, arguments: [county, from.number, through.number])
      var found: [StoredReview] = []
      while let row = try rows.next() {
        let position: Int64 = try row.value(0)
        found.append(
          StoredReview(
            position: position, at: Instant(milliseconds: try row.value(1)),
            record: ReviewRecord(
              county: county, day: CivilDay(number: try row.value(2)), source: try row.value(3),
              digest: try row.value(4), by: try row.value(5),
              days: try JournalCodec.decodeReviews(try row.bytes(6), position: position))))
      }
      return found
    }
  }

  /// How many reviews there are and the newest link of their chain; 0 and nothing before the first.
  func newestReview(_ database: Database) throws -> (number: Int64, chain: [UInt8]) {
    let row = try Row.fetchOne(database, sql: "SELECT number, chain FROM reviews ORDER BY number DESC LIMIT 1")
    return try row.map { (try $0.value(0), try $0.bytes(1)) } ?? (0, [])
  }

  /// The links of the chain as far as they hang together, and the first row that does not.
  static func verifyReviews(
    _ database: Database
  ) throws -> (chains: [[UInt8]], fault: SealFinding.Fault?) {
    var chains: [[UInt8]] = []
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT number, county, day, position, at, source, digest, reviewer, record, chain FROM reviews ORDER BY number
        """)
    while let row = try rows.next() {
      let link = ReviewLink(
        number: try row.value(0), county: try row.value(1), day: try row.value(2), position: try row.value(3),
        at: try row.value(4), source: try row.value(5), digest: try row.value(6), by: try row.value(7),
        record: try row.bytes(8))
      let chain = try row.bytes(9)
      guard link.number == Int64(chains.count) + 1,
        link.chain(after: chains.last ?? [UInt8](repeating: 0, count: 32)) == chain
      else {
        let day = CivilDay(number: Int32(clamping: link.day))
        return (
          chains,
          SealFinding.Fault(
            month: CivilMonth(day), county: link.county, day: day, row: nil,
            message: "review \(link.number) does not follow the one before it: it was changed, or one was removed")
        )
      }
      chains.append(chain)
    }
    return (chains, nil)
  }

  /// One row as its hash covers it.
  private struct ReviewLink {
    var number: Int64
    var county: String
    var day: Int64
    var position: Int64
    var at: Int64
    var source: String
    var digest: String
    var by: String
    var record: [UInt8]

    func chain(after before: [UInt8]) -> [UInt8] {
      var hash = SHA256()
      hash.field(Store.chainName)
      hash.field(before)
      hash.number(number)
      hash.field(Array(county.utf8))
      hash.number(day)
      hash.number(position)
      hash.number(at)
      for text in [source, digest, by] { hash.field(Array(text.utf8)) }
      hash.field(record)
      return hash.finalize()
    }
  }
}

/// A review with the record that brought it.
package struct StoredReview: Sendable, Hashable {
  package var position: Int64
  package var at: Instant
  package var record: ReviewRecord
}
