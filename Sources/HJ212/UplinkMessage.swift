package import AirQuality

/// A message from this platform to a superior one (上级平台): the hour means of one source as CN 2061.
package struct UplinkMessage: Sendable, Hashable {
  /// The owner's number of it.
  package var id: Int64
  /// QN, the same on every attempt.
  package var requestNumber: String
  /// ST, 22 for ambient air.
  package var system: Int
  /// MN of the source at the superior platform.
  package var device: String
  /// What stands between `CP=&&` and `&&`.
  package var content: String

  package init(id: Int64, requestNumber: String, system: Int, device: String, content: String) {
    self.id = id
    self.requestNumber = requestNumber
    self.system = system
    self.device = device
    self.content = content
  }

  /// The frame; an answer is wanted (Flag 5). Nil when it would be longer than HJ 212-2017 allows.
  package func frame(password: AccessPassword?) -> [UInt8]? {
    guard content.utf8.count <= HJ212Limits.writtenContentBytes else { return nil }
    var segment = Array("QN=\(requestNumber);ST=\(system);CN=2061;".utf8)
    if let password { segment += Array("PW=".utf8) + password.reveal() + [UInt8(ascii: ";")] }
    segment += Array("MN=\(device);Flag=5;CP=&&\(content)&&".utf8)
    guard segment.count <= HJ212Limits.writtenSegmentBytes else { return nil }
    return FrameEncoder.frame(segment)
  }

  /// QN of a moment.
  package static func requestNumber(at instant: Instant, offset: CivilOffset) -> String {
    DataTime.text(instant, offset: offset, withMilliseconds: true)
  }

  /// The content for the hour that begins at `begin`: values in µg/m³, CO in mg/m³, as they are kept; all marked N.
  /// Nil without any value that has a code.
  package static func content(
    hourBeginning begin: Instant, values: [(pollutant: Pollutant, value: Concentration)], offset: CivilOffset
  ) -> String? {
    let factors = values.compactMap { pollutant, value -> String? in
      guard !value.isMissing, let code = FactorCode.code(of: pollutant) else { return nil }
      return "\(code)-Avg=\(decimal(value)),\(code)-Flag=N"
    }
    guard !factors.isEmpty else { return nil }
    let time = DataTime.text(begin, offset: offset, withMilliseconds: false)
    return (["DataTime=\(time)"] + factors).joined(separator: ";")
  }

  /// What is reported of an hour after `reported` was: the means of now, and what was reported and is no longer known as it
  /// was, marked D (fault), so that the platform does not go on using it. Nil when nothing was ever known.
  package static func content(_ content: String?, after reported: String?) -> String? {
    guard let reported else { return content }
    var parts = (content ?? reported).split(separator: ";").map(String.init)
    if content == nil { parts = Array(parts.prefix(1)) }
    let known = Set(parts.dropFirst().map { code(of: $0) })
    for factor in reported.split(separator: ";").dropFirst() where !known.contains(code(of: factor)) {
      parts.append(factor.hasSuffix("-Flag=N") ? "\(factor.dropLast())D" : String(factor))
    }
    return parts.joined(separator: ";")
  }

  /// The code that a factor written by `content(hourBeginning:values:offset:)` begins with.
  private static func code(of factor: some StringProtocol) -> String { String(factor.prefix { $0 != "-" }) }

  /// Thousandths as a decimal number without zeros at the end.
  static func decimal(_ value: Concentration) -> String {
    let magnitude = value.thousandths.magnitude
    var text = (value.thousandths < 0 ? "-" : "") + String(magnitude / 1_000)
    var rest = magnitude % 1_000
    guard rest > 0 else { return text }
    var digits = 3
    while rest % 10 == 0 {
      rest /= 10
      digits -= 1
    }
    let fraction = String(rest)
    text += "." + String(repeating: "0", count: digits - fraction.utf8.count) + fraction
    return text
  }
}
