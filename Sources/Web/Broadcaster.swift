package import Engine
import Synchronization

/// Hands committed views and events to the open live streams.
///
/// Publishing never waits. Of views a stream gets the newest only; events wait in a bounded backlog, and a stream that
/// falls behind it is dropped and counted: its client resumes from the store by `Last-Event-ID`, so nothing is lost.
package final class Broadcaster: Sendable {
  /// One thing to tell a stream.
  enum Item: Sendable {
    case view(SiteView)
    case event(EventRecord)
    /// A quiet stream must show a sign of life.
    case heartbeat
    /// The stream is over: the daemon stops, or the client was too slow.
    case closed
  }

  /// A finding's transition, for the counter `lantian_alert_transitions_total`.
  struct Transition: Hashable, Sendable {
    var from: String
    var to: String
  }

  private struct Client {
    var events: [EventRecord] = []
    var view: SiteView?
    var heartbeat = false
    var closed = false
    var waiting: CheckedContinuation<Item, Never>?

    /// Takes the next item out: events before views, so that a level is told before the values around it.
    mutating func take() -> Item? {
      if !events.isEmpty { return .event(events.removeFirst()) }
      if closed { return .closed }
      if let newest = view {
        view = nil
        heartbeat = false
        return .view(newest)
      }
      if heartbeat {
        heartbeat = false
        return .heartbeat
      }
      return nil
    }
  }

  private struct State {
    var clients: [UInt64: Client] = [:]
    var nextClient: UInt64 = 1
    var dropped: UInt64 = 0
    var stopped = false
    var transitions: [Transition: UInt64] = [:]
  }

  private let state = Mutex(State())
  private let backlogEvents: Int
  private let maximumClients: Int

  package init(limits: WebLimits = WebLimits()) {
    self.backlogEvents = limits.streamBacklogEvents
    self.maximumClients = limits.streams
  }

  /// Tells every stream of a newly committed view.
  package func publish(view: SiteView) {
    tell { $0.view = view }
  }

  /// Tells every stream of newly committed events, ascending.
  package func publish(events: [EventRecord]) {
    guard !events.isEmpty else { return }
    state.withLock { state in
      for event in events where event.kind == .level {
        state.transitions[Transition(from: event.from, to: event.to), default: 0] += 1
      }
    }
    let bound = backlogEvents
    tell { client in
      if client.closed { return }
      if client.events.count + events.count > bound {
        client.events.removeAll()
        client.closed = true
      } else {
        client.events.append(contentsOf: events)
      }
    }
  }

  /// Ends every stream, now and later.
  package func stop() {
    state.withLock { $0.stopped = true }
    tell { $0.closed = true }
  }

  /// Streams open now.
  var clientCount: Int { state.withLock { $0.clients.count } }

  /// Streams dropped because their client was too slow.
  var droppedCount: UInt64 { state.withLock { $0.dropped } }

  /// How often each transition was published since the start.
  var transitions: [Transition: UInt64] { state.withLock { $0.transitions } }

  /// Opens a stream; nil when there are too many or the daemon stops.
  func subscribe() -> UInt64? {
    state.withLock { state in
      guard !state.stopped, state.clients.count < maximumClients else { return nil }
      let client = state.nextClient
      state.nextClient += 1
      state.clients[client] = Client()
      return client
    }
  }

  /// Closes a stream; whoever waits in `next` is told.
  func unsubscribe(_ client: UInt64) {
    let waiting = state.withLock { $0.clients.removeValue(forKey: client)?.waiting }
    waiting?.resume(returning: .closed)
  }

  /// Asks a quiet stream for a sign of life.
  func beat(_ client: UInt64) {
    tell(only: client) { $0.heartbeat = true }
  }

  /// The next thing to tell the stream's client; waits for one. At most one task waits per stream. A cancelled task
  /// gets `closed`.
  func next(_ client: UInt64) async -> Item {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let ready: Item? = state.withLock { state in
          guard state.clients[client] != nil else { return .closed }
          if Task.isCancelled { return .closed }
          if let item = state.clients[client]?.take() { return item }
          state.clients[client]?.waiting = continuation
          return nil
        }
        if let ready { continuation.resume(returning: ready) }
      }
    } onCancel: {
      tell(only: client) { $0.closed = true }
    }
  }

  /// Changes one client or all and wakes those who now have something.
  private func tell(only: UInt64? = nil, _ change: (inout Client) -> Void) {
    let woken: [(CheckedContinuation<Item, Never>, Item)] = state.withLock { state in
      var woken: [(CheckedContinuation<Item, Never>, Item)] = []
      let keys = only.map { [$0] } ?? Array(state.clients.keys)
      for key in keys {
        guard var client = state.clients[key] else { continue }
        let wasClosed = client.closed
        change(&client)
        if client.closed && !wasClosed && !state.stopped && only == nil { state.dropped += 1 }
        if let waiting = client.waiting, let item = client.take() {
          client.waiting = nil
          woken.append((waiting, item))
        }
        state.clients[key] = client
      }
      return woken
    }
    for (continuation, item) in woken { continuation.resume(returning: item) }
  }
}
