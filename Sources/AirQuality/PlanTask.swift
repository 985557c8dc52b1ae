/// One task of the plan (重点任务, Annex 2), as the office's file states it.
public struct PlanTask: Sendable, Hashable {
  /// Number or short name, unique in its file: `1`, `19-2`.
  public var task: String
  /// What is to be done; may be empty.
  public var title: String
  /// The last day on which it is still in time.
  public var deadline: CivilDay
  /// Who answers for it (责任单位).
  public var unit: String
  /// The day it was done; nil while it is not.
  public var doneOn: CivilDay?
  /// What shows that it was done: document, photograph, link.
  public var evidence: String

  public init(
    task: String, title: String = "", deadline: CivilDay, unit: String, doneOn: CivilDay? = nil, evidence: String = ""
  ) {
    self.task = task
    self.title = title
    self.deadline = deadline
    self.unit = unit
    self.doneOn = doneOn
    self.evidence = evidence
  }

  /// Where a task stands on a day.
  public enum State: String, CaseIterable, Sendable, Hashable {
    case open
    case done
    /// Not done and its deadline is over.
    case late
  }

  /// The state at the end of `day`, by what was known to be done then: work done later does not count yet.
  public func state(on day: CivilDay) -> State {
    if let doneOn, doneOn <= day { return .done }
    return day > deadline ? .late : .open
  }

  /// Days from the deadline to `day`, or to when it was done by then: 0 in time, above 0 too late.
  public func daysLate(on day: CivilDay) -> Int {
    let end = doneOn.map { min($0, day) } ?? day
    return max(0, Int(end.number) - Int(deadline.number))
  }
}
