import AirQuality
import Testing

@testable import Screening

/// A series that more than one feed gives: whose readings it is made of.
@Suite struct SeriesOwnerTests {
  typealias Course = ScreeningMemoryTests.Course

  private static func course() -> Course {
    var course = Course()
    course.memory.keep(stations: ["S"], feeds: ["national", "mirror"], now: ScreeningMemoryTests.start)
    return course
  }

  @Test func aTraceTakes64Bytes() { #expect(MemoryLayout<SeriesTrace>.stride == 64) }

  /// Values by hour of one feed, one answer each; `hour:value` in what is found.
  struct Step: Sendable {
    var feed: String
    var hour: Int64
    var value: Double
    /// Reasons of the reading.
    var reasons: ScreeningReasons = []
    /// The revision that comes of it.
    var revises: Revision?

    struct Revision: Sendable, Equatable {
      var hour: Int64
      var value: Double
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var steps: [Step]
    var testDescription: String { name }
  }

  private static func calm(_ feed: String, _ hours: Range<Int64>) -> [Step] {
    hours.map { Step(feed: feed, hour: $0, value: 48 + Double($0 % 3)) }
  }

  static let cases: [Case] = [
    Case(
      name: "another feed's value for the newest hour is none of the series",
      steps: calm("national", 0..<5) + [
        Step(feed: "mirror", hour: 4, value: 500), Step(feed: "national", hour: 5, value: 52),
        Step(feed: "mirror", hour: 5, value: 51),
      ]),
    Case(
      name: "a spike is revised under the feed that sent it",
      steps: calm("national", 0..<5) + [
        Step(feed: "national", hour: 5, value: 340), Step(feed: "mirror", hour: 6, value: 50),
        Step(feed: "national", hour: 6, value: 49, revises: .init(hour: 5, value: 340)),
      ]),
    Case(
      name: "what comes before the series' own feed is held against it, and leaves it",
      steps: calm("national", 0..<5) + [
        Step(feed: "mirror", hour: 5, value: 600, reasons: .rateOfChange), Step(feed: "national", hour: 5, value: 50),
        Step(feed: "national", hour: 6, value: 51),
      ]),
    Case(
      name: "the first in the configuration takes the series, an hour later too",
      steps: calm("mirror", 0..<5) + [
        Step(feed: "national", hour: 3, value: 600), Step(feed: "national", hour: 4, value: 600),
        Step(feed: "mirror", hour: 5, value: 50, reasons: .rateOfChange), Step(feed: "national", hour: 5, value: 610),
      ]),
    Case(
      name: "the next takes it when the first is silent for three hours, and gives it back",
      steps: calm("national", 0..<5) + [
        Step(feed: "mirror", hour: 7, value: 450), Step(feed: "mirror", hour: 8, value: 450),
        Step(feed: "mirror", hour: 9, value: 850, reasons: .rateOfChange), Step(feed: "national", hour: 8, value: 48),
        Step(feed: "national", hour: 9, value: 450, reasons: .rateOfChange),
      ]),
  ]

  @Test("whose series it is", arguments: cases)
  func owner(_ item: Case) {
    var course = Self.course()
    for (index, step) in item.steps.enumerated() {
      let found = course.answer([Course.reading(step.value, hour: step.hour)], feed: step.feed)
      #expect(found[0].reasons == step.reasons, "step \(index)")
      let revisions = course.outcomes[index].revisions.map {
        Step.Revision(
          hour: ($0.begin.milliseconds - ScreeningMemoryTests.start.milliseconds) / ScreeningMemoryTests.hour,
          value: $0.value)
      }
      #expect(revisions == (step.revises.map { [$0] } ?? []), "step \(index)")
    }
  }

  @Test func aFeedThatLeftTheConfigurationHoldsNoSeries() throws {
    var course = Self.course()
    for hour in 0..<5 as Range<Int64> { _ = course.answer([Course.reading(50, hour: hour)], feed: "national") }
    course.memory.keep(stations: ["S"], feeds: ["mirror", "third"], now: ScreeningMemoryTests.start)
    var writer = ByteWriter()
    course.memory.encode(into: &writer)
    var reader = SnapshotReader(writer.bytes, subject: "memory")
    course.memory = try ScreeningMemory(decoding: &reader)
    // Whoever comes takes it; then the order of the configuration holds.
    #expect(course.answer([Course.reading(450, hour: 5)], feed: "third")[0].reasons.isEmpty)
    #expect(course.answer([Course.reading(850, hour: 6)], feed: "third")[0].reasons == .rateOfChange)
    #expect(course.answer([Course.reading(50, hour: 6)], feed: "mirror")[0].reasons.isEmpty)
    #expect(course.answer([Course.reading(850, hour: 7)], feed: "third")[0].reasons == .rateOfChange)
    #expect(course.answer([Course.reading(55, hour: 7)], feed: "mirror")[0].reasons.isEmpty)
  }
}
