import AirQuality
import HJ212
import NIOCore
import Synchronization

/// What the connections of one listener share.
final class InstrumentListenerState: Sendable {
  private struct State {
    var definition: InstrumentListenerDefinition
    var generation = 0
    var status = InstrumentStatus()
    var channels: [ObjectIdentifier: any Channel] = [:]
  }

  let sink: InstrumentSink
  private let state: Mutex<State>

  init(_ definition: InstrumentListenerDefinition, sink: InstrumentSink) {
    self.sink = sink
    state = Mutex(State(definition: definition))
  }

  var definition: InstrumentListenerDefinition { state.withLock { $0.definition } }
  var status: InstrumentStatus { state.withLock { $0.status } }
  var channels: [any Channel] { state.withLock { Array($0.channels.values) } }

  func use(_ definition: InstrumentListenerDefinition) {
    state.withLock {
      $0.definition = definition
      $0.generation += 1
    }
  }

  /// The list of devices when it is newer than `generation`.
  func policy(newerThan generation: Int) -> (policy: InstrumentPolicy, generation: Int)? {
    state.withLock { $0.generation == generation ? nil : ($0.definition.policy, $0.generation) }
  }

  /// Counts a connection in, unless there are too many.
  func admit(_ channel: any Channel) -> Bool {
    state.withLock { state in
      guard state.channels.count < state.definition.limits.connections else {
        state.status.closes[.tooMany, default: 0] += 1
        return false
      }
      state.channels[ObjectIdentifier(channel)] = channel
      state.status.connections = state.channels.count
      state.status.accepted += 1
      return true
    }
  }

  func leave(_ channel: any Channel) {
    state.withLock { state in
      state.channels[ObjectIdentifier(channel)] = nil
      state.status.connections = state.channels.count
    }
  }

  func count(_ body: (inout InstrumentStatus) -> Void) { state.withLock { body(&$0.status) } }
}
