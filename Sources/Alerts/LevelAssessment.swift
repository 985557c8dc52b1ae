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
  private struct Run: BitwiseCopyable {
    static let toleratedGap = 24
    var count = 0
    var gap = 0

    mutating func step(_ belongs: Bool?) {
      switch belongs {
      case .some(true):
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

  /// Judges the windows up to `last`, by default the ring's head. Windows up to `ignoreThrough` (those before a person
  /// lifted) count for no level.
  package init(windows: WindowRing, criteria: Criteria, ignoreThrough: Int32?, through last: Int32? = nil) {
    level = .none
    firstHour = nil
    indeterminateWindows = 0
    newest = .indeterminate
    spans = [:]
    cleanWindows = [:]
    guard let newestHeld = windows.head, let tail = windows.tail else { return }
    let head = min(newestHeld, last ?? newestHeld)
    newest = windows[head]
    var above = criteria.thresholds.map { _ in Run() }
    var clean = criteria.clearThresholds.map { _ in Run() }
    let start = max(tail, ignoreThrough.map { $0 + 1 } ?? tail)
    if start <= head {
      withUnsafeTemporaryAllocation(of: RunningAQI.self, capacity: WindowRing.capacity) { buffer in
        windows.copy(start, through: head, to: buffer)
        let judged = UnsafeMutableBufferPointer(rebasing: buffer[..<(Int(head - start) + 1)])
        judge(judged, start: start, criteria, &above, &clean)
      }
    }
    for (index, threshold) in criteria.thresholds.enumerated() {
      spans[threshold] = above[index].count == 0 ? 0 : above[index].count + 23
    }
    for (index, threshold) in criteria.clearThresholds.enumerated() { cleanWindows[threshold] = clean[index].count }
  }

  private mutating func judge(
    _ windows: UnsafeMutableBufferPointer<RunningAQI>, start: Int32, _ criteria: Criteria, _ above: inout [Run],
    _ clean: inout [Run]
  ) {
    let thresholds = criteria.thresholds
    let clearThresholds = criteria.clearThresholds
    let lowest = clearThresholds.first ?? 200
    let cleared = Self.newestCleared(windows, criteria)
    if let cleared {
      for index in clean.indices { clean[index].count = Self.cleanCount(windows, cleared, clearThresholds[index]) }
    }
    for place in (cleared.map { $0 + 1 } ?? 0)..<windows.count {
      let window = windows[place]
      for index in thresholds.indices { above[index].step(window.isAbove(thresholds[index])) }
      for index in clearThresholds.indices { clean[index].step(window.isAbove(clearThresholds[index]).map { !$0 }) }
      if clean.first.map({ $0.count >= criteria.clearHours }) ?? false {
        level = .none
        firstHour = nil
      }
      indeterminateWindows = window.isAbove(lowest) == nil ? indeterminateWindows + 1 : 0
      // The newest window itself must be above, at least the lowest: a level starts in polluted air, not in a gap.
      guard let least = above.first, least.gap == 0, least.count > 0 else { continue }
      for rule in criteria.rules where rule.level > level {
        let holds = rule.anyOf.contains { clauses in
          clauses.allSatisfy { clause in
            guard let index = thresholds.firstIndex(of: clause.threshold) else { return false }
            return above[index].gap == 0 && above[index].count >= clause.windows
          }
        }
        if holds {
          level = rule.level
          firstHour = firstHour ?? start + Int32(place)
        }
      }
    }
  }

  /// The newest window that ends `clearHours` clean ones without a gap: there every run above a threshold has ended and
  /// no level stands, so that nothing before it need be looked at but for the length of the clean runs. Nil when there is
  /// none.
  private static func newestCleared(_ windows: UnsafeMutableBufferPointer<RunningAQI>, _ criteria: Criteria) -> Int? {
    guard let lowest = criteria.clearThresholds.first, let least = criteria.thresholds.first, lowest <= least,
      criteria.clearHours > 0
    else { return nil }
    var clean = 0
    var place = windows.count - 1
    while place >= 0 {
      clean = windows[place].isAbove(lowest) == false ? clean + 1 : 0
      if clean == criteria.clearHours { return place + clean - 1 }
      place -= 1
    }
    return nil
  }

  /// The clean windows of the run that ends with `last`, as `Run` counts them.
  private static func cleanCount(
    _ windows: UnsafeMutableBufferPointer<RunningAQI>, _ last: Int, _ threshold: Int
  ) -> Int {
    var count = 0
    var gap = 0
    var place = last
    while place >= 0 {
      switch windows[place].isAbove(threshold) {
      case .some(false):
        count += 1
        gap = 0
      case .some(true): return count
      case .none:
        gap += 1
        if gap > Run.toleratedGap { return count }
      }
      place -= 1
    }
    return count
  }
}
