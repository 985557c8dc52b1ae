import AirQuality

/// What an observation says of each kind of watch: true speaks for it, false against it, nil says nothing.
extension LidarWatch {
  // MARK: Elevated layer

  func elevatedLayer(
    _ observation: LidarObservation, _ settings: LidarWatchSettings
  ) -> (verdict: Bool?, evidence: Evidence) {
    let found = observation.layers.first {
      $0.contrast >= settings.layerContrast && $0.baseMeters <= settings.layerMaximumMeters
    }
    guard let found else {
      // A low cloud hides what is above it.
      if let cloud = observation.cloudBaseMeters, cloud < settings.layerMaximumMeters { return (nil, []) }
      return (false, [])
    }
    var evidence: Evidence = [
      .init("base_m", .number(found.baseMeters)), .init("top_m", .number(found.topMeters)),
      .init("contrast", .number(found.contrast)),
    ]
    guard let top = observation.boundaryLayerMeters ?? heights.last?.meters else { return (nil, evidence) }
    evidence.append(.init("boundary_layer_m", .number(top)))
    let distance = found.baseMeters - top
    if distance <= settings.layerDistanceMeters { return (true, evidence) }
    let highest = bases.map(\.meters).max() ?? found.baseMeters
    let descent = highest - found.baseMeters
    evidence.append(.init("descent_m", .number(descent)))
    return (
      descent >= settings.layerDescentMeters && distance <= 3 * settings.layerDistanceMeters, evidence
    )
  }

  // MARK: Falling boundary layer

  func fallingLayer(
    _ observation: LidarObservation, hour: Int32, _ surface: Surface, _ settings: LidarWatchSettings
  ) -> (verdict: Bool?, evidence: Evidence) {
    guard let now = observation.boundaryLayerMeters, let highest = heights.map(\.meters).max(), highest > 0 else {
      return (nil, [])
    }
    var evidence: Evidence = [
      .init("boundary_layer_m", .number(now)), .init("highest_m", .number(highest)),
      .init("hours", .number(Double(Self.heightMilliseconds / 3_600_000))),
    ]
    let lost = (highest - now) / highest
    let usual = usualHeight(hour)
    if let usual { evidence.append(.init("usual_m", .number(usual))) }
    let isBelowUsual = usual.map { now < settings.usualShare * $0 } ?? (lost >= settings.fallShareAlone)
    let falls = lost >= settings.fallShare && highest - now >= 200 && isBelowUsual
    let rise = Self.rise(surface, settings)
    evidence += rise.evidence
    guard let rises = rise.verdict else { return (falls ? nil : false, evidence) }
    return (falls && rises, evidence)
  }

  /// Whether the surface rises; nil when neither of the two is known.
  private static func rise(
    _ surface: Surface, _ settings: LidarWatchSettings
  ) -> (verdict: Bool?, evidence: Evidence) {
    var verdict: Bool?
    var evidence: Evidence = []
    for (name, now, before, least) in [
      ("pm25", surface.pm25, surface.pm25Before, Int32(15_000)), ("pm10", surface.pm10, surface.pm10Before, 30_000),
    ] where !now.isMissing && !before.isMissing {
      evidence += [.init(name, .number(now.value)), .init("\(name)_before", .number(before.value))]
      let change = Int64(now.thousandths) - Int64(before.thousandths)
      let rises = change >= Int64(least) && Double(change) >= settings.riseShare * Double(before.thousandths)
      verdict = (verdict ?? false) || rises
    }
    return (verdict, evidence)
  }

  /// The mean of this hour of the day over the days before; nil while fewer than three are known.
  private func usualHeight(_ hour: Int32) -> Double? {
    let same = hours.filter { $0.hour < hour - 12 && ($0.hour - hour).isMultiple(of: 24) }
    guard same.count >= 3 else { return nil }
    return same.reduce(0) { $0 + $1.sum / Double($1.count) } / Double(same.count)
  }

  mutating func remember(_ observation: LidarObservation, hour: Int32) {
    let at = observation.at.milliseconds
    heights.removeAll { at - $0.at > Self.heightMilliseconds }
    bases.removeAll { at - $0.at > Self.baseMilliseconds }
    if let base = observation.layers.first?.baseMeters, at - (bases.last?.at ?? .min / 2) >= Self.spacingMilliseconds {
      bases.append(Height(at: at, meters: base))
    }
    guard let height = observation.boundaryLayerMeters else { return }
    if at - (heights.last?.at ?? .min / 2) >= Self.spacingMilliseconds {
      heights.append(Height(at: at, meters: height))
    }
    if let last = hours.last, last.hour == hour {
      hours[hours.count - 1].sum += height
      hours[hours.count - 1].count += 1
    } else if hours.last.map({ $0.hour < hour }) ?? true {
      hours.append(HourMean(hour: hour, sum: height, count: 1))
      if hours.count > Self.keptHours { hours.removeFirst() }
    }
  }

  // MARK: Plume sector

  func plume(
    _ place: Int, _ azimuth: Double, _ edge: LidarWatchSettings.Edge, _ surface: Surface,
    _ settings: LidarWatchSettings
  ) -> (verdict: Bool?, evidence: Evidence) {
    // From half a kilometre on this side of the edge to two kilometres beyond it.
    let first = max(0, Int((edge.rangeMeters - 500) / LidarObservation.binMeters))
    let last = min(LidarObservation.maximumBins, Int((edge.rangeMeters + 2_000) / LidarObservation.binMeters))
    guard first < last else { return (nil, []) }
    func mean(_ bins: [Float]) -> Double? {
      let used = bins[min(first, bins.count)..<min(last, bins.count)].filter(\.isFinite)
      return used.count * 2 >= last - first ? Double(used.reduce(0, +)) / Double(used.count) : nil
    }
    let others = sectors.filter { $0.key != place }.compactMap { mean($0.value.bins) }.sorted()
    guard let own = sectors[place].flatMap({ mean($0.bins) }), others.count >= Self.leastSectors else {
      return (nil, [])
    }
    let median = others[others.count / 2]
    guard median > 0 else { return (nil, []) }
    let ratio = own / median
    var evidence: Evidence = [
      .init("azimuth_deg", .number(azimuth)), .init("range_m", .number(edge.rangeMeters)),
      .init("ratio", .number(ratio)), .init("sectors", .number(Double(others.count))),
      .init("beyond", .text(edge.beyond)),
    ]
    guard ratio >= settings.plumeRatio else { return (false, evidence) }
    guard let wind = surface.windFromDegrees else { return (true, evidence) }
    evidence.append(.init("wind_from_deg", .number(wind)))
    let turn = abs((wind - azimuth).truncatingRemainder(dividingBy: 360))
    return (min(turn, 360 - turn) <= 60, evidence)
  }
}
