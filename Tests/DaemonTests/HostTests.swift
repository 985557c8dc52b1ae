import Glibc
import Logging
import TestSupport
import Testing

@testable import Daemon

@Suite("Talking to the host")
struct HostTests {
  /// A datagram socket as systemd's end of `NOTIFY_SOCKET`.
  private final class Manager {
    let path: String
    private let descriptor: Int32

    init(_ path: String) {
      self.path = path
      descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8)) }
      let bound = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      precondition(bound == 0, "cannot bind \(path)")
    }

    deinit { close(descriptor) }

    /// The next message; the sender has sent it before.
    func next() -> String {
      var buffer = [UInt8](repeating: 0, count: 4_096)
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
      }
      return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
  }

  @Test func messagesAreThoseOfTheProtocol() {
    let directory = TemporaryDirectory()
    let manager = Manager(directory.path + "/notify")
    let notifier = ServiceNotifier(environment: ["NOTIFY_SOCKET": manager.path])
    notifier.ready(status: "polling 3 feeds")
    #expect(manager.next() == "READY=1\nSTATUS=polling 3 feeds")
    notifier.watchdog()
    #expect(manager.next() == "WATCHDOG=1")
    notifier.stopping()
    #expect(manager.next() == "STOPPING=1")
    notifier.reloading()
    #expect(manager.next().hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
    // A text with lines must not become assignments.
    notifier.status("two\nWATCHDOG=trigger")
    #expect(manager.next() == "STATUS=two WATCHDOG=trigger")
  }

  @Test(
    arguments: [
      ([:], nil), (["WATCHDOG_USEC": "60000000"], .seconds(30)),
      (["WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"], nil), (["WATCHDOG_USEC": "0"], nil),
      (["WATCHDOG_USEC": "-5"], nil), (["WATCHDOG_USEC": "soon"], nil),
    ] as [([String: String], Duration?)])
  func theWatchdogIsFedTwiceAsOftenAsAsked(environment: [String: String], interval: Duration?) {
    #expect(ServiceNotifier(environment: environment).watchdogInterval == interval)
  }

  @Test func withoutAManagerNothingIsSent() {
    for path in ["", "relative", String(repeating: "/x", count: 60)] {
      ServiceNotifier(environment: ["NOTIFY_SOCKET": path]).ready(status: "x")
    }
  }

  @Test func logLinesAreOneLineEach() {
    let plain = StructuredLogHandler(label: "daemon", format: .logfmt, journald: false, level: .info)
    #expect(
      plain.line(
        level: .warning, message: "feed fails", metadata: ["feed": "park", "error": "a \"b\"\nc=d", "empty": ""],
        time: "T")
        == "time=T level=warning msg=\"feed fails\" room=daemon empty=\"\" error=\"a \\\"b\\\"\\nc=d\" feed=park\n"
    )
    let json = StructuredLogHandler(label: "daemon", format: .json, journald: true, level: .info)
    #expect(
      json.line(level: .critical, message: "离石\u{7}", metadata: ["n": "1"], time: "T")
        == "<2>{\"level\":\"critical\",\"msg\":\"离石\\u0007\",\"room\":\"daemon\",\"n\":\"1\"}\n")
  }

  @Test(
    arguments: [
      (.trace, 7), (.debug, 7), (.info, 6), (.notice, 5), (.warning, 4), (.error, 3), (.critical, 2),
    ] as [(Logger.Level, Int)])
  func prioritiesAreThoseOfSyslog(level: Logger.Level, priority: Int) {
    let handler = StructuredLogHandler(label: "l", format: .logfmt, journald: true, level: .trace)
    let line = handler.line(level: level, message: "m", metadata: [:], time: "")
    #expect(line == "<\(priority)>level=\(level.rawValue) msg=m room=l\n")
  }
}
