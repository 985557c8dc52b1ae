package import AirQuality

/// The readings of one message.
package struct MessageReadings: Sendable, Hashable {
  /// A factor or part that gave no reading, though it should have.
  package struct Issue: Sendable, Hashable {
    /// What of the message is bad.
    package enum Subject: Sendable, Hashable { case time, value, part }
    package var subject: Subject
    /// `a34004-Avg`, `DataTime`.
    package var place: String
    package var message: String
  }

  package var station: String
  /// All of one station: `Reading.station` is 0.
  package var readings = ContiguousArray<Reading>()
  package var issues: [Issue] = []
  /// Factors that Lantian does not keep (noise, positions, codes of a vendor's own).
  package var ignoredFactors = 0

  private init(station: String) { self.station = station }

  /// The data commands: real-time, minute, hour and day data.
  package static let commands: Set<Int> = [2011, 2051, 2061, 2031]

  /// Reads the content of a message.
  ///
  /// DataTime is the moment of sampling for 2011, and the start of the period for 2051, 2061 and 2031. The value is Rtd
  /// for 2011 and Avg for the others; where only the other one is sent, that. A value that is empty or a dash, or a flag
  /// without a value, is missing.
  package init(_ message: Segment, content: DataContent, settings: DeviceSettings, offset: CivilOffset) {
    station = settings.station ?? message.device
    for part in content.strayParts {
      issues.append(Issue(subject: .part, place: "CP", message: "\(Excerpt.quoted(part)) is no name=value; left out"))
    }
    guard FactorCode.isRead(system: message.system) else {
      ignoredFactors = content.blocks.reduce(0) { $0 + $1.factors.count }
      return
    }
    let period = Self.periodMilliseconds(message.command, settings)
    if content.blocks.isEmpty {
      issues.append(Issue(subject: .time, place: "DataTime", message: "the message has no DataTime and no data"))
    }
    for block in content.blocks {
      guard let stamp = block.time.flatMap({ DataTime.instant($0, offset: offset) }) else {
        let found = block.time.map { "\(Excerpt.quoted($0)) is no DataTime" } ?? "the data have no DataTime"
        issues.append(
          Issue(subject: .time, place: "DataTime", message: "\(found); 14 digits such as 20201201090000 are needed"))
        continue
      }
      let begin = settings.stampsEnd ? stamp.adding(milliseconds: -Int64(period)) : stamp
      for factor in block.factors { take(factor, begin, period, message, settings, offset) }
    }
  }

  private static func periodMilliseconds(_ command: Int?, _ settings: DeviceSettings) -> Int32 {
    switch command {
    case 2051: Int32(clamping: settings.minutes * 60_000)
    case 2061: 3_600_000
    case 2031: 86_400_000
    default: 0
    }
  }

  private mutating func take(
    _ factor: Factor, _ begin: Instant, _ period: Int32, _ message: Segment, _ settings: DeviceSettings,
    _ offset: CivilOffset
  ) {
    guard let pollutant = FactorCode.pollutant(factor.code) else {
      ignoredFactors += 1
      return
    }
    if let contradiction = factor.contradiction {
      note(factor, contradiction, "stands twice with different values; neither is taken")
      return
    }
    let (attribute, written) = Self.value(of: factor, isSampled: period == 0)
    guard written != nil || factor.flag != nil else {
      // Extremes or amounts alone.
      ignoredFactors += 1
      return
    }
    // A flag without a value says why there is none.
    let text = written ?? ""
    var at = begin
    if period == 0, let sampled = factor.sampleTime {
      guard let moment = DataTime.instant(sampled, offset: offset) else {
        note(factor, "SampleTime", "is \(Excerpt.quoted(sampled)), no moment; the value is left out", .time)
        return
      }
      at = moment
    }
    guard let number = Self.number(text) else {
      note(factor, attribute, "is \(Excerpt.quoted(text)), no number; look at the instrument")
      return
    }
    let unit = settings.unit(of: pollutant, system: message.system)
    guard let conversion = unit.conversion(for: pollutant) else {
      note(factor, attribute, "cannot be given in \(unit.rawValue); correct the device's unit")
      return
    }
    let value = number * conversion.factor + conversion.offset
    guard !value.isInfinite else {
      note(factor, attribute, "is \(Excerpt.quoted(text)), more than can be kept; look at the instrument")
      return
    }
    let mark = value.isNaN ? nil : DataMark(factor.flag)
    readings.append(
      Reading(
        station: 0, pollutant: pollutant, value: value, begin: at, periodMilliseconds: period,
        flag: mark?.flag ?? .missing, reasons: mark?.reasons ?? .missing))
  }

  private static func value(of factor: Factor, isSampled: Bool) -> (String, String?) {
    if isSampled { return factor.sampled != nil || factor.mean == nil ? ("Rtd", factor.sampled) : ("Avg", factor.mean) }
    return factor.mean != nil || factor.sampled == nil ? ("Avg", factor.mean) : ("Rtd", factor.sampled)
  }

  /// A decimal number; NaN for what instruments write when they have none; nil for anything else.
  static func number(_ text: String) -> Double? {
    switch text.lowercased() {
    case "", "-", "--", "—", "——", "na", "n/a", "nan", "null", "none": return .nan
    default: break
    }
    let allowed = text.utf8.allSatisfy { (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0) }
    guard allowed, text.utf8.contains(where: { (0x30...0x39).contains($0) }) else { return nil }
    return Double(text)
  }

  private mutating func note(_ factor: Factor, _ attribute: String, _ text: String, _ subject: Issue.Subject = .value) {
    let place = Excerpt.plain(factor.code) + "-" + Excerpt.plain(attribute)
    issues.append(Issue(subject: subject, place: place, message: "\(place) \(text)"))
  }
}
