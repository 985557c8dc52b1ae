import AirQuality

/// Raw files of Licel transient recorders: three lines of ASCII, one for each dataset, then blocks of little-endian 32-bit
/// sums, each followed by CR LF (Licel Ethernet Controller, "Licel file format").
///
/// Analog: sum / shots · range / 2^bits mV: what the maker's own export gives to its last digit; other programs divide by
/// 2^bits − 1, a difference of 0.024 % at 12 bits. Photon counting: sum / shots · 150 / bin width MHz, the counts in the time
/// of one bin [the photon formula is common knowledge of the field].
package enum LicelDecoder {
  /// Whether the bytes begin like such a file.
  package static func isLicel(_ bytes: [UInt8]) -> Bool {
    Header(bytes) != nil
  }

  /// One record; a dataset that is cut short is a fault and left out.
  package static func decode(_ bytes: [UInt8]) -> LidarFileContent {
    var content = LidarFileContent(format: "licel")
    guard let header = Header(bytes) else {
      content.fail("byte 0", "the header is not Licel's: file name, place and times, shots and number of datasets")
      return content
    }
    for fault in header.faults { content.fail(fault.place, fault.message) }
    var record = LidarRecord(at: header.start, source: header.site, tiltDegrees: header.zenithDegrees, channels: [])
    record.azimuthDegrees = header.azimuthDegrees
    record.altitudeMeters = header.altitudeMeters
    var place = header.end
    for dataset in header.datasets {
      let size = dataset.bins * 4
      guard place + size <= bytes.count else {
        content.fail(
          "byte \(place)",
          "dataset \(dataset.name) needs \(size) bytes, \(max(0, bytes.count - place)) are left: the file is cut short")
        break
      }
      if dataset.isPassedOver {
        // Said already, or no signal.
      } else if let refusal = dataset.refusal {
        content.fail("byte \(place)", "dataset \(dataset.name): \(refusal)")
      } else {
        record.channels.append(channel(dataset, bytes[place..<(place + size)]))
      }
      // A dataset that is switched off has no block.
      guard size > 0 else { continue }
      place += size
      if place + 1 < bytes.count, bytes[place] == 0x0D, bytes[place + 1] == 0x0A { place += 2 }
    }
    if record.channels.isEmpty {
      if content.faultCount == 0 { content.fail("", "no dataset is active") }
    } else {
      content.records = [record]
    }
    return content
  }

  private static func channel(_ dataset: Dataset, _ block: ArraySlice<UInt8>) -> LidarChannel {
    let factor =
      dataset.isPhotonCounting
      ? 150 / dataset.binWidth / Double(dataset.shots)
      : dataset.rangeMillivolts / Double(1 << dataset.bits) / Double(dataset.shots)
    var values: [Float] = []
    values.reserveCapacity(dataset.bins)
    var place = block.startIndex
    for _ in 0..<dataset.bins {
      let raw = (0..<4).reduce(UInt32(0)) { $0 | UInt32(block[place + $1]) << UInt32(8 * $1) }
      values.append(Float(Double(Int32(bitPattern: raw)) * factor))
      place += 4
    }
    return LidarChannel(
      name: dataset.name, kind: dataset.isPhotonCounting ? .photonCounting : .analog,
      wavelengthNanometers: dataset.wavelength, unit: dataset.isPhotonCounting ? "MHz" : "mV",
      firstRangeMeters: dataset.binWidth / 2, resolutionMeters: dataset.binWidth, values: values,
      polarisation: dataset.part)
  }

  private struct Dataset {
    var isPhotonCounting: Bool
    var bins: Int
    var binWidth: Double
    var wavelength: Double
    /// `o` all, `p` parallel, `s` perpendicular, `r` and `l` circular.
    var polarisation: String
    var part: LidarChannel.Polarisation {
      switch polarisation.lowercased() {
      case "p": .parallel
      case "s": .cross
      default: .total
      }
    }
    var bits: Int
    var shots: Int
    /// mV; of photon counting the discriminator level.
    var rangeMillivolts: Double
    var descriptor: String
    /// Only its length is of interest: its description is damaged, or it holds no signal.
    var isPassedOver = false

    static func passedOver(bins: Int) -> Dataset {
      Dataset(
        isPhotonCounting: false, bins: bins, binWidth: .nan, wavelength: .nan, polarisation: "", bits: 0, shots: 0,
        rangeMillivolts: 0, descriptor: "", isPassedOver: true)
    }

    /// Why its numbers cannot be; names the value. Nil when they can.
    var refusal: String? {
      if !LidarGeometry.resolutionMeters.contains(binWidth) { return LidarGeometry.refusal(ofResolution: binWidth) }
      if shots <= 0 { return "\(shots) shots; at least one is needed" }
      if !(wavelength > 0 && wavelength <= 100_000) { return "\(wavelength) nm is no wavelength; above 0 to 100,000" }
      if isPhotonCounting { return nil }
      if !(1...31).contains(bits) { return "\(bits) bits of an analog signal; 1 to 31 are possible" }
      if !(rangeMillivolts > 0 && rangeMillivolts <= 1_000_000) {
        return "\(rangeMillivolts) mV of input range; above 0 to 1,000,000 are possible"
      }
      return nil
    }

    /// `BT0_355.o`.
    var name: String {
      // Whatever the file says: a number that cannot be is shown as it is.
      let number = wavelength.isFinite && abs(wavelength) < 1e9 ? String(Int(wavelength)) : String(wavelength)
      return descriptor + "_" + number + "." + polarisation
    }
  }

  private struct Header {
    var site = ""
    var start: Instant?
    var zenithDegrees = 0.0
    var azimuthDegrees: Double?
    var altitudeMeters: Double?
    var datasets: [Dataset] = []
    var faults: [LidarFileContent.Fault] = []
    /// Where the first block begins.
    var end = 0

    /// Nil when the first three lines are not of such a file.
    init?(_ bytes: [UInt8]) {
      var place = 0
      func line() -> String? {
        guard place < bytes.count else { return nil }
        var end = place
        while end < bytes.count, end - place < 512, bytes[end] != 0x0A { end += 1 }
        guard end < bytes.count, bytes[end] == 0x0A else { return nil }
        let text = bytes[place..<end]
        place = end + 1
        guard text.allSatisfy({ $0 == 0x0D || $0 == 0x09 || (0x20...0xFE).contains($0) }) else { return nil }
        return String(decoding: text.filter { $0 != 0x0D }, as: UTF8.self)
      }
      guard let name = line(), !name.allSatisfy({ $0 == " " }), let second = line(), let third = line() else {
        return nil
      }
      let fields = second.split(separator: " ").map(String.init)
      guard let date = fields.firstIndex(where: { Self.day($0) != nil }), date + 1 < fields.count,
        let day = Self.day(fields[date]), let seconds = Self.seconds(fields[date + 1])
      else { return nil }
      site = fields[..<date].joined(separator: " ")
      start = Instant(milliseconds: (Int64(day.number) * 86_400 + Int64(seconds)) * 1_000)
      // After the two times: altitude, longitude, latitude, zenith.
      if date + 4 < fields.count, let altitude = Double(fields[date + 4]), abs(altitude) <= 9_000 {
        altitudeMeters = altitude
      }
      // A vertical beam is written as 0, by some makers by its elevation below zero: -90.
      if date + 7 < fields.count, let angle = Double(fields[date + 7]), abs(angle) <= 90 {
        zenithDegrees = angle < -80 ? 90 + angle : abs(angle)
      }
      if date + 8 < fields.count, let angle = Double(fields[date + 8]), (0...360).contains(angle) {
        azimuthDegrees = angle
      }
      let counts = third.split(separator: " ").compactMap { Int($0) }
      guard counts.count >= 5, (1...64).contains(counts[4]) else { return nil }
      var isOpen = false
      for number in 1...counts[4] {
        guard let text = line() else { return nil }
        guard let dataset = Self.dataset(text) else {
          let bins = Self.bins(text)
          let rest = bins == nil ? "; where the blocks behind it begin is not known" : ""
          faults.append(
            .init("dataset \(number)", "\"\(text.prefix(80))\" is no description of a dataset; it is left out" + rest))
          if let bins, !isOpen { datasets.append(.passedOver(bins: bins)) }
          if bins == nil { isOpen = true }
          continue
        }
        if let dataset = dataset.active, !isOpen { datasets.append(dataset) }
      }
      // An empty line ends the header.
      if place + 1 < bytes.count, bytes[place] == 0x0D, bytes[place + 1] == 0x0A { place += 2 }
      end = place
    }

    /// How long the block of a dataset is whose description is damaged elsewhere; nil when that is not known.
    private static func bins(_ text: String) -> Int? {
      let fields = text.split(separator: " ").map(String.init)
      guard fields.count >= 4, let active = Int(fields[0]), let bins = Int(fields[3]),
        (0...LidarFileContent.maximumBins).contains(bins)
      else { return nil }
      return active == 1 ? bins : 0
    }

    /// `1 0 1 04000 1 0960 7.50 00355.o 0 0 00 000 12 000600 0.500 BT0`; nil when it is none, without a dataset when it is
    /// switched off.
    private static func dataset(_ text: String) -> (active: Dataset?, Void)? {
      let fields = text.split(separator: " ").map(String.init)
      guard fields.count >= 16, let active = Int(fields[0]), let mode = Int(fields[1]), let bins = Int(fields[3]),
        let width = Double(fields[6]), let bits = Int(fields[12]), let shots = Int(fields[13]),
        let range = Double(fields[14]), (0...LidarFileContent.maximumBins).contains(bins)
      else { return nil }
      let wave = fields[7].split(separator: ".").map(String.init)
      guard let wavelength = wave.first.flatMap({ Double($0) }) else { return nil }
      guard active == 1, bins > 0 else { return (nil, ()) }
      // 2 and 3: squares of analog signals and photons, for their spread; 4 and 5: the laser's power.
      guard mode < 2 else { return mode <= 5 ? (.passedOver(bins: bins), ()) : nil }
      return (
        Dataset(
          isPhotonCounting: mode == 1, bins: bins, binWidth: width, wavelength: wavelength,
          polarisation: wave.count > 1 ? String(wave[1].prefix(4)) : "o", bits: bits, shots: shots,
          rangeMillivolts: range * 1_000,
          descriptor: String(fields[15].prefix(16))), ()
      )
    }

    /// `02/02/2011`, the day first.
    private static func day(_ text: String) -> CivilDay? {
      let parts = text.split(separator: "/").compactMap { Int($0) }
      return parts.count == 3 ? CivilDay(year: parts[2], month: parts[1], day: parts[0]) : nil
    }

    private static func seconds(_ text: String) -> Int? {
      let parts = text.split(separator: ":").compactMap { Int($0) }
      guard parts.count == 3, (0..<24).contains(parts[0]), (0..<60).contains(parts[1]), (0..<61).contains(parts[2])
      else {
        return nil
      }
      return parts[0] * 3_600 + parts[1] * 60 + parts[2]
    }
  }
}
