package import AirQuality
import Engine
package import Reviews
package import Store

/// Compares a reviewed set with what the store holds, beside a running daemon or after it.
package struct StoredReviewDifference: Sendable {
  private let store: Store
  /// The site of the newest configuration as it counts, with what else decides.
  package let site: Site
  /// The civil day of the newest record: days before it are over.
  package let today: CivilDay
  /// The days of which the ledger takes reviewed values; nil when it takes none yet.
  private let ledger: ClosedRange<CivilDay>?
  private let feeds: [String]
  private let criteria: String
  private let edition: String

  /// Why there is nothing to compare with.
  package struct Problem: Error, Sendable, CustomStringConvertible {
    package var description: String
  }

  /// Reads `store`, open for reading or writing.
  ///
  /// - Throws: `Problem` when it holds no configuration yet, `StoreError` when it cannot be read.
  package init(store: Store) throws {
    self.store = store
    let generations = try store.configurations(through: Instant(milliseconds: .max))
    guard let newest = generations.last, let end = try store.journalEnd() else {
      throw Problem(description: "the state holds no configuration yet: start the daemon once")
    }
    site = Engine.assessedSite(generations.map { ($0.at, $0.configuration) })
    feeds = newest.configuration.feeds
    criteria = newest.configuration.criteria
    edition = newest.configuration.edition
    today = site.offset.day(of: end)
    ledger = try EngineRecovery.recover(from: store).engine.reviewableDays
  }

  /// How the set differs; nil for an empty one.
  ///
  /// - Parameter progress: told of days done and in all.
  /// - Throws: `StoreError` when the store cannot be read, `RollupError` for a damaged chunk.
  package func difference(
    _ set: ReviewedSet, progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
  ) throws -> ReviewDifference? {
    guard let span = set.span else { return nil }
    let from = span.lowerBound.adding(days: -ReviewDifference.lead)
    let through = span.upperBound.adding(days: ReviewDifference.trail)
    var chunks: [StoredChunk] = []
    var earlier: [ReviewedDay] = []
    for county in site.counties {
      chunks += try store.hoursChunks(county: county.code, from: from, through: through)
      earlier += try store.reviews(county: county.code, from: span.lowerBound, through: span.upperBound)
        .flatMap(\.record.days)
    }
    return try ReviewDifference(
      set.days,
      ReviewDifference.Facts(
        site: site, feeds: feeds, criteria: criteria, edition: edition, chunks: chunks, earlier: earlier,
        ledger: ledger),
      progress: progress)
  }
}
