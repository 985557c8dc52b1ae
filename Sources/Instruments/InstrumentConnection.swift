import AirQuality
import HJ212
import NIOCore

/// Performs the actions of one session on its channel; everything on the channel's event loop.
final class InstrumentConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Sent to a connection when the listener stops: what is committed is still answered, nothing more is read.
  struct Stop: Sendable {}

  private let shared: InstrumentListenerState
  private let feed: String
  private let limits: InstrumentLimits
  private var session: InstrumentSession
  private var generation = -1
  private var context: ChannelHandlerContext?
  private var peer = ""
  private var lastRead = NIODeadline.now()
  private var firstFrame: Scheduled<Void>?
  private var skippedBytes = 0
  private var reported: Set<InstrumentSession.Refusal.Kind> = []
  private var isPaused = false
  /// Nothing more is read; the connection ends with its last answer.
  private var isEnding = false

  init(_ shared: InstrumentListenerState) {
    let definition = shared.definition
    self.shared = shared
    feed = definition.name
    limits = definition.limits
    session = InstrumentSession(policy: definition.policy)
  }

  // MARK: Channel

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    peer = context.remoteAddress.map { "\($0.ipAddress ?? "?"):\($0.port ?? 0)" } ?? "?"
    lastRead = .now()
    shared.sink.report(.connected(feed: feed, peer: peer))
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    firstFrame = context.eventLoop.scheduleTask(in: .milliseconds(limits.firstFrameMilliseconds)) {
      bound.value.close(.noFrame)
    }
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isEnding else { return }
    let buffer = unwrapInboundIn(data)
    lastRead = .now()
    if let newer = shared.policy(newerThan: generation) {
      session.policy = newer.policy
      generation = newer.generation
    }
    shared.count { $0.bytes += UInt64(buffer.readableBytes) }
    let actions = session.receive(buffer.readableBytesView)
    let skipped = session.skippedBytes
    if skipped > skippedBytes {
      shared.count { $0.skippedBytes += UInt64(skipped - skippedBytes) }
      skippedBytes = skipped
    }
    perform(actions)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is IdleStateHandler.IdleStateEvent:
      perform(session.idle())
      let quiet = NIODeadline.now() - lastRead
      if quiet >= .milliseconds(limits.idleMilliseconds), session.waitingUploads == 0 { close(.idle) }
    case ChannelEvent.inputClosed: end()
    case is Stop: end()
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if !context.channel.isWritable { close(.unread) }
    context.fireChannelWritabilityChanged()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func channelInactive(context: ChannelHandlerContext) {
    firstFrame?.cancel()
    self.context = nil
    // What came whole before the end is kept, though nobody is left to answer.
    perform(session.end())
    shared.sink.report(.disconnected(feed: feed, peer: peer))
    context.fireChannelInactive()
  }

  // MARK: Actions

  private func perform(_ actions: [InstrumentSession.Action]) {
    var writes = false
    for action in actions {
      switch action {
      case .take(let upload): commit(upload)
      case .send(let bytes):
        guard let context else { continue }
        context.write(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
        shared.count { $0.answers += 1 }
        writes = true
      case .refused(let refusal): note(refusal)
      case .noted:
        settleIn()
        shared.count { $0.noted += 1 }
      case .close(let reason): close(reason == .noise ? .noise : .tooManyRefusals)
      }
    }
    if writes { context?.flush() }
    pauseOrResume()
  }

  private func settleIn() {
    firstFrame?.cancel()
    firstFrame = nil
  }

  private func commit(_ upload: InstrumentUpload) {
    settleIn()
    let now = shared.sink.now()
    shared.count { $0.lastMessage = now }
    guard let eventLoop = context?.eventLoop else {
      // The connection is gone: its last frames are committed all the same.
      let shared = shared
      shared.sink.commit(feed, upload) { committed in Self.count(upload, committed, shared) }
      return
    }
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    let (id, shared) = (upload.id, shared)
    shared.sink.commit(feed, upload) { committed in
      Self.count(upload, committed, shared)
      eventLoop.execute { bound.value.settle(id, committed) }
    }
  }

  private static func count(_ upload: InstrumentUpload, _ committed: Bool, _ shared: InstrumentListenerState) {
    let now = shared.sink.now()
    shared.count { status in
      status.isGood = committed
      if committed {
        status.messages += 1
        status.readings += UInt64(upload.batch.readings.count)
        status.lastCommit = now
        if let issue = upload.issues.first {
          status.lastFault = .init(
            at: now, code: "row_\(issue.subject)", message: "MN \(upload.device): \(issue.message)")
        }
      } else {
        status.uncommitted += 1
        status.lastFault = .init(
          at: now, code: "not_committed",
          message: "MN \(upload.device): not stored and not answered; it will come again")
      }
    }
  }

  private func settle(_ id: UInt64, _ committed: Bool) {
    perform(session.settle(id, committed: committed))
    if isEnding, session.waitingUploads == 0 { context?.close(promise: nil) }
  }

  private func note(_ refusal: InstrumentSession.Refusal) {
    let now = shared.sink.now()
    shared.count { status in
      status.refusals[refusal.kind, default: 0] += 1
      status.isGood = false
      let device = refusal.device.isEmpty ? "" : "MN \(refusal.device): "
      status.lastFault = .init(at: now, code: "frame_\(refusal.kind.rawValue)", message: device + refusal.message)
    }
    guard reported.insert(refusal.kind).inserted else { return }
    shared.sink.report(.refused(feed: feed, peer: peer, refusal))
  }

  /// With too many uploads on their way nothing is read: TCP holds the device back.
  private func pauseOrResume() {
    let shouldPause = isEnding || session.waitingUploads >= HJ212Limits.waitingUploads
    guard shouldPause != isPaused, let context else { return }
    isPaused = shouldPause
    try? context.channel.syncOptions?.setOption(.autoRead, value: !shouldPause)
  }

  /// Reads nothing more and closes behind the last answer.
  private func end() {
    guard !isEnding else { return }
    isEnding = true
    perform(session.end())
    if session.waitingUploads == 0 { context?.close(promise: nil) }
  }

  private func close(_ reason: InstrumentStatus.CloseReason) {
    guard let context else { return }
    shared.count { $0.closes[reason, default: 0] += 1 }
    shared.sink.report(.closed(feed: feed, peer: peer, reason: reason.rawValue))
    isEnding = true
    context.flush()
    context.close(promise: nil)
  }
}
