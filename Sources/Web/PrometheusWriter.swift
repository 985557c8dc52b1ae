import Timekeeping

/// Writes the Prometheus text format 0.0.4: families with HELP and TYPE, each series once.
struct PrometheusWriter {
  enum Kind: String {
    case gauge
    case counter
    case histogram
  }

  private(set) var bytes: [UInt8] = []
  private var family = ""
  /// Label sets that the family has already, so that a source's repetition does not break the whole page.
  private var seen: Set<String> = []

  init() { bytes.reserveCapacity(16 * 1_024) }

  /// Starts a family; its samples follow at once.
  mutating func family(_ name: String, _ kind: Kind, _ help: String) {
    family = name
    seen.removeAll(keepingCapacity: true)
    bytes.append(contentsOf: "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n".utf8)
  }

  /// One sample; left out when the value is nil or NaN, or the labels stand already.
  mutating func sample(_ labels: [(String, String)], _ value: Double?) {
    line("", labels, value)
  }

  /// One sample of a counter.
  mutating func sample(_ labels: [(String, String)], _ value: UInt64) {
    line("", labels, Double(value))
  }

  /// The only sample of a family without labels.
  mutating func sample(_ value: Double?) {
    line("", [], value)
  }

  /// The buckets, sum and count of one histogram.
  mutating func histogram(_ labels: [(String, String)], _ histogram: DurationHistogram) {
    var cumulative: UInt64 = 0
    for (index, count) in histogram.counts.enumerated() {
      cumulative += count
      let bound = index < histogram.boundsSeconds.count ? Self.number(histogram.boundsSeconds[index]) : "+Inf"
      line("_bucket", labels + [("le", bound)], Double(cumulative))
    }
    line("_sum", labels, histogram.sumSeconds)
    line("_count", labels, Double(cumulative))
  }

  private mutating func line(_ suffix: String, _ labels: [(String, String)], _ value: Double?) {
    guard let value, !value.isNaN else { return }
    var text = family + suffix
    if !labels.isEmpty {
      text += "{" + labels.map { $0.0 + "=\"" + Self.escaped($0.1) + "\"" }.joined(separator: ",") + "}"
    }
    guard seen.insert(text).inserted else { return }
    bytes.append(contentsOf: (text + " " + Self.number(value) + "\n").utf8)
  }

  /// A label value with backslash, quote and newline escaped.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\"": escaped += "\\\""
      case "\n": escaped += "\\n"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// The shortest text that reads back as the same number; whole numbers without a fraction.
  static func number(_ value: Double) -> String {
    if value == .infinity { return "+Inf" }
    if value == -.infinity { return "-Inf" }
    if value == value.rounded(), abs(value) < 9e15 { return String(Int64(value)) }
    return "\(value)"
  }
}
