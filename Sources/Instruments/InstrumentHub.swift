import NIOCore
import NIOPosix
import Synchronization

/// All listeners of a configuration, on one event loop.
package actor InstrumentHub {
  private let sink: InstrumentSink
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  /// In configuration order; read by statuses from any thread.
  private nonisolated let listeners = Mutex<[InstrumentListener]>([])
  private var isStopped = false

  package init(sink: InstrumentSink) { self.sink = sink }

  /// Name, bound address and status of each listener, from any thread.
  package nonisolated var statuses: [(name: String, address: String, status: InstrumentStatus)] {
    listeners.withLock { $0 }.map { ($0.state.definition.name, $0.boundAddress, $0.state.status) }
  }

  /// Makes the listeners those of a configuration. One whose address stays keeps its connections and gets its new list
  /// of devices. When an address cannot be bound, nothing changes (apart from listeners in its way that are gone from
  /// the configuration).
  package func apply(_ definitions: [InstrumentListenerDefinition]) async throws(InstrumentError) {
    guard !isStopped else { return }
    let before = listeners.withLock { $0 }
    var kept: [String: InstrumentListener] = [:]
    for listener in before {
      let old = listener.state.definition
      if definitions.contains(where: { $0.name == old.name && $0.address == old.address }) { kept[old.name] = listener }
    }
    let gone = before.filter { kept[$0.state.definition.name] == nil }
    let wanted = Set(definitions.filter { kept[$0.name] == nil }.map(\.address))
    for listener in gone where wanted.contains(listener.state.definition.address) { await listener.stop() }
    var fresh: [String: InstrumentListener] = [:]
    for definition in definitions where kept[definition.name] == nil {
      do throws(InstrumentError) {
        fresh[definition.name] = try await InstrumentListener.start(definition, sink: sink, group: group)
      } catch {
        for listener in fresh.values { await listener.stop() }
        throw error
      }
    }
    for definition in definitions { kept[definition.name]?.state.use(definition) }
    let next = definitions.compactMap { kept[$0.name] ?? fresh[$0.name] }
    listeners.withLock { $0 = next }
    for listener in gone { await listener.stop() }
  }

  /// Accepts and reads nothing more; what is being committed is still answered.
  package func stop() async {
    isStopped = true
    for listener in listeners.withLock({ $0 }) { await listener.stop() }
  }

  /// Ends every connection; after the last commit.
  package func shutdown() async {
    isStopped = true
    try? await group.shutdownGracefully()
  }
}
