import Polling
import Web

extension WebBridge {
  /// Publication lag, budget and density of a feed, put into its view.
  func complete(_ view: inout FeedStatusView, from status: FeedStatus) {
    func seconds(_ milliseconds: Int64?) -> Double? { milliseconds.map { Double($0) / 1_000 } }
    view.publication = status.publication.map {
      FeedPublicationView(
        usualSeconds: seconds($0.usualMilliseconds), p90Seconds: seconds($0.p90Milliseconds),
        alarmSeconds: seconds($0.alarmMilliseconds), samples: $0.samples, newestEnd: $0.newestEnd,
        expected: $0.expectedEnd, lateReason: status.lateReason, lateReasonChinese: status.lateReasonChinese,
        lateCount: $0.lateCount)
    }
    view.budget = status.budget
    view.isWaiting = status.isWaiting
    view.isDense = status.isDense
  }

  /// The budgets that feeds share, in the order of their names.
  var budgets: [BudgetStatusView] {
    (poller.poller?.budgetStatus() ?? []).map {
      BudgetStatusView(
        name: $0.name, requests: $0.requests, perSeconds: Double($0.perMilliseconds) / 1_000, available: $0.available,
        waiting: $0.waiting, made: $0.granted, refused: $0.refused, heldUntil: $0.heldUntil)
    }
  }
}
