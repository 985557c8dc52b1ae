import ArgumentParser
import Daemon

/// `lantian target …`.
struct TargetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "target", abstract: "The year's target table.", subcommands: [TargetStatusCommand.self])
}

/// `lantian target status`.
struct TargetStatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Prints where every target of a year stands.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  @Option(help: "Year; otherwise the running one, or the newest that has a table.")
  var year: Int?

  @Option(help: "Code of one county, the city, or the urban district; otherwise all.")
  var county: String?

  private struct Target: Decodable {
    struct ToDate: Decodable {
      var value: Double?
      var days: Int
      var missing: Int
    }
    struct Projection: Decodable {
      var value: Double
      var low: Double
      var high: Double
    }
    struct Figure: Decodable {
      var value: Double?
      var deducted: Int
    }
    struct Episode: Decodable {
      var spent: Double
    }
    var county: String
    var indicator: String
    var target: Double?
    var unit: String
    var to_date: ToDate
    var basis: String?
    var measured: Figure?
    var dust_deducted: Figure?
    var remaining_mean_allowed: Double?
    var projection: Projection?
    var budget_ratio: Double?
    var episode: Episode?
    var state: String
    var since: String?
    var review: String?
    var in_force_from: String?
    var source: String?
    var reason: String?
    var reason_en: String?
  }

  func run() async throws {
    let client = control.client(global)
    let query = [year.map { "year=\($0)" }, county.map { "county=\(Self.escaped($0))" }].compactMap { $0 }
    let path = "/api/v1/targets" + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    guard let targets = try await client.fetch(path, as: [Target].self, output: global.output) else { return }
    var table = TextTable(header: [
      "county", "indicator", "target", "to date", "basis", "measured", "dust-deducted", "unit", "days", "missing",
      "remaining", "projection", "used",
      "episode",
      "state", "since", "review", "source", "reason",
    ])
    for target in targets {
      table.rows.append([
        target.county, target.indicator, Self.number(target.target), Self.number(target.to_date.value),
        target.basis ?? "-",
        Self.number(target.measured?.value), Self.deducted(target.dust_deducted), target.unit,
        String(target.to_date.days), String(target.to_date.missing), Self.number(target.remaining_mean_allowed),
        Self.projection(target.projection), Self.percent(target.budget_ratio), Self.percent(target.episode?.spent),
        target.state, target.since ?? "-", target.review ?? "-", Self.source(target), Self.reason(target),
      ])
    }
    table.lines().forEach { printLine($0) }
  }

  /// The value, and how many days were left out for sand-dust.
  private static func deducted(_ figure: Target.Figure?) -> String {
    guard let figure else { return "-" }
    return number(figure.value) + (figure.deducted > 0 ? " (-\(figure.deducted) d)" : "")
  }

  /// The value with its band.
  private static func projection(_ projection: Target.Projection?) -> String {
    guard let projection else { return "-" }
    return "\(number(projection.value)) (\(number(projection.low))..\(number(projection.high)))"
  }

  /// A share as percent with one decimal.
  private static func percent(_ share: Double?) -> String { share.map { number($0 * 100) + "%" } ?? "-" }

  private static func source(_ target: Target) -> String {
    (target.source ?? "") + (target.in_force_from.map { " (from \($0))" } ?? "")
  }

  /// Both languages.
  private static func reason(_ target: Target) -> String {
    [target.reason, target.reason_en].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " / ")
  }

  /// What may stand in a query stands for itself; everything else is escaped.
  private static func escaped(_ text: String) -> String {
    text.utf8.map { byte in
      let scalar = Unicode.Scalar(byte)
      let isPlain = byte < 0x80 && (scalar.properties.isAlphabetic || (0x30...0x39).contains(byte) || byte == 0x2D)
      return isPlain
        ? String(Character(scalar)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }

  /// One decimal, `-` for none.
  private static func number(_ value: Double?) -> String {
    guard let value else { return "-" }
    let tenths = (value * 10).rounded()
    return tenths == tenths.rounded(.towardZero) && Int(tenths) % 10 == 0 ? "\(Int(tenths) / 10)" : "\(tenths / 10)"
  }
}
