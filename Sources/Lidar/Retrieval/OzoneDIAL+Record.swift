extension OzoneDIAL {
  /// Ozone out of every two neighbouring lines of a record: raw channels of the same detection with the same bins, at lines
  /// whose cross sections are known; empty when there are no two such lines.
  ///
  /// - Parameter aerosol: of the lines' own air, on the same bins; nil for none.
  package func retrieve(_ record: LidarRecord, aerosol: Aerosol? = nil) -> [Swift.Result<Result, Refusal>] {
    var dial = self
    dial.stationMeters = stationMeters ?? record.altitudeMeters
    var made: [Swift.Result<Result, Refusal>] = []
    for kind in [LidarChannel.Kind.analog, .photonCounting] {
      let lines = Self.lines(of: record, kind)
      for (on, off) in zip(lines, lines.dropFirst()) {
        do throws(Refusal) {
          guard on.resolutionMeters == off.resolutionMeters, on.firstRangeMeters == off.firstRangeMeters else {
            throw .unlikeBins
          }
          made.append(
            .success(
              try retrieve(
                on: on.rangeCorrected, off: off.rangeCorrected, onNanometers: on.wavelengthNanometers ?? 0,
                offNanometers: off.wavelengthNanometers ?? 0, firstRangeMeters: on.firstRangeMeters,
                resolutionMeters: on.resolutionMeters, tiltDegrees: record.tiltDegrees, aerosol: aerosol)))
        } catch {
          made.append(.failure(error))
        }
      }
    }
    return made
  }

  /// The first channel of every known line, short wavelengths first: the shorter is the stronger absorbed.
  private static func lines(of record: LidarRecord, _ kind: LidarChannel.Kind) -> [LidarChannel] {
    var seen: Set<Int> = []
    let channels = record.channels.filter { channel in
      guard channel.kind == kind, channel.polarisation != .cross,
        let line = channel.wavelengthNanometers.flatMap({ OzoneCrossSection(wavelengthNanometers: $0)?.line })
      else { return false }
      return seen.insert(line).inserted
    }
    return channels.sorted { ($0.wavelengthNanometers ?? 0) < ($1.wavelengthNanometers ?? 0) }
  }
}
