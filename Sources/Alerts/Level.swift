/// A heavy-pollution level (研判等级): Lantian's finding, never a government's alert (DOMAIN.md 12).
package enum Level: UInt8, CaseIterable, Comparable, Sendable, Hashable {
  case none = 0
  /// Only in schemes of four levels (2017/2018).
  case blue
  case yellow
  case orange
  case red

  package static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }

  /// As the API, events and metrics write it.
  package var name: String {
    switch self {
    case .none: "none"
    case .blue: "blue"
    case .yellow: "yellow"
    case .orange: "orange"
    case .red: "red"
    }
  }

  package var nameChinese: String {
    switch self {
    case .none: "无"
    case .blue: "蓝色"
    case .yellow: "黄色"
    case .orange: "橙色"
    case .red: "红色"
    }
  }
}
