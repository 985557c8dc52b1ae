import AirQuality
package import Lidar
package import Synchronization

/// Lidar files in NetCDF: Lufft CHM15k (`beta_raw`, normalised and range-corrected), Vaisala CL61 (`beta_att`, `p_pol`,
/// `x_pol`, `linear_depol_ratio`), E-PROFILE level 2 (`attenuated_backscatter_0`, in altitude above sea level).
package enum NetCDFDecoder {
  /// Largest file, bytes.
  package static let maximumBytes = 512 << 20
  /// libnetcdf is not made for threads: one file at a time, whoever reads it.
  package static let library = Mutex(())

  /// Reads the whole file; what cannot be read is a fault.
  package static func decode(_ bytes: [UInt8]) -> LidarFileContent {
    guard bytes.count <= maximumBytes else {
      var content = LidarFileContent(format: "netcdf")
      content.fail("", "larger than \(maximumBytes) bytes")
      return content
    }
    return library.withLock { _ in read(bytes) }
  }

  private static func read(_ bytes: [UInt8]) -> LidarFileContent {
    var content = LidarFileContent(format: "netcdf")
    do throws(NetCDFFile.Failure) {
      let file = try NetCDFFile(bytes)
      if let cut = file.cut { content.fail("", cut) }
      if file.shape("beta_raw") != nil {
        content.format = "chm15k"
        try Reading(file, signal: "beta_raw", kind: .rangeCorrected, unit: "a.u.", factor: 1).chm15k(&content)
      } else if file.shape("beta_att") != nil {
        try calibrated(file, &content)
      } else if file.shape("attenuated_backscatter_0") != nil {
        content.format = "eprofile-l2"
        let factor = try BackscatterUnit.factor(of: "attenuated_backscatter_0", in: file)
        try Reading(
          file, signal: "attenuated_backscatter_0", kind: .attenuatedBackscatter, unit: "1/(m sr)", factor: factor
        ).eprofile(&content)
      } else {
        content.fail("", "none of beta_raw, beta_att and attenuated_backscatter_0 is in the file")
      }
    } catch {
      content.fail("", error.description)
    }
    return content
  }

  /// `beta_att` is of the CL61, or of a CHM15k that was told its calibration (`netcdf_mode` 1, from firmware 1.050 on).
  private static func calibrated(_ file: NetCDFFile, _ content: inout LidarFileContent) throws(NetCDFFile.Failure) {
    let isCL61 = ["p_pol", "x_pol", "linear_depol_ratio", "cloud_base_heights"].contains { file.shape($0) != nil }
    let isLufft = !isCL61 && (file.shape("cbh") != nil || file.shape("pbl") != nil)
    content.format = isLufft ? "chm15k" : "cl61"
    let unit = try file.attributeText("units", of: "beta_att").flatMap { $0.isEmpty ? nil : $0 }
    if isLufft, unit == nil {
      return try Reading(file, signal: "beta_att", kind: .rangeCorrected, unit: "a.u.", factor: 1).chm15k(&content)
    }
    // Vaisala's own unit where the file names none.
    let factor = try BackscatterUnit.factor(of: "beta_att", in: file, standing: "1/(m*sr)")
    let reading = Reading(file, signal: "beta_att", kind: .attenuatedBackscatter, unit: "1/(m sr)", factor: factor)
    if isLufft { try reading.chm15k(&content) } else { try reading.cl61(&content) }
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
    // Both kinds of heights stand above sea level: the offset is in them. (Without it they lie on bins' edges.)
    let offset = file.number("cho") ?? 0
    let spread = signal == "beta_raw" && isOldFirmware ? try spreads() : nil
    try profiles(
      "range", wavelength: try wavelength("wavelength"), tilt: file.number("zenith").map { [$0] } ?? [],
      source: name("source") ?? "", altitude: file.number("altitude"), &content
    ) { record, index in
      if let spread { Self.undoNormalisation(&record, by: spread[min(index, spread.count - 1)]) }
      record.cloudBasesMeters = Self.heights(clouds(index), above: offset)
      record.layersMeters = Self.heights(layers(index), above: offset)
    }
  }

  /// Firmware before 0.702 writes (raw / pulses - base) / stddev, not times the square of the distance (Mattis and Wagner,
  /// E-PROFILE: Glossary of lidar and ceilometer variables, 2014). Its version is one number, or the third word is below.
  private var isOldFirmware: Bool {
    guard let text = name("software_version") else { return file.attributeNumber("software_version") != nil }
    let words = text.split(separator: " ")
    return words.count > 2 && Double(words[2]).map { $0 < 0.702 } ?? false
  }

  /// `stddev` of every profile.
  private func spreads() throws(Failure) -> [Double] {
    guard let values = try file.numbers("stddev"), !values.isEmpty else {
      throw Failure(
        description:
          "beta_raw of firmware before 0.702 is divided by stddev, which is not in the file: nothing can be made of it")
    }
    return values
  }

  /// The instrument's changes of gain stay in the signal, which has no absolute unit.
  private static func undoNormalisation(_ record: inout LidarRecord, by spread: Double) {
    for channel in record.channels.indices {
      for bin in record.channels[channel].values.indices {
        let range = record.channels[channel].range(ofBin: bin)
        record.channels[channel].values[bin] *= Float(spread * range * range)
      }
    }
  }

  func cl61(_ content: inout LidarFileContent) throws(Failure) {
    let clouds = try layers("cloud_base_heights")
    let parallel = try plane("p_pol")
    let cross = try plane("x_pol")
    let own = try plane("linear_depol_ratio")
    // Files without the ratio have what it is made of.
    let depolarisation = { (index: Int) in
      own(index)
        ?? cross(index).flatMap { cross in
          parallel(index).map { parallel in zip(cross, parallel).map { $1 > 0 ? $0 / $1 : .nan } }
        }
    }
    try profiles(
      "range", wavelength: 910.55, tilt: try file.numbers("tilt_angle") ?? [],
      source: name("instrument_serial_number") ?? name("title") ?? "CL61", altitude: file.number("elevation"), &content
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
    var station = try height("station_altitude")
    if station == nil, let axis = try file.numbers("altitude")?.filter(\.isFinite), axis.count > 1,
      let lowest = axis.min()
    {
      // An axis that begins with its first bin is counted from the instrument, or from a sea that it stands at.
      let isFromInstrument = lowest <= 2 * abs(axis[1] - axis[0])
      if isFromInstrument {
        station = 0
      } else {
        content.fail(
          "station_altitude", "it is missing: distances are counted from the lowest bin, as if that were half a bin up")
      }
    }
    let line = file.shape("l0_wavelength") == nil ? instrumentLine : try wavelength("l0_wavelength")
    let invalid = try invalidBins()
    try profiles(
      "altitude", wavelength: line, tilt: [], offset: station.map { -$0 },
      source: name("wigos_station_id") ?? name("title") ?? "", altitude: station, &content
    ) { record, index in
      record.cloudBasesMeters = clouds(index)
      record.channels[0].invalidBins = invalid(index)
    }
  }

  /// Nanometres by the kind of instrument; nil for another one.
  private var instrumentLine: Double? {
    let kind = (name("instrument_type") ?? name("title") ?? "").lowercased().filter { $0 != "-" && $0 != " " }
    return [("cl31", 910.0), ("cl51", 910), ("cl61", 910.55), ("chm15k", 1_064), ("minimpl", 532)]
      .first { kind.contains($0.0) }?.1
  }

  /// Bins that `quality_flag` calls 1 (`do_not_use`, invalid).
  private func invalidBins() throws(Failure) -> (Int) -> [Int] {
    guard let shape = file.shape("quality_flag"), shape == file.shape(signal), shape.count == 2,
      let flags = try file.numbers("quality_flag")
    else { return { _ in [] } }
    let bins = shape[1]
    return { index in (0..<bins).filter { flags[index * bins + $0] == 1 } }
  }

  // MARK: What all share

  /// A text of the whole file; nil without it.
  private func name(_ attribute: String) -> String? { try? file.attributeText(attribute, of: nil) }

  /// Metres of a variable that states a height; nil without it.
  private func height(_ variable: String) throws(Failure) -> Double? {
    guard let value = file.number(variable) else { return nil }
    return value * (try lengthUnit(of: variable))
  }

  /// Metres of one unit of a variable; without a unit they are metres.
  private func lengthUnit(of variable: String) throws(Failure) -> Double {
    let unit = try file.attributeText("units", of: variable) ?? "m"
    guard let factor = ["m": 1.0, "meter": 1, "meters": 1, "metre": 1, "metres": 1, "km": 1_000][unit.lowercased()]
    else {
      throw Failure(description: "the unit of \(variable), \"\(unit.prefix(60))\", is not understood; m or km are")
    }
    return factor
  }

  /// Nanometres of a variable; without it 1,064, the line of CHM15k.
  private func wavelength(_ variable: String) throws(Failure) -> Double {
    guard let value = file.number(variable) else { return 1_064 }
    guard value > 0, value <= 100_000 else {
      throw Failure(description: "\(variable) = \(value) nm is no wavelength; above 0 to 100,000 are possible")
    }
    return value
  }

  /// Heights above the instrument out of heights above sea level, metres.
  private static func heights(_ values: [Double], above offset: Double) -> [Double] {
    values.map { $0 - offset }.filter { $0 >= 0 && $0 < 30_000 }
  }

  /// Reads all profiles; `complete` adds what else a file says of each.
  ///
  /// - Parameters:
  ///   - offset: added to the axis for distances; nil where nothing but the axis' own first bin tells them.
  ///   - altitude: of the instrument above sea level.
  private func profiles(
    _ axis: String, wavelength: Double?, tilt: [Double], offset: Double? = 0, source: String, altitude: Double?,
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
    guard var axisValues = try file.numbers(axis), axisValues.count == bins else {
      throw Failure(description: "\(axis) does not have \(bins) values")
    }
    // Some programs write the farthest bin first.
    let isReversed = axisValues[0] > axisValues[bins - 1]
    if isReversed { axisValues.reverse() }
    let (first, resolution) = try spacing(axis, axisValues, offset)
    let stamps = try times(count)
    guard let values = try file.numbers(signal), values.count == count * bins else {
      throw Failure(description: "\(signal) is cut short")
    }
    let kept = ProfileOrder.kept(stamps)
    for index in 0..<count {
      guard let at = stamps[index] else {
        content.fail("time(\(index))", "the stamp is missing or outside 1900 to 2200; the profile is left out")
        continue
      }
      guard kept[index] else {
        content.fail("time(\(index))", ProfileOrder.fault(at))
        continue
      }
      var profile = values[(index * bins)..<((index + 1) * bins)].map { Float($0 * factor) }
      if isReversed { profile.reverse() }
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
      record.altitudeMeters = altitude.flatMap { abs($0) <= 9_000 ? $0 : nil }
      complete(&record, index)
      if isReversed { Self.reverse(&record) }
      content.records.append(record)
    }
    if content.records.isEmpty, content.faultCount == 0 { content.fail("", "the file holds no profile") }
  }

  /// What stands beside the signal, bin by bin, comes as the file has it: the signal itself has been turned already.
  private static func reverse(_ record: inout LidarRecord) {
    let bins = record.channels[0].values.count
    record.channels[0].invalidBins = record.channels[0].invalidBins.map { bins - 1 - $0 }.reversed()
    for channel in record.channels.indices.dropFirst() { record.channels[channel].values.reverse() }
  }

  /// Distance of the first bin and between bins, metres.
  private func spacing(_ axis: String, _ values: [Double], _ offset: Double?) throws(Failure) -> (Double, Double) {
    let factor = try lengthUnit(of: axis)
    let resolution = (values[values.count - 1] - values[0]) / Double(values.count - 1) * factor
    let first = offset.map { values[0] * factor + $0 } ?? resolution / 2
    guard LidarGeometry.resolutionMeters.contains(resolution) else {
      throw Failure(description: "\(axis): \(LidarGeometry.refusal(ofResolution: resolution))")
    }
    guard LidarGeometry.firstRangeMeters.contains(first) else {
      throw Failure(description: "\(axis): \(first) m is no first distance")
    }
    // The larger of half a metre and a twentieth of a bin, but never half a bin.
    let tolerance = min(0.4 * resolution, max(0.5, 0.05 * resolution))
    for (bin, value) in values.enumerated()
    where !(abs((value - values[0]) * factor - Double(bin) * resolution) <= tolerance) {
      throw Failure(description: "\(axis)(\(bin)) = \(value) breaks the even spacing of \(resolution) m")
    }
    return (first, resolution)
  }

  /// Instants of `time` by its `units`: `seconds since 1904-01-01 00:00:00.000 00:00`, `days since …`.
  private func times(_ count: Int) throws(Failure) -> [Instant?] {
    guard let values = try file.numbers("time"), values.count >= count else {
      throw Failure(description: "time does not have \(count) values")
    }
    let units = try file.attributeText("units", of: "time") ?? ""
    guard let unit = TimeUnit(units) else {
      throw Failure(
        description:
          "the unit of time, \"\(units.prefix(80))\", is not understood; seconds since 1970-01-01 00:00:00 is")
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
