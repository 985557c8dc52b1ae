import ArgumentParser
import Lidar

/// What the retrievals of `lantian lidar` assume.
struct LidarOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Aerosol extinction over backscatter, sr.", valueName: "sr"))
  var lidarRatio = 50.0

  @Option(help: ArgumentHelp("Where the air is taken for clean, metres along the beam.", valueName: "from-to"))
  var referenceRange = "4000-6000"

  @Option(help: ArgumentHelp("Aerosol over molecular backscatter at the reference.", valueName: "ratio"))
  var referenceRatio = 0.0

  @Option(
    help: ArgumentHelp(
      "Height of the instrument above sea level, metres; otherwise what its file says, else 0.", valueName: "metres"))
  var station: Double?

  @Option(help: ArgumentHelp("Optical depth between these heights above the instrument, metres.", valueName: "from-to"))
  var opticalDepth: String?

  @Option(
    help: ArgumentHelp("Where the top of the mixed layer is looked for, metres above it.", valueName: "from-to"))
  var search = "100-3000"

  @Option(
    help: ArgumentHelp("Profiles of so many minutes before each are averaged for that top.", valueName: "minutes"))
  var average = 10.0

  @Option(
    help: ArgumentHelp("Relative humidity near the ground; without it there is no mass.", valueName: "percent"))
  var humidity: Double?

  @Option(help: ArgumentHelp("Exponent of the growth by humidity.", valueName: "gamma"))
  var gamma = 0.5

  @Option(
    help: ArgumentHelp(
      "Mass from extinction by hand: ug/m3 for 1/m, and for none. By default 3.33 m2/g at 550 nm.",
      valueName: "slope,intercept"))
  var massRelation: String?

  @Option(
    help: ArgumentHelp(
      "Mass from extinction by least squares: CSV of a station's hours, extinction in 1/m, humidity in percent, ug/m3.",
      valueName: "file"))
  var massPairs: String?

  @Option(
    help: ArgumentHelp("Gain of the cross-polarised channel over the parallel one.", valueName: "ratio"))
  var depolarisationConstant = 1.0

  func validate() throws {
    guard lidarRatio > 0, lidarRatio <= 500 else {
      throw ValidationError("--lidar-ratio lies above 0 and at most 500 sr")
    }
    guard referenceRatio >= 0, referenceRatio <= 1_000 else { throw ValidationError("--reference-ratio is 0 to 1000") }
    for (name, text) in [
      ("reference-range", referenceRange), ("search", search), ("optical-depth", opticalDepth ?? "0-1"),
    ] where Self.range(text) == nil {
      throw ValidationError("--\(name) \(text): write it in metres as 4000-6000")
    }
    guard abs(station ?? 0) <= 9_000 else { throw ValidationError("--station is at most 9000 m") }
    guard average >= 0, average <= 1_440 else { throw ValidationError("--average is 0 to 1440 minutes") }
    if let humidity, !(humidity >= 0 && humidity <= 110) { throw ValidationError("--humidity is 0 to 110 percent") }
    guard HumidityGrowth(gamma: gamma) != nil else { throw ValidationError("--gamma is 0 to 2") }
    guard depolarisationConstant > 0, depolarisationConstant <= 1_000 else {
      throw ValidationError("--depolarisation-constant lies above 0 and at most 1000")
    }
    if massRelation != nil, massPairs != nil { throw ValidationError("--mass-relation or --mass-pairs, not both") }
    if let massRelation, stated(massRelation) == nil {
      throw ValidationError("--mass-relation \(massRelation): write it as 300000,5, the slope above 0")
    }
  }

  /// `4000-6000`, `4000:6000`, `4000,6000`.
  static func range(_ text: String) -> ClosedRange<Double>? {
    let parts = text.split { "-:,".contains($0) }.compactMap { Double($0) }
    guard parts.count == 2, parts[0] >= 0, parts[0] < parts[1], parts[1] <= 100_000 else { return nil }
    return parts[0]...parts[1]
  }

  /// `300000,5`.
  private func stated(_ text: String) -> ExtinctionToMass? {
    let parts = text.split(separator: ",").compactMap { Double($0) }
    guard parts.count == 2, let growth = HumidityGrowth(gamma: gamma) else { return nil }
    return ExtinctionToMass(slope: parts[0], intercept: parts[1], growth: growth)
  }

  /// The settings of all retrievals; reads the pairs of a fit.
  func settings() throws -> LidarProducts.Settings {
    var settings = LidarProducts.Settings()
    settings.retrieval.klett.lidarRatio = lidarRatio
    settings.retrieval.klett.referenceRatio = referenceRatio
    if let range = Self.range(referenceRange) { settings.retrieval.klett.referenceMeters = range }
    settings.retrieval.stationMeters = station
    settings.ozone.stationMeters = station
    settings.layers.stationMeters = station
    if let range = Self.range(search) {
      settings.boundaryLayer.search(range)
      settings.layers.cloud = settings.boundaryLayer.cloud
      settings.retrieval.gradient = settings.boundaryLayer.gradient
      settings.retrieval.wavelet = settings.boundaryLayer.wavelet
    }
    settings.depolarization.calibration = depolarisationConstant
    settings.retrieval.crossGain = depolarisationConstant
    settings.humidity = humidity
    settings.growth = HumidityGrowth(gamma: gamma) ?? .usual
    if let massRelation { settings.mass = stated(massRelation) }
    if let massPairs { settings.mass = try fitted(massPairs, settings.growth) }
    return settings
  }

  /// The line through a file's pairs.
  private func fitted(_ file: String, _ growth: HumidityGrowth) throws -> ExtinctionToMass {
    let bytes: [UInt8]
    do { bytes = try InputFile.read(file) } catch { throw ExitStatus.inputOutput.fail("\(error)") }
    var fit = MassFit(growth: growth)
    for (number, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      let text = String(decoding: line.prefix(1_000).filter { $0 != 0x0D && $0 != 0x20 }, as: UTF8.self)
      let fields = text.split(separator: ",", omittingEmptySubsequences: false)
      let isHeading = number == 0 && fields.first.map { Double($0) == nil } ?? false
      if text.isEmpty || isHeading { continue }
      guard fields.count == 3, let extinction = Double(fields[0]), let mass = Double(fields[2]),
        fields[1].isEmpty || Double(fields[1]) != nil
      else {
        throw ExitStatus.data.fail(
          "\(file):\(number + 1): \"\(text.prefix(80))\" is not extinction in 1/m, humidity in percent, mass in ug/m3")
      }
      fit.add(extinction: extinction, humidity: Double(fields[1]), micrograms: mass)
    }
    do throws(MassFit.Refusal) { return try fit.relation() } catch {
      throw ExitStatus.data.fail("\(file): \(error) (\(fit.leftOut) hours left out)")
    }
  }
}
