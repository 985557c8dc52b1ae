import AirQuality
import Feeds
import Testing

@Suite("declarations that cannot work")
struct DeclarationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var key: String
    var says: String
    var change: @Sendable (inout FeedMapping) -> Void
    var testDescription: String { "\(key): \(says)" }
  }

  static let cases: [Case] = [
    Case(key: "values.pm25.unit", says: "nearest for pm25 is ug/m3") { $0.values[0].unit = "ug/m2" },
    Case(key: "values.pm25.unit", says: "ppb cannot carry pm25") { $0.values[0].unit = "ppb" },
    Case(key: "values.pm25.unit", says: "the unit is missing") { $0.values[0].unit = nil },
    Case(key: "values.pm2.5", says: "nearest is pm25") { $0.values[0].pollutant = "pm2.5" },
    Case(key: "values.so2", says: "mapped twice") {
      $0.values[0].pollutant = "so2"; $0.values[0].unit = "ppb"
    },
    Case(key: "values", says: "no pollutant") { $0.values = [] },
    Case(key: "rows", says: "starts with $") { $0.container = .json(rows: "data") },
    Case(key: "rows", says: "not closed") { $0.container = .json(rows: "$.data[*") },
    Case(key: "rows", says: "4 times") { $0.container = .json(rows: "$[*][*][*][*][*]") },
    Case(key: "rows", says: "[*] stands in the path") { $0.values[0].path = "$.a[*]" },
    Case(key: "path", says: "after a dot") { $0.values[0].path = "$..a" },
    Case(key: "time.period", says: "needs the averaging period") { $0.time.periodMilliseconds = 0 },
    Case(key: "time.period", says: "no period") { $0.time.meaning = .instant },
    Case(key: "time.path", says: "missing") { $0.time.path = nil },
    Case(key: "time.pattern", says: "as: local") { $0.time.pattern = "yyyy" },
    Case(key: "time.pattern", says: "does not name") {
      $0.time.notation = .local; $0.time.pattern = "HH:mm"
    },
    Case(key: "csv.delimiter", says: "ASCII") { $0.container = .csv(.init(delimiter: "，")) },
    Case(key: "csv.header", says: "without a header") { $0.container = .csv(.init(hasHeader: false)) },
    Case(key: "xml.row", says: "local name") { $0.container = .xml(row: "a:b") },
  ]

  @Test("are named with their key and what would be right", arguments: cases)
  func declarations(_ test: Case) {
    var mapping = Mappings.park
    test.change(&mapping)
    do throws(MappingError) {
      _ = try FeedDecoder(.mapping(mapping))
      Issue.record("taken")
    } catch {
      #expect(error.key == test.key)
      #expect(error.message.contains(test.says), "\(error.message)")
    }
    let body = decode(.mapping(mapping), "{}")
    #expect(body.failure?.code == .configuration)
  }

  @Test("presets are sound and have their names", arguments: FeedPreset.allCases)
  func presets(_ preset: FeedPreset) throws {
    _ = try FeedDecoder(.preset(preset))
    #expect(FeedFormat(named: preset.rawValue) == .preset(preset))
    #expect(FeedFormat(named: "cnmc") == nil)
  }
}
