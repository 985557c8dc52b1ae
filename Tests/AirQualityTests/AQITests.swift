import AirQuality
import Testing

@Suite("The air quality index")
struct AQITests {
  private func day(
    _ pm25: String, _ pm10: String, _ so2: String, _ no2: String, _ co: String, _ o3: String
  ) -> DailyInput {
    func read(_ text: String) -> Concentration { Concentration(decimal: text.utf8) ?? .missing }
    return DailyInput(
      pm25: read(pm25), pm10: read(pm10), so2: read(so2), no2: read(no2), co: read(co), o3EightHour: read(o3))
  }

  @Test("every daily row of six cities", .enabled(if: SharedData.isPresent, "\(SharedData.absent)"))
  func goldenDays() throws {
    let files = try SharedData.files(in: "golden", prefix: "daily_aqi_")
    #expect(files.count == 6)
    var rows = 0
    for file in files {
      let lines = try SharedData.lines("golden/" + file)
      #expect(lines[0].replacing("\"", with: "") == "日期,AQI,AQI级别,PM2.5,PM10,SO2,CO,NO2,O3_8h,排名")
      for line in lines.dropFirst() {
        let fields = line.replacing("\"", with: "").split(separator: ",", omittingEmptySubsequences: false)
          .map(String.init)
        let aqi = AQI(day(fields[3], fields[4], fields[5], fields[7], fields[6], fields[8]), edition: .hj633In2012)
        #expect(aqi.value == Int(fields[1]), "\(file): \(line)")
        // One row prints no category.
        if !fields[2].isEmpty { #expect(aqi.category?.chinese == fields[2], "\(file): \(line)") }
        #expect(aqi.missing.isEmpty)
        rows += 1
      }
    }
    #expect(rows > 3_000)
  }

  @Test("ties are all listed; none at 50 or below; the exceeding ones only in 2012")
  func primary() throws {
    // PM2.5 75 and PM10 150 are both at 100 in 2012.
    let tied = day("75", "150", "10", "20", "1", "50")
    let of2012 = AQI(tied, edition: .hj633In2012)
    #expect(of2012.value == 100)
    #expect(of2012.primary == [.pm25, .pm10])
    #expect(of2012.exceeding == [])
    let of2026 = AQI(tied, edition: .hj633In2026)
    #expect(of2026.value == 114)
    #expect(of2026.primary == [.pm25])
    #expect(of2026.exceeding == [])
    let clean = AQI(day("35", "50", "10", "20", "1", "50"), edition: .hj633In2012)
    #expect(clean.value == 50)
    #expect(clean.primary == [])
    #expect(clean.category == .excellent)
    let dirty = AQI(day("80", "160", "10", "20", "1", "170"), edition: .hj633In2012)
    #expect(dirty.exceeding == [.pm25, .pm10, .o3])
    #expect(dirty.primary == [.o3])
  }

  @Test("with pollutants missing, 2012 publishes and 2026 says NA up to 100")
  func missing() throws {
    let input = RealtimeInput(pm25: try amount("60"), so2: try amount("10"))
    let of2012 = AQI(input, edition: .hj633In2012)
    #expect(of2012.value == 82)
    #expect(of2012.missing == [.pm10, .no2, .o3, .co])
    #expect(of2012.isLowerBound)
    let of2026 = AQI(input, edition: .hj633In2026)
    #expect(of2026.value == nil)
    #expect(of2026.lowerBound == 100)
    #expect(of2026.primary == [])
    #expect(of2026.category == nil)
    #expect(AQI(RealtimeInput(pm25: try amount("61")), edition: .hj633In2026).value == 101)
    #expect(AQI(RealtimeInput(), edition: .hj633In2012).value == nil)
    #expect(AQI(RealtimeInput(), edition: .hj633In2012).missing == Pollutant.criteria)
  }

  @Test("SO2 above 800 in an hour: the 24 h index in 2012, 200 in 2026")
  func sulphurAboveScale() throws {
    let input = RealtimeInput(so2: try amount("900"), so2Day: try amount("1600"))
    let of2012 = AQI(input, edition: .hj633In2012)
    #expect(of2012.value == 300)
    #expect(of2012.primary == [.so2])
    #expect(AQI(input, edition: .hj633In2026).value == 200)
    #expect(AQI(RealtimeInput(so2: try amount("900")), edition: .hj633In2012).missing.contains(.so2))
    // The 24 h mean stands in for nothing else.
    #expect(AQI(RealtimeInput(so2: try amount("100"), so2Day: try amount("1600")), edition: .hj633In2012).value == 34)
    #expect(AQI(RealtimeInput(so2Day: try amount("1600")), edition: .hj633In2012).value == nil)
  }

  @Test("ozone: 8 h only when asked in real time; above 800 of a day the 1 h maximum is left in 2012")
  func ozone() throws {
    var hour = RealtimeInput(o3: try amount("100"), o3EightHour: try amount("215"))
    #expect(AQI(hour, edition: .hj633In2012).value == 32)
    hour.countsOzoneEightHour = true
    #expect(AQI(hour, edition: .hj633In2012).value == 150)
    let extreme = DailyInput(o3EightHour: try amount("801"), o3Hour: try amount("900"))
    #expect(AQI(extreme, edition: .hj633In2012).value == 350)
    #expect(AQI(extreme, edition: .hj633In2026).value == 350)
    #expect(AQI(DailyInput(o3EightHour: try amount("801")), edition: .hj633In2012).missing.contains(.o3))
    #expect(AQI(DailyInput(o3EightHour: try amount("801")), edition: .hj633In2026).value == 300)
    let both = DailyInput(o3EightHour: try amount("100"), o3Hour: try amount("200"))
    #expect(AQI(both, edition: .hj633In2012).value == 100)
    #expect(AQI(both, edition: .hj633In2012).iaqi(of: .o3) == 100)
  }

  @Test("a heavy day despite gaps, no clean day with gaps")
  func heavy() throws {
    #expect(AQI(DailyInput(pm25: try amount("151")), edition: .hj633In2012).isHeavy == true)
    #expect(AQI(DailyInput(pm25: try amount("150")), edition: .hj633In2012).isHeavy == nil)
    #expect(AQI(day("150", "50", "10", "20", "1", "50"), edition: .hj633In2012).isHeavy == false)
    #expect(AQI(DailyInput(), edition: .hj633In2026).isHeavy == nil)
  }

  @Test(
    "grades at their edges",
    arguments: [
      (0, "优", "#00E400"), (50, "优", "#00E400"), (51, "良", "#FFFF00"), (100, "良", "#FFFF00"), (101, "轻度污染", "#FF7E00"),
      (150, "轻度污染", "#FF7E00"), (151, "中度污染", "#FF0000"), (200, "中度污染", "#FF0000"), (201, "重度污染", "#99004C"),
      (300, "重度污染", "#99004C"), (301, "严重污染", "#7E0023"), (500, "严重污染", "#7E0023"),
    ])
  func categories(_ aqi: Int, _ name: String, _ colour: String) {
    #expect(AQICategory(aqi: aqi).chinese == name)
    #expect(AQICategory(aqi: aqi).colourHex == colour)
  }
}
