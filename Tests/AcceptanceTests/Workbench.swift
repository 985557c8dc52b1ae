import FoundationEssentials
import Glibc

/// A temporary folder with the files of one test: configuration, tables, state, output. Removed with the value's last
/// owner.
final class Workbench: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/lantian-accept-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Child.Failure(description: "mkdtemp: errno \(errno)") }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    try write("counties.csv", Self.counties)
    try write("stations.csv", Self.stations)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  func write(_ name: String, _ text: String, mode: mode_t = 0o644) throws {
    try Data(text.utf8).write(to: URL(filePath: file(name)))
    chmod(file(name), mode)
  }

  /// Empty when there is no such file.
  func read(_ name: String) -> String { readFile(file(name)) }

  func readFile(_ path: String) -> String {
    (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// Names in the folder that `choose` accepts.
  func files(_ choose: (String) -> Bool) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).filter(choose)
  }

  /// Writes `lantian.yaml` for the two counties below.
  func configure(feeds: String, hooks: String = "", more: String = "", listen: String = "127.0.0.1:0") throws {
    try write(
      "lantian.yaml",
      """
      version: 1
      site: {name: 吕梁市, code: "141100", offset: "+08:00"}
      state: state
      listen: "\(listen)"
      counties: counties.csv
      stations: stations.csv
      \(more)
      \(feeds.isEmpty ? "" : "feeds:\n" + feeds)
      \(hooks.isEmpty ? "" : "hooks:\n" + hooks)
      """)
  }

  static let counties = """
    code,name_zh,name_en,group
    141102,离石区,Lishi,市区及周边
    141182,汾阳市,Fenyang,平川四县

    """
  static let stations = """
    id,name,county,class,lat,lon,assessed,urban,background
    2183A,环保局,141102,national,37.518,111.1345,yes,yes,no
    2185A,自来水公司,141102,national,37.502,111.17,yes,yes,no
    F1,汾阳一中,141182,national,37.26,111.78,yes,no,no
    M1,微站一,141102,micro,37.5,111.1,no,no,no

    """

  /// A feed of hourly rows `{"data":[{"s","t","pm25",…}]}` in the mapping that these tests use.
  static func feed(_ name: String, _ url: String, every: String = "1s", extra: [String] = []) -> String {
    let lines = [
      "format:", "  json:", "    rows: $.data[*]", "    station: $.s",
      "    time: {path: $.t, as: rfc3339, stamp: end, period: 1h}", "    missing: [\"-\"]", "    values:",
      "      pm25: {path: $.pm25, unit: ug/m3}", "      pm10: {path: $.pm10, unit: ug/m3}",
      "      so2: {path: $.so2, unit: ug/m3}", "      no2: {path: $.no2, unit: ug/m3}",
      "      co: {path: $.co, unit: mg/m3}", "      o3: {path: $.o3, unit: ug/m3}",
    ]
    return entry(name, ["url: \"\(url)\"", "every: \(every)"] + extra + lines)
  }

  /// A feed of a preset.
  static func preset(_ name: String, _ preset: String, _ url: String, every: String = "1s", extra: [String] = [])
    -> String
  {
    entry(name, ["url: \"\(url)\"", "every: \(every)", "format: \(preset)"] + extra)
  }

  /// A webhook signed with `hook.key`.
  static func webhook(_ name: String, _ url: String, extra: [String] = []) -> String {
    entry(name, ["webhook: {url: \"\(url)\", secret_file: hook.key, timeout: 5s}"] + extra)
  }

  /// An item of a YAML list of mappings.
  static func entry(_ name: String, _ lines: [String]) -> String {
    "  - name: \(name)\n" + lines.map { "    \($0)\n" }.joined()
  }
}
