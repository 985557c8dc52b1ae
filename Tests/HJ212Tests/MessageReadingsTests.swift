import AirQuality
import HJ212
import Testing

@Suite("readings of messages")
struct MessageReadingsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var segment: String
    var lines: [String]
    var issues: [String] = []
    var ignored = 0
    var settings = DeviceSettings()
    var testDescription: String { name }
  }

  static func message(_ command: Int, _ content: String, system: Int = 22) -> String {
    "ST=\(system);CN=\(command);MN=A;CP=&&\(content)&&"
  }

  static let cases: [Case] = [
    Case(
      name: "2011: the moment of sampling",
      segment: message(2011, "DataTime=20200814151600;a34004-Rtd=207,a34004-Flag=N;a21005-Rtd=0.36;a01006-Rtd=101.02"),
      lines: [
        "pm25 207.0 2020-08-14T15:16:00+0 2", "co 0.36 2020-08-14T15:16:00+0 2",
        "pressure 1010.2 2020-08-14T15:16:00+0 2",
      ]),
    Case(
      name: "2051: DataTime is the start of the minute",
      segment: message(2051, "DataTime=20220513162600;a05024-Avg=63,a05024-Min=1,a05024-Max=90,a05024-Flag=N"),
      lines: ["o3 63.0 2022-05-13T16:26:00+60 2"]),
    Case(
      name: "2061: DataTime is the start of the hour",
      segment: message(2061, "DataTime=20220513160000;a21026-Avg=6"), lines: ["so2 6.0 2022-05-13T16:00:00+3600 2"]),
    Case(
      name: "2031: DataTime is the start of the day", segment: message(2031, "DataTime=20220513000000;a21004-Avg=4"),
      lines: ["no2 4.0 2022-05-13T00:00:00+86400 2"]),
    Case(
      name: "a device that stamps the end, in periods of ten minutes",
      segment: message(2051, "DataTime=20220513163000;a34002-Avg=4"), lines: ["pm10 4.0 2022-05-13T16:20:00+600 2"],
      settings: DeviceSettings(stampsEnd: true, minutes: 10)),
    Case(
      name: "volatile organics: mg/m³ from their monitors and from stacks, hydrocarbons everywhere",
      segment: message(2061, "DataTime=20220513160000;a24088-Avg=1.52;a25002-Avg=0.004;a21028-Avg=0.01", system: 27),
      lines: [
        "nmhc 1520.0 2022-05-13T16:00:00+3600 2", "benzene 4.0 2022-05-13T16:00:00+3600 2",
        "h2s 10.0 2022-05-13T16:00:00+3600 2",
      ]),
    Case(
      name: "volatile organics of an ambient station",
      segment: message(2061, "DataTime=20220513160000;a24088-Avg=0.5;a25003-Avg=4;a25005-Avg=5"),
      lines: [
        "nmhc 500.0 2022-05-13T16:00:00+3600 2", "toluene 4.0 2022-05-13T16:00:00+3600 2",
        "xylene 5.0 2022-05-13T16:00:00+3600 2",
      ]),
    Case(
      name: "17 digits, and hour 24",
      segment: message(2011, "DataTime=20160824003817123;a34004-Rtd=1;DataTime=20160824240000;a34004-Rtd=2"),
      lines: ["pm25 1.0 2016-08-24T00:38:17+0 2", "pm25 2.0 2016-08-25T00:00:00+0 2"]),
    Case(
      name: "only N is usable; T is at least",
      segment: message(
        2011,
        "DataTime=20200101000000;a34004-Rtd=1,a34004-Flag=N;a34002-Rtd=2,a34002-Flag=M;a21026-Rtd=3,a21026-Flag=T;"
          + "a21004-Rtd=4,a21004-Flag=d;a05024-Rtd=5,a05024-Flag=3;a21005-Rtd=6,a21005-Flag=2;a34001-Rtd=7,a34001-Flag=?"
      ),
      lines: [
        "pm25 1.0 2020-01-01T00:00:00+0 2", "pm10 2.0 2020-01-01T00:00:00+0 4 instrument",
        "so2 3.0 2020-01-01T00:00:00+0 4 above_range,instrument", "no2 4.0 2020-01-01T00:00:00+0 4 instrument",
        "o3 5.0 2020-01-01T00:00:00+0 2", "co 6.0 2020-01-01T00:00:00+0 4 instrument",
        "tsp 7.0 2020-01-01T00:00:00+0 4 instrument",
      ]),
    Case(
      name: "missing values are readings too, whatever their flag",
      segment: message(2011, "DataTime=20200101000000;a34004-Rtd=,a34004-Flag=B;a34002-Rtd=--;a21026-Rtd=NaN"),
      lines: [
        "pm25 missing 2020-01-01T00:00:00+0 9 missing", "pm10 missing 2020-01-01T00:00:00+0 9 missing",
        "so2 missing 2020-01-01T00:00:00+0 9 missing",
      ]),
    Case(
      name: "units of the device",
      segment: message(2051, "DataTime=20110513092300;a34004-Avg=0.0968;a21005-Avg=855;a34002-Avg=75600"),
      lines: [
        "pm25 96.8 2011-05-13T09:23:00+60 2", "co 0.855 2011-05-13T09:23:00+60 2",
        "pm10 75.6 2011-05-13T09:23:00+60 2",
      ],
      settings: DeviceSettings(
        units: [.pm25: .milligramsPerCubicMeter, .co: .microgramsPerCubicMeter, .pm10: .nanogramsPerCubicMeter])),
    Case(
      name: "a stack sends mg/m3", segment: message(2011, "DataTime=20200101000000;a21001-Rtd=2.5", system: 31),
      lines: ["nh3 2500.0 2020-01-01T00:00:00+0 2"]),
    Case(
      name: "water is no air",
      segment: message(2011, "DataTime=20200101000000;a21001-Rtd=2.5;w01001-Rtd=7", system: 21),
      lines: [], ignored: 2),
    Case(
      name: "formulas for codes, codes of nobody",
      segment: message(2011, "DataTime=20200101000000;O3-Rtd=63.4;pm2.5-Rtd=3;A34002-Rtd=4;LA-Rtd=50;l01001-Rtd=119.9"),
      lines: [
        "o3 63.4 2020-01-01T00:00:00+0 2", "pm25 3.0 2020-01-01T00:00:00+0 2", "pm10 4.0 2020-01-01T00:00:00+0 2",
      ], ignored: 2),
    Case(
      name: "the other attribute when only that is sent, SampleTime of a factor",
      segment: message(2011, "DataTime=20200101000000;a34004-Avg=1;a34002-Rtd=2,a34002-SampleTime=20200101000500"),
      lines: ["pm25 1.0 2020-01-01T00:00:00+0 2", "pm10 2.0 2020-01-01T00:05:00+0 2"]),
    Case(
      name: "bad values leave the good ones",
      segment: message(
        2051,
        "DataTime=20200101000000;a34004-Avg=1e999;a34002-Avg=0x1F;a21026-Avg=5;a21005-Avg=1,a21005-Avg=2;x"
      ),
      lines: ["so2 5.0 2020-01-01T00:00:00+60 2"], issues: ["CP", "a34004-Avg", "a34002-Avg", "a21005-Avg"]),
    Case(
      name: "a flag without a value, extremes without a mean",
      segment: message(2051, "DataTime=20200101000000;a34004-Flag=B;a34002-Min=1,a34002-Max=3"),
      lines: ["pm25 missing 2020-01-01T00:00:00+60 9 missing"], ignored: 1),
    Case(
      name: "no stamp", segment: message(2051, "a34004-Avg=1"), lines: [], issues: ["DataTime"]),
    Case(
      name: "stamps of no moment", segment: message(2051, "DataTime=20200230000000;a34004-Avg=1"), lines: [],
      issues: ["DataTime"]),
    Case(name: "nothing", segment: message(2051, ""), lines: [], issues: ["DataTime"]),
  ]

  @Test("tables", arguments: cases)
  func tables(_ row: Case) throws {
    let result = try read(row.segment, row.settings)
    #expect(lines(result.readings) == row.lines)
    #expect(result.issues.map(\.place) == row.issues)
    #expect(result.ignoredFactors == row.ignored)
    #expect(result.station == "A")
    for issue in result.issues { #expect(!issue.message.isEmpty && issue.message.utf8.count < 250) }
  }

  @Test(
    "recorded frames give readings or none, and no errors",
    .enabled(if: RecordedFrames.arePresent, "no recorded frames"))
  func recorded() throws {
    var counts: [Int] = []
    for row in RecordedFrames.rows where row.verdict == "valid" {
      let result = try read(row.segment)
      counts.append(result.readings.count)
      #expect(result.issues.isEmpty, "\(row): \(result.issues)")
    }
    #expect(counts == [7, 8, 8, 6, 11, 0, 0, 6, 0, 0, 0, 5, 0, 0, 0, 0])
    let six = try read(RecordedFrames.rows[4].segment)
    #expect(lines(six.readings).contains("co 0.427 2022-05-13T16:26:00+60 2"))
    #expect(lines(six.readings).contains("pm25 14.0 2022-05-13T16:26:00+60 2"))
  }

  @Test("every pollutant's code leads back to it")
  func codes() {
    for pollutant in Pollutant.allCases {
      guard let code = FactorCode.code(of: pollutant) else { continue }
      #expect(FactorCode.pollutant(code) == pollutant)
    }
    #expect(FactorCode.code(of: .o3) == "a05024" && FactorCode.code(of: .dustfall) == nil)
  }
}
