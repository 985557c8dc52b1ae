import AirQuality
import Testing

@testable import Web

@Suite struct QueryTests {
  @Test(arguments: [
    ("2020-12-05T14:00:00+08:00", 1_607_148_000_000), ("2020-12-05T06:00:00Z", 1_607_148_000_000),
    ("2020-12-05T06:00:00.25Z", 1_607_148_000_250), ("2020-12-05", 1_607_097_600_000),
  ])
  func instantsAreRead(text: String, milliseconds: Int64) {
    #expect(Query.instant(text, offset: .china) == Instant(milliseconds: milliseconds))
  }

  @Test(arguments: [
    "", "now", "2020-13-01", "2020-12-05T14:00", "2020-12-05T24:00:00Z", "2020-12-05T14:60:00Z", "2020-12-05T14:00:00",
    "2020-12-05 14:00:00Z", "2020-12-05T14:00:00.Z", "2020-12-05T14:00:00+8", "1607148000",
  ])
  func otherTimesAreRefused(text: String) {
    #expect(Query.instant(text, offset: .china) == nil)
  }
}
