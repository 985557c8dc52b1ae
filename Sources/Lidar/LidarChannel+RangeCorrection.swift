extension LidarChannel {
  /// The channel as attenuated backscatter or range-corrected signal: raw signals with their background (the mean of the last
  /// tenth) taken off, times the square of the distance; others as they are. Invalid bins are NaN.
  package var rangeCorrected: [Float] {
    var corrected = measured
    for bin in invalidBins where bin < corrected.count { corrected[bin] = .nan }
    return corrected
  }

  /// The same with what invalid bins hold.
  package var measured: [Float] {
    guard kind == .analog || kind == .photonCounting else { return values }
    let tail = values.suffix(max(1, values.count / 10)).filter(\.isFinite)
    let background = tail.isEmpty ? 0 : tail.reduce(0.0) { $0 + Double($1) } / Double(tail.count)
    return values.enumerated().map { bin, value in
      let distance = range(ofBin: bin)
      return Float((Double(value) - background) * distance * distance)
    }
  }
}
