import AirQuality
import Feeds
import Testing

@Suite("UK-AIR CSV")
struct UKAirTests {
  @Test("provisional rows, missing values, a comma in the station's name")
  func wide() throws {
    let body = FeedFormat.preset(.ukAir).decode(try Seeds.small(.ukAir), context: .test)
    #expect(
      body.lines == [
        "Bath & West, A4 no2 1.5 2022-02-01T08:00:00+08:00+3600",
        "Bath & West, A4 no2 missing 2022-02-02T07:00:00+08:00+3600",
        "Bath & West, A4 no2 missing 2022-02-02T08:00:00+08:00+3600",
        "Bath & West, A4 no2 2 2022-02-03T07:00:00+08:00+3600",
      ])
  }

  @Test("several blocks, other dates, a bad cell, a bad date")
  func blocks() {
    let body = decode(
      .preset(.ukAir),
      """
      Leeds PM<sub>10</sub> particulate matter (Hourly measured) ugm-3
      Date,01:00,02:00
      31/12/2021,5,x
      32-13-2021,5,6
      York Carbon monoxide (Hourly measured) mg/m-3
      Date,01:00
      2022-01-02,0.3
      York Non-volatile PM10 (Hourly measured) ug/m-3
      Date,01:00
      2022-01-02,0.3
      """)
    #expect(
      body.lines == [
        "Leeds pm10 5 2021-12-31T08:00:00+08:00+3600", "York co 0.3 2022-01-02T08:00:00+08:00+3600",
      ])
    #expect(
      body.errors.map { "\($0.code.rawValue) \($0.path)" } == [
        "value line 3, hour 2", "time line 4, column \"Date\"", "structure line 9",
      ])
  }

  @Test("a line an hour, with status and unit columns")
  func narrow() {
    let body = decode(
      .preset(.ukAir),
      """
      Wrexham
      "All Data GMT hour ending  "
      "Status: R = Ratified / P = Provisional / P* = As supplied"
      Date,time,"PM<sub>10</sub> particulate matter (Hourly measured)",status,unit,"Nitric oxide",status,unit
      01-01-2022,01:00,12.3,P,ugm-3 (TEOM FDMS),,,
      01-01-2022,24:00,No data,,,4,R,ugm-3

      """)
    #expect(
      body.lines == [
        "Wrexham pm10 12.3 2022-01-01T08:00:00+08:00+3600", "Wrexham no missing 2022-01-01T08:00:00+08:00+3600",
        "Wrexham pm10 missing 2022-01-02T07:00:00+08:00+3600", "Wrexham no 4 2022-01-02T07:00:00+08:00+3600",
      ])
    #expect(body.errorCount == 0)
  }

  @Test("CSV of another kind")
  func other() { #expect(decode(.preset(.ukAir), "a,b\n1,2\n").failure?.code == .noRows) }

  @Test("parts of the particles are not their mass")
  func species() {
    let wide = """
      Chilbolton Observatory sulphate in PM<sub>2.5</sub> (Hourly measured) ug/m-3
      Date,01:00
      01-01-2022,1.9
      Leeds PM10 particulate matter (Hourly measured) ugm-3
      Date,01:00
      01-01-2022,5

      """
    let first = decode(.preset(.ukAir), wide)
    #expect(first.lines == ["Leeds pm10 5 2022-01-01T08:00:00+08:00+3600"])
    #expect(first.errors.map(\.path) == ["line 2"])
    let narrow = """
      Harwell
      Date,time,"calcium in PM10",status,unit,"PM10 particulate matter",status,unit
      01-01-2022,01:00,0.07,V,ugm-3,12,V,ugm-3

      """
    #expect(decode(.preset(.ukAir), narrow).lines == ["Harwell pm10 12 2022-01-01T08:00:00+08:00+3600"])
  }

  @Test("sites above their columns; the unit behind the status")
  func sites() {
    let two = """
      ,,"Harwell",,,,"Chilbolton, Observatory",,
      Date,Time,"Nitrogen dioxide",Status,"Ozone",Status,"Nitrogen dioxide",Status
      01-01-2022,01:00,12,V ugm-3,40,V ugm-3 (TEOM FDMS),14,P* ugm-3
      01-01-2022,02:00,13,V,41,,15,P*

      """
    let body = decode(.preset(.ukAir), two)
    #expect(
      body.lines == [
        "Harwell no2 12 2022-01-01T08:00:00+08:00+3600", "Harwell o3 40 2022-01-01T08:00:00+08:00+3600",
        "Chilbolton, Observatory no2 14 2022-01-01T08:00:00+08:00+3600",
      ])
    #expect(
      body.errors.map { "\($0.code.rawValue) \($0.path)" } == [
        "unit line 4, column 4", "unit line 4, column 6", "unit line 4, column 8",
      ])
    let none = decode(.preset(.ukAir), "Harwell\nDate,time,Rain,status,unit\n01-01-2022,01:00,1,V,mm\n")
    #expect(none.failure?.code == .noUsableRow && none.errors.first?.path == "line 2", "\(none.verdict)")
  }

  @Test(
    "titles of other quantities name no pollutant",
    arguments: [
      "Harwell calcium in PM<sub>10</sub> (Hourly measured) ug/m-3", "Harwell gaseous sulphur dioxide ug/m-3",
      "Harwell Non-volatile PM<sub>2.5</sub> (Hourly measured) ug/m-3", "Harwell Volatile PM10 ug/m-3",
    ])
  func otherTitles(_ title: String) {
    let body = decode(.preset(.ukAir), title + "\nDate,01:00,02:00\n01-01-2022,1,2\n")
    #expect(body.lines.isEmpty && body.ignoredValues == 2)
    #expect(body.errors.map { "\($0.code.rawValue) \($0.path)" } == ["structure line 2"])
  }

  @Test("a station whose name ends in the letters of a word is one")
  func inside() {
    let body = decode(.preset(.ukAir), "Dublin PM<sub>10</sub> ug/m-3\nDate,01:00\n01-01-2022,5\n")
    #expect(body.lines == ["Dublin pm10 5 2022-01-01T08:00:00+08:00+3600"])
  }

  private static let selectorBody = """
    Hourly measurement data supplied by UK-air on 17/11/2016
    All Data GMT hour ending
    Status: V=Verified P=Provisionaly Verified N=Not Verified S=Suspect
    ,,"Harwell",,,,"Chilbolton",,
    Date,Time,"Nitric oxide",Status,"calcium in PM<sub>10</sub>",Status,"Nitric oxide",Status
    2016-11-01,01:00:00,0.5,V mgm-3,0.07,V ugm-3,3,P* ugm-3 (TEOM FDMS)
    2016-11-01,24:00:00,No data,N,No data,N,0.5,

    """

  @Test("the data selector's layout: other quantities are counted")
  func selector() {
    let body = decode(.preset(.ukAir), Self.selectorBody)
    #expect(
      body.lines == [
        "Harwell no 500 2016-11-01T08:00:00+08:00+3600", "Chilbolton no 3 2016-11-01T08:00:00+08:00+3600",
        "Harwell no missing 2016-11-02T07:00:00+08:00+3600",
      ])
    #expect(body.ignoredValues == 1 && body.rowCount == 2)
    #expect(body.errors.map { "\($0.code.rawValue) \($0.path)" } == ["unit line 7, column 8"])
  }

  @Test("what the registry sets for one of two sites changes its columns alone")
  func registry() {
    var context = DecodeContext.test
    context.overrides["Chilbolton"] = StationSetting(
      station: "Chilbolton", units: [.init(pollutant: .no, unit: .milligramsPerCubicMeter)], stamp: .begin)
    let body = decode(.preset(.ukAir), Self.selectorBody, context)
    #expect(
      body.lines == [
        "Harwell no 500 2016-11-01T08:00:00+08:00+3600", "Chilbolton no 3000 2016-11-01T09:00:00+08:00+3600",
        "Harwell no missing 2016-11-02T07:00:00+08:00+3600", "Chilbolton no 500 2016-11-02T08:00:00+08:00+3600",
      ])
    #expect(body.errorCount == 0)
  }

  @Test("a second table in one body has its own site")
  func tables() {
    let body = decode(
      .preset(.ukAir),
      """
      ,,"Harwell",,
      Date,time,Ozone,status/unit
      01-01-2022,01:00,40,V ugm-3
      ,,
      ,,"Chilbolton",,
      Date,time,Ozone,status/unit
      01-01-2022,01:00,41,V ugm-3
      ,02:00,42,V ugm-3

      """)
    #expect(
      body.lines == [
        "Harwell o3 40 2022-01-01T08:00:00+08:00+3600", "Chilbolton o3 41 2022-01-01T08:00:00+08:00+3600",
      ])
    #expect(body.errors.map { "\($0.code.rawValue) \($0.path)" } == ["time line 8, column \"Date\""])
  }

  @Test("a column before the first of several names has no station")
  func nameless() {
    let body = decode(
      .preset(.ukAir),
      """
      ,,,,"Leeds",,"York",
      Date,Time,Ozone,Status,Ozone,Status,Ozone,Status
      01-01-2022,01:00,40,V ugm-3,41,V ugm-3,42,V ugm-3

      """)
    #expect(
      body.lines == [
        "Leeds o3 41 2022-01-01T08:00:00+08:00+3600", "York o3 42 2022-01-01T08:00:00+08:00+3600",
      ])
    #expect(body.errors.map { "\($0.code.rawValue) \($0.path)" } == ["station line 3"])
  }
}
