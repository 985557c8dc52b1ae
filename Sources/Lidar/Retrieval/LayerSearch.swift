/// Finds the layers of one signal for `LayerDetection`.
struct LayerSearch {
  private(set) var layers: [LayerDetection.Layer] = []
  private let signal: [Float]
  private let first: Double
  private let resolution: Double
  private let settings: LayerDetection.Settings
  /// The signal over that of clean air.
  private let ratio: HaarTransform
  private let values: [Float]
  private let half: Int
  /// The lowest cloud of droplets, by the instrument or by the signal; metres.
  private var cloud: Double?

  init(
    _ signal: [Float], _ first: Double, _ resolution: Double, _ air: (Double) -> Double,
    _ settings: LayerDetection.Settings
  ) {
    self.signal = signal
    self.first = first
    self.resolution = resolution
    self.settings = settings
    values = signal.enumerated().map { bin, value in
      let clean = air(first + Double(bin) * resolution)
      return clean > 0 ? Float(Double(value) / clean) : .nan
    }
    ratio = HaarTransform(values)
    half = binCount(ofMeters: settings.windowMeters, resolutionMeters: resolution, atLeast: 2, bins: signal.count)
  }

  /// Height of the lower edge of a bin.
  private func edgeHeight(_ bin: Int) -> Double { first + (Double(bin) - 0.5) * resolution }

  mutating func run(aboveMeters: Double, cloudBaseMeters: Double?) {
    guard signal.count > 2 * half else { return }
    let seen = CloudBase.lowest(
      in: signal, firstRangeMeters: first, resolutionMeters: resolution, settings: settings.cloud)
    cloud = [seen?.baseMeters, cloudBaseMeters].compactMap { $0 }.min()
    var edge = half
    while edge <= signal.count - half, layers.count < settings.maximumLayers {
      let height = edgeHeight(edge)
      if height > settings.maximumMeters || height > (cloud ?? .infinity) + settings.windowMeters { break }
      guard height >= aboveMeters, let base = base(at: edge) else {
        edge += 1
        continue
      }
      let end = top(above: base.edge, level: base.step.below)
      if let layer = layer(base, end) { layers.append(layer) }
      // A layer that the signal ends in ends the search.
      guard end.isSeen, layers.last?.kind != .cloud || cloud == nil else { break }
      edge = max(end.edge, base.edge + half)
    }
  }

  /// The sharpest rise from here on, when this edge rises enough.
  private func base(at start: Int) -> (edge: Int, step: HaarTransform.Step)? {
    guard let step = rise(start) else { return nil }
    var best = (edge: start, step: step)
    var edge = start + 1
    while edge <= min(best.edge + half, signal.count - half) {
      if let next = rise(edge), next.fall < best.step.fall { best = (edge, next) }
      edge += 1
    }
    return best
  }

  private func rise(_ edge: Int) -> HaarTransform.Step? {
    guard let step = ratio.step(edge, half), -step.signalToNoise >= settings.minimumSignalToNoise,
      step.above > 0, -step.fall >= settings.minimumRelativeRise * abs(step.below)
    else { return nil }
    return step
  }

  /// The edge above which the signal is back near the level below, the sharpest fall around it; or where the signal ends.
  private func top(above base: Int, level: Double) -> (edge: Int, isSeen: Bool) {
    var strongest = ratio.mean(base, min(ratio.count, base + half)) ?? level
    var last = min(base + half, signal.count)
    for edge in (base + 1)...max(base + 1, signal.count - half) {
      guard edge + half <= signal.count, let above = ratio.mean(edge, edge + half) else { continue }
      strongest = max(strongest, above)
      last = edge + half
      guard above <= level + settings.remainingShare * (strongest - level) else { continue }
      // Within one side's width the sharpest fall is the top.
      var best = (edge: edge, fall: ratio.step(edge, half)?.fall ?? 0)
      for near in max(base + 1, edge - half)...min(edge + half, signal.count - half) {
        if let step = ratio.step(near, half), step.fall > best.fall { best = (near, step.fall) }
      }
      return (best.edge, true)
    }
    return (last, false)
  }

  private func layer(
    _ base: (edge: Int, step: HaarTransform.Step), _ end: (edge: Int, isSeen: Bool)
  ) -> LayerDetection.Layer? {
    let (low, high) = (edgeHeight(base.edge), edgeHeight(end.edge))
    guard high - low >= settings.minimumThicknessMeters, let peak = peak(base.edge, end.edge),
      let strength = ratio.mean(max(0, peak - 1), min(ratio.count, peak + 2)),
      let shown = mean(signal, around: peak)
    else { return nil }
    // The toe of the rise reaches into the window just below: the one below that may be cleaner.
    let further = ratio.mean(base.edge - 2 * half, base.edge - half) ?? base.step.below
    let level = max(min(base.step.below, further), base.step.error)
    guard level > 0 else { return nil }
    return LayerDetection.Layer(
      kind: kind(low, high), baseMeters: low, topMeters: high, isTopSeen: end.isSeen,
      peakMeters: first + Double(peak) * resolution, peakSignal: shown, contrast: min(strength / level, 1e6),
      signalToNoise: min(-base.step.signalToNoise, 1e6))
  }

  private func peak(_ start: Int, _ end: Int) -> Int? {
    var best: (value: Double, bin: Int)?
    for bin in start..<max(start, end) {
      guard let value = mean(values, around: bin) else { continue }
      if best.map({ value > $0.value }) ?? true { best = (value, bin) }
    }
    return best?.bin
  }

  private func mean(_ values: [Float], around bin: Int) -> Double? {
    let known = values[max(0, bin - 1)...min(values.count - 1, bin + 1)].filter(\.isFinite)
    return known.isEmpty ? nil : known.reduce(0.0) { $0 + Double($1) } / Double(known.count)
  }

  private func kind(_ base: Double, _ top: Double) -> LayerDetection.Kind {
    if MolecularAtmosphere.state(atMeters: (settings.stationMeters ?? 0) + base).kelvin < 235 { return .cloud }
    guard let cloud else { return .aerosol }
    return cloud - settings.windowMeters < top ? .cloud : .aerosol
  }
}
