import AirQuality
package import Lidar

/// Lidar files in NetCDF: Lufft CHM15k (`beta_raw`, normalised and range-corrected), Vaisala CL61 (`beta_att`, `p_pol`,
/// `x_pol`, `linear_depol_ratio`), E-PROFILE level 2 (`attenuated_backscatter_0`, in altitude above sea level).
package enum NetCDFDecoder {
  /// Largest file, bytes.
  package static let maximumBytes = 512 << 20

  /// Reads the whole file; what cannot be read is a fault.
  package static func decode(_ bytes: [UInt8]) -> LidarFileContent {
    var content = LidarFileContent(format: "netcdf")
    guard bytes.count <= maximumBytes else {
      content.fail("", "larger than \(maximumBytes) bytes")
      return content
    }
    do throws(NetCDFFile.Failure) {
      let file = try NetCDFFile(bytes)
      if file.shape("beta_raw") != nil {
        content.format = "chm15k"
        try Reading(file, signal: "beta_raw", kind: .rangeCorrected, unit: "a.u.", factor: 1).chm15k(&content)
      } else if file.shape("beta_att") != nil {
        content.format = "cl61"
        try Reading(file, signal: "beta_att", kind: .attenuatedBackscatter, unit: "1/(m sr)", factor: 1).cl61(&content)
      } else if file.shape("attenuated_backscatter_0") != nil {
        content.format = "eprofile-l2"
        let unit = file.text("units", of: "attenuated_backscatter_0") ?? ""
        try Reading(
          file, signal: "attenuated_backscatter_0", kind: .attenuatedBackscatter, unit: "1/(m sr)",
          factor: unit.uppercased().hasPrefix("1E-6") ? 1e-6 : 1
        ).eprofile(&content)
      } else {
        content.fail("", "none of beta_raw, beta_att and attenuated_backscatter_0 is in the file")
      }
    } catch {
      content.fail("", error.description)
    }
    return content
  }
}

/// One file on its way.
private struct Reading {
  let file: NetCDFFile
  let signal: String
  let kind: LidarChannel.Kind
  let unit: String
  let factor: Double

  init(_ file: NetCDFFile, signal: String, kind: LidarChannel.Kind, unit: String, factor: Double) {
    self.file = file
    self.signal = signal
    self.kind = kind
    self.unit = unit
    self.factor = factor
  }

  typealias Failure = NetCDFFile.Failure

  func chm15k(_ content: inout LidarFileContent) throws(Failure) {
    let clouds = try layers("cbh")
    let layers = try layers("pbl")
    let offset = file.number("cho") ?? 0
    try profiles(
      "range", wavelength: file.number("wavelength") ?? 1_064, tilt: file.number("zenith").map { [$0] } ?? [],
      source: file.text("source", of: nil) ?? "", &content
    ) { record, index in
      record.cloudBasesMeters = clouds(index).map { $0 - offset }
      record.layersMeters = layers(index)
    }
  }

  func cl61(_ content: inout LidarFileContent) throws(Failure) {
    let clouds = try layers("cloud_base_heights")
    let cross = try plane("x_pol")
    let depolarisation = try plane("linear_depol_ratio")
    try profiles(
      "range", wavelength: 910.55, tilt: try file.numbers("tilt_angle") ?? [],
      source: file.text("instrument_serial_number", of: nil) ?? file.text("title", of: nil) ?? "CL61", &content
    ) { record, index in
      record.cloudBasesMeters = clouds(index)
      guard let main = record.channels.first else { return }
      for (plane, name, kind, unit) in [
        (cross, "x_pol", LidarChannel.Kind.crossPolarised, "1/(m sr)"),
        (depolarisation, "linear_depol_ratio", .depolarisation, "1"),
      ] {
        guard let values = plane(index), values.count == main.values.count else { continue }
        var channel = main
        (channel.name, channel.kind, channel.unit, channel.values) = (name, kind, unit, values)
        record.channels.append(channel)
      }
    }
  }

  func eprofile(_ content: inout LidarFileContent) throws(Failure) {
    let clouds = try layers("cloud_base_height")
    let station = file.number("station_altitude") ?? 0
    try profiles(
      "altitude", wavelength: file.number("l0_wavelength") ?? 1_064, tilt: [], offset: -station,
      source: file.text("wigos_station_id", of: nil) ?? file.text("title", of: nil) ?? "", &content
    ) { record, index in
      record.cloudBasesMeters = clouds(index)
    }
  }

  // MARK: What all share

  private func profiles(
    _ axis: String, wavelength: Double, tilt: [Double], offset: Double = 0, source: String,
    _ content: inout LidarFileContent, _ complete: (inout LidarRecord, Int) -> Void
  ) throws(Failure) {
    guard let shape = file.shape(signal), shape.count == 2 else {
      throw Failure(description: "\(signal) is not over time and range")
    }
    let (count, bins) = (shape[0], shape[1])
    guard bins >= 2, bins <= LidarFileContent.maximumBins, count <= LidarFileContent.maximumRecords else {
      throw Failure(
        description:
          "\(count) profiles of \(bins) bins; at most \(LidarFileContent.maximumRecords) of \(LidarFileContent.maximumBins) are taken"
      )
    }
    guard let axisValues = try file.numbers(axis), axisValues.count == bins else {
      throw Failure(description: "\(axis) does not have \(bins) values")
    }
    let first = axisValues[0] + offset
    let resolution = (axisValues[bins - 1] - axisValues[0]) / Double(bins - 1)
    guard resolution > 0, resolution.isFinite, first.isFinite,
      axisValues.indices.allSatisfy({
        abs(axisValues[$0] - axisValues[0] - Double($0) * resolution) <= max(0.5, 0.05 * resolution)
      })
    else { throw Failure(description: "\(axis) is not evenly spaced") }
    let stamps = try times(count)
    guard let values = try file.numbers(signal), values.count == count * bins else {
      throw Failure(description: "\(signal) is cut short")
    }
    for index in 0..<count {
      guard let at = stamps[index] else {
        content.fail("time(\(index))", "the stamp is missing or outside 1900 to 2200; the profile is left out")
        continue
      }
      if let before = content.records.last?.at, at <= before {
        content.fail("time(\(index))", "the stamp does not follow that of the profile before; the profile is left out")
        continue
      }
      let profile = values[(index * bins)..<((index + 1) * bins)].map { Float($0 * factor) }
      guard profile.contains(where: \.isFinite) else {
        content.fail("\(signal)(\(index))", "no bin has a value; the profile is left out")
        continue
      }
      let angle = tilt.isEmpty ? 0 : tilt[min(index, tilt.count - 1)]
      var record = LidarRecord(
        at: at, source: source, tiltDegrees: angle.isFinite && abs(angle) < 85 ? abs(angle) : 0,
        channels: [
          LidarChannel(
            name: signal, kind: kind, wavelengthNanometers: wavelength, unit: unit, firstRangeMeters: first,
            resolutionMeters: resolution, values: profile)
        ])
      complete(&record, index)
      content.records.append(record)
    }
    if content.records.isEmpty, content.faultCount == 0 { content.fail("", "the file holds no profile") }
  }

  /// Instants of `time` by its `units`: `seconds since 1904-01-01 00:00:00.000 00:00`, `days since …`.
  private func times(_ count: Int) throws(Failure) -> [Instant?] {
    guard let values = try file.numbers("time"), values.count >= count else {
      throw Failure(description: "time does not have \(count) values")
    }
    let units = file.text("units", of: "time") ?? ""
    guard let unit = TimeUnit(units) else {
      throw Failure(description: "the unit of time, \"\(units)\", is not understood")
    }
    return values.prefix(count).map { unit.instant($0) }
  }

  /// Heights of a variable over time and layer: those above zero, lowest first.
  private func layers(_ name: String) throws(Failure) -> (Int) -> [Double] {
    guard let shape = file.shape(name), (1...2).contains(shape.count), let values = try file.numbers(name) else {
      return { _ in [] }
    }
    let width = shape.count == 2 ? shape[1] : 1
    return { index in
      guard width > 0, (index + 1) * width <= values.count else { return [] }
      return values[(index * width)..<((index + 1) * width)].filter { $0.isFinite && $0 > 0 && $0 < 30_000 }.sorted()
    }
  }

  private func plane(_ name: String) throws(Failure) -> (Int) -> [Float]? {
    guard let shape = file.shape(name), shape.count == 2, let values = try file.numbers(name) else {
      return { _ in nil }
    }
    let bins = shape[1]
    return { index in
      (index + 1) * bins <= values.count ? values[(index * bins)..<((index + 1) * bins)].map { Float($0) } : nil
    }
  }
}

/// `seconds since 1970-01-01 00:00:00.000` (CF conventions, 4.4).
struct TimeUnit {
  let milliseconds: Double
  let epoch: Int64

  init?(_ text: String) {
    let words = text.split(separator: " ").map(String.init)
    guard words.count >= 3, words[1].lowercased() == "since", let day = CivilDay(String(words[2].prefix(10))) else {
      return nil
    }
    switch words[0].lowercased() {
    case "milliseconds", "millisecond", "msec": milliseconds = 1
    case "seconds", "second", "sec", "s": milliseconds = 1_000
    case "minutes", "minute", "min": milliseconds = 60_000
    case "hours", "hour", "hr", "h": milliseconds = 3_600_000
    case "days", "day", "d": milliseconds = 86_400_000
    default: return nil
    }
    var seconds = 0.0
    let clock = words.count > 3 ? words[3] : words[2].count > 11 ? String(words[2].dropFirst(11)) : ""
    let parts = clock.split(separator: ":").map { Double($0.prefix { $0.isNumber || $0 == "." }) ?? 0 }
    for (part, weight) in zip(parts, [3_600.0, 60, 1]) { seconds += part * weight }
    epoch = Int64(day.number) * 86_400_000 + Int64(seconds * 1_000)
  }

  /// Nil outside 1900 to 2200.
  func instant(_ value: Double) -> Instant? {
    let sum = value * milliseconds + Double(epoch)
    guard sum.isFinite, sum > -2_208_988_800_000, sum < 7_258_118_400_000 else { return nil }
    return Instant(milliseconds: Int64(sum.rounded()))
  }
}
