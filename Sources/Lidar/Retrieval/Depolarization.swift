/// Linear depolarisation (退偏振比) of all that scatters (volume) and of the aerosol alone (particle), as Freudenthaler et al.,
/// Tellus B 61, 165 (2009) have it.
///
/// Volume: δ_v = P_cross / (V* · P_parallel), V* being the calibration constant, the gain of the cross channel over that of
/// the parallel one. Particle: δ_p = [(1 + δ_m) δ_v R − (1 + δ_v) δ_m] / [(1 + δ_m) R − (1 + δ_v)], R being total over
/// molecular backscatter. Round particles give about 0, mineral dust 0.2 to 0.35, ice crystals more.
package struct Depolarization: Sendable, Hashable {
  /// Gain of the cross channel over the parallel one, above 0.
  package var calibration = 1.0
  /// Of clean air: 0.0036 with filters so narrow that only the central line passes (Behrendt and Nakamura, Opt. Express 10,
  /// 805 (2002)), 0.014 with wide ones.
  package var molecular = 0.0036
  /// The parallel signal over its noise below which a bin says nothing.
  package var minimumSignalToNoise = 3.0
  /// Total over molecular backscatter below which there is too little aerosol to speak of its own depolarisation.
  package var minimumScatteringRatio = 1.2
  /// Nothing below is given, metres along the beam.
  package var minimumMeters = 100.0

  package init() {}

  /// What came out, one a bin; NaN where nothing can be said.
  package struct Result: Sendable, Hashable {
    package var wavelengthNanometers: Double?
    package var firstRangeMeters: Double
    package var resolutionMeters: Double
    package var volume: [Double]
    /// Nil without backscatter by aerosol.
    package var particle: [Double]?
    /// Whether the instrument gives the volume ratio itself, so that no constant was used here.
    package var isOfInstrument = false
  }

  /// Why nothing came out.
  package enum Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    case noParallel
    case noCross
    case unlikeBins
    case calibration
    case molecular
    case noSignal

    package var description: String {
      switch self {
      case .noParallel: "there is a cross-polarised channel but no parallel one of the same wavelength and detection"
      case .noCross: "no channel is cross-polarised"
      case .unlikeBins: "the parallel and the cross-polarised channel do not have the same bins"
      case .calibration: "the calibration constant lies above 0 and at most 1,000"
      case .molecular: "the depolarisation of clean air lies between 0 and 0.1"
      case .noSignal: "the parallel signal is nowhere above its noise"
      }
    }
  }

  /// Both ratios out of two signals with their background taken off.
  ///
  /// - Parameter scatteringRatio: total over molecular backscatter, one a bin; nil for no particle ratio.
  package func retrieve(
    parallel: [Float], cross: [Float], scatteringRatio: [Double]?, firstRangeMeters: Double, resolutionMeters: Double,
    wavelengthNanometers: Double? = nil
  ) throws(Refusal) -> Result {
    guard calibration > 0, calibration <= 1_000 else { throw .calibration }
    guard parallel.count == cross.count, !parallel.isEmpty else { throw .unlikeBins }
    let noise = HaarTransform(parallel)
    let volume = parallel.indices.map { bin in
      let level = Double(parallel[bin])
      let spread = noise.variance(bin - 10, bin + 11).squareRoot()
      guard firstRangeMeters + Double(bin) * resolutionMeters >= minimumMeters, level > 0,
        level >= minimumSignalToNoise * spread, cross[bin].isFinite
      else { return Double.nan }
      return Double(cross[bin]) / level / calibration
    }
    guard volume.contains(where: \.isFinite) else { throw .noSignal }
    return try finish(
      Result(
        wavelengthNanometers: wavelengthNanometers, firstRangeMeters: firstRangeMeters,
        resolutionMeters: resolutionMeters, volume: volume), scatteringRatio)
  }

  /// The particle's ratio of one bin; nil when there is too little aerosol.
  package func particle(volume: Double, scatteringRatio ratio: Double) -> Double? {
    guard volume.isFinite, ratio.isFinite, ratio >= minimumScatteringRatio else { return nil }
    let denominator = (1 + molecular) * ratio - (1 + volume)
    guard denominator > 0 else { return nil }
    let value = ((1 + molecular) * volume * ratio - (1 + volume) * molecular) / denominator
    return value.isFinite && abs(value) <= 2 ? value : nil
  }

  /// Ratios of a record: the instrument's own volume ratio where it gives one, else out of its polarised channels.
  ///
  /// - Parameter inversion: backscatter by aerosol and molecules, a bin each, of a channel with the same bins; nil for none.
  package func retrieve(_ record: LidarRecord, scatteringRatio: [Double]?) throws(Refusal) -> Result {
    if let own = record.channels.first(where: { $0.kind == .depolarisation }) {
      return try finish(
        Result(
          wavelengthNanometers: own.wavelengthNanometers, firstRangeMeters: own.firstRangeMeters,
          resolutionMeters: own.resolutionMeters, volume: own.values.map { $0.isFinite ? Double($0) : .nan },
          isOfInstrument: true), scatteringRatio)
    }
    guard let cross = record.channels.first(where: { $0.polarisation == .cross }) else { throw .noCross }
    let parallel = record.channels.first {
      $0.polarisation == .parallel && $0.kind == cross.kind && $0.wavelengthNanometers == cross.wavelengthNanometers
    }
    guard let parallel else { throw .noParallel }
    guard parallel.resolutionMeters == cross.resolutionMeters, parallel.firstRangeMeters == cross.firstRangeMeters
    else {
      throw .unlikeBins
    }
    return try retrieve(
      parallel: parallel.rangeCorrected, cross: cross.rangeCorrected, scatteringRatio: scatteringRatio,
      firstRangeMeters: parallel.firstRangeMeters, resolutionMeters: parallel.resolutionMeters,
      wavelengthNanometers: parallel.wavelengthNanometers)
  }

  /// The channel whose depolarisation a record tells: the instrument's own ratio, else the cross-polarised one; nil for none.
  package static func line(of record: LidarRecord) -> LidarChannel? {
    record.channels.first { $0.kind == .depolarisation } ?? record.channels.first { $0.polarisation == .cross }
  }

  private func finish(_ result: Result, _ scatteringRatio: [Double]?) throws(Refusal) -> Result {
    guard molecular >= 0, molecular <= 0.1 else { throw .molecular }
    var result = result
    if let scatteringRatio, scatteringRatio.count == result.volume.count {
      result.particle = zip(result.volume, scatteringRatio).map { particle(volume: $0, scatteringRatio: $1) ?? .nan }
    }
    return result
  }
}
