package import AirQuality

/// What a judgement changed; the engine turns each into an event.
package enum LevelOutcome: Sendable, Hashable {
  /// The finding rose (or fell by an operator's act) from one level to another.
  case transition(from: Level, to: Level)
  /// The first running mean above the heads-up threshold of an episode.
  case headsUp
  /// The air is below the criterion long enough: falling to `to` is proposed, and stays a person's decision.
  case liftProposed(to: Level)
  /// The air rose again before anybody lifted.
  case liftWithdrawn
  /// The finding would have risen to that level, but sand-dust is declared: no colour is given (沙尘期间不定颜色).
  case withheld(Level)
  /// The newest window decides nothing any more.
  case becameIndeterminate
  /// The unit has lost its last assessed station (无评价点位) with a level in force.
  case becameUnmonitored
  /// It decides again. `since` is when knowledge was lost; nil the first time anything is known.
  case becameKnown(since: Instant?)
  /// A level is in force and nothing was decided for so many windows: a person is asked to decide.
  case decisionNeeded(indeterminateHours: Int)
}

/// The finding of one unit: a state, moved by running AQIs and by people's acts.
///
/// Rising follows the criteria at once. Falling never happens by itself: without an official forecast it is proposed
/// after `Criteria.clearHours` clean windows and done by `lift` (DOMAIN.md 12, "Running AQI and duration"). A level
/// never falls because data stopped.
package struct LevelMachine: Sendable, Hashable {
  package private(set) var level: Level = .none
  /// When the present level was entered; nil while nothing was ever known.
  package private(set) var since: Instant?
  /// When the episode began: the first transition out of none; kept after its end until the next begins.
  package private(set) var episodeStart: Instant?
  /// Windows up to this hour count for no level: a person lifted then.
  package private(set) var ignoreThrough: Int32?
  /// The level that falling is proposed to, and since when.
  package private(set) var proposal: Proposal?
  /// Whether the newest judged window decided.
  package private(set) var isKnown = false
  /// Since when nothing is decided; nil while it is known.
  private var indeterminateSince: Instant?
  private var headsUpGiven = false
  private var remindersGiven: Int32 = 0
  package private(set) var newest: RunningAQI = .indeterminate
  /// The highest level withheld since colours are withheld; none while they are given.
  package private(set) var withheld: Level = .none

  /// A standing proposal to lift or lower.
  package struct Proposal: Sendable, Hashable {
    package var to: Level
    package var since: Instant
  }

  /// After this many indeterminate windows under a level the duty officer is asked to decide, then once a shift.
  package static let decisionHours = 12

  package init() {}

  /// Judges the level of now; `at` is the end of the newest window. With `isWithheld` the level does not rise: each level
  /// above the one in force is said once to be withheld, and the one in force stays.
  package mutating func judge(
    _ windows: WindowRing, criteria: Criteria, at: Instant, isWithheld: Bool = false
  ) -> (outcomes: [LevelOutcome], assessment: LevelAssessment) {
    let assessment = LevelAssessment(windows: windows, criteria: criteria, ignoreThrough: ignoreThrough)
    var outcomes: [LevelOutcome] = []
    newest = assessment.newest
    noticeKnowledge(assessment, at: at, &outcomes)
    if !isWithheld { withheld = .none }
    if assessment.level > level, isWithheld {
      if assessment.level > withheld {
        withheld = assessment.level
        headsUpGiven = true
        outcomes.append(.withheld(assessment.level))
      }
    } else if assessment.level > level {
      outcomes.append(.transition(from: level, to: assessment.level))
      if level == .none { episodeStart = at }
      level = assessment.level
      since = at
      proposal = nil
      headsUpGiven = true
    } else if newest.isAbove(criteria.headsUpThreshold) == true, !headsUpGiven {
      headsUpGiven = true
      outcomes.append(.headsUp)
    }
    noticeClearing(assessment, criteria: criteria, at: at, &outcomes)
    return (outcomes, assessment)
  }

  private mutating func noticeKnowledge(
    _ assessment: LevelAssessment, at: Instant, _ outcomes: inout [LevelOutcome]
  ) {
    let knows = assessment.indeterminateWindows == 0
    if knows != isKnown {
      outcomes.append(knows ? .becameKnown(since: indeterminateSince) : .becameIndeterminate)
      indeterminateSince = knows ? nil : at
      isKnown = knows
    }
    if knows {
      remindersGiven = 0
      if since == nil { since = at }
    } else if level > .none {
      // Since this machine said so: windows of the past that a change of stations made unknown do not count.
      let since = indeterminateSince ?? at
      let hours = Int(max(0, at.milliseconds - since.milliseconds) / 3_600_000) + 1
      let due = Int32(hours / Self.decisionHours)
      if due > remindersGiven {
        remindersGiven = due
        outcomes.append(.decisionNeeded(indeterminateHours: hours))
      }
    }
  }

  /// Nothing can be decided from now on, for a reason outside the windows. The level holds; reminders count from here.
  package mutating func loseKnowledge(at: Instant) {
    guard isKnown else { return }
    isKnown = false
    indeterminateSince = at
  }

  /// Proposes falling, or takes the proposal back.
  private mutating func noticeClearing(
    _ assessment: LevelAssessment, criteria: Criteria, at: Instant, _ outcomes: inout [LevelOutcome]
  ) {
    let lowest = criteria.rules.first?.clearThreshold ?? criteria.headsUpThreshold
    let clean = assessment.cleanWindows[lowest] ?? 0
    if level == .none {
      if clean >= criteria.clearHours { headsUpGiven = false }
      return
    }
    var target: Level?
    if clean >= criteria.clearHours {
      target = Level.none
    } else if newest.isAbove(lowest) == true,
      let rule = criteria.rules.first(where: { $0.level == level }), rule.clearThreshold > lowest,
      (assessment.cleanWindows[rule.clearThreshold] ?? 0) >= criteria.clearHours,
      let lower = criteria.rules.last(where: { $0.level < level })
    {
      // Still above the lower criterion, long below this one: lowering, not lifting.
      target = lower.level
    }
    if let target, target != proposal?.to {
      proposal = Proposal(to: target, since: at)
      outcomes.append(.liftProposed(to: target))
    } else if target == nil, let standing = proposal {
      let risen =
        standing.to == .none
        ? newest.isAbove(lowest) == true
        : criteria.rules.first { $0.level == level }.flatMap { newest.isAbove($0.clearThreshold) } == true
      if risen {
        proposal = nil
        outcomes.append(.liftWithdrawn)
      }
    }
  }

  /// A person lifts the finding, to the proposed level or to none: windows so far count for no level any more.
  /// Nil when there is nothing to lift.
  package mutating func lift(at: Instant, head: Int32?) -> LevelOutcome? {
    guard level > .none else { return nil }
    let from = level
    level = proposal?.to ?? .none
    since = at
    proposal = nil
    ignoreThrough = head
    headsUpGiven = level > .none
    return .transition(from: from, to: level)
  }

  /// Whether a person has lifted since the window of `hour` was judged: it counts for no level any more.
  package func ignores(_ hour: Int32) -> Bool { ignoreThrough.map { hour <= $0 } ?? false }

  package func encode(into writer: inout ByteWriter) {
    writer.byte(level.rawValue)
    writer.optional(since) { $0.signed($1.milliseconds) }
    writer.optional(episodeStart) { $0.signed($1.milliseconds) }
    writer.optional(ignoreThrough) { $0.fixed($1) }
    writer.optional(proposal) {
      $0.byte($1.to.rawValue)
      $0.signed($1.since.milliseconds)
    }
    writer.flag(isKnown)
    writer.optional(indeterminateSince) { $0.signed($1.milliseconds) }
    writer.flag(headsUpGiven)
    writer.fixed(remindersGiven)
    writer.fixed(newest.value)
    writer.byte(newest.quality.rawValue)
    writer.byte(withheld.rawValue)
  }

  package init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    level = try reader.coded(Level.self)
    since = try reader.optional(Self.readInstant)
    episodeStart = try reader.optional(Self.readInstant)
    ignoreThrough = try reader.optional { reader throws(SnapshotReadingError) in try reader.fixed(Int32.self) }
    proposal = try reader.optional { reader throws(SnapshotReadingError) in
      Proposal(to: try reader.coded(Level.self), since: try Self.readInstant(&reader))
    }
    isKnown = try reader.flag()
    indeterminateSince = try reader.optional(Self.readInstant)
    headsUpGiven = try reader.flag()
    remindersGiven = try reader.fixed(Int32.self)
    newest = RunningAQI(
      value: try reader.fixed(Int16.self), quality: try reader.coded(RunningAQI.Quality.self))
    withheld = try reader.coded(Level.self)
  }

  private static func readInstant(_ reader: inout SnapshotReader) throws(SnapshotReadingError) -> Instant {
    Instant(milliseconds: try reader.signed())
  }
}
