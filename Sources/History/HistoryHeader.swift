import AirQuality

/// The header of a history file: which column gives what.
struct HistoryHeader {
  /// What the columns give, nil for those that are not read.
  var columns: [HistoryColumn?]
  /// As written, for messages.
  var names: [String]
  /// Units that the header itself names, by column.
  var units: [HistoryColumn: MeasurementUnit] = [:]

  /// Known spellings, folded: lower case, without blanks and `_.-`, subscripts as digits, without what stands in brackets.
  private static let spellings: [HistoryColumn: [String]] = [
    .year: ["year", "年", "年份"], .month: ["month", "月", "月份"], .day: ["day", "日"], .hour: ["hour", "时", "小时", "hr"],
    .time: [
      "time", "date", "datetime", "timestamp", "timepoint", "monitortime", "datatime", "utc", "日期", "时间", "监测时间",
      "监测日期",
      "数据时间", "发布时间", "日期时间",
    ],
    .station: [
      "station", "watchpoint", "site", "stationname", "stationid", "stationcode", "sitename", "siteid", "positionname",
      "point", "pointname", "站点", "站点名称", "监测点", "监测点位", "监测站", "点位", "点位名称", "测点", "测点名称", "站点编码", "站点编号", "监测点编码",
    ],
    .city: ["city", "cityname", "area", "城市", "城市名称", "地区"],
    .pollutant: ["pollutant", "parameter", "type", "item", "species", "factor", "污染物", "监测项目", "因子", "项目", "指标"],
    .value: ["value", "concentration", "conc", "measurement", "浓度", "值", "数值", "监测值"],
    .unit: ["unit", "units", "单位"],
    .pm25: ["pm25", "pm251h", "细颗粒物"], .pm10: ["pm10", "pm101h", "可吸入颗粒物"],
    .so2: ["so2", "so21h", "二氧化硫"], .no2: ["no2", "no21h", "二氧化氮"],
    .o3: ["o3", "o31h", "ozone", "臭氧", "臭氧1小时"], .co: ["co", "co1h", "一氧化碳"],
  ]

  private static let known: [String: HistoryColumn] = Dictionary(
    spellings.flatMap { column, names in names.map { ($0, column) } }, uniquingKeysWith: { first, _ in first })

  /// - Throws: a fault without a place when a declared column is not there.
  init(_ fields: [String], _ options: HistoryOptions) throws(HistoryFault) {
    names = fields
    columns = Array(repeating: nil, count: fields.count)
    for (column, name) in options.columns.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      let folded = Self.fold(name).name
      guard let index = fields.firstIndex(of: name) ?? fields.firstIndex(where: { Self.fold($0).name == folded }) else {
        throw HistoryFault(
          "no column is called \(name), which is declared as \(column.rawValue); there are "
            + fields.joined(separator: ", "))
      }
      columns[index] = column
    }
    // The first of two columns of one kind counts: `O3_1h` before a second `O3`.
    var taken = Set(columns.compactMap { $0 })
    for (index, field) in fields.enumerated() {
      let (name, unit) = Self.fold(field)
      if columns[index] == nil, let column = Self.known[name], taken.insert(column).inserted { columns[index] = column }
      if let column = columns[index], let unit { units[column] = unit }
    }
  }

  /// A header as it is compared, and the unit that it names in brackets.
  static func fold(_ text: String) -> (name: String, unit: MeasurementUnit?) {
    var name = ""
    var inside = ""
    var isInside = false
    for scalar in text.unicodeScalars {
      switch scalar {
      case "(", "（", "[": isInside = true
      case ")", "）", "]": isInside = false
      case _ where isInside: inside.unicodeScalars.append(scalar)
      case " ", "_", ".", "-", "\"", "'", "\u{FEFF}", "．": continue
      case "₂": name += "2"
      case "₃": name += "3"
      case "₅": name += "5"
      case "₁": name += "1"
      case "₀": name += "0"
      default: name.unicodeScalars.append(scalar)
      }
    }
    return (name.lowercased(), MeasurementUnit(spelling: inside))
  }

  /// The pollutant that a cell of a long file names; nil for those that are not read (AQI, running means).
  static func pollutant(named text: String) -> Pollutant? { known[fold(text).name]?.measures }

  func has(_ column: HistoryColumn) -> Bool { columns.contains(column) }

  func name(_ column: HistoryColumn) -> String {
    columns.firstIndex(of: column).map { names[$0] } ?? column.rawValue
  }

  var isLong: Bool { has(.pollutant) && has(.value) }

  /// What the header shows the file to be; a `time` column alone may turn out to be one of days by its first row.
  var preset: HistoryPreset {
    if has(.year), has(.month), has(.day), has(.hour) { return .prsa }
    return has(.time) && has(.hour) ? .points : .generic
  }

  /// What the header lacks, nil when rows can be read.
  var lack: String? {
    let hasDate = has(.time) || has(.year) && has(.month) && has(.day)
    if !hasDate { return "no column gives the time: name one `time`, or declare it with --column time=NAME" }
    if !isLong && !columns.contains(where: { $0?.measures != nil }) {
      return "no column gives a pollutant: name them as PM2.5, PM10, SO2, NO2, O3, CO, or declare them with --column"
    }
    return nil
  }
}

/// A fault whose place its reader knows.
struct HistoryFault: Error {
  var text: String
  init(_ text: String) { self.text = text }
}
