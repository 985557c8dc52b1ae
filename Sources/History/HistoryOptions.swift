package import AirQuality

/// What the stamp of an hourly row means (时标).
package enum HistoryStampMeaning: String, CaseIterable, Sendable, Hashable {
  /// 08 stands for 08:00-09:00.
  case begin
  /// 08 stands for 07:00-08:00, as Chinese networks publish.
  case end
}

/// A family of history files: what is to be assumed where the file itself says nothing.
package enum HistoryPreset: String, CaseIterable, Sendable, Hashable {
  /// `year,month,day,hour` in columns of their own, as the PRSA files of Beijing: hours 0-23 are begins, CO is in µg/m³.
  case prsa
  /// `Date,Hour,WatchPoint,…` as the national platform's point tables are collected: stamps are ends, CO is in mg/m³.
  case points
  /// Any other table with one stamp column: stamps are ends, CO is in mg/m³.
  case generic
  /// City and day, daily means; with or without a header.
  case cityDaily = "city-daily"

  var stamp: HistoryStampMeaning { self == .prsa ? .begin : .end }
  var carbonMonoxideUnit: MeasurementUnit { self == .prsa ? .microgramsPerCubicMeter : .milligramsPerCubicMeter }
}

/// What a column of a history file gives; the raw value is its spelling in `--column`.
package enum HistoryColumn: String, CaseIterable, Sendable, Hashable {
  case year, month, day, hour
  /// A date, or date and hour in one.
  case time
  case station
  /// City of a daily file.
  case city
  /// Long files: the pollutant's name, its value and its unit.
  case pollutant, value, unit
  case pm25, pm10, so2, no2, o3, co

  /// The pollutant of a value column.
  var measures: Pollutant? { Pollutant(name: rawValue).flatMap { $0.isCriteria ? $0 : nil } }
}

/// What is declared about a history file; what is not follows from its preset, and that from its header.
package struct HistoryOptions: Sendable, Hashable {
  /// Nil: recognised by the header.
  package var preset: HistoryPreset?
  package var stamp: HistoryStampMeaning?
  /// Zone of stamps that carry none.
  package var zone: CivilOffset = .china
  /// Units of columns whose header names none.
  package var units: [Pollutant: MeasurementUnit] = [:]
  /// Headers of columns that are called otherwise than the known names.
  package var columns: [HistoryColumn: String] = [:]

  package init() {}
}
