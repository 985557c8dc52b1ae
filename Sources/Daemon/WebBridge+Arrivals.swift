import AirQuality
import Engine
import Receiving
import Timekeeping
import Web

/// Feeds whose data come by themselves.
extension WebBridge {
  /// Pushes, spool folders and brokers. An arrival stands for a poll.
  func arrivalFeeds(_ verdicts: [String: FeedVerdicts]) -> [FeedStatusView] {
    let now = clock.now()
    return receiving.statuses.map { status in
      let verdict = verdicts[status.name] ?? FeedVerdicts()
      return FeedStatusView(
        name: status.name, state: Self.state(status, begun: begun, now: now), lastPoll: status.lastArrival,
        lastSuccess: status.lastCommit,
        lastError: status.lastFailure.map {
          FeedErrorView(at: $0.at, code: $0.fault.code, message: $0.fault.message, path: $0.fault.path)
        }, polls: status.arrivals, readings: status.readings, bytes: status.bytes,
        verdicts: verdict.labelled.map { LabelledCount($0.name, $0.count) },
        dispositions: verdict.dispositions.map { LabelledCount($0.name, $0.count) },
        arrivals: ArrivalFeedView(
          way: status.way.rawValue,
          outcomes: ArrivalOutcome.allCases.map { LabelledCount($0.label, status.count(of: $0)) },
          waiting: status.waiting, isConnected: status.isConnected))
    }
  }

  /// Failing while the newest arrival, or the way itself, is bad; late without committed data for too long.
  ///
  /// - Parameter begun: when the daemon started: before that nothing could come, and nothing is late yet.
  private static func state(_ status: ArrivalStatus, begun: Instant, now: Instant) -> Web.FeedState {
    if status.isConnected == false || !status.isGood && status.lastFailure != nil { return .failing }
    let last = status.lastCommit ?? begun
    if now.milliseconds - last.milliseconds <= status.lateMilliseconds { return .ok }
    return .late
  }

  /// Judges the head of a push.
  func admitPush(_ feed: String, _ fields: PushFields) throws(PushFailure) -> PushAdmission {
    let head = PushHead(
      authorization: fields.authorization, timestamp: fields.timestamp, signature: fields.signature,
      idempotencyKey: fields.idempotencyKey, contentEncoding: fields.contentEncoding, contentType: fields.contentType,
      contentLength: fields.contentLength)
    let gate = receiving.gate
    do throws(PushRefusal) {
      let ticket = try gate.admit(feed, head)
      return PushAdmission(limitBytes: ticket.limitBytes) { (body) async throws(PushFailure) in
        do throws(PushRefusal) {
          let taken = try await gate.take(ticket, body: body)
          return PushReport(
            feed: feed, readings: taken.report.readings, rows: taken.report.rows, errorCount: taken.report.errorCount,
            errors: taken.report.errors.map(PushRowError.init), isRepeated: taken.isRepeated)
        } catch {
          throw PushFailure(error)
        }
      }
    } catch {
      throw PushFailure(error)
    }
  }
}

extension PushRowError {
  /// What a sender is told of a bad row.
  init(_ error: ArrivalRowError) {
    self.init(row: error.row, code: error.code, message: error.message, path: error.path)
  }
}

extension PushFailure {
  /// What a sender is told of a refusal.
  init(_ refusal: PushRefusal) {
    self.init(
      status: refusal.status, code: refusal.fault.code, message: refusal.fault.message, path: refusal.fault.path,
      retryAfterSeconds: refusal.retryAfterSeconds, errors: refusal.errors.map(PushRowError.init))
  }
}
