package import HJ212
import NIOCore
import NIOPosix
import Synchronization

/// The connection to one superior platform: performs the actions of an `UplinkSession` on an event loop of its own.
package final class UplinkConnection: Sendable {
  /// What the owner is told, on the connection's thread.
  package enum Report: Sendable, Hashable {
    /// Answered; the next can be offered.
    case delivered(id: Int64)
    /// The attempt is over: the connection failed, or nobody answered.
    case failed(id: Int64, reason: String)
    /// The platform does not take this message; the next can be offered.
    case refused(id: Int64, reason: String)
  }

  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let core: NIOLoopBound<UplinkCore>
  private let eventLoop: any EventLoop
  private let connectedFlag: UplinkFlag

  /// - Parameters:
  ///   - host: an address or host name, without brackets.
  ///   - report: called on the connection's thread.
  package init(
    host: String, port: Int, password: AccessPassword?, policy: UplinkSession.Policy = UplinkSession.Policy(),
    report: @escaping @Sendable (Report) -> Void
  ) async {
    let eventLoop = group.next()
    self.eventLoop = eventLoop
    let flag = UplinkFlag()
    connectedFlag = flag
    let session = UplinkSession(password: password, policy: policy)
    let made = try? await eventLoop.submit {
      NIOLoopBound(
        UplinkCore(
          host: host, port: port, session: session, eventLoop: eventLoop, flag: flag, report: report),
        eventLoop: eventLoop)
    }.get()
    guard let made else { preconditionFailure("an event loop that was just made takes work") }
    core = made
  }

  /// Takes the next message, in place of one that is not sent yet. Ignored while one is on its way.
  package func offer(_ message: UplinkMessage) {
    eventLoop.execute { [core] in core.value.offer(message) }
  }

  /// Whether the connection stands now.
  package var isConnected: Bool { connectedFlag.value }

  /// Ends the connection; what is on its way stays with the owner.
  package func shutdown() async {
    try? await eventLoop.submit { [core] in core.value.stop() }.get()
    try? await group.shutdownGracefully()
  }
}

/// A flag that one thread sets and others read.
final class UplinkFlag: Sendable {
  private let state = Mutex(false)
  var value: Bool { state.withLock { $0 } }
  func set(_ value: Bool) { state.withLock { $0 = value } }
}

/// The session with its channel and its timer; on the event loop alone.
private final class UplinkCore {
  private let host: String
  private let port: Int
  private let eventLoop: any EventLoop
  private let flag: UplinkFlag
  private let report: @Sendable (UplinkConnection.Report) -> Void
  private var session: UplinkSession
  private var channel: (any Channel)?
  private var timer: Scheduled<Void>?
  /// Tells a connection from those before it.
  private var generation = 0

  init(
    host: String, port: Int, session: UplinkSession, eventLoop: any EventLoop, flag: UplinkFlag,
    report: @escaping @Sendable (UplinkConnection.Report) -> Void
  ) {
    self.host = host
    self.port = port
    self.session = session
    self.eventLoop = eventLoop
    self.flag = flag
    self.report = report
  }

  func offer(_ message: UplinkMessage) {
    if session.isFree { perform(session.offer(message)) }
  }

  func stop() { perform(session.stop()) }

  private func perform(_ actions: [UplinkSession.Action]) {
    for action in actions {
      switch action {
      case .connect: connect()
      case .send(let bytes):
        guard let channel else { continue }
        channel.writeAndFlush(channel.allocator.buffer(bytes: bytes), promise: nil)
      case .arm(let milliseconds): arm(milliseconds)
      case .disarm:
        timer?.cancel()
        timer = nil
      case .close:
        generation += 1
        channel?.close(promise: nil)
        channel = nil
      case .delivered(let id): report(.delivered(id: id))
      case .failed(let id, let reason): report(.failed(id: id, reason: reason))
      case .refused(let id, let reason): report(.refused(id: id, reason: reason))
      }
    }
    flag.set(session.isConnected)
  }

  private func arm(_ milliseconds: Int64) {
    timer?.cancel()
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    timer = eventLoop.scheduleTask(in: .milliseconds(milliseconds)) {
      bound.value.timer = nil
      bound.value.perform(bound.value.session.timeFired())
    }
  }

  private func connect() {
    generation += 1
    let own = generation
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    let reader: @Sendable (UplinkReader.Event) -> Void = { bound.value.take($0, generation: own) }
    ClientBootstrap(group: eventLoop)
      .channelOption(.socketOption(.so_keepalive), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(UplinkReader(reader))
        }
      }
      .connect(host: host, port: port)
      .hop(to: eventLoop)
      .whenComplete { bound.value.finish($0, generation: own) }
  }

  private func finish(_ result: Result<any Channel, any Error>, generation own: Int) {
    switch result {
    case .success(let channel) where own == generation:
      self.channel = channel
      perform(session.connected())
    case .success(let channel): channel.close(promise: nil)
    case .failure(let error):
      if own == generation { perform(session.disconnected(InstrumentError.reason(error))) }
    }
  }

  private func take(_ event: UplinkReader.Event, generation own: Int) {
    guard own == generation else { return }
    switch event {
    case .bytes(let bytes): perform(session.received(bytes))
    case .ended:
      channel = nil
      perform(session.disconnected("the platform ended the connection"))
    }
  }
}

/// Hands bytes and the end of a channel on.
private final class UplinkReader: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  enum Event: Sendable {
    case bytes([UInt8])
    case ended
  }

  private let tell: @Sendable (Event) -> Void
  init(_ tell: @escaping @Sendable (Event) -> Void) { self.tell = tell }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    tell(.bytes(Array(unwrapInboundIn(data).readableBytesView)))
  }

  func channelInactive(context: ChannelHandlerContext) {
    tell(.ended)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
