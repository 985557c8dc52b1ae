import Glibc
import Synchronization

extension FaultServer {
  /// The server as its accept thread knows it.
  struct Owner: Sendable {
    weak let server: FaultServer?
  }

  static func acceptLoop(
    listener: Int32, signal: StopSignal, context: TLSContext?, owner: Owner
  ) {
    defer { close(listener) }
    while !signal.isRaised {
      var set = [
        pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signal.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      let ready = unsafe poll(&set, 2, -1)
      if ready < 0 && errno != EINTR { return }
      if signal.isRaised { return }
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0 else {
        // Out of descriptors: give the others a moment instead of spinning.
        if errno == EMFILE || errno == ENFILE { usleep(10_000) }
        continue
      }
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      Listener.setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
      guard let server = owner.server, let id = server.admit(descriptor) else {
        close(descriptor)
        return
      }
      do throws(FaultServerError) {
        try startThread { server.serve(descriptor: descriptor, id: id, context: context) }
      } catch {
        server.dismiss(descriptor, reset: true)
      }
    }
  }

  /// Counts a connection in; nil when the server has stopped.
  private func admit(_ descriptor: Int32) -> Int? {
    state.withLock { state in
      guard !state.stopped else { return nil }
      state.accepted += 1
      state.open.insert(descriptor)
      return state.accepted
    }
  }

  /// Closes a connection, by RST when asked.
  private func dismiss(_ descriptor: Int32, reset: Bool) {
    // Out of the set before the number can be given to another connection.
    _ = state.withLock { $0.open.remove(descriptor) }
    if reset {
      Listener.resetOnClose(descriptor)
    } else {
      // Also ends it for a child process that inherited the descriptor between accept and fcntl.
      shutdown(descriptor, Int32(SHUT_RDWR))
    }
    close(descriptor)
  }

  private func serve(descriptor: Int32, id: Int, context: TLSContext?) {
    let connection = Connection(descriptor: descriptor, id: id)
    let end = converse(connection, context: context)
    connection.finish(orderly: end == .closed)
    dismiss(descriptor, reset: end == .reset)
  }

  private func converse(_ connection: Connection, context: TLSContext?) -> ConnectionEnd {
    switch state.withLock({ $0.connectionBehaviour }) {
    case .serve: break
    case .neverRead:
      _ = stopSignal.wait(milliseconds: -1, watching: connection.descriptor)
      return .abandoned
    case .resetOnAccept: return .reset
    case .closeOnAccept: return .closed
    }
    if let context, !connection.startTLS(context) { return .abandoned }
    var position = 0
    while !stopSignal.isRaised {
      position += 1
      guard let request = RequestReader.next(on: connection, position: position) else { return .closed }
      // The behaviour is chosen before the request is seen by whoever waits for it and then changes the route.
      let (behaviour, index, keep) = choose(for: request)
      record(request)
      let performance = Performance(
        connection: connection, request: request, stop: stopSignal, keepAlive: keep)
      switch performance.perform(behaviour, index: index) {
      case .kept where keep: continue
      case .kept: return .closed
      case let end: return end
      }
    }
    return .closed
  }

  private func choose(for request: RecordedRequest) -> (Behaviour, Int, Bool) {
    state.withLock { state in
      guard let route = state.routes[request.path] else { return (state.fallback, 0, state.keepAlive) }
      state.routes[request.path]?.served += 1
      return (route.behaviour, route.served, state.keepAlive)
    }
  }
}

/// How a conversation on a connection ended.
enum ConnectionEnd {
  /// Not at all: the next request may come.
  case kept
  case closed
  case reset
  /// The peer left or the server stops; nothing more is sent.
  case abandoned
}
