internal import AirQuality
internal import Timekeeping
internal import Transport

extension FeedPoll {
  /// A visit of the feed's folder is over; nil when it belongs to no running poll.
  mutating func visited(
    _ visit: FolderVisit, at moment: Moment, using generator: inout some RandomNumberGenerator
  ) -> PollRecord? {
    guard case .transferring(visit.id, _, _) = phase else { return nil }
    status.bytes += UInt64(max(0, visit.bytes))
    status.duration.observe(seconds: visit.seconds)
    status.readings += UInt64(max(0, visit.readings))
    var record = PollRecord(
      feed: name, number: visit.id.number, at: moment.civil, outcome: .ok, fault: visit.fault, status: nil,
      bytes: visit.bytes, seconds: visit.seconds)
    if let fault = visit.fault { note(fault, at: moment.civil) }
    if visit.taken > 0 {
      status.dataPeriodMilliseconds = visit.periodMilliseconds
      status.lastChange = moment.civil
      status.lastSuccess = moment.civil
    }
    switch visit.ending {
    case .failed(let kind, let message):
      let fault = FeedFault(code: kind.rawValue, message: message)
      let outcome = FeedPoll.outcome(of: kind)
      if kind == .cancelled { return lost(&record, fault, moment) }
      if outcome == .skipped { return dropped(&record, fault, moment, &generator) }
      return failed(&record, outcome, fault, moment, &generator)
    case .rejected(let fault): return dropped(&record, fault, moment, &generator)
    case .complete:
      if visit.taken > 0 { return settle(&record, .ok, isUp: true) }
      if visit.unreadable > 0, let fault = visit.fault { return failed(&record, .parse, fault, moment, &generator) }
      // The folder answers and has nothing new.
      return unchanged(&record, wasEmpty: false, moment)
    }
  }
}
