package import AirQuality

/// One station's hour as a history file states it (站点小时值); its six values stand beside it in `HistoryTable.values`.
package struct HistoryRow: Sendable, Hashable, BitwiseCopyable {
  /// Start of the hour, milliseconds UTC, whatever the file's stamp means.
  package var begin: Int64
  /// Index into the table's `stations`.
  package var station: UInt32
  /// Bit `Pollutant.rawValue`: the row has a cell for the pollutant, be it a value or a mark of "missing".
  package var given: UInt8
  /// Bit `Pollutant.rawValue`: the cell is at fault and was reported; it stands as missing, or is not given.
  package var faulty: UInt8

  package init(begin: Int64, station: UInt32, given: UInt8, faulty: UInt8 = 0) {
    self.begin = begin
    self.station = station
    self.given = given
    self.faulty = faulty
  }
}

/// One city's day as a daily history file states it (城市日均值).
package struct HistoryDay: Sendable, Hashable {
  /// Index into the table's `cities`.
  package var city: Int
  package var day: CivilDay
  /// Daily means in the order of `Pollutant.criteria` (ozone: the highest 8 h mean); missing where there is none.
  package var values: [Concentration]

  package init(city: Int, day: CivilDay, values: [Concentration]) {
    self.city = city
    self.day = day
    self.values = values
  }
}

/// What one history file holds.
package struct HistoryTable: Sendable, Hashable {
  /// The file's name as given, for messages.
  package var file: String
  /// How the file was understood; nil when its header could not be.
  package var layout: HistoryLayout?
  /// Station names in order of first appearance.
  package var stations: [String] = []
  /// In the order of the file; repeated hours are kept, the engine decides.
  package var rows: ContiguousArray<HistoryRow> = []
  /// Six to a row, thousandths of `Pollutant.unit` in the order of `Pollutant.criteria`; `Int32.min` for none.
  package var values: ContiguousArray<Int32> = []
  /// City names of daily rows in order of first appearance.
  package var cities: [String] = []
  package var days: [HistoryDay] = []
  /// Lines that are data.
  package var lines = 0
  /// The first faults, at most `maximumProblems`.
  package var problems: [HistoryProblem] = []
  /// All faults.
  package var problemCount = 0

  /// Faults of one file that are kept with their place.
  package static let maximumProblems = 100

  package init(file: String) { self.file = file }

  mutating func report(_ problem: @autoclosure () -> HistoryProblem) {
    problemCount += 1
    if problems.count < Self.maximumProblems { problems.append(problem()) }
  }
}

/// How a file was understood; printed, so that a wrong guess is seen.
package struct HistoryLayout: Sendable, Hashable {
  /// `prsa`, `points`, `generic` or `city-daily`.
  package var preset: HistoryPreset
  package var stamp: HistoryStampMeaning
  /// Unit of each pollutant that the file has.
  package var units: [(pollutant: Pollutant, unit: MeasurementUnit)]
  /// One pollutant a row instead of a column each.
  package var isLong: Bool

  package static func == (a: HistoryLayout, b: HistoryLayout) -> Bool {
    a.preset == b.preset && a.stamp == b.stamp && a.isLong == b.isLong && a.units.elementsEqual(b.units, by: ==)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(preset)
    hasher.combine(stamp)
    hasher.combine(isLong)
  }

  /// `prsa, stamps are begins, co in ug/m3`.
  package var description: String {
    var text = preset.rawValue + (isLong ? " (long)" : "")
    if preset != .cityDaily { text += ", a stamp is the \(stamp.rawValue) of its hour" }
    for (pollutant, unit) in units where unit != pollutant.unit || pollutant == .co {
      text += ", \(pollutant.name) in \(unit.rawValue)"
    }
    return text
  }
}
