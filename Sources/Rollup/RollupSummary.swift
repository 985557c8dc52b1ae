package import AirQuality

/// The civil hours of a unit's assessed stations that changed.
package struct UnitSpan: Sendable, Hashable {
  /// Index of the unit.
  package var unit: Int
  package var firstHour: Int32
  package var lastHour: Int32
}

/// A day of a unit.
package struct UnitDay: Sendable, Hashable, Comparable {
  /// Index of the unit.
  package var unit: Int
  package var day: CivilDay
  package init(unit: Int, day: CivilDay) {
    self.unit = unit
    self.day = day
  }
  package static func < (a: UnitDay, b: UnitDay) -> Bool { a.day != b.day ? a.day < b.day : a.unit < b.unit }
}

/// A county and day whose stored chunks are needed.
package struct CountyDay: Sendable, Hashable {
  /// County code; empty for stations of no county.
  package var county: String
  package var day: CivilDay
}

/// What changed for the units; in unit order, days in day order.
package struct UnitChanges: Sendable, Hashable {
  /// Hours to be judged again.
  package var hours: [UnitSpan] = []
  /// Days of the ledger whose value may differ.
  package var days: [UnitDay] = []
  package var isEmpty: Bool { hours.isEmpty && days.isEmpty }
}

/// What the passing of time brought.
package struct AdvanceSummary: Sendable, Hashable {
  /// The last civil hour that has ended.
  package var endedHour: Int32 = 0
  /// The last civil hour whose time of closing (`RollupSettings.closeMinutes` after its end) has passed: it is judged
  /// whatever is missing.
  package var closedHour: Int32 = 0
  /// The last civil day closed.
  package var closedDay = CivilDay(number: 0)
  /// Days closed by this call, oldest first; after a jump only those of which the rings held anything.
  package var closedDays: [CivilDay] = []
  package var changes = UnitChanges()
  /// Chunks to be stored now, in the order minutes, hours.
  package var chunks: [RollupChunk] = []
}

/// What became of the readings of a batch; each counts once among the first group.
package struct InsertSummary: Sendable, Hashable {
  /// New or preferred values of the rings and the ledger, and newest values of other quantities.
  package var accepted = 0
  /// Other values for what the same feed had said.
  package var corrections = 0
  package var duplicates = 0
  /// Rows of a feed that counts less, or of a period that the rings do not keep.
  package var evidence = 0
  /// Rows beyond the rings that wait for their chunks (parked).
  package var late = 0
  /// Future and ancient stamps: in no ring.
  package var quarantined = 0
  /// Rows lost because the parking or the stations have no more room, or their day has left the ledger.
  package var dropped = 0

  /// Rows with flag 4 or 9, wherever they went.
  package var unusable = 0
  /// Rows of stations outside the registry.
  package var unknownStationRows = 0
  /// Rows for hours whose chunk was already due: it will be rewritten.
  package var rewrites = 0
  /// Chunks to be asked for.
  package var needs: [CountyDay] = []
  /// What the batch changed.
  package var changes = UnitChanges()
  /// What the passing of time to the batch's instant brought; it comes before the batch.
  package var advance = AdvanceSummary()

  /// Counts the readings of another call among this one's.
  package mutating func count(_ other: InsertSummary) {
    accepted += other.accepted
    corrections += other.corrections
    duplicates += other.duplicates
    evidence += other.evidence
    late += other.late
    quarantined += other.quarantined
    dropped += other.dropped
    unusable += other.unusable
    unknownStationRows += other.unknownStationRows
    rewrites += other.rewrites
  }
}

/// What loaded chunks brought.
package struct HistorySummary: Sendable, Hashable {
  /// Rewritten chunks.
  package var chunks: [RollupChunk] = []
  package var changes = UnitChanges()
  /// Rows that change nothing, by feed: what their day was made of is not stored any more.
  package var evidence: [String: Int] = [:]
  /// Chunks to be asked for again: those that came were older than what has been stored since.
  package var needs: [CountyDay] = []
  /// Chunks that could not be read; they are left as they are.
  package var errors: [RollupError] = []
}

/// Collects changes while a call runs.
struct ChangeSet: Sendable {
  private var spans: [Int: UnitSpan] = [:]
  /// Station and day whose hours changed.
  private var stationDays: Set<UnitDay> = []
  private var unitDays: Set<UnitDay> = []
  /// Station and hour of the newest `hourChanged(station:units:hour:)`.
  private var newest: (station: Int, hour: Int32) = (-1, 0)
  /// The units it noted.
  private var newestUnits: [Int] = []

  /// Whether the newest hour noted was this one: the six pollutants of a station come together and change the same.
  func repeats(station: Int, hour: Int32) -> Bool { newest.station == station && newest.hour == hour }

  mutating func touch(units: [Int], hour: Int32) {
    for unit in units {
      if var span = spans[unit] {
        span.firstHour = min(span.firstHour, hour)
        span.lastHour = max(span.lastHour, hour)
        spans[unit] = span
      } else {
        spans[unit] = UnitSpan(unit: unit, firstHour: hour, lastHour: hour)
      }
    }
  }

  /// Notes the hour for the station's units and its day for the station.
  mutating func hourChanged(station: Int, units: [Int], hour: Int32) {
    // Stations of one county come one after the other.
    if newest.station < 0 || newest.hour != hour || newestUnits != units {
      touch(units: units, hour: hour)
      newestUnits = units
    }
    newest = (station, hour)
    hourChanged(station: station, hour: hour)
  }

  mutating func hourChanged(station: Int, hour: Int32) {
    stationDays.insert(UnitDay(unit: station, day: CivilDay(hour: hour)))
  }

  mutating func dayChanged(units: [Int], day: CivilDay) {
    for unit in units { unitDays.insert(UnitDay(unit: unit, day: day)) }
  }

  /// Stations (as `unit`) and days to be made again, in order.
  mutating func takeStationDays() -> [UnitDay] {
    defer { stationDays.removeAll() }
    newest = (-1, 0)
    return stationDays.sorted()
  }

  var isEmpty: Bool { spans.isEmpty && stationDays.isEmpty && unitDays.isEmpty }

  mutating func take() -> UnitChanges {
    defer { self = ChangeSet() }
    return UnitChanges(hours: spans.values.sorted { $0.unit < $1.unit }, days: unitDays.sorted())
  }
}
