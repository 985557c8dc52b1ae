import AirQuality
import Delivery
import Engine
import Store

extension OutboxRow {
  /// The deliveries among the effects of one record, rendered by the configuration in force. `createdAt` is of the clock
  /// of deliveries and no part of what a replay must repeat.
  static func rendered(_ effects: [Effect], of engine: borrowing Engine, createdAt: Instant) -> [OutboxRow] {
    guard let configuration = engine.configuration else { return [] }
    var events: [Int64: EventRecord] = [:]
    for effect in effects {
      switch effect {
      case .event(let event), .inspection(let event): events[event.sequence] = event
      default: break
      }
    }
    return effects.compactMap { effect in
      guard case .deliver(let hook, let sequence) = effect, let event = events[sequence] else { return nil }
      return OutboxRow(
        hook: hook, sequence: sequence, eventID: event.id, key: event.idempotencyKey,
        body: WebhookBody.render(
          event: event, hook: hook, externalURL: configuration.externalURL, site: configuration.site),
        createdAt: createdAt)
    }
  }
}
