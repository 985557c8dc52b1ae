import AirQuality
import Screening
import Secrets

/// Reads `screening`: thresholds by class and pollutant; and `inspectors`: who may see signs of interference.
extension ConfigurationLoader {
  static let screeningKeys = [
    "sentinels", "future_tolerance", "frozen_after", "gap_periods", "unit_mistakes", "particles", "twin_channels",
    "humidity", "neighbours", "limits", "interference",
  ]

  mutating func readScreening(_ node: ConfigurationNode?) -> (ScreeningLimits, InterferenceLimits) {
    var limits = ScreeningLimits()
    guard let node, let fields = fields(node, Self.screeningKeys) else { return (limits, InterferenceLimits()) }
    if let list = fields["sentinels"] {
      limits.sentinels = items(list, of: "numbers that stand for no value").compactMap {
        decimal($0, in: -1e9...1e9, "a number")
      }
    }
    limits.futureToleranceMilliseconds =
      duration(fields["future_tolerance"], in: 0...600_000) ?? limits.futureToleranceMilliseconds
    limits.frozenAfterMilliseconds =
      duration(fields["frozen_after"], in: 60_000...7 * 86_400_000) ?? limits.frozenAfterMilliseconds
    limits.gapPeriods = integer(fields["gap_periods"], in: 1...1_000, "a count").map(Int64.init) ?? limits.gapPeriods
    limits.findsUnitMistakes = flag(fields["unit_mistakes"]) ?? limits.findsUnitMistakes
    readPairs(fields, &limits)
    readAir(fields, &limits)
    for item in items(fields["limits"], of: "thresholds") { readLimits(item, &limits) }
    return (limits, readInterference(fields["interference"]))
  }

  private mutating func readPairs(_ fields: ConfigurationFields, _ limits: inout ScreeningLimits) {
    if let node = fields["particles"], let fields = self.fields(node, ["tolerance", "share"]) {
      limits.particleTolerance =
        decimal(fields["tolerance"], in: 0...1_000, "µg/m³") ?? limits.particleTolerance
      limits.particleToleranceShare =
        decimal(fields["share"], in: 0...10, "a share of PM10") ?? limits.particleToleranceShare
    }
    if let node = fields["twin_channels"], let fields = self.fields(node, ["difference", "share"]) {
      limits.twinDifference = decimal(fields["difference"], in: 0...1_000, "µg/m³") ?? limits.twinDifference
      limits.twinShare = decimal(fields["share"], in: 0...2, "a share of the mean") ?? limits.twinShare
    }
  }

  private mutating func readAir(_ fields: ConfigurationFields, _ limits: inout ScreeningLimits) {
    if let node = fields["humidity"], let fields = self.fields(node, ["with_reference", "alone", "ratio", "age"]) {
      limits.humidityWithReference =
        decimal(fields["with_reference"], in: 0...200, "per cent") ?? limits.humidityWithReference
      limits.humidityAlone = decimal(fields["alone"], in: 0...200, "per cent") ?? limits.humidityAlone
      limits.humidityRatio = decimal(fields["ratio"], in: 1...100, "a ratio") ?? limits.humidityRatio
      limits.humidityAgeMilliseconds =
        duration(fields["age"], in: 0...86_400_000) ?? limits.humidityAgeMilliseconds
    }
    if let node = fields["neighbours"], let fields = self.fields(node, ["deviations", "share", "stations"]) {
      limits.neighbourDeviations =
        decimal(fields["deviations"], in: 0...1_000, "a number") ?? limits.neighbourDeviations
      limits.neighbourShare = decimal(fields["share"], in: 0...1_000, "a share of the median") ?? limits.neighbourShare
      limits.neighbourStations = integer(fields["stations"], in: 2...100_000, "a count") ?? limits.neighbourStations
    }
  }

  // MARK: Thresholds by class and pollutant

  private mutating func readLimits(_ node: ConfigurationNode, _ limits: inout ScreeningLimits) {
    guard let fields = fields(node, ["class", "pollutant", "lowest", "highest", "spike", "rate", "flat"]) else {
      return
    }
    let classes =
      names(fields["class"], among: StationClass.allCases.map(\.rawValue), what: "class of stations")
      .map { $0.compactMap(StationClass.init(rawValue:)) } ?? StationClass.allCases
    guard let place = required(fields, "pollutant", "pm25, or a list of pollutants") else { return }
    let pollutants = (names(place, among: Pollutant.allCases.map(\.name), what: "pollutant") ?? [])
      .compactMap { Pollutant(name: $0) }
    let lowest = decimal(fields["lowest"], in: -1e6...1e6, "a value in the pollutant's unit")
    let highest = decimal(fields["highest"], in: -1e6...1e6, "a value in the pollutant's unit")
    let spike = thresholds(fields["spike"])
    let rate = thresholds(fields["rate"])
    let flat = flatLine(fields["flat"])
    for stationClass in classes {
      for pollutant in pollutants {
        if let lowest { limits[stationClass, pollutant].lowest = lowest }
        if let highest { limits[stationClass, pollutant].highest = highest }
        let range = limits[stationClass, pollutant]
        if range.lowest > range.highest, firstComplaint(about: "range " + node.path) {
          fail(
            .badValue(
              value: fields["highest"].map { written($0) } ?? "",
              expected:
                "it is below the lowest value, \(range.lowest), of \(pollutant.name) at class \(stationClass.rawValue)"
            ), fields["highest"] ?? node)
        }
        if let spike {
          limits[course: stationClass, pollutant].spikeSuspect = spike.suspect
          limits[course: stationClass, pollutant].spikeFail = spike.fail
        }
        if let rate {
          limits[course: stationClass, pollutant].rateSuspect = rate.suspect
          limits[course: stationClass, pollutant].rateFail = rate.fail
        }
        if let flat {
          limits[course: stationClass, pollutant].flatTolerance = flat.tolerance
          limits[course: stationClass, pollutant].flatAfterMilliseconds = flat.after
          limits[course: stationClass, pollutant].flatAbove = flat.above
        }
      }
    }
  }

  /// `{suspect: 200, fail: off}`; what is not written is off.
  private mutating func thresholds(_ node: ConfigurationNode?) -> (suspect: Double?, fail: Double?)? {
    guard let node, let fields = fields(node, ["suspect", "fail"]) else { return nil }
    return (threshold(fields["suspect"]), threshold(fields["fail"]))
  }

  private mutating func threshold(_ node: ConfigurationNode?) -> Double? {
    guard let node, !isOff(node) else { return nil }
    return decimal(node, in: 0...1e6, "a positive value in the pollutant's unit, or off")
  }

  private mutating func flatLine(_ node: ConfigurationNode?) -> (tolerance: Double, after: Int64?, above: Double)? {
    guard let node, let fields = fields(node, ["tolerance", "after", "above"]) else { return nil }
    let after = fields["after"].flatMap { isOff($0) ? nil : duration($0, in: 60_000...400 * 86_400_000) }
    if fields["after"] == nil { fail(.missingKey(key: "after", meaning: "a duration such as 6h, or off"), node) }
    return (
      decimal(fields["tolerance"], in: 0...1e6, "a value in the pollutant's unit") ?? 0, after,
      decimal(fields["above"], in: 0...1e6, "a value in the pollutant's unit") ?? 0
    )
  }

  func isOff(_ node: ConfigurationNode) -> Bool {
    if case .scalar(let text, _) = node.content { text.lowercased() == "off" } else { false }
  }

  /// One name or a list of names.
  private mutating func names(_ node: ConfigurationNode?, among valid: [String], what: String) -> [String]? {
    guard let node else { return nil }
    if case .scalar = node.content { return choice(node, among: valid, what: what).map { [$0] } }
    return choices(node, among: valid, what: what)
  }

  /// A decimal number within a range.
  mutating func decimal(_ node: ConfigurationNode?, in range: ClosedRange<Double>, _ what: String) -> Double? {
    guard let node else { return nil }
    guard let text = text(node, what) else { return nil }
    guard let value = Double(text), value.isFinite, range.contains(value) else {
      fail(
        .badValue(
          value: written(node),
          expected: "write \(what), from \(Self.plain(range.lowerBound)) to \(Self.plain(range.upperBound))"), node)
      return nil
    }
    return value
  }

  private static func plain(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e15 ? "\(Int64(value))" : "\(value)"
  }

  // MARK: Inspectors

  /// `inspectors: {token_file: inspectors.token}`; nil without one.
  mutating func readInspectors(_ node: ConfigurationNode?) -> Secret? {
    guard let node, let fields = fields(node, ["token", "token_file"]) else { return nil }
    return secret(fields, "token", isRequired: true, singleLine: true)
  }
}
