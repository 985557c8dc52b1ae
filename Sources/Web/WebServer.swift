import HTTPTypes
import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
import Timekeeping

/// The listeners: TCP for the API and the console, and a socket in the state directory for the command line.
///
/// `start` and `startControl` once each, `stop` once; a server that was stopped is not started again.
package actor WebServer {
  private enum State {
    case idle
    case listening(Server<HTTP1Channel>, Task<Void, any Error>)
    case stopped
  }

  private let sources: WebSources
  private let limits: WebLimits
  private let logger: Logger
  private let group: MultiThreadedEventLoopGroup
  private let statistics = WebStatistics()
  private var network = State.idle
  private var control = State.idle
  private var controlSocket: ControlSocket?

  package init(sources: WebSources, logger: Logger, limits: WebLimits = WebLimits()) {
    self.sources = sources
    self.limits = limits
    self.logger = logger
    self.group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
  }

  /// Listens on TCP and returns the port; port 0 takes a free one.
  package func start(host: String, port: Int) async throws(WebError) -> Int {
    let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    let address = "\(bare.contains(":") ? "[\(bare)]" : bare):\(port)"
    guard case .idle = network else { throw .alreadyStarted(address: address) }
    let (state, bound) = try await listen(
      on: .hostname(bare, port: port), named: address, face: .network)
    network = state
    return bound ?? port
  }

  /// Listens on a socket file, which only its owner and group may use. The socket of a daemon that died is replaced;
  /// one that answers, or a file that is no socket, is left alone.
  package func startControl(path: String) async throws(WebError) {
    guard case .idle = control else { throw .alreadyStarted(address: path) }
    let socket = ControlSocket(path: path)
    try await socket.prepare(group: group)
    let (state, _) = try await listen(on: .unixDomainSocket(path: socket.temporaryPath), named: path, face: .control)
    control = state
    try socket.publish()
    controlSocket = socket
  }

  /// Ends live streams, lets the other answers finish, closes what is still open after `deadline`, and returns when
  /// nothing listens any more.
  package func stop(deadline: Duration) async {
    sources.broadcaster.stop()
    controlSocket?.remove()
    controlSocket = nil
    let listeners = [network, control]
    network = .stopped
    control = .stopped
    await withTaskGroup(of: Void.self) { group in
      for case .listening(let server, let running) in listeners {
        group.addTask { await Self.stop(server, running, deadline: deadline) }
      }
    }
    do {
      try await group.shutdownGracefully()
    } catch {
      logger.warning("the threads of the HTTP listeners did not stop", metadata: ["error": "\(error)"])
    }
  }

  private static func stop(_ server: Server<HTTP1Channel>, _ running: Task<Void, any Error>, deadline: Duration) async {
    let alarm = Task {
      try await Task.sleep(for: deadline)
      running.cancel()
    }
    try? await server.shutdownGracefully()
    _ = await running.result
    alarm.cancel()
  }

  // MARK: Listening

  private func listen(
    on address: BindAddress, named name: String, face listener: WebFace.Listener
  ) async throws(WebError) -> (State, port: Int?) {
    let face = WebFace(sources: sources, limits: limits, listener: listener, statistics: statistics)
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .notice)
    let (bound, announce) = AsyncThrowingStream<Int?, any Error>.makeStream()
    let server = Server(
      childChannelSetup: HTTP1Channel(
        responder: { request, writer, channel in
          try await Exchange(face: face, channel: channel).perform(request, writer)
        },
        configuration: .init(
          idleTimeout: .seconds(limits.idleSeconds),
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
            maxHeaderFieldCount: limits.headerFields))),
      configuration: ServerConfiguration(
        address: address, availableConnectionsDelegate: .maximum(limits.connections, logger: quiet)),
      onServerRunning: { channel in
        announce.yield(channel.localAddress?.port)
        announce.finish()
      },
      eventLoopGroup: group, logger: quiet)
    let running = Task {
      do {
        try await server.run()
      } catch {
        announce.finish(throwing: error)
        throw error
      }
    }
    do {
      for try await port in bound { return (.listening(server, running), port) }
      throw WebError.cannotListen(address: name, reason: "the listener ended before it was ready")
    } catch let error as WebError {
      throw error
    } catch {
      throw .cannotListen(address: name, reason: ControlSocket.reason(error))
    }
  }
}

/// One request and its answer on a connection.
private struct Exchange {
  let face: WebFace
  let channel: any Channel

  func perform(_ request: Request, _ writer: consuming ResponseWriter) async throws {
    let limits = face.limits
    var asked = WebRequest(
      request.method, request.head.path ?? "/", authority: request.head.authority, headers: request.headers, body: [])
    var body = request.body.makeAsyncIterator()
    let limit: Int
    switch face.bodyPlan(asked) {
    case .refuse(let refusal): return try await refuse(refusal, writer, &body)
    case .read(let limitBytes, let push): (limit, asked.push) = (limitBytes, push)
    }
    let reading = deadline(seconds: asked.push == nil ? limits.requestReadSeconds : limits.pushReadSeconds)
    var collected = ByteBuffer()
    while let piece = try await body.next() {
      guard collected.readableBytes + piece.readableBytes <= limit else {
        reading.cancel()
        let refusal = face.refusal(
          RequestError(status: 413, code: "body_too_large", message: "the body is above \(limit) bytes"))
        return try await refuse(refusal, writer, &body)
      }
      collected.writeImmutableBuffer(piece)
    }
    reading.cancel()
    asked.body = Array(buffer: collected)
    let reply = await face.answer(asked)
    guard let stream = reply.stream else {
      try await write(reply, writer, isHead: request.method == .head)
      return
    }
    guard let client = face.sources.broadcaster.subscribe() else {
      try await write(
        face.refusal(
          RequestError(status: 503, code: "too_many_streams", message: "\(limits.streams) live streams are open")),
        writer)
      return
    }
    try await serve(stream, client, reply, writer)
  }

  /// Answers before the body has come, throws the rest of it away within bounds, and closes: nothing can follow it on
  /// this connection.
  private func refuse(
    _ refusal: WebReply, _ writer: consuming ResponseWriter, _ body: inout RequestBody.AsyncIterator
  ) async throws {
    var refusal = refusal
    refusal.headers[.connection] = "close"
    try await write(refusal, writer)
    let draining = deadline(seconds: face.limits.drainSeconds)
    defer { draining.cancel() }
    var left = face.limits.drainBytes
    while left > 0, let piece = try? await body.next() { left -= piece.readableBytes }
    try await channel.close().get()
  }

  private func write(_ reply: WebReply, _ writer: consuming ResponseWriter, isHead: Bool = false) async throws {
    let writing = deadline(seconds: face.limits.responseWriteSeconds)
    defer { writing.cancel() }
    var head = HTTPResponse(status: .init(code: reply.status), headerFields: reply.headers)
    head.headerFields[.date] = HTTPDate.now()
    if reply.status != 304 { head.headerFields[.contentLength] = String(reply.body.count) }
    let body = isHead || reply.body.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body))
    try await writer.write(response: head, body: body)
  }

  private func serve(
    _ request: StreamRequest, _ client: UInt64, _ reply: WebReply, _ writer: consuming ResponseWriter
  ) async throws {
    let broadcaster = face.sources.broadcaster
    defer { broadcaster.unsubscribe(client) }
    channel.closeFuture.whenComplete { _ in broadcaster.unsubscribe(client) }
    var head = HTTPResponse(status: .init(code: reply.status), headerFields: reply.headers)
    head.headerFields[.date] = HTTPDate.now()
    let stream = EventStream(sources: face.sources, limits: face.limits, request: request, client: client)
    let channel = channel
    let seconds = face.limits.responseWriteSeconds
    let body = ResponseBody { bodyWriter in
      var sink = ChannelSink(channel: channel, seconds: seconds, writer: bodyWriter)
      try await stream.run(into: &sink)
      try await bodyWriter.finish(nil)
    }
    do {
      try await writer.write(response: head, body: body)
    } catch is CancellationError {
      // The daemon stops: the connection closes below.
    }
    // A stream's connection is not used again; closing it lets the daemon stop without waiting for the client.
    channel.close(promise: nil)
  }

  /// Closes the connection unless cancelled in time.
  private func deadline(seconds: Int64) -> Scheduled<Void> {
    let channel = channel
    return channel.eventLoop.scheduleTask(in: .seconds(seconds)) { channel.close(promise: nil) }
  }
}

/// The connection of a live stream; each piece must be taken in time.
private struct ChannelSink: StreamSink {
  let channel: any Channel
  let seconds: Int64
  var writer: any ResponseBodyWriter

  mutating func send(_ bytes: [UInt8]) async throws {
    let channel = channel
    let alarm = channel.eventLoop.scheduleTask(in: .seconds(seconds)) { channel.close(promise: nil) }
    defer { alarm.cancel() }
    try await writer.write(ByteBuffer(bytes: bytes))
  }
}
