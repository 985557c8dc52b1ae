package import AirQuality
internal import Digests
package import Engine
internal import FoundationEssentials
internal import GRDB

/// Sealed months (封存的月份): what the stored hours were when a month was closed, chained by hashes.
///
/// A seal holds a copy of every hour chunk of its month. Its digest covers the digest of the seal before, the month, the
/// journal position, the newest amendment, and the copies in order of county and day. A chunk that is rewritten later, by
/// late or corrected rows, becomes an amendment in the same transaction: the hash of what it is now, chained to the
/// amendment before. So a stored hour either is as sealed, or as its newest amendment says, or somebody changed it behind
/// the program's back; and who removes or rewrites an amendment breaks the next seal. Reviews, which come when a month has
/// long been sealed, are a chain of their own (`Store+Reviews`), whose newest link a seal covers.
/// Whoever can rewrite the whole
/// database can rewrite the whole chain: the newest digest therefore belongs on paper, in the month's bulletin.
extension Store {
  private static let sealName = Array("lantian seal 1".utf8)
  private static let amendmentName = Array("lantian amendment 1".utf8)
  private static let empty = [UInt8](repeating: 0, count: 32)

  // MARK: Writing, inside a commit

  func seal(_ month: CivilMonth, of item: CommitItem, in database: Database) throws {
    let days = month.days
    try database.execute(
      sql: """
        INSERT INTO sealed_chunks
        SELECT ?, county, day, bytes FROM chunks WHERE kind = 0 AND day BETWEEN ? AND ? ORDER BY county, day
        """,
      arguments: [month.number, days.lowerBound.number, days.upperBound.number])
    let newest = try Row.fetchOne(database, sql: "SELECT number, digest FROM seals ORDER BY number DESC LIMIT 1")
    let amendment = try Row.fetchOne(
      database, sql: "SELECT number, digest FROM amendments ORDER BY number DESC LIMIT 1")
    let review = try newestReview(database)
    var row = SealRow(
      number: try newest.map { try $0.value("number") + 1 } ?? 1, month: month, position: item.position, at: item.at,
      amendment: try amendment?.value("number") ?? 0, review: review.number, digest: [])
    row.digest = try Store.digest(
      row, after: try newest?.value("digest") ?? Store.empty, amended: try amendment?.value("digest") ?? Store.empty,
      reviewed: review.chain, in: database)
    try database.execute(
      sql: "INSERT INTO seals(number, month, position, at, amendment, digest, review) VALUES(?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        row.number, month.number, item.position, item.at.milliseconds, row.amendment, Data(row.digest), row.review,
      ])
  }

  func amend(_ chunk: StoredChunk, of item: CommitItem, in database: Database) throws {
    let month = CivilMonth(chunk.key.day)
    let sealed = try database.cachedStatement(sql: "SELECT 1 FROM seals WHERE month = ?")
    guard try Int.fetchOne(sealed, arguments: [month.number]) != nil else { return }
    let before = try Row.fetchOne(database, sql: "SELECT number, digest FROM amendments ORDER BY number DESC LIMIT 1")
    let row = AmendmentRow(
      number: try before.map { try $0.value("number") + 1 } ?? 1, county: chunk.key.county, day: chunk.key.day,
      position: item.position, at: item.at, chunk: SHA256.hash(chunk.bytes))
    let digest = row.digest(after: try before?.value("digest") ?? Store.empty)
    try database.execute(
      sql: "INSERT INTO amendments VALUES(?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        row.number, row.county, row.day.number, row.position, row.at.milliseconds, Data(row.chunk), Data(digest),
      ])
  }

  private struct SealRow {
    var number: Int64
    var month: CivilMonth
    var position: Int64
    var at: Instant
    var amendment: Int64
    /// The newest review then; 0 before the first.
    var review: Int64
    var digest: [UInt8]
  }

  private struct AmendmentRow {
    var number: Int64
    var county: String
    var day: CivilDay
    var position: Int64
    var at: Instant
    var chunk: [UInt8]

    func digest(after before: [UInt8]) -> [UInt8] {
      var hash = SHA256()
      hash.field(Store.amendmentName)
      hash.field(before)
      hash.number(number)
      hash.field(Array(county.utf8))
      hash.number(Int64(day.number))
      hash.number(position)
      hash.number(at.milliseconds)
      hash.field(chunk)
      return hash.finalize()
    }
  }

  private static func digest(
    _ row: SealRow, after before: [UInt8], amended: [UInt8], reviewed: [UInt8], in database: Database
  ) throws -> [UInt8] {
    var hash = SHA256()
    hash.field(sealName)
    hash.field(before)
    hash.number(row.number)
    hash.number(Int64(row.month.number))
    hash.number(row.position)
    hash.number(row.at.milliseconds)
    hash.number(row.amendment)
    hash.field(amended)
    if row.review > 0 {
      hash.number(row.review)
      hash.field(reviewed)
    }
    let chunks = try Row.fetchCursor(
      database, sql: "SELECT county, day, bytes FROM sealed_chunks WHERE month = ? ORDER BY county, day",
      arguments: [row.month.number])
    while let chunk = try chunks.next() {
      let county: String = try chunk.value("county")
      hash.field(Array(county.utf8))
      hash.number(try chunk.value("day"))
      hash.field(try chunk.value("bytes"))
    }
    return hash.finalize()
  }

  // MARK: Verifying

  /// Goes through the whole chain, oldest month first, and stops at the first thing that does not fit.
  ///
  /// - Parameter progress: told how many months are done, of how many.
  /// - Throws: `StoreError` when the database cannot be read.
  package func verifySeals(progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }) throws(StoreError) -> SealFinding
  {
    try reading { database in
      var finding = SealFinding(months: [], fault: nil)
      let amendments = try Store.verifyAmendments(database)
      let reviews = try Store.verifyReviews(database)
      finding.fault = amendments.fault ?? reviews.fault
      finding.reviews = reviews.chains.count
      let pruned = try Store.hoursPrunedBefore(database)
      let rows = try Row.fetchAll(
        database, sql: "SELECT number, month, position, at, amendment, review, digest FROM seals ORDER BY number")
      var before = Store.empty
      for (index, stored) in rows.enumerated() where finding.fault == nil {
        let row = SealRow(
          number: try stored.value("number"), month: CivilMonth(number: try stored.value("month")),
          position: try stored.value("position"), at: Instant(milliseconds: try stored.value("at")),
          amendment: try stored.value("amendment"), review: try stored.value("review"),
          digest: try stored.value("digest"))
        finding.fault = try Store.verify(
          row, index: index, after: before, amendments, reviews.chains, pruned: pruned, in: database)
        let count = try Int.fetchOne(
          database, sql: "SELECT count(*) FROM sealed_chunks WHERE month = ?", arguments: [row.month.number])
        let days = row.month.days
        finding.months.append(
          SealFinding.Month(
            month: row.month, at: row.at, position: row.position, digest: SHA256.hex(row.digest), chunks: count ?? 0,
            amendments: amendments.newest.keys.count { days.contains($0.day) }))
        before = row.digest
        progress(index + 1, rows.count)
      }
      return finding
    }
  }

  /// The amendments as far as they hang together.
  private struct Amendments {
    struct Key: Hashable {
      var county: String
      var day: CivilDay
    }
    /// Digest by number, from 1.
    var digests: [[UInt8]] = []
    /// Hash of the newest amended chunk.
    var newest: [Key: [UInt8]] = [:]
    var fault: SealFinding.Fault?
  }

  private static func verifyAmendments(_ database: Database) throws -> Amendments {
    var result = Amendments()
    let rows = try Row.fetchCursor(
      database, sql: "SELECT number, county, day, position, at, chunk, digest FROM amendments ORDER BY number")
    while let stored = try rows.next() {
      let row = AmendmentRow(
        number: try stored.value("number"), county: try stored.value("county"),
        day: CivilDay(number: try stored.value("day")), position: try stored.value("position"),
        at: Instant(milliseconds: try stored.value("at")), chunk: try stored.value("chunk"))
      let digest: [UInt8] = try stored.value("digest")
      guard row.number == Int64(result.digests.count) + 1, row.digest(after: result.digests.last ?? empty) == digest
      else {
        result.fault = SealFinding.Fault(
          month: CivilMonth(row.day), county: row.county, day: row.day, row: nil,
          message: "amendment \(row.number) does not follow the one before it: it was changed, or one was removed")
        return result
      }
      result.digests.append(digest)
      result.newest[Amendments.Key(county: row.county, day: row.day)] = row.chunk
    }
    return result
  }

  private static func verify(
    _ row: SealRow, index: Int, after before: [UInt8], _ amendments: Amendments, _ reviews: [[UInt8]], pruned: Int64,
    in database: Database
  ) throws -> SealFinding.Fault? {
    func fault(_ message: String) -> SealFinding.Fault {
      SealFinding.Fault(month: row.month, county: nil, day: nil, row: nil, message: message)
    }
    guard row.number == Int64(index) + 1 else { return fault("seal \(index + 1) is gone") }
    guard row.amendment <= Int64(amendments.digests.count) else {
      return fault(
        "the seal names amendment \(row.amendment), there are \(amendments.digests.count): some were removed")
    }
    let amended = row.amendment == 0 ? empty : amendments.digests[Int(row.amendment) - 1]
    guard row.review <= Int64(reviews.count) else {
      return fault("the seal names review \(row.review), there are \(reviews.count): some were removed")
    }
    let reviewed = row.review == 0 ? [] : reviews[Int(row.review) - 1]
    let holds = try digest(row, after: before, amended: amended, reviewed: reviewed, in: database) == row.digest
    // First what is stored beside the copies: it names the row. Then the copies themselves.
    if let found = try firstForeignChunk(row.month, amendments, pruned: pruned, in: database) { return found }
    return holds ? nil : fault("the sealed copies of the month, or its seal, were changed")
  }

  /// The first chunk of a month that is neither as sealed nor as amended.
  private static func firstForeignChunk(
    _ month: CivilMonth, _ amendments: Amendments, pruned: Int64, in database: Database
  ) throws -> SealFinding.Fault? {
    let days = month.days
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT county, day, sealed, found FROM (
          SELECT s.county AS county, s.day AS day, s.bytes AS sealed, c.bytes AS found
          FROM sealed_chunks s LEFT JOIN chunks c ON c.kind = 0 AND c.county = s.county AND c.day = s.day AND c.hour = 0
          WHERE s.month = ?
          UNION ALL
          SELECT c.county, c.day, NULL, c.bytes FROM chunks c
          WHERE c.kind = 0 AND c.day BETWEEN ? AND ?
            AND NOT EXISTS (SELECT 1 FROM sealed_chunks s WHERE s.month = ? AND s.county = c.county AND s.day = c.day))
        ORDER BY county, day
        """,
      arguments: [month.number, days.lowerBound.number, days.upperBound.number, month.number])
    while let row = try rows.next() {
      let key = ChunkKey(county: try row.value("county"), day: CivilDay(number: try row.value("day")), kind: .hours)
      let sealed: [UInt8]? = try row.value("sealed")
      let found: [UInt8]? = try row.value("found")
      if let amended = amendments.newest[Amendments.Key(county: key.county, day: key.day)] {
        if let found, SHA256.hash(found) == amended { continue }
      } else if found == sealed {
        continue
      }
      if found == nil, Int64(key.day.number) < pruned { continue }
      return fault(key, month, sealed: sealed, found: found)
    }
    return nil
  }

  private static func fault(
    _ key: ChunkKey, _ month: CivilMonth, sealed: [UInt8]?, found: [UInt8]?
  ) -> SealFinding.Fault {
    var fault = SealFinding.Fault(month: month, county: key.county, day: key.day, row: nil, message: "")
    guard let found else {
      fault.message = "the hours of the day were removed"
      return fault
    }
    guard let sealed else {
      fault.message = "hours were added that no record of the journal brought"
      return fault
    }
    do {
      fault.row = try Engine.changedHour(
        sealed: StoredChunk(key: key, bytes: sealed), found: StoredChunk(key: key, bytes: found))
      fault.message =
        fault.row == nil
        ? "the day's hours were written anew without an amendment"
        : "the value differs from the sealed one and no amendment says so"
    } catch { fault.message = "the hours of the day cannot be read: \(error)" }
    return fault
  }
}

/// What `verifySeals` found.
package struct SealFinding: Sendable, Hashable {
  /// One sealed month, as far as it was looked at.
  package struct Month: Sendable, Hashable {
    package var month: CivilMonth
    /// When it was sealed, on the clock of the journal.
    package var at: Instant
    package var position: Int64
    /// SHA-256, lower-case hex.
    package var digest: String
    /// County days in the seal.
    package var chunks: Int
    /// County days amended since.
    package var amendments: Int
  }

  /// The first thing that does not fit.
  package struct Fault: Sendable, Hashable {
    package var month: CivilMonth
    /// Nil when it is about the month as a whole.
    package var county: String?
    package var day: CivilDay?
    package var row: ChangedHour?
    package var message: String
  }

  /// Sealed months, oldest first.
  package var months: [Month]
  /// Reviews whose chain holds.
  package var reviews = 0
  package var fault: Fault?
}

extension Row {
  fileprivate func value(_ name: String) throws -> [UInt8] { try Array(decode(Data.self, forColumn: name)) }
  fileprivate func value(_ name: String) throws -> [UInt8]? { try decode(Data?.self, forColumn: name).map(Array.init) }
  fileprivate func value<Value: DatabaseValueConvertible>(_ name: String) throws -> Value {
    try decode(Value.self, forColumn: name)
  }
}
