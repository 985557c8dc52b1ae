import FoundationEssentials

/// One measured figure, beside its reference of the same run where there is one.
struct Figure: Codable, Sendable {
  /// The part of the benchmark: `polling`, `rings` …
  var section: String
  var name: String
  var value: Double
  /// `us`, `ns`, `1/s`, `bytes`, `ms`, `s`, `%`, `MiB`.
  var unit: String
  /// What the value is held against: the same work in plain C, a durable write on the same disk.
  var reference: String?
  var referenceValue: Double?
  /// `value / referenceValue`.
  var ratio: Double?
  /// What is aimed at, in words.
  var aim: String?
  /// Whether the aim is reached; nil without one.
  var met: Bool?
}

/// All figures of a run.
struct Report: Codable, Sendable {
  /// What the figures depend on.
  struct Machine: Codable, Sendable {
    var processors: Int
    /// The one-minute load before the run: figures of a busy machine are worth little, their ratios more.
    var loadBefore: Double
    var quick: Bool
  }

  var machine: Machine
  var figures: [Figure] = []
  /// Sections that could not be measured, and why.
  var failures: [String: String] = [:]

  /// Adds a figure; `bound` is the aim's number, held against the ratio when `ofRatio`, else against the value.
  mutating func add(
    _ section: String, _ name: String, _ value: Double, _ unit: String, reference: (String, Double)? = nil,
    aim: Aim? = nil
  ) {
    let ratio = reference.map { value / $0.1 }
    let met = aim.flatMap { aim -> Bool? in
      switch aim {
      case .ratioAtMost(let bound): ratio.map { $0 <= bound }
      case .atMost(let bound): value <= bound
      case .atLeast(let bound): value >= bound
      }
    }
    let figure = Figure(
      section: section, name: name, value: value, unit: unit, reference: reference?.0, referenceValue: reference?.1,
      ratio: ratio, aim: aim?.text(unit), met: met)
    figures.append(figure)
    note(Self.line(figure))
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// A table for people.
  func table() -> String {
    var lines = [
      "\(machine.processors) processors, load \(decimal(machine.loadBefore)) before the run"
        + (machine.quick ? ", the short form" : ""),
      "",
      Self.columns("section", "figure", "value", "reference", "ratio", "aim", ""),
    ]
    for figure in figures { lines.append(Self.line(figure)) }
    for (section, reason) in failures.sorted(by: { $0.key < $1.key }) {
      lines.append("\(section): NOT MEASURED: \(reason)")
    }
    return lines.joined(separator: "\n")
  }

  private static func line(_ figure: Figure) -> String {
    let reference = figure.referenceValue.map { "\(decimal($0)) \(figure.reference ?? "")" } ?? ""
    return columns(
      figure.section, figure.name, "\(decimal(figure.value)) \(figure.unit)", reference,
      figure.ratio.map(decimal) ?? "", figure.aim ?? "", figure.met.map { $0 ? "yes" : "NO" } ?? "")
  }

  private static func columns(
    _ section: String, _ name: String, _ value: String, _ reference: String, _ ratio: String, _ aim: String,
    _ met: String
  ) -> String {
    pad(section, 9) + pad(name, 52) + pad(value, 20) + pad(reference, 32) + pad(ratio, 8) + pad(aim, 14) + met
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}

/// What a figure should reach.
enum Aim {
  case ratioAtMost(Double)
  case atMost(Double)
  case atLeast(Double)

  func text(_ unit: String) -> String {
    switch self {
    case .ratioAtMost(let bound): "ratio ≤ \(decimal(bound))"
    case .atMost(let bound): "≤ \(decimal(bound)) \(unit)"
    case .atLeast(let bound): "≥ \(decimal(bound)) \(unit)"
    }
  }
}

/// Three significant digits at most, large numbers in thousands or millions.
func decimal(_ value: Double) -> String {
  if value.magnitude >= 10_000_000 { return "\((value / 100_000).rounded() / 10)M" }
  if value.magnitude >= 1_000_000 { return "\((value / 10_000).rounded() / 100)M" }
  if value.magnitude >= 10_000 { return "\(Int((value / 1_000).rounded()))k" }
  if value.magnitude >= 100 { return "\(Int(value.rounded()))" }
  if value.magnitude >= 10 { return "\((value * 10).rounded() / 10)" }
  return "\((value * 100).rounded() / 100)"
}

/// The middle value; of an even count the higher of the two in the middle.
func median(_ values: [Double]) -> Double { quantile(values, 0.5) }

/// The value that a share of all does not exceed.
func quantile(_ values: [Double], _ share: Double) -> Double {
  let sorted = values.sorted()
  guard !sorted.isEmpty else { return .nan }
  return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
}
