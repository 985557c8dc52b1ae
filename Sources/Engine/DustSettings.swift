/// When sand-dust is suspected (疑似沙尘). All defaults are this project's own choice: no standard was at hand when they
/// were set, and a suspicion annotates only, it changes no level and no figure.
package struct DustSettings: Sendable, Hashable {
  /// Hours before the judged one that it is compared with.
  package var baseHours: Int32 = 6
  /// Of these so many must be valid.
  package var validBaseHours = 4
  /// The PM10 hour must be above this, µg/m³.
  package var floor: Int64 = 150
  /// PM10 surge: the hour is at least this percentage of the mean of the hours before.
  package var surgePercent: Int64 = 200
  /// Collapse: PM2.5/PM10 is at most this percentage of the ratio of the hours before.
  package var collapsePercent: Int64 = 50
  /// The suspicion ends when PM10 is at most this percentage of the mean before the surge …
  package var endPercent: Int64 = 110
  /// … or so many hours after it began: the air before the surge says nothing any more.
  package var maximumHours: Int32 = 72

  package init() {}
}
