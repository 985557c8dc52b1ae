/// What a reading measures (污染物 or an accompanying quantity).
///
/// Raw values are stable: they are written to the journal and the store. New cases are appended, none is renumbered.
/// The first six are the criteria pollutants (六项基本项目) of GB 3095 that make the AQI; they alone have rings.
@frozen
public enum Pollutant: UInt8, CaseIterable, Sendable, Hashable, BitwiseCopyable {
  case pm25 = 0
  case pm10
  case so2
  case no2
  case o3
  case co
  /// Running 8 h ozone mean as a feed publishes it.
  case o3EightHour
  case pm1
  case tsp
  case no
  case nox
  case nh3
  case voc
  /// Dustfall (降尘), t/(km²·30 d).
  case dustfall
  case temperature
  case humidity
  case pressure
  case windSpeed
  case windDirection
  /// Carbon dioxide, ppm.
  case co2
  /// Hydrogen sulphide (硫化氢).
  case h2s
  /// Non-methane hydrocarbons (非甲烷总烃), as carbon.
  case nmhc
  case benzene
  case toluene
  case xylene
  case blackCarbon
  /// Channel A of an instrument with two channels; `pm25` is what the instrument itself makes of both.
  case pm25A
  case pm25B
  case pm10A
  case pm10B
  case pm1A
  case pm1B
  /// The air quality index of the US EPA, of all pollutants and of each: an index, never a concentration, and not the
  /// AQI of HJ 633.
  case usIndex
  case usIndexPM25
  case usIndexPM10
  case usIndexSO2
  case usIndexNO2
  case usIndexO3
  case usIndexCO
  /// A value of which the feed says neither what it measures nor in which unit.
  case unspecified

  /// The six that make the AQI, in storage order; `rawValue` is the lane within a station.
  public static let criteria: [Pollutant] = [.pm25, .pm10, .so2, .no2, .o3, .co]

  /// How many lanes a station has in the rings.
  public static let criteriaCount = 6

  /// Whether the pollutant is one of the six of the AQI.
  @inlinable public var isCriteria: Bool { rawValue < 6 }

  /// The name in configuration, NDJSON, the API and metric labels.
  public var name: String {
    switch self {
    case .pm25: "pm25"
    case .pm10: "pm10"
    case .so2: "so2"
    case .no2: "no2"
    case .o3: "o3"
    case .co: "co"
    case .o3EightHour: "o3_8h"
    case .pm1: "pm1"
    case .tsp: "tsp"
    case .no: "no"
    case .nox: "nox"
    case .nh3: "nh3"
    case .voc: "voc"
    case .dustfall: "dustfall"
    case .temperature: "temperature"
    case .humidity: "humidity"
    case .pressure: "pressure"
    case .windSpeed: "wind_speed"
    case .windDirection: "wind_direction"
    case .co2: "co2"
    case .h2s: "h2s"
    case .nmhc: "nmhc"
    case .benzene: "benzene"
    case .toluene: "toluene"
    case .xylene: "xylene"
    case .blackCarbon: "bc"
    case .pm25A: "pm25_a"
    case .pm25B: "pm25_b"
    case .pm10A: "pm10_a"
    case .pm10B: "pm10_b"
    case .pm1A: "pm1_a"
    case .pm1B: "pm1_b"
    case .usIndex: "us_aqi"
    case .usIndexPM25: "us_aqi_pm25"
    case .usIndexPM10: "us_aqi_pm10"
    case .usIndexSO2: "us_aqi_so2"
    case .usIndexNO2: "us_aqi_no2"
    case .usIndexO3: "us_aqi_o3"
    case .usIndexCO: "us_aqi_co"
    case .unspecified: "unspecified"
    }
  }

  /// The pollutant of that name, nil when there is none.
  public init?(name: String) {
    guard let found = Pollutant.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// The unit in which Lantian keeps and shows the pollutant.
  public var unit: MeasurementUnit {
    switch self {
    case .co: .milligramsPerCubicMeter
    case .voc: .microgramsPerCubicMeter
    case .dustfall: .tonnesPerSquareKilometerMonth
    case .temperature: .celsius
    case .humidity: .percent
    case .pressure: .hectopascals
    case .windSpeed: .metersPerSecond
    case .windDirection: .degrees
    case .co2: .partsPerMillion
    case .usIndex, .usIndexPM25, .usIndexPM10, .usIndexSO2, .usIndexNO2, .usIndexO3, .usIndexCO: .index
    case .unspecified: .unspecified
    default: .microgramsPerCubicMeter
    }
  }

  /// The formula as printed for people: `PM2.5`, `SO2`.
  public var label: String {
    switch self {
    case .pm25: "PM2.5"
    case .pm10: "PM10"
    case .so2: "SO2"
    case .no2: "NO2"
    case .o3: "O3"
    case .co: "CO"
    case .o3EightHour: "O3-8h"
    default: name
    }
  }
}
