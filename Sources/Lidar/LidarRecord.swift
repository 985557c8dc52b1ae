package import AirQuality

/// One quantity of a profile at evenly spaced distances.
package struct LidarChannel: Sendable, Hashable {
  /// What the numbers are.
  package enum Kind: String, Sendable, Hashable {
    /// Attenuated backscatter, calibrated by the instrument or the network.
    case attenuatedBackscatter = "attenuated_backscatter"
    /// Range-corrected signal in the instrument's own unit.
    case rangeCorrected = "range_corrected"
    /// Signal as measured, not range-corrected: analog detection, or photons counted.
    case analog
    case photonCounting = "photon_counting"
    /// Linear volume depolarisation ratio.
    case depolarisation
    /// Cross-polarised part of the attenuated backscatter.
    case crossPolarised = "cross_polarised"
  }

  /// Which part of the light it takes, against that of the laser.
  package enum Polarisation: String, Sendable, Hashable {
    /// All of it, or the file does not say.
    case total
    case parallel
    case cross
  }

  /// As the file calls it.
  package var name: String
  package var kind: Kind
  /// Nanometres; nil when the file does not say.
  package var wavelengthNanometers: Double?
  /// `1/(m sr)`, `mV`, `MHz`, `1`, or the instrument's own.
  package var unit: String
  /// Distance of the first bin's centre and between bins, metres along the beam.
  package var firstRangeMeters: Double
  package var resolutionMeters: Double
  /// Nearest first; NaN where there is none.
  package var values: [Float]
  package var polarisation: Polarisation
  /// Bins that the file itself calls invalid, ascending: their values are shown, and nothing is made of them.
  package var invalidBins: [Int] = []

  package init(
    name: String, kind: Kind, wavelengthNanometers: Double?, unit: String, firstRangeMeters: Double,
    resolutionMeters: Double, values: [Float], polarisation: Polarisation = .total
  ) {
    self.name = name
    self.kind = kind
    self.wavelengthNanometers = wavelengthNanometers
    self.unit = unit
    self.firstRangeMeters = firstRangeMeters
    self.resolutionMeters = resolutionMeters
    self.values = values
    self.polarisation = polarisation
  }

  /// Distance of a bin's centre, metres along the beam.
  package func range(ofBin bin: Int) -> Double { firstRangeMeters + Double(bin) * resolutionMeters }

  /// Whether both have the same bins.
  package func hasBins(of other: LidarChannel) -> Bool {
    values.count == other.values.count && firstRangeMeters == other.firstRangeMeters
      && resolutionMeters == other.resolutionMeters
  }

  /// All the light: this channel, the parallel one, and the cross-polarised one over its gain.
  fileprivate func sum(with cross: LidarChannel, gain: Double) -> LidarChannel {
    var sum = self
    sum.name = "\(name) + \(cross.name)"
    sum.polarisation = .total
    for bin in values.indices { sum.values[bin] += Float(Double(cross.values[bin]) / gain) }
    return sum
  }
}

/// One profile out of an instrument's file, with what the instrument itself says of it.
package struct LidarRecord: Sendable, Hashable {
  /// Nil when the file stamps it nowhere.
  package var at: Instant?
  /// The instrument or site as the file names it; empty when it does not.
  package var source: String
  /// Degrees from the vertical.
  package var tiltDegrees: Double
  /// Clockwise from north; nil when the file does not say.
  package var azimuthDegrees: Double?
  /// Of the instrument above sea level, metres; nil when the file does not say.
  package var altitudeMeters: Double?
  package var channels: [LidarChannel]
  /// Cloud bases that the instrument found, metres above it, lowest first.
  package var cloudBasesMeters: [Double] = []
  /// Aerosol layers that the instrument found, metres above it.
  package var layersMeters: [Double] = []
  /// Whether a checksum of the file was there and fitted; nil when the file has none.
  package var isVerified: Bool?

  package init(at: Instant?, source: String, tiltDegrees: Double, channels: [LidarChannel]) {
    self.at = at
    self.source = source
    self.tiltDegrees = tiltDegrees
    self.channels = channels
  }

  /// The profile of a feed as a record: one range-corrected channel, vertical.
  package init(_ profile: LidarProfile) {
    self.init(
      at: profile.at, source: profile.station, tiltDegrees: profile.zenithDegrees,
      channels: [
        LidarChannel(
          name: "backscatter", kind: .rangeCorrected, wavelengthNanometers: profile.wavelengthNanometers, unit: "a.u.",
          firstRangeMeters: profile.firstRangeMeters, resolutionMeters: profile.resolutionMeters,
          values: profile.backscatter)
      ])
    azimuthDegrees = profile.azimuthDegrees
  }

  /// The channel that retrievals work on, of two that are equally good one for all the light.
  package var elastic: LidarChannel? { elastic(crossGain: 1) }

  /// The channel that retrievals work on: calibrated backscatter before range-corrected signal before raw ones, analog
  /// before photons; of raw signals those at a laser's own line, for others are Raman's; long wavelengths before short ones.
  /// Where a line is told by its two polarisations alone it is their sum. Nil without one.
  ///
  /// - Parameter crossGain: of the cross-polarised channel over the parallel one.
  package func elastic(crossGain: Double) -> LidarChannel? {
    func rank(_ channel: LidarChannel) -> Int? {
      if channel.polarisation == .cross { return nil }
      let isRaw = channel.kind == .analog || channel.kind == .photonCounting
      let isLine = !isRaw || Self.laserLines.contains { abs($0 - (channel.wavelengthNanometers ?? 0)) <= 2 }
      switch channel.kind {
      case .attenuatedBackscatter: return 0
      case .rangeCorrected: return 1
      case .analog: return isLine ? 2 : 4
      case .photonCounting: return isLine ? 3 : 5
      case .depolarisation, .crossPolarised: return nil
      }
    }
    let best = channels.filter { rank($0) != nil }.min {
      (rank($0) ?? 9, -($0.wavelengthNanometers ?? 0), $0.polarisation == .parallel ? 1 : 0)
        < (rank($1) ?? 9, -($1.wavelengthNanometers ?? 0), $1.polarisation == .parallel ? 1 : 0)
    }
    guard let best, best.polarisation == .parallel, let cross = cross(of: best) else { return best }
    return best.sum(with: cross, gain: crossGain)
  }

  /// The cross-polarised channel of the same line, detection and bins; nil without one.
  private func cross(of parallel: LidarChannel) -> LidarChannel? {
    channels.first {
      $0.polarisation == .cross && $0.kind == parallel.kind && $0.hasBins(of: parallel)
        && $0.wavelengthNanometers == parallel.wavelengthNanometers
    }
  }

  /// Nd:YAG and its harmonics, diode lasers of ceilometers, and the lines of ozone lidars, nm.
  private static let laserLines = [1_064.0, 532, 355, 266, 905, 910, 1_570, 276, 287, 289, 291, 299, 308, 316, 351]
}

/// What a file holds.
package struct LidarFileContent: Sendable, Hashable {
  /// Something of the file that could not be taken, with its place.
  package struct Fault: Sendable, Hashable, CustomStringConvertible {
    /// `line 12`, `byte 480`, `beta_raw`.
    package var place: String
    package var message: String
    package init(_ place: String, _ message: String) {
      self.place = place
      self.message = message
    }
    package var description: String { place.isEmpty ? message : "\(place): \(message)" }
  }

  /// `cl31`, `cl51`, `ct25k`, `licel`, `chm15k`, `cl61`, `eprofile-l2`.
  package var format: String
  package var records: [LidarRecord] = []
  /// The first of them, at most `maximumFaults`; `faultCount` counts all.
  package var faults: [Fault] = []
  package var faultCount = 0

  package static let maximumFaults = 100
  /// Bins of a profile, and profiles of a file, that are taken.
  package static let maximumBins = 65_536
  package static let maximumRecords = 20_000

  package init(format: String) { self.format = format }

  /// Notes something that could not be taken.
  package mutating func fail(_ place: String, _ message: String) {
    faultCount += 1
    if faults.count < Self.maximumFaults { faults.append(Fault(place, message)) }
  }
}

/// The format of a lidar file, told by its first bytes.
package enum LidarFormat: String, CaseIterable, Sendable, Hashable {
  /// Vaisala CL31, CL51 and CT25K messages as text.
  case vaisala
  case licel
  /// CHM15k, CL61 and E-PROFILE, told apart by their variables.
  case netCDF = "netcdf"
  /// The JSON profiles of the preset `lidar-json`.
  case json

  /// Nil when the bytes are of none.
  package init?(sniffing bytes: [UInt8]) {
    let head = bytes.prefix(4_096)
    if head.starts(with: [0x43, 0x44, 0x46]) || head.starts(with: [0x89, 0x48, 0x44, 0x46]) {
      self = .netCDF
      return
    }
    if LicelDecoder.isLicel(bytes) {
      self = .licel
    } else if VaisalaDecoder.holdsMessage(bytes) {
      self = .vaisala
    } else if let first = head.first(where: { $0 > 0x20 }), first == 0x7B || first == 0x5B {
      self = .json
    } else {
      return nil
    }
  }
}
