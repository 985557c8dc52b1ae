import Dispatch
import Glibc

/// Delivers signals on the control queue; the default action of each is switched off first.
///
/// Owned by the control queue: made, kept and cancelled there.
final class SignalWatcher {
  private let sources: [any DispatchSourceSignal]

  /// Handlers run on `queue` from now on.
  init(queue: DispatchQueue, handlers: [(signal: Int32, handler: @Sendable () -> Void)]) {
    sources = handlers.map { number, handler in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler(handler: handler)
      source.activate()
      return source
    }
    // A peer that hangs up must give an error, not end the process.
    signal(SIGPIPE, SIG_IGN)
  }

  func cancel() { sources.forEach { $0.cancel() } }
}
