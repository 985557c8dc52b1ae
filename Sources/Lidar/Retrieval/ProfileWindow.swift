package import AirQuality

/// Profiles of one instrument over a while, made into one: range-corrected, in heights above the instrument (the tilt of the
/// beam is taken off), without what lies in and above clouds.
///
/// In every profile the bins from just below its cloud on are left out; a bin of the mean holds a number when at least half
/// of the profiles have one there. Profiles whose bins stand elsewhere than those of the newest are left out and counted.
package struct ProfileWindow: Sendable, Hashable {
  /// Stamps of the oldest and the newest profile.
  package var from: Instant
  package var until: Instant
  /// Height of the first bin and distance between bins, metres.
  package var firstHeightMeters: Double
  package var resolutionMeters: Double
  /// Nanometres; nil when unknown.
  package var wavelengthNanometers: Double?
  /// Mean of the profiles; NaN where fewer than half have a number.
  package var signal: [Float]
  /// Each profile without its clouds, oldest first.
  package var members: [[Float]]
  /// The lowest cloud base of every profile that has a cloud, metres, oldest first.
  package var cloudBasesMeters: [Double]
  /// Profiles that did not fit the newest one's bins.
  package var leftOut: Int

  /// This far below a cloud's base its droplets are already there. Metres.
  package static let cloudMarginMeters = 30.0
  /// Profiles of a window, of which the newest are taken.
  package static let maximumProfiles = 1_440

  /// One profile with what the instrument says of it.
  package struct Member: Sendable, Hashable {
    package var profile: LidarProfile
    /// Metres above the instrument; empty when it names none.
    package var cloudBasesMeters: [Double]
    /// Degrees from the vertical.
    package var tiltDegrees: Double
    package init(_ profile: LidarProfile, cloudBasesMeters: [Double] = [], tiltDegrees: Double = 0) {
      self.profile = profile
      self.cloudBasesMeters = cloudBasesMeters
      self.tiltDegrees = tiltDegrees
    }

    /// The elastic channel of a record; nil without one, or without a stamp.
    package init?(_ record: LidarRecord) {
      guard let at = record.at, let channel = record.elastic else { return nil }
      self.init(
        LidarProfile(
          station: record.source, at: at, firstRangeMeters: channel.firstRangeMeters,
          resolutionMeters: channel.resolutionMeters, wavelengthNanometers: channel.wavelengthNanometers,
          backscatter: channel.rangeCorrected),
        cloudBasesMeters: record.cloudBasesMeters, tiltDegrees: record.tiltDegrees)
    }
  }

  /// Nil when there is no profile with possible bins.
  package init?(_ members: [Member], cloud: CloudBase.Settings = CloudBase.Settings()) {
    let recent = members.suffix(Self.maximumProfiles)
    guard let newest = recent.last, let grid = Grid(newest), grid.bins > 0 else { return nil }
    firstHeightMeters = grid.first
    resolutionMeters = grid.resolution
    wavelengthNanometers = newest.profile.wavelengthNanometers
    (from, until) = (newest.profile.at, newest.profile.at)
    (self.members, cloudBasesMeters, leftOut) = ([], [], members.count - recent.count)
    var sums = [Double](repeating: 0, count: grid.bins)
    var counts = [Int32](repeating: 0, count: grid.bins)
    for member in recent {
      guard let own = Grid(member), own == grid else {
        leftOut += 1
        continue
      }
      var signal = member.profile.backscatter
      if let base = Self.cloudBase(member, signal, grid, cloud) {
        cloudBasesMeters.append(base)
        for bin in signal.indices where grid.height(bin) + grid.resolution / 2 > base - Self.cloudMarginMeters {
          signal[bin] = .nan
        }
      }
      for bin in signal.indices where signal[bin].isFinite {
        sums[bin] += Double(signal[bin])
        counts[bin] += 1
      }
      from = min(from, member.profile.at)
      until = max(until, member.profile.at)
      self.members.append(signal)
    }
    let needed = (self.members.count + 1) / 2
    signal = zip(sums, counts).map { $1 >= needed && $1 > 0 ? Float($0 / Double($1)) : .nan }
  }

  /// Height of a bin's centre, metres above the instrument.
  package func height(ofBin bin: Int) -> Double { firstHeightMeters + Double(bin) * resolutionMeters }

  private static func cloudBase(
    _ member: Member, _ signal: [Float], _ grid: Grid, _ settings: CloudBase.Settings
  ) -> Double? {
    let own = CloudBase.lowest(
      in: signal, firstRangeMeters: grid.first, resolutionMeters: grid.resolution, settings: settings)?.baseMeters
    let told = member.cloudBasesMeters.filter { $0.isFinite && $0 > 0 }.min()
    return [own, told].compactMap { $0 }.min()
  }

  /// Where bins stand.
  private struct Grid: Equatable {
    var first: Double
    var resolution: Double
    var bins: Int

    init?(_ member: Member) {
      let profile = member.profile
      guard
        LidarGeometry.isPossible(
          firstRangeMeters: profile.firstRangeMeters, resolutionMeters: profile.resolutionMeters)
      else { return nil }
      let upright = uprightShare(ofTilt: member.tiltDegrees)
      first = profile.firstRangeMeters * upright
      resolution = profile.resolutionMeters * upright
      bins = profile.backscatter.count
    }

    func height(_ bin: Int) -> Double { first + Double(bin) * resolution }

    /// A hundredth of a bin over the whole profile: tilt sensors tremble.
    static func == (left: Grid, right: Grid) -> Bool {
      left.bins == right.bins && abs(left.first - right.first) <= 0.5 * right.resolution
        && abs(left.resolution - right.resolution) * Double(right.bins) <= 0.5 * right.resolution
    }
  }
}

/// Height over distance along a beam that is tilted by so many degrees; 1 for an angle that is no number or lies near the
/// horizon.
func uprightShare(ofTilt degrees: Double) -> Double {
  guard degrees.isFinite else { return 1 }
  let value = cmathCosine(degrees)
  return value > 0.05 ? value : 1
}
