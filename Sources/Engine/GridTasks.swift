import AirQuality

/// The site's grid tasks, and the hot hours that are not yet tasks: a state machine without clock or rings.
///
/// Bounded: `maximumOpen` open tasks (a further hot spot is counted as dropped), `maximumClosed` closed ones.
struct GridTasks: Sendable, Hashable {
  /// An hour of a station above its county's centre, or not.
  struct Hour: Sendable, Hashable {
    var station: String
    var county: String
    var pollutant: Pollutant
    /// End of the hour.
    var at: Instant
    var evidence: GridTask.Evidence
    var isHot: Bool
  }

  /// What an hour or an act changed.
  enum Change: Sendable, Hashable {
    case found(GridTask)
    /// Hot again soon after it was closed: the same task.
    case reopened(GridTask)
    case overdue(GridTask, GridTask.Step)
  }

  /// Why an act does nothing.
  enum Refusal: Error, Sendable, Hashable {
    case unknown
    /// The step comes before that.
    case wrongStep(GridTask.Step)
    /// Who handled it does not close it.
    case sameHand
    /// Still hot, or not clear for long enough.
    case notClear(hours: Int)
  }

  private struct Key: Hashable, Comparable {
    var station: String
    var pollutant: UInt8
    static func < (a: Key, b: Key) -> Bool { (a.station, a.pollutant) < (b.station, b.pollutant) }
  }

  private struct Streak: Hashable {
    var hours: Int32
    /// End of the last hot hour.
    var last: Int64
  }

  static let maximumOpen = 5_000
  static let maximumClosed = 2_000
  /// A missing hour neither counts nor breaks a row of hot ones, up to three.
  static let gapMilliseconds: Int64 = 4 * 3_600_000
  /// Hot again within this time after the closing, it is the same task.
  static let reopenMilliseconds: Int64 = 24 * 3_600_000

  /// Open ones by discovery, then closed ones by closing.
  private(set) var open: [GridTask] = []
  private(set) var closed: [GridTask] = []
  private var streaks: [Key: Streak] = [:]
  private(set) var dropped: UInt64 = 0
  /// The newest hour that was looked at.
  var judgedThrough: Int32?

  init() {}

  /// Takes an hour of a station that has a value.
  mutating func take(_ hour: Hour, settings: HotSpotSettings) -> Change? {
    let key = Key(station: hour.station, pollutant: hour.pollutant.rawValue)
    if let place = open.firstIndex(where: { $0.station == hour.station && $0.pollutant == hour.pollutant }) {
      if hour.isHot {
        open[place].hotHours += 1
        open[place].clearHours = 0
        open[place].peak = max(open[place].peak, hour.evidence.value)
      } else {
        open[place].clearHours += 1
      }
      return nil
    }
    guard hour.isHot else {
      streaks[key] = nil
      return nil
    }
    var streak = streaks[key] ?? Streak(hours: 0, last: hour.at.milliseconds)
    if hour.at.milliseconds - streak.last > Self.gapMilliseconds { streak.hours = 0 }
    streak.hours += 1
    streak.last = hour.at.milliseconds
    guard Int(streak.hours) >= settings.hours else {
      streaks[key] = streak
      return nil
    }
    streaks[key] = nil
    return begin(hour, hours: Int(streak.hours), settings)
  }

  private mutating func begin(_ hour: Hour, hours: Int, _ settings: HotSpotSettings) -> Change? {
    guard open.count < Self.maximumOpen else {
      dropped += 1
      return nil
    }
    if let place = closed.lastIndex(where: { $0.station == hour.station && $0.pollutant == hour.pollutant }),
      let end = closed[place].closedAt, hour.at.milliseconds - end.milliseconds <= Self.reopenMilliseconds
    {
      var task = closed.remove(at: place)
      task.step = .discovered
      task.closedAt = nil
      task.overdue = []
      task.clearHours = 0
      task.hotHours += hours
      task.peak = max(task.peak, hour.evidence.value)
      task.note(
        GridTask.Entry(step: .discovered, at: hour.at, by: "lantian", note: "销号后再次超出 (hot again after closing)"))
      open.append(task)
      return .reopened(task)
    }
    var task = GridTask(
      id: "", station: hour.station, county: hour.county, pollutant: hour.pollutant, foundAt: hour.at,
      evidence: hour.evidence, hotHours: hours)
    if let owner = settings.owner(county: hour.county, station: hour.station) {
      (task.owner, task.contact) = (owner.name, owner.contact)
    }
    task.note(GridTask.Entry(step: .discovered, at: hour.at, by: "lantian", note: ""))
    open.append(task)
    return .found(task)
  }

  /// Gives the newest task its id.
  mutating func name(_ id: String) { if !open.isEmpty { open[open.count - 1].id = id } }

  /// Steps whose time has passed; each is told once.
  mutating func takeOverdue(at now: Instant, settings: HotSpotSettings) -> [Change] {
    var changes: [Change] = []
    for place in open.indices {
      let since = open[place].entries.last { $0.step == .discovered }?.at ?? open[place].foundAt
      let hours = (now.milliseconds - since.milliseconds) / 3_600_000
      let due: [(GridTask.Step, Int, Bool)] = [
        (.reported, settings.reportWithinHours, open[place].step == .discovered),
        (.handled, settings.handleWithinHours, open[place].step == .discovered || open[place].step == .reported),
      ]
      for (step, limit, isMissing) in due
      where isMissing && hours >= Int64(limit) && !open[place].overdue.contains(step) {
        open[place].overdue.append(step)
        changes.append(.overdue(open[place], step))
      }
    }
    return changes
  }

  // MARK: Acts

  /// Moves a task one step on; who acts and what was done are kept.
  mutating func advance(
    _ id: String, to step: GridTask.Step, by: String, note: String, at: Instant, isForced: Bool,
    settings: HotSpotSettings
  ) throws(Refusal) -> GridTask {
    guard let place = open.firstIndex(where: { $0.id == id }) else { throw .unknown }
    if let refusal = Self.refusal(of: open[place], step, by: by, isForced: isForced, settings) { throw refusal }
    open[place].step = step
    open[place].note(GridTask.Entry(step: step, at: at, by: by, note: note))
    guard step == .closed else { return open[place] }
    open[place].closedAt = at
    let task = open.remove(at: place)
    closed.append(task)
    if closed.count > Self.maximumClosed { closed.removeFirst() }
    return task
  }

  /// Why a step may not be taken; nil when it may.
  static func refusal(
    of task: GridTask, _ step: GridTask.Step, by: String, isForced: Bool, _ settings: HotSpotSettings
  ) -> Refusal? {
    switch step {
    case .discovered: return .wrongStep(task.step)
    case .reported: return task.step == .discovered ? nil : .wrongStep(task.step)
    // What is handled at once need not be reported first; it may be handled again.
    case .handled: return task.step == .closed ? .wrongStep(task.step) : nil
    case .closed:
      guard task.step == .handled else { return .wrongStep(task.step) }
      if task.handledBy == by { return .sameHand }
      return isForced || task.clearHours >= settings.clearHours ? nil : .notClear(hours: task.clearHours)
    }
  }

  /// Gives a task another owner.
  mutating func assign(
    _ id: String, owner: String, contact: String, by: String, at: Instant
  ) throws(Refusal) -> GridTask {
    guard let place = open.firstIndex(where: { $0.id == id }) else { throw .unknown }
    (open[place].owner, open[place].contact) = (owner, contact)
    open[place].note(
      GridTask.Entry(step: open[place].step, at: at, by: by, note: "责任人 (owner): \(owner) \(contact)"))
    return open[place]
  }

  // MARK: The state as bytes

  func encode(into writer: inout ByteWriter) {
    writer.list(open) { $1.encode(into: &$0) }
    writer.list(closed) { $1.encode(into: &$0) }
    writer.list(streaks.sorted { $0.key < $1.key }) {
      $0.text($1.key.station)
      $0.byte($1.key.pollutant)
      $0.fixed($1.value.hours)
      $0.signed($1.value.last)
    }
    writer.varint(dropped)
    writer.optional(judgedThrough) { $0.fixed($1) }
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    open = try reader.list(of: "tasks") { reader throws(SnapshotReadingError) in try GridTask(decoding: &reader) }
    closed = try reader.list(of: "tasks") { reader throws(SnapshotReadingError) in try GridTask(decoding: &reader) }
    for _ in 0..<(try reader.count(of: "streaks", width: 7)) {
      let key = Key(station: try reader.text(), pollutant: try reader.byte())
      streaks[key] = Streak(hours: try reader.fixed(Int32.self), last: try reader.signed())
    }
    dropped = try reader.varint()
    judgedThrough = try reader.optional { reader throws(SnapshotReadingError) in try reader.fixed(Int32.self) }
  }
}
