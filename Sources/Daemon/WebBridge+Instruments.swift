import AirQuality
import Engine
import HJ212
import Instruments
import Polling
import Timekeeping
import Web

extension WebBridge {
  /// The feeds of instruments that dial in. A message stands for a poll: `ok` when it is stored, `parse` for a refused
  /// frame, `skipped` for one that could not be stored.
  func instrumentFeeds(_ verdicts: [String: FeedVerdicts]) -> [FeedStatusView] {
    let now = clock.now()
    return instruments.statuses.map { name, _, status in
      let verdict = verdicts[name] ?? FeedVerdicts()
      let refused = status.refusals.values.reduce(0, +)
      let counts: [PollOutcome: UInt64] = [.ok: status.messages, .parse: refused, .skipped: status.uncommitted]
      return FeedStatusView(
        name: name, state: state(status, patience: instrumentPatience(name), now: now), lastPoll: status.lastMessage,
        lastSuccess: status.lastCommit,
        lastError: status.lastFault.map { FeedErrorView(at: $0.at, code: $0.code, message: $0.message) },
        polls: status.messages + refused + status.uncommitted, readings: status.readings, bytes: status.bytes,
        outcomes: PollOutcome.allCases.map { LabelledCount($0.label, counts[$0] ?? 0) },
        verdicts: verdict.labelled.map { LabelledCount($0.name, $0.count) },
        dispositions: verdict.dispositions.map { LabelledCount($0.name, $0.count) },
        instruments: InstrumentFeedView(
          connections: status.connections, accepted: status.accepted,
          frames: status.frames.map { LabelledCount($0.verdict, $0.count) },
          closes: InstrumentStatus.CloseReason.allCases.map { LabelledCount($0.rawValue, status.closes[$0] ?? 0) },
          answers: status.answers, skippedBytes: status.skippedBytes))
    }
  }

  /// Late without a stored message for too long, since the start at the earliest; failing when only bad ones come.
  private func state(_ status: InstrumentStatus, patience: Int64, now: Instant) -> Web.FeedState {
    let isBad = !status.isGood && status.lastFault != nil
    if let last = status.lastCommit, now.milliseconds - last.milliseconds <= patience { return .ok }
    if status.lastCommit == nil, !isBad, now.milliseconds - begun.milliseconds <= patience { return .ok }
    return isBad ? .failing : .late
  }
}
