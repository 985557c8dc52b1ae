import NIOCore
import NIOPosix

/// One bound socket and its connections.
final class InstrumentListener: Sendable {
  let state: InstrumentListenerState
  private let channel: any Channel
  /// Where it is bound: the port that was taken for 0.
  let boundAddress: String

  private init(state: InstrumentListenerState, channel: any Channel) {
    self.state = state
    self.channel = channel
    var bound = state.definition
    bound.port = channel.localAddress?.port ?? bound.port
    boundAddress = bound.address
  }

  /// Binds and begins to accept.
  static func start(
    _ definition: InstrumentListenerDefinition, sink: InstrumentSink, group: any EventLoopGroup
  ) async throws(InstrumentError) -> InstrumentListener {
    let state = InstrumentListenerState(definition, sink: sink)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.so_keepalive), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(
        .writeBufferWaterMark,
        value: .init(low: definition.limits.unsentBytes / 2, high: definition.limits.unsentBytes)
      )
      .childChannelInitializer { channel in
        guard state.admit(channel) else { return channel.eventLoop.makeFailedFuture(TooManyConnections()) }
        channel.closeFuture.whenComplete { _ in state.leave(channel) }
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers([
            IdleStateHandler(readTimeout: .milliseconds(state.definition.limits.packetWaitMilliseconds)),
            InstrumentConnection(state),
          ])
        }
      }
    do {
      let channel = try await bootstrap.bind(host: definition.host, port: definition.port).get()
      return InstrumentListener(state: state, channel: channel)
    } catch {
      throw .cannotListen(
        feed: definition.name, address: definition.address, reason: InstrumentError.reason(error))
    }
  }

  /// Accepts nothing more, and lets every connection end with its last answer.
  func stop() async {
    try? await channel.close().get()
    for connection in state.channels {
      connection.pipeline.fireUserInboundEventTriggered(InstrumentConnection.Stop())
    }
  }
}

/// Turns a connection away; the bootstrap closes it.
private struct TooManyConnections: Error {}
