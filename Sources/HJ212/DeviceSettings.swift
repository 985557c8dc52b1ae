package import AirQuality

/// How one device's frames are read.
package struct DeviceSettings: Sendable, Hashable {
  /// The station of its readings; nil for the device's own identity (MN).
  package var station: String?
  /// Units of its values where they are not the usual ones.
  ///
  /// HJ 212-2017 names mg/m³ for gases and ng/m³ for particles; what ambient stations send is µg/m³, and mg/m³ for CO.
  /// That is the default; stacks (ST 31) and monitors of volatile organics (ST 27) send mg/m³. The weather is in °C, %, kPa, m/s and degrees (appendix B).
  package var units: [Pollutant: MeasurementUnit]
  /// Its DataTime names the end of the period; the standard's is the start.
  package var stampsEnd: Bool
  /// The period of its minute data (CN 2051), minutes.
  package var minutes: Int

  /// The values of MinInterval that HJ 212-2017 allows.
  package static let minuteIntervals = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30]

  package init(
    station: String? = nil, units: [Pollutant: MeasurementUnit] = [:], stampsEnd: Bool = false, minutes: Int = 1
  ) {
    self.station = station
    self.units = units
    self.stampsEnd = stampsEnd
    self.minutes = minutes
  }

  /// With what the registry sets for the device's station, which holds before what the feed says: units, whether stamps
  /// name the end, and a period of minute data that the standard knows.
  package func applying(_ setting: StationSetting?) -> DeviceSettings {
    guard let setting else { return self }
    var result = self
    for override in setting.units { result.units[override.pollutant] = override.unit }
    switch setting.stamp {
    case .begin: result.stampsEnd = false
    case .end: result.stampsEnd = true
    case .instant, nil: break
    }
    if let period = setting.periodMilliseconds.map(Int.init), period.isMultiple(of: 60_000),
      Self.minuteIntervals.contains(period / 60_000)
    {
      result.minutes = period / 60_000
    }
    return result
  }

  func unit(of pollutant: Pollutant, system: Int?) -> MeasurementUnit {
    if let own = units[pollutant] { return own }
    switch pollutant {
    case .pressure: return .kilopascals
    case .temperature, .humidity, .windSpeed, .windDirection, .dustfall, .co: return pollutant.unit
    // Non-methane hydrocarbons are measured in mg/m³ everywhere.
    case .nmhc: return .milligramsPerCubicMeter
    default: return FactorCode.isInMilligrams(system: system) ? .milligramsPerCubicMeter : pollutant.unit
    }
  }
}
