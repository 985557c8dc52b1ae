import AirQuality
import Testing
import Timekeeping

@Suite("HTTP dates and waits")
struct HTTPDateTests {
  @Test(arguments: [
    (1_607_148_000_000, "Sat, 05 Dec 2020 06:00:00 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
    (784_111_777_000, "Sun, 06 Nov 1994 08:49:37 GMT"),
  ])
  func datesAreFixed(milliseconds: Int64, text: String) {
    #expect(HTTPDate.text(of: Instant(milliseconds: milliseconds)) == text)
    #expect(HTTPDate.instant(text) == Instant(milliseconds: milliseconds))
  }

  @Test(
    arguments: [
      ("120", 120), ("0", 0), (" 5 ", 5), ("99999", 99_999), ("99999999999999999999", 999_999_999), ("-5", nil),
      ("1.5", nil), ("soon", nil), ("", nil), ("  ", nil), ("Sun, 06 Nov 1994 08:49:37 GMT", 37),
      ("Sun, 06 Nov 1994 08:40:00 GMT", 0), ("Tue, 06 Nov 2040 08:49:37 GMT", 999_999_999),
      ("Sunday, 06-Nov-94 08:49:37 GMT", nil), ("Sun, 31 Feb 1994 08:49:37 GMT", nil),
      ("Sun, 06 Nov 1994 25:49:37 GMT", nil), ("Sun, 06 Nov 1994 08:49:37 UTC", nil),
    ] as [(String, Int64?)])
  func retryAfter(text: String, expected: Int64?) {
    // 1994-11-06T08:49:00Z
    #expect(RetryAfter.seconds(text, now: Instant(milliseconds: 784_111_740_000)) == expected)
  }

  @Test func durationsFallUnderTheFirstBoundThatHoldsThem() {
    var histogram = DurationHistogram(boundsSeconds: [0.1, 1])
    for seconds in [0.05, 0.1, 0.5, 2, -1, .nan] { histogram.observe(seconds: seconds) }
    #expect(histogram.counts == [4, 1, 1])
    #expect(abs(histogram.sumSeconds - 2.65) < 1e-9)
  }
}
