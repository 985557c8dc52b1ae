public import AirQuality

/// What a row of the target table holds a unit to (指标).
public enum Indicator: String, CaseIterable, Sendable, Hashable {
  case pm10AnnualMean = "pm10_annual_mean"
  case so2AnnualMean = "so2_annual_mean"
  case pm25AnnualMean = "pm25_annual_mean"
  case no2AnnualMean = "no2_annual_mean"
  /// Days with an AQI above 200 (重污染天数).
  case heavyDays = "heavy_days"
  /// Days with an AQI of at most 100 (优良天数).
  case goodDays = "good_days"
  /// Highest hourly SO2 of the heating season (采暖期二氧化硫小时浓度).
  case so2HeatingSeasonHourMaximum = "so2_heating_season_hour_max"
  /// Mean of the months' dustfall (降尘量).
  case dustfall = "dustfall"
  /// To leave the province's ten worst counties (退出全省后十).
  case leaveWorstTen = "leave_worst_ten"
  /// Cut of total emissions (主要污染物总量减排).
  case totalEmissionCut = "total_emission_cut"

  /// The pollutant of an annual mean, nil for other indicators.
  public var annualMeanOf: Pollutant? {
    switch self {
    case .pm10AnnualMean: .pm10
    case .so2AnnualMean: .so2
    case .pm25AnnualMean: .pm25
    case .no2AnnualMean: .no2
    default: nil
    }
  }

  /// Whether its values come by file and not by feeds.
  public var isReported: Bool { self == .dustfall || self == .totalEmissionCut }

  /// Whether days of confirmed sand-dust can leave its figures (扣除沙尘): means of PM10 and PM2.5, counts of days.
  public var isDeductible: Bool {
    switch self {
    case .pm10AnnualMean, .pm25AnnualMean, .heavyDays, .goodDays: true
    default: false
    }
  }

  /// How its value is held to the target unless the row says otherwise.
  public var comparison: TargetComparison {
    switch self {
    case .dustfall: .below
    case .goodDays, .totalEmissionCut: .atLeast
    default: .atMost
    }
  }

  /// Decimals to which an annual mean is rounded before it is compared: 0, from 2026 on 1 (HJ 663-2013, HJ 663-2026).
  public static func decimals(year: Int) -> Int { year < 2026 ? 0 : 1 }

  /// Decimals to which the indicator's value is rounded before it is compared (GB/T 8170): of annual means by the year,
  /// dustfall and emission cuts one, counts none.
  public func decimals(year: Int) -> Int {
    if annualMeanOf != nil { return Self.decimals(year: year) }
    return isReported ? 1 : 0
  }
}
