import AirQuality
import Testing

@Suite("units, periods and places of readings")
struct MeasurementUnitTests {
  @Test("every unit reads its own spelling, and every pollutant its own unit")
  func spellings() {
    for unit in MeasurementUnit.allCases {
      #expect(MeasurementUnit(spelling: unit.rawValue) == unit, "\(unit.rawValue)")
    }
    for pollutant in Pollutant.allCases {
      #expect(pollutant.unit.conversion(for: pollutant)! == (1, 0))
      #expect(Pollutant(name: pollutant.name) == pollutant)
    }
  }

  @Test("raw values are the store's and never change")
  func rawValues() {
    #expect(Pollutant.windDirection.rawValue == 18 && Pollutant.co2.rawValue == 19)
    #expect(Pollutant.pm25A.rawValue == 26 && Pollutant.usIndex.rawValue == 32)
    #expect(Pollutant.unspecified.rawValue == 39 && Pollutant.allCases.count == 40)
  }

  @Test(
    "spellings of the field",
    arguments: [
      ("µg/m³", MeasurementUnit.microgramsPerCubicMeter), ("UG/M3", .microgramsPerCubicMeter),
      ("μg/m^3", .microgramsPerCubicMeter), ("㎍/㎥", .microgramsPerCubicMeter), ("µg·m⁻³", .microgramsPerCubicMeter),
      ("微克/立方米", .microgramsPerCubicMeter),
      ("mg/Nm3", .milligramsPerCubicMeter), ("Cel", .celsius), ("MILLIBAR", .hectopascals), ("PERCENT", .percent),
      ("t/(km²·30d)", .tonnesPerSquareKilometerMonth), ("t/(km²·month)", .tonnesPerSquareKilometerMonth),
      ("t/km²·月", .tonnesPerSquareKilometerMonth), ("吨/（平方公里·月）", .tonnesPerSquareKilometerMonth),
      ("g/(m²·30 d)", .gramsPerSquareMeterMonth), ("mg/(m²·d)", .milligramsPerSquareMeterDay), ("AQI", .index),
    ])
  func field(_ text: String, _ unit: MeasurementUnit) { #expect(MeasurementUnit(spelling: text) == unit) }

  @Test(
    "conversions",
    arguments: [
      (MeasurementUnit.milligramsPerCubicMeter, Pollutant.nh3, 2.5, 2_500.0),
      (.gramsPerSquareMeterMonth, .dustfall, 9, 9),
      (.milligramsPerSquareMeterDay, .dustfall, 300, 9), (.partsPerBillion, .benzene, 10, 10 * (78.114 / 24.465)),
      (.partsPerBillion, .co2, 420_000, 420), (.partsPerBillionIsobutylene, .voc, 100, 100 * 56.106 / 24.465),
      (.partsPerMillionCarbon, .nmhc, 2, 2 * 12.011 / 24.465 * 1_000),
      (.partsPerMillionToluene, .voc, 1, 92.141 / 24.465 * 1_000),
    ])
  func conversions(_ unit: MeasurementUnit, _ pollutant: Pollutant, _ value: Double, _ result: Double) throws {
    let (factor, offset) = try #require(unit.conversion(for: pollutant))
    #expect(value * factor + offset == result)
  }

  @Test("an index is no concentration")
  func indices() {
    for pollutant in Pollutant.allCases where pollutant.unit != .index {
      #expect(MeasurementUnit.index.conversion(for: pollutant) == nil)
    }
    for unit in [MeasurementUnit.microgramsPerCubicMeter, .milligramsPerCubicMeter, .partsPerBillion] {
      #expect(unit.conversion(for: .usIndexPM25) == nil && unit.conversion(for: .unspecified) == nil)
    }
    #expect(MeasurementUnit.partsPerBillion.conversion(for: .voc) == nil)
    #expect(MeasurementUnit.partsPerBillionToluene.conversion(for: .toluene) == nil)
  }

  @Test("periods longer than 24 days are whole hours")
  func periods() {
    for hours in [Int64(0), 1, 24, 576, 596, 597, 672, 696, 720, 744, 8_784] {
      let period = Reading.period(ofSpan: hours * 3_600_000)
      #expect(period.map { Reading.span(ofPeriod: $0) } == hours * 3_600_000)
    }
    #expect(Reading.period(ofSpan: 2_147_483_647) == 2_147_483_647 && Reading.period(ofSpan: 2_147_483_648) == nil)
    #expect(Reading.period(ofSpan: -1) == nil && Reading.period(ofSpan: .max) == nil)
    let february = CivilOffset.china.start(of: CivilDay(year: 2020, month: 2, day: 1)!)
    let reading = Reading(
      station: 0, pollutant: .dustfall, value: 7.4, begin: february,
      periodMilliseconds: Reading.period(ofSpan: 29 * 86_400_000)!)
    #expect(CivilOffset.china.format(reading.end) == "2020-03-01T00:00:00+08:00")
    #expect(CivilOffset.china.format(reading.midpoint) == "2020-02-15T12:00:00+08:00")
  }

  @Test("positions lie on the globe")
  func positions() throws {
    let position = try #require(Position(latitude: 37.5243211, longitude: -179.9999999))
    #expect(position.latitude == 37.5243211 && position.longitude == -179.9999999 && position.isKnown)
    for (latitude, longitude) in [(90.1, 0.0), (0, 180.1), (.nan, 0), (0, .infinity)] {
      #expect(Position(latitude: latitude, longitude: longitude) == nil)
    }
    #expect(!Position.none.isKnown && MemoryLayout<Position>.stride == 8)
  }
}
