import Glibc
import Synchronization

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Runs `body` on a detached thread of its own: behaviours block, and must not block a shared pool.
func startThread(_ body: @escaping @Sendable () -> Void) throws(FaultServerError) {
  var attributes = pthread_attr_t()
  unsafe pthread_attr_init(&attributes)
  defer { unsafe pthread_attr_destroy(&attributes) }
  unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  unsafe pthread_attr_setstacksize(&attributes, 512 * 1_024)
  let box = unsafe Unmanaged.passRetained(ThreadBody(body))
  var thread = pthread_t()
  let result = unsafe pthread_create(
    &thread, &attributes,
    { argument in
      let body = unsafe Unmanaged<ThreadBody>.fromOpaque(argument!).takeRetainedValue()
      body.run()
      return nil
    }, box.toOpaque())
  if result != 0 {
    unsafe box.release()
    throw FaultServerError(call: "pthread_create", errno: result)
  }
}

/// A descriptor that becomes readable for good when the server stops; every wait watches it.
final class StopSignal: Sendable {
  /// The reading end of a pipe.
  let descriptor: Int32
  private let writer: Int32
  private let raised = Atomic(false)

  init() throws(FaultServerError) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { throw FaultServerError(call: "pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    descriptor = ends[0]
    writer = ends[1]
  }

  deinit {
    close(descriptor)
    close(writer)
  }

  var isRaised: Bool { raised.load(ordering: .acquiring) }

  func raise() {
    raised.store(true, ordering: .releasing)
    var one: UInt8 = 1
    _ = unsafe write(writer, &one, 1)
  }

  /// Waits until the time is over (`true`), or the server stops or the peer of `socket` leaves (`false`).
  /// Negative milliseconds wait without end.
  func wait(milliseconds: Int, watching socket: Int32) -> Bool {
    var set = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      // POLLRDHUP, which Glibc's module does not show: the peer has closed its side.
      pollfd(fd: socket, events: 0x2000, revents: 0),
    ]
    while true {
      let result = unsafe poll(&set, 2, Int32(clamping: milliseconds))
      if result < 0 && errno == EINTR { continue }
      return result == 0
    }
  }
}
