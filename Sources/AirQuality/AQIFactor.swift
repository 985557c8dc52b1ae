/// A pollutant with the averaging period under which HJ 633 grades it (分指数项目): one row of the node table.
public enum AQIFactor: String, CaseIterable, Sendable, Hashable {
  case so2Day = "so2_24h"
  case so2Hour = "so2_1h"
  case no2Day = "no2_24h"
  case no2Hour = "no2_1h"
  case pm10Day = "pm10_24h"
  case coDay = "co_24h"
  case coHour = "co_1h"
  case o3Hour = "o3_1h"
  case o3EightHour = "o3_8h"
  case pm25Day = "pm25_24h"

  /// One of the six of the AQI; both ozone factors are `o3`.
  public var pollutant: Pollutant {
    switch self {
    case .so2Day, .so2Hour: .so2
    case .no2Day, .no2Hour: .no2
    case .pm10Day: .pm10
    case .coDay, .coHour: .co
    case .o3Hour, .o3EightHour: .o3
    case .pm25Day: .pm25
    }
  }

  /// Decimals to which the standard states the concentration: 1 for CO (mg/m³), 0 for the rest (µg/m³).
  public var decimals: Int { pollutant == .co ? 1 : 0 }

  /// The IAQI at each node; a shorter row of `nodes` ends earlier.
  public static let indices: [Int] = [0, 50, 100, 150, 200, 300, 400, 500]

  /// The concentrations of the nodes in whole units of the pollutant (HJ 633, table 1).
  ///
  /// Eight nodes up to IAQI 500; SO2 1 h ends at 200 and O3 8 h at 300. The editions differ in the third node of
  /// PM2.5 and PM10 only.
  public func nodes(_ edition: AQIEdition) -> [Int] {
    switch self {
    case .so2Day: [0, 50, 150, 475, 800, 1_600, 2_100, 2_620]
    case .so2Hour: [0, 150, 500, 650, 800]
    case .no2Day: [0, 40, 80, 180, 280, 565, 750, 940]
    case .no2Hour: [0, 100, 200, 700, 1_200, 2_340, 3_090, 3_840]
    case .pm10Day: [0, 50, edition == .hj633In2012 ? 150 : 120, 250, 350, 420, 500, 600]
    case .coDay: [0, 2, 4, 14, 24, 36, 48, 60]
    case .coHour: [0, 5, 10, 35, 60, 90, 120, 150]
    case .o3Hour: [0, 160, 200, 300, 400, 800, 1_000, 1_200]
    case .o3EightHour: [0, 100, 160, 215, 265, 800]
    case .pm25Day: [0, 35, edition == .hj633In2012 ? 75 : 60, 115, 150, 250, 350, 500]
    }
  }
}

extension AQIEdition {
  /// The individual index (空气质量分指数, IAQI) of one concentration, 0 to 500.
  ///
  /// Exact: the interpolated rational number is rounded up, so that a concentration at a node gives the node's index.
  /// The 2026 edition first rounds the concentration to the standard's decimals (GB/T 8170); the 2012 edition takes
  /// it as it is given. Above the scale the index is held at 500. An amount below zero, which is noise of the instrument once
  /// screening let it pass, counts as zero.
  ///
  /// Nil when the concentration is missing, and, in the 2012 edition, for SO2 1 h and O3 8 h above 800, which have no
  /// index there (the 24 h and the 1 h index stand in); the 2026 edition holds these at 200 and 300.
  public func iaqi(_ factor: AQIFactor, _ concentration: Concentration) -> Int? {
    if concentration.isMissing { return nil }
    let graded = self == .hj633In2026 ? concentration.rounded(toDecimals: factor.decimals) : concentration
    let amount = max(0, Int64(graded.thousandths))
    let nodes = factor.nodes(self)
    for index in 1..<nodes.count where amount <= Int64(nodes[index]) * 1_000 {
      let lower = Int64(nodes[index - 1]) * 1_000
      let span = Int64(nodes[index]) * 1_000 - lower
      let rise = Int64(AQIFactor.indices[index] - AQIFactor.indices[index - 1])
      return AQIFactor.indices[index - 1] + Int((rise * (amount - lower) + span - 1) / span)
    }
    if nodes.count == AQIFactor.indices.count { return 500 }
    return self == .hj633In2012 ? nil : AQIFactor.indices[nodes.count - 1]
  }
}
