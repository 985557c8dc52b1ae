import Glibc

/// Speaks systemd's notification protocol, sd_notify(3), without libsystemd: one datagram to `NOTIFY_SOCKET`.
///
/// Does nothing when the process was not started by a manager that listens. Every message is best effort.
struct ServiceNotifier: Sendable {
  private let address: [UInt8]?
  /// How often the watchdog must be fed, half of `WATCHDOG_USEC`; nil when no watchdog is set for this process.
  let watchdogInterval: Duration?

  /// Reads `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`.
  init(environment: [String: String]) {
    address = environment["NOTIFY_SOCKET"].flatMap { path in
      let bytes = Array(path.utf8)
      // sun_path has 108 bytes; `@` starts an abstract name.
      guard bytes.count > 1, bytes.count < 108, bytes[0] == 0x2F || bytes[0] == 0x40 else { return nil }
      return bytes
    }
    let forUs = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
    watchdogInterval =
      forUs
      ? environment["WATCHDOG_USEC"].flatMap(Int64.init).flatMap { $0 >= 2 ? .microseconds($0 / 2) : nil } : nil
  }

  func ready(status: String) { send("READY=1\nSTATUS=\(Self.line(status))") }
  func status(_ text: String) { send("STATUS=\(Self.line(text))") }
  func stopping() { send("STOPPING=1") }
  /// Never waits: it is called on the queue that it watches over, and the next one comes soon.
  func watchdog() { send("WATCHDOG=1", flags: Int32(MSG_DONTWAIT)) }

  /// systemd 252 knows `RELOADING=1` with a monotonic stamp; it is followed by `READY=1` when done.
  func reloading() {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    send("RELOADING=1\nMONOTONIC_USEC=\(Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000)")
  }

  /// A message's lines are assignments, so a text must stay on its own.
  private static func line(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }

  private func send(_ message: String, flags: Int32 = 0) {
    guard let address else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var target = sockaddr_un()
    target.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &target.sun_path) { path in
      unsafe path.copyBytes(from: address)
      // An abstract name begins with a zero byte.
      if address[0] == 0x40 { unsafe path[0] = 0 }
    }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + address.count)
    let bytes = Array(message.utf8)
    _ = unsafe withUnsafePointer(to: &target) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | flags, address, length)
      }
    }
  }
}
