import AirQuality

/// Which of several names of one quantity a station's moment is read by: the one that stands first in the mapping's list
/// and has a value. Devices carry several sensors of one kind; two values of a moment would else be a value and its
/// correction.
struct NamePreference {
  private struct Moment: Hashable {
    var station: UInt32
    var pollutant: Pollutant
    var begin: Int64
    var period: Int32
  }

  /// Names, by rank, of which the first was taken before the second.
  private struct Choice: Hashable {
    var taken: Int
    var left: Int
  }

  /// Where a reading goes.
  enum Place {
    case behind
    case instead(of: Int)
    case nowhere
  }

  private var taken: [Moment: (index: Int, rank: Int, isMissing: Bool)] = [:]
  private var choices: Set<Choice> = []
  /// Values of names that stand behind another.
  private(set) var leftOut = 0

  /// `next`: the index that the reading would have behind the others.
  mutating func place(_ reading: Reading, rank: Int, next: Int) -> Place {
    let moment = Moment(
      station: reading.station, pollutant: reading.pollutant, begin: reading.begin.milliseconds,
      period: reading.periodMilliseconds)
    let isMissing = reading.value.isNaN
    guard let other = taken[moment] else {
      taken[moment] = (next, rank, isMissing)
      return .behind
    }
    // One name twice is no other sensor.
    guard rank != other.rank else { return .behind }
    leftOut += 1
    let isBetter = isMissing == other.isMissing ? rank < other.rank : other.isMissing
    choices.insert(Choice(taken: isBetter ? rank : other.rank, left: isBetter ? other.rank : rank))
    guard isBetter else { return .nowhere }
    taken[moment] = (other.index, rank, isMissing)
    return .instead(of: other.index)
  }

  /// What was left out and for what, nil when nothing was.
  func note(_ names: [String: CompiledMapping.Target]) -> String? {
    guard leftOut > 0 else { return nil }
    let byRank = Dictionary(names.map { ($0.value.rank, $0.key) }, uniquingKeysWith: { first, _ in first })
    let pairs = choices.sorted { ($0.taken, $0.left) < ($1.taken, $1.left) }.prefix(8).map {
      "\(byRank[$0.taken] ?? "?") before \(byRank[$0.left] ?? "?")"
    }
    return "\(leftOut) values left out, of quantities that several sensors of a device give; taken are "
      + pairs.joined(separator: ", ")
  }
}
