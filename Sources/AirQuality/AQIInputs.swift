/// What a real-time AQI (实时报) is made of; anything may be missing.
public struct RealtimeInput: Sendable, Hashable {
  /// 1 h means, graded by the 24 h nodes, as the national real-time feed does. Who follows the letter of the 2012
  /// edition gives 24 h means here.
  public var pm25: Concentration
  public var pm10: Concentration
  /// 1 h means.
  public var so2: Concentration
  public var no2: Concentration
  public var o3: Concentration
  public var co: Concentration
  /// The running 24 h mean; stands in when SO2 1 h is above 800 (2012 edition only).
  public var so2Day: Concentration
  /// The running 8 h mean; counts only with `countsOzoneEightHour`.
  public var o3EightHour: Concentration
  /// Off by default: the AQI of the national real-time feed does not use the 8 h mean.
  public var countsOzoneEightHour: Bool

  public init(
    pm25: Concentration = .missing, pm10: Concentration = .missing, so2: Concentration = .missing,
    no2: Concentration = .missing, o3: Concentration = .missing, co: Concentration = .missing,
    so2Day: Concentration = .missing, o3EightHour: Concentration = .missing, countsOzoneEightHour: Bool = false
  ) {
    self.pm25 = pm25
    self.pm10 = pm10
    self.so2 = so2
    self.no2 = no2
    self.o3 = o3
    self.co = co
    self.so2Day = so2Day
    self.o3EightHour = o3EightHour
    self.countsOzoneEightHour = countsOzoneEightHour
  }
}

/// What a daily AQI (日报), or the running AQI of 24 h, is made of; anything may be missing.
public struct DailyInput: Sendable, Hashable {
  /// 24 h means.
  public var pm25: Concentration
  public var pm10: Concentration
  public var so2: Concentration
  public var no2: Concentration
  public var co: Concentration
  /// The day's highest 8 h mean (MDA8).
  public var o3EightHour: Concentration
  /// The day's highest 1 h mean. It counts when given; published daily figures rest on MDA8 alone, so leave it missing
  /// to follow them. In the 2012 edition it is all that is left of ozone when MDA8 is above 800.
  public var o3Hour: Concentration

  public init(
    pm25: Concentration = .missing, pm10: Concentration = .missing, so2: Concentration = .missing,
    no2: Concentration = .missing, co: Concentration = .missing, o3EightHour: Concentration = .missing,
    o3Hour: Concentration = .missing
  ) {
    self.pm25 = pm25
    self.pm10 = pm10
    self.so2 = so2
    self.no2 = no2
    self.co = co
    self.o3EightHour = o3EightHour
    self.o3Hour = o3Hour
  }
}

extension AQI {
  /// The real-time AQI of one hour.
  public init(_ input: RealtimeInput, edition: AQIEdition) {
    var parts: [Part] = []
    parts.reserveCapacity(7)
    Self.grade(.pm25Day, input.pm25, edition, into: &parts)
    Self.grade(.pm10Day, input.pm10, edition, into: &parts)
    if !Self.grade(.so2Hour, input.so2, edition, into: &parts), !input.so2.isMissing {
      Self.grade(.so2Day, input.so2Day, edition, into: &parts)
    }
    Self.grade(.no2Hour, input.no2, edition, into: &parts)
    Self.grade(.o3Hour, input.o3, edition, into: &parts)
    if input.countsOzoneEightHour {
      Self.grade(.o3EightHour, input.o3EightHour, edition, into: &parts)
    }
    Self.grade(.coHour, input.co, edition, into: &parts)
    self.init(edition: edition, parts: parts)
  }

  /// The AQI of a calendar day or of a running window of 24 h.
  public init(_ input: DailyInput, edition: AQIEdition) {
    var parts: [Part] = []
    parts.reserveCapacity(7)
    Self.grade(.pm25Day, input.pm25, edition, into: &parts)
    Self.grade(.pm10Day, input.pm10, edition, into: &parts)
    Self.grade(.so2Day, input.so2, edition, into: &parts)
    Self.grade(.no2Day, input.no2, edition, into: &parts)
    Self.grade(.o3Hour, input.o3Hour, edition, into: &parts)
    Self.grade(.o3EightHour, input.o3EightHour, edition, into: &parts)
    Self.grade(.coDay, input.co, edition, into: &parts)
    self.init(edition: edition, parts: parts)
  }

  /// Appends the part when there is an index; says whether there was.
  @discardableResult
  private static func grade(
    _ factor: AQIFactor, _ concentration: Concentration, _ edition: AQIEdition, into parts: inout [Part]
  ) -> Bool {
    guard let iaqi = edition.iaqi(factor, concentration) else { return false }
    parts.append(Part(factor: factor, concentration: concentration, iaqi: iaqi))
    return true
  }
}
