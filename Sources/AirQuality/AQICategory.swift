/// The six grades of the AQI (空气质量指数级别, HJ 633 table 2). Not the colours of alerts.
public enum AQICategory: Int, CaseIterable, Sendable, Hashable, Comparable {
  case excellent = 1
  case good
  case light
  case moderate
  case heavy
  case severe

  /// The grade of an AQI: up to 50, 100, 150, 200, 300, above.
  public init(aqi: Int) {
    switch aqi {
    case ...50: self = .excellent
    case ...100: self = .good
    case ...150: self = .light
    case ...200: self = .moderate
    case ...300: self = .heavy
    default: self = .severe
    }
  }

  public static func < (a: AQICategory, b: AQICategory) -> Bool { a.rawValue < b.rawValue }

  /// The category's name as published: 优 良 轻度污染 中度污染 重度污染 严重污染.
  public var chinese: String {
    switch self {
    case .excellent: "优"
    case .good: "良"
    case .light: "轻度污染"
    case .moderate: "中度污染"
    case .heavy: "重度污染"
    case .severe: "严重污染"
    }
  }

  public var english: String {
    switch self {
    case .excellent: "Excellent"
    case .good: "Good"
    case .light: "Lightly polluted"
    case .moderate: "Moderately polluted"
    case .heavy: "Heavily polluted"
    case .severe: "Severely polluted"
    }
  }

  /// 一级 to 六级.
  public var grade: String { ["一级", "二级", "三级", "四级", "五级", "六级"][rawValue - 1] }

  /// The colour's Chinese name: 绿 黄 橙 红 紫 褐红.
  public var colourName: String { ["绿", "黄", "橙", "红", "紫", "褐红"][rawValue - 1] }

  /// The colour on screens, `#RRGGBB`.
  public var colourHex: String {
    switch self {
    case .excellent: "#00E400"
    case .good: "#FFFF00"
    case .light: "#FF7E00"
    case .moderate: "#FF0000"
    case .heavy: "#99004C"
    case .severe: "#7E0023"
    }
  }
}
