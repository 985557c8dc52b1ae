internal import Dispatch
package import Timekeeping

/// What subscriptions need from the rest of the daemon.
package struct MQTTServices: Sendable {
  package var clock: any SiteClock
  package var handler: ArrivalHandler
  /// Told of faults and of connections, with the feed's name, from any thread.
  package var report: @Sendable (String, ArrivalFault) -> Void
  package var connected: @Sendable (String) -> Void

  package init(
    clock: any SiteClock, handler: @escaping ArrivalHandler, report: @escaping @Sendable (String, ArrivalFault) -> Void,
    connected: @escaping @Sendable (String) -> Void
  ) {
    self.clock = clock
    self.handler = handler
    self.report = report
    self.connected = connected
  }
}

/// All subscriptions of a configuration.
package actor MQTTHub {
  /// How long the end waits for messages under way; a connect that hangs is left behind.
  private static let endSeconds = 5

  private let services: MQTTServices
  private nonisolated let board = ArrivalBoard()
  private var subscribers: [MQTTSubscriber] = []
  private var isStopped = false

  package init(_ services: MQTTServices) { self.services = services }

  /// In configuration order, from any thread.
  package nonisolated var statuses: [ArrivalStatus] { board.read() }

  /// Makes the subscriptions those of a configuration; an unchanged one goes on undisturbed.
  package func apply(_ definitions: [MQTTDefinition]) async {
    guard !isStopped else { return }
    board.replace(
      definitions.map { definition in
        var status = ArrivalStatus(name: definition.name, way: .mqtt, lateMilliseconds: definition.lateMilliseconds)
        status.isConnected = false
        return status
      })
    let before = subscribers
    var kept: [MQTTSubscriber] = []
    var fresh: [MQTTSubscriber] = []
    for definition in definitions {
      if let subscriber = before.first(where: { $0.definition == definition }) {
        kept.append(subscriber)
      } else {
        fresh.append(MQTTSubscriber(definition, services: services, board: board))
      }
    }
    subscribers = kept + fresh
    // The same client id must not be in use twice.
    await Self.end(before.filter { old in !kept.contains { $0 === old } })
    for subscriber in fresh {
      do throws(ArrivalFault) {
        try subscriber.start()
      } catch {
        services.report(subscriber.definition.name, error)
      }
    }
  }

  /// Takes no more messages, and returns when those under way have their verdict.
  package func stop() async {
    isStopped = true
    await Self.end(subscribers)
  }

  private static func end(_ subscribers: [MQTTSubscriber]) async {
    guard !subscribers.isEmpty else { return }
    for subscriber in subscribers { subscriber.stop() }
    await withCheckedContinuation { continuation in
      // A queue of its own: it blocks.
      DispatchQueue(label: "lantian.mqtt.end").async { @Sendable in
        let deadline = DispatchTime.now() + .seconds(endSeconds)
        for subscriber in subscribers {
          let now = DispatchTime.now()
          let left = deadline > now ? Int((deadline.uptimeNanoseconds - now.uptimeNanoseconds) / 1_000_000_000) + 1 : 0
          _ = subscriber.hasEnded(within: left)
        }
        continuation.resume()
      }
    }
  }
}
