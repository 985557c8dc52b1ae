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
