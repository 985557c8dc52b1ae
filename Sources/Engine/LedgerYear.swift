import AirQuality
import Rollup

/// One unit's, pollutant's and year's daily means as the ledger judges them, 1 January first (年度日均值).
struct LedgerYear: Sendable, Hashable {
  /// What people have reviewed of the year.
  struct Review: Sendable, Hashable {
    /// The daily means as if nothing had been reviewed.
    var provisional: [Concentration]
    /// Whether the day's mean of record is final.
    var isFinal: [Bool]
  }

  /// The figures of record; missing for days without a valid one.
  var values: [Concentration]
  /// Nil while nothing of the year has been reviewed.
  var review: Review?

  init(days: Int) { values = Array(repeating: .missing, count: days) }

  /// The year as a rollup holds it.
  init(_ unit: Int, _ pollutant: Pollutant, from first: CivilDay, of rollup: Rollup) {
    self.init(days: CivilDay.days(inYear: first.year))
    for place in values.indices { take(place, unit, pollutant, first.adding(days: Int32(place)), rollup) }
  }

  /// Takes a day again from the rollup.
  mutating func take(_ place: Int, _ unit: Int, _ pollutant: Pollutant, _ day: CivilDay, _ rollup: Rollup) {
    guard values.indices.contains(place) else { return }
    values[place] = rollup.unitDay(unit, pollutant: pollutant, day: day).value
    if review == nil, rollup.hasReview(unit, pollutant: pollutant, day: day) {
      // Until now every figure was provisional.
      review = Review(provisional: values, isFinal: Array(repeating: false, count: values.count))
    }
    guard review != nil else { return }
    review?.provisional[place] = rollup.unitDay(unit, pollutant: pollutant, day: day, basis: .provisional).value
    review?.isFinal[place] = rollup.isFinal(unit, pollutant: pollutant, day: day)
  }

  /// Takes the days for which `isKept` from a year that was kept.
  mutating func keep(_ kept: LedgerYear, where isKept: (Int) -> Bool) {
    if review == nil, kept.review != nil {
      review = Review(provisional: values, isFinal: Array(repeating: false, count: values.count))
    }
    for place in values.indices.prefix(kept.values.count) where isKept(place) {
      values[place] = kept.values[place]
      review?.provisional[place] = kept.value(place, .provisional)
      review?.isFinal[place] = kept.review?.isFinal[place] ?? false
    }
  }

  /// Missing outside the year.
  func value(_ place: Int, _ basis: ReviewBasis) -> Concentration {
    guard values.indices.contains(place) else { return .missing }
    switch basis {
    case .record: return values[place]
    case .provisional: return review?.provisional[place] ?? values[place]
    case .reviewed: return review?.isFinal[place] == true ? values[place] : .missing
    }
  }

  func values(_ basis: ReviewBasis) -> [Concentration] {
    basis == .record ? values : values.indices.map { value($0, basis) }
  }

  /// Whether every day of the year is final.
  var isFinal: Bool { review?.isFinal.allSatisfy { $0 } ?? false }

  func encode(into writer: inout ByteWriter) {
    writer.list(values) { $0.signed(Int64($1.thousandths)) }
    writer.optional(review) { writer, review in
      writer.list(review.provisional) { $0.signed(Int64($1.thousandths)) }
      writer.list(review.isFinal) { $0.flag($1) }
    }
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    func concentrations(_ reader: inout SnapshotReader) throws(SnapshotReadingError) -> [Concentration] {
      try reader.list(of: "days") { reader throws(SnapshotReadingError) in
        Concentration(thousandths: try reader.integer("a value"))
      }
    }
    let values = try concentrations(&reader)
    let review = try reader.optional { reader throws(SnapshotReadingError) in
      Review(
        provisional: try concentrations(&reader),
        isFinal: try reader.list(of: "days") { reader throws(SnapshotReadingError) in try reader.flag() })
    }
    if let review, review.provisional.count != values.count || review.isFinal.count != values.count {
      throw reader.fail("a reviewed year of \(values.count) days has \(review.isFinal.count) marks")
    }
    self.values = values
    self.review = review
  }
}
