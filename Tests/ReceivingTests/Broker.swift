import CMosquitto
import Glibc
import TestSupport
import Testing

/// Mosquitto on loopback, for tests.
final class Broker {
  static let program = "/usr/sbin/mosquitto"
  static var isInstalled: Bool { access(program, X_OK) == 0 }

  let directory = TemporaryDirectory()
  let port: Int
  private var pid: pid_t = 0
  private let more: String

  /// - Parameter more: further lines of its configuration.
  init(more: (String) -> String = { _ in "allow_anonymous true" }) throws {
    port = try Self.freePort()
    self.more = more(directory.path)
    try start()
  }

  deinit { stop() }

  private static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    try #require(bound)
    return Int(UInt16(bigEndian: address.sin_port))
  }

  /// Starts it; what it kept is there again.
  func start() throws {
    let file = directory.path + "/mosquitto.conf"
    let lines = [
      "listener \(port) 127.0.0.1", "user root", "persistence true", "persistence_location \(directory.path)/",
      "autosave_interval 1", "autosave_on_changes true", "log_dest file \(directory.path)/log", more,
    ]
    try SpoolTests.write(lines.joined(separator: "\n") + "\n", file)
    pid = try Self.spawn([Self.program, "-c", file])
    let deadline = ContinuousClock.now + .seconds(20)
    while !isListening { try #require(ContinuousClock.now < deadline, "mosquitto does not listen") }
  }

  private var isListening: Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  /// Ends it and waits for its end.
  func stop() {
    guard pid > 0 else { return }
    kill(pid, SIGTERM)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    pid = 0
  }

  static func spawn(_ arguments: [String]) throws -> pid_t {
    var pid: pid_t = 0
    var pointers = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor: Int32 in [1, 2] { posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0) }
    // Threads of Dispatch block every signal, and a child would inherit that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    try #require(posix_spawn(&pid, arguments[0], &actions, &attributes, &pointers, nil) == 0)
    return pid
  }

  /// Publishes messages in one go with quality 1 and waits until the broker has them all.
  func publish(_ messages: [(topic: String, payload: [UInt8])], isRetained: Bool = false) async throws {
    mosquitto_lib_init()
    let acknowledged = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    acknowledged.initialize(to: 0)
    defer { acknowledged.deallocate() }
    let client = try #require(mosquitto_new(nil, true, acknowledged))
    defer { mosquitto_destroy(client) }
    mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, Int32(MQTT_PROTOCOL_V5))
    mosquitto_publish_callback_set(client) { _, user, _ in user?.assumingMemoryBound(to: Int.self).pointee += 1 }
    try await SpoolTests.eventually("the broker listens") {
      mosquitto_connect(client, "127.0.0.1", Int32(port), 30) == Int32(MOSQ_ERR_SUCCESS.rawValue)
    }
    for message in messages {
      let code = mosquitto_publish(
        client, nil, message.topic, Int32(message.payload.count), message.payload, 1, isRetained)
      try #require(code == 0, "\(String(cString: mosquitto_strerror(code)))")
    }
    try await SpoolTests.eventually("everything is acknowledged") {
      _ = mosquitto_loop(client, 20, 1)
      return acknowledged.pointee == messages.count
    }
    mosquitto_disconnect(client)
  }
}
