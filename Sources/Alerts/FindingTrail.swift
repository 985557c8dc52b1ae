package import AirQuality

/// What was found at each judged hour of the last 15 days (已发布研判), so that late and corrected data can be told to have
/// made a published finding wrong.
package struct FindingTrail: Sendable, Hashable {
  /// As far back as windows are kept.
  package static let capacity = WindowRing.capacity
  /// No level: the hour was passed over.
  private static let notJudged = UInt8.max

  private var levels = [UInt8](repeating: notJudged, count: capacity)
  /// The newest hour held; nil before the first.
  private var head: Int32?
  /// Newest windows at the times people lifted, ascending: later findings do not count windows up to them.
  private var lifts: [Int32] = []

  package init() {}

  private static func slot(_ hour: Int32) -> Int {
    let remainder = Int(hour) % capacity
    return remainder < 0 ? remainder + capacity : remainder
  }

  private func holds(_ hour: Int32) -> Bool {
    guard let head else { return false }
    return hour <= head && hour > head - Int32(Self.capacity)
  }

  /// The finding of an hour; nil when it was not judged or is not held.
  package subscript(hour: Int32) -> Level? {
    holds(hour) ? Level(rawValue: levels[Self.slot(hour)]) : nil
  }

  /// Notes the finding of an hour; hours that a newer one passes over were not judged.
  package mutating func set(_ level: Level, hour: Int32) {
    if let head, hour > head {
      let gap = min(Int(hour - head), Self.capacity)
      for step in 1...gap { levels[Self.slot(hour - Int32(gap) + Int32(step))] = Self.notJudged }
      self.head = hour
    } else if head == nil {
      head = hour
    }
    guard holds(hour) else { return }
    levels[Self.slot(hour)] = level.rawValue
    if let head { lifts.removeAll { $0 <= head - Int32(Self.capacity) } }
  }

  /// A person lifted when `hour` was the newest window.
  package mutating func noteLift(through hour: Int32) {
    if lifts.last != hour { lifts.append(hour) }
    if lifts.count > Self.capacity { lifts.removeFirst() }
  }

  /// What `LevelAssessment` is to ignore to find what would have been found at an hour.
  package func ignoreThrough(at hour: Int32) -> Int32? { lifts.last { $0 < hour } }

  /// Finds the hours from `first` before `last` anew and takes what differs: the hours whose finding is another one now.
  package mutating func revise(
    from first: Int32, before last: Int32, windows: WindowRing, criteria: Criteria
  ) -> [Revision] {
    guard let head else { return [] }
    var revisions: [Revision] = []
    for hour in max(first, head - Int32(Self.capacity) + 1)..<max(first, head - Int32(Self.capacity) + 1, last) {
      guard let published = self[hour] else { continue }
      let found = LevelAssessment(
        windows: windows, criteria: criteria, ignoreThrough: ignoreThrough(at: hour), through: hour
      ).level
      guard found != published else { continue }
      revisions.append(Revision(hour: hour, published: published, found: found))
      levels[Self.slot(hour)] = found.rawValue
    }
    return revisions
  }

  /// An hour that would have been found otherwise.
  package struct Revision: Sendable, Hashable {
    package var hour: Int32
    package var published: Level
    package var found: Level
  }

  package func encode(into writer: inout ByteWriter) {
    writer.optional(head) { $0.fixed($1) }
    writer.raw(levels)
    writer.list(lifts) { $0.fixed($1) }
  }

  package init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    head = try reader.optional { reader throws(SnapshotReadingError) in try reader.fixed(Int32.self) }
    for slot in 0..<Self.capacity { levels[slot] = try reader.byte() }
    lifts = try reader.list(of: "lifts") { reader throws(SnapshotReadingError) in try reader.fixed(Int32.self) }
  }
}
