/// What a unit's running AQIs say at one hour: the level they support, and why.
package struct LevelAssessment: Sendable, Hashable {
  /// The highest level whose criterion held at any window since the air last cleared, by windows after `ignoreThrough`.
  package var level: Level
  /// Its first window, by the hour that ends it; nil when `level` is none.
  package var firstHour: Int32?
  /// Span of air in hours above each rule threshold that ends with the newest window; 0 when it is not above.
  package var spans: [Int: Int]
  /// Consecutive windows at or below each clear threshold up to now (indeterminate ones not counted).
  package var cleanWindows: [Int: Int]
  /// Indeterminate windows in a row up to now.
  package var indeterminateWindows: Int
  /// The newest window.
  package var newest: RunningAQI

  /// A run of windows on one side of a threshold. An indeterminate window neither ends nor lengthens it; more than 24
  /// in a row end it (DOMAIN.md 12, "Closing of hours").
  private struct Run {
    static let toleratedGap = 24
    var count = 0
    var gap = 0
    var start: Int32 = 0

    mutating func step(_ belongs: Bool?, hour: Int32) {
      switch belongs {
      case .some(true):
        if count == 0 { start = hour }
        count += 1
        gap = 0
      case .some(false):
        count = 0
        gap = 0
      case .none:
        gap += 1
        if gap > Self.toleratedGap { count = 0 }
      }
    }
  }

  /// Judges the windows up to the ring's head. Windows up to `ignoreThrough` (those before a person lifted) count for
  /// no level.
  package init(windows: WindowRing, criteria: Criteria, ignoreThrough: Int32?) {
    let thresholds = Set(criteria.rules.flatMap { $0.anyOf.joined().map(\.threshold) }).sorted()
    let clearThresholds = Set(criteria.rules.map(\.clearThreshold)).sorted()
    var above = thresholds.map { _ in Run() }
    var clean = clearThresholds.map { _ in Run() }
    level = .none
    firstHour = nil
    indeterminateWindows = 0
    newest = .indeterminate
    spans = [:]
    cleanWindows = [:]
    guard let head = windows.head, let tail = windows.tail else { return }
    let start = max(tail, ignoreThrough.map { $0 + 1 } ?? tail)
    let lowest = clearThresholds.first ?? 200
    if start <= head {
      for hour in start...head {
        let window = windows[hour]
        for index in thresholds.indices { above[index].step(window.isAbove(thresholds[index]), hour: hour) }
        for index in clearThresholds.indices {
          clean[index].step(window.isAbove(clearThresholds[index]).map { !$0 }, hour: hour)
        }
        if clean.first.map({ $0.count >= criteria.clearHours }) ?? false {
          level = .none
          firstHour = nil
        }
        for rule in criteria.rules where rule.level > level {
          let group = rule.anyOf.first { clauses in
            clauses.allSatisfy { clause in
              guard let index = thresholds.firstIndex(of: clause.threshold) else { return false }
              // The newest window itself must be above: a level starts in polluted air, not in a gap.
              return above[index].gap == 0 && above[index].count >= clause.windows
            }
          }
          if group != nil {
            level = rule.level
            firstHour = firstHour ?? hour
          }
        }
        indeterminateWindows = window.isAbove(lowest) == nil ? indeterminateWindows + 1 : 0
      }
    }
    newest = windows[head]
    for (index, threshold) in thresholds.enumerated() {
      spans[threshold] = above[index].count == 0 ? 0 : above[index].count + 23
    }
    for (index, threshold) in clearThresholds.enumerated() { cleanWindows[threshold] = clean[index].count }
  }
}
