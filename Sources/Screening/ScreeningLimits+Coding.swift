package import AirQuality

/// Thresholds inside the configuration record: the general ones, and of each class and pollutant what is not the default.
extension ScreeningLimits {
  package func encode(into writer: inout ByteWriter) {
    writer.list(sentinels) { $0.double($1) }
    writer.signed(futureToleranceMilliseconds)
    for number in [
      particleTolerance, particleToleranceShare, twinDifference, twinShare, humidityWithReference, humidityAlone,
      humidityRatio, neighbourDeviations, neighbourShare,
    ] { writer.double(number) }
    for number in [frozenAfterMilliseconds, gapPeriods, humidityAgeMilliseconds, Int64(neighbourStations)] {
      writer.signed(number)
    }
    writer.flag(findsUnitMistakes)
    let standard = ScreeningLimits()
    var entries: [(StationClass, Pollutant)] = []
    for stationClass in StationClass.allCases {
      for pollutant in Pollutant.allCases
      where self[stationClass, pollutant] != standard[stationClass, pollutant]
        || self[course: stationClass, pollutant] != standard[course: stationClass, pollutant]
      {
        entries.append((stationClass, pollutant))
      }
    }
    writer.list(entries) { writer, entry in
      writer.text(entry.0.rawValue)
      writer.byte(entry.1.rawValue)
      self[entry.0, entry.1].encode(into: &writer)
      self[course: entry.0, entry.1].encode(into: &writer)
    }
  }

  package init<Failure>(decoding reader: inout ByteReader<Failure>) throws(Failure) {
    self.init()
    sentinels = try reader.list(of: "sentinels", width: 8) { reader throws(Failure) in try reader.double() }
    futureToleranceMilliseconds = try reader.signed()
    particleTolerance = try reader.double()
    particleToleranceShare = try reader.double()
    twinDifference = try reader.double()
    twinShare = try reader.double()
    humidityWithReference = try reader.double()
    humidityAlone = try reader.double()
    humidityRatio = try reader.double()
    neighbourDeviations = try reader.double()
    neighbourShare = try reader.double()
    frozenAfterMilliseconds = try reader.signed()
    gapPeriods = try reader.signed()
    humidityAgeMilliseconds = try reader.signed()
    neighbourStations = try reader.integer("the stations")
    findsUnitMistakes = try reader.flag()
    for _ in 0..<(try reader.count(of: "thresholds")) {
      let stationClass = try reader.named(StationClass.self)
      let pollutant = try reader.coded(Pollutant.self)
      self[stationClass, pollutant] = try Range(decoding: &reader)
      self[course: stationClass, pollutant] = try CourseLimits(decoding: &reader)
    }
  }
}

extension ScreeningLimits.Range {
  fileprivate func encode(into writer: inout ByteWriter) {
    writer.double(lowest)
    writer.double(highest)
    writer.flag(suspectBelowZero)
  }

  fileprivate init<Failure>(decoding reader: inout ByteReader<Failure>) throws(Failure) {
    self.init(try reader.double(), try reader.double(), suspectBelowZero: try reader.flag())
  }
}

extension CourseLimits {
  fileprivate func encode(into writer: inout ByteWriter) {
    for number in [spikeSuspect, spikeFail, rateSuspect, rateFail] { writer.optional(number) { $0.double($1) } }
    writer.double(flatTolerance)
    writer.optional(flatAfterMilliseconds) { $0.signed($1) }
    writer.double(flatAbove)
  }

  fileprivate init<Failure>(decoding reader: inout ByteReader<Failure>) throws(Failure) {
    func number(_ reader: inout ByteReader<Failure>) throws(Failure) -> Double? {
      try reader.optional { reader throws(Failure) in try reader.double() }
    }
    self.init(
      spikeSuspect: try number(&reader), spikeFail: try number(&reader), rateSuspect: try number(&reader),
      rateFail: try number(&reader), flatTolerance: try reader.double(),
      flatAfterMilliseconds: try reader.optional { reader throws(Failure) in try reader.signed() },
      flatAbove: try reader.double())
  }
}
