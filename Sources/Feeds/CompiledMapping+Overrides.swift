import AirQuality

/// Stamps and periods as the registry sets them for a station, in the place of what the feed declares.
extension CompiledMapping {
  /// The head of a row by the station's own setting. Rows that tell both ends of their period, and months, stay as they
  /// are: they leave nothing to declare.
  func head(_ head: RowAssembler.RowHead, by setting: StationSetting) -> RowAssembler.RowHead {
    guard setting.stamp != nil || setting.periodMilliseconds != nil, endColumn == nil, !stamp.isMonthly else {
      return head
    }
    let period = setting.stamp == .instant ? 0 : setting.periodMilliseconds ?? head.period
    return (head.station, head.stamp, begin(of: head.stamp, period: period, by: setting), period)
  }

  /// Start of an averaging period that the stamp marks.
  func begin(of stamp: Instant, period: Int32, by setting: StationSetting?) -> Instant {
    guard let own = setting?.stamp else { return self.stamp.begin(of: stamp, period: period) }
    return own == .end ? stamp.adding(milliseconds: -Reading.span(ofPeriod: period)) : stamp
  }
}
