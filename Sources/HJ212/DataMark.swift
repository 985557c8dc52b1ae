package import AirQuality

/// The data flag (数据标记) of a value. Only N is usable in means.
///
/// HJ 212-2017: N normal, F stopped, M maintenance, S set by hand, D fault, C calibration, T over range, B no connection
/// between instrument and logger. HJ/T 212-2005 also P (power failure), and for air stations digits: 0 calibration,
/// 1 weather, 2 abnormal, 3 normal. Either case is met.
package struct DataMark: Sendable, Hashable {
  package var flag: QualityFlag
  package var reasons: ScreeningReasons

  /// The mark for a written flag; nil stands for none.
  package init(_ text: String?) {
    switch text?.uppercased() {
    case nil, "", "N", "1", "3":
      flag = .unknown
      reasons = []
    case "T":
      // The air holds at least this much: no value for a mean, and a floor for people.
      flag = .fail
      reasons = [.instrument, .aboveRange]
    default:
      flag = .fail
      reasons = .instrument
    }
  }
}
