import AirQuality
import Testing

@Suite struct CivilTimeTests {
  @Test func everyDayOfFourCenturiesRoundTrips() {
    var number: Int32 = CivilDay(year: 1900, month: 1, day: 1)!.number
    for year in 1900..<2300 {
      for month in 1...12 {
        for day in 1...CivilDay.days(inMonth: month, of: year) {
          let date = CivilDay(year: year, month: month, day: day)
          #expect(date?.number == number)
          let parts = CivilDay(number: number).components
          #expect(parts.year == year && parts.month == month && parts.day == day)
          number += 1
        }
      }
    }
  }

  @Test(arguments: ["2019-02-29", "2020-13-01", "2020-00-10", "2020-1-01", "2020-04-31", "x", ""])
  func noSuchDate(text: String) { #expect(CivilDay(text) == nil) }

  @Test func hoursAndFormatting() {
    let offset = CivilOffset.china
    let start = offset.start(of: CivilDay("2020-12-01")!)
    #expect(offset.format(start) == "2020-12-01T00:00:00+08:00")
    #expect(offset.format(start.adding(milliseconds: 5)) == "2020-12-01T00:00:00.005+08:00")
    #expect(offset.hour(of: start) == CivilDay("2020-12-01")!.firstHour)
    #expect(offset.hour(of: start.adding(milliseconds: -1)) == CivilDay("2020-11-30")!.firstHour + 23)
    #expect(CivilDay(hour: -1).description == "1969-12-31")
  }

  @Test(arguments: [("+08:00", 28_800), ("-03:30", -12_600), ("Z", 0)])
  func offsets(text: String, seconds: Int) { #expect(CivilOffset(text)?.seconds == Int32(seconds)) }

  @Test(arguments: ["08:00", "+8:00", "+15:00", "+08:60", "+0800"])
  func badOffsets(text: String) { #expect(CivilOffset(text) == nil) }
}

@Suite struct ConcentrationTests {
  @Test(arguments: [(5, 2, 2), (7, 2, 4), (-5, 2, -2), (-7, 2, -4), (1, 3, 0), (2, 3, 1), (-1, 3, 0), (-2, 3, -1)])
  func halfEven(numerator: Int, denominator: Int, expected: Int) {
    #expect(divideHalfEven(Int64(numerator), Int64(denominator)) == Int64(expected))
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e308, -1e308, 2_147_483.648])
  func unusable(value: Double) { #expect(Concentration(value).isMissing) }

  @Test func threeDecimalsAreKept() {
    #expect(Concentration(19.198).thousandths == 19_198)
    #expect(Concentration(-3.2).thousandths == -3_200)
    #expect(Concentration(0.1).value == 0.1)
  }

  @Test func readingIsSmall() { #expect(MemoryLayout<Reading>.stride == 32) }
}
