/// All falls of a window's signal that stand out of the noise: those that are the largest within one side's width of the
/// wavelet, both ways, at the middle width.
struct FallSearch {
  private(set) var candidates: [BoundaryLayer.Candidate] = []

  init(_ window: ProfileWindow, _ settings: WaveletLayerSettings) {
    let widths = settings.dilationsMeters.filter { $0.isFinite && $0 > 0 }.sorted()
    guard !widths.isEmpty else { return }
    let transform = HaarTransform(window.signal)
    let half = binCount(
      ofMeters: widths[widths.count / 2] / 2, resolutionMeters: window.resolutionMeters, atLeast: 2,
      bins: transform.count)
    guard transform.count >= 2 * half else { return }
    let falls = (0...transform.count).map { transform.step($0, half)?.fall ?? -.infinity }
    let largest = Self.slidingMaximum(falls, reach: half)
    var last = -1
    for edge in half...(transform.count - half) {
      let height = window.height(ofBin: edge) - window.resolutionMeters / 2
      guard height >= settings.minimumMeters, height <= settings.maximumMeters else { continue }
      // Where several are equal, the lowest is taken.
      guard falls[edge] > 0, falls[edge] == largest[edge], last < 0 || edge - last > half,
        let step = transform.step(edge, half), step.signalToNoise >= settings.minimumSignalToNoise
      else { continue }
      let relative = step.fall / max((abs(step.below) + abs(step.above)) / 2, Double.leastNormalMagnitude)
      guard relative >= settings.minimumRelativeStep, transform.standsOut(step, at: edge, half) else { continue }
      last = edge
      candidates.append(
        BoundaryLayer.Candidate(
          heightMeters: height, relativeStep: relative, signalToNoise: min(step.signalToNoise, 1e6)))
    }
  }

  /// The largest value within `reach` of every place, in one pass.
  static func slidingMaximum(_ values: [Double], reach: Int) -> [Double] {
    // Places whose values fall: the first is the largest of the window.
    var places: [Int] = []
    var head = 0
    var next = 0
    return values.indices.map { place in
      while next < values.count, next <= place + reach {
        while places.count > head, values[places[places.count - 1]] <= values[next] { places.removeLast() }
        places.append(next)
        next += 1
      }
      while places[head] < place - reach { head += 1 }
      return values[places[head]]
    }
  }
}
