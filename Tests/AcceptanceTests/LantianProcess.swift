import FoundationEssentials
import Glibc
import Synchronization

/// The real binary: `lantian run` in a workbench, and its other verbs.
final class LantianProcess: Sendable {
  /// Built beside this test's own program.
  static let binary: String = {
    var buffer = [CChar](repeating: 0, count: 4_096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let own = String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    var folder = own.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    // Toolchains that run tests through a helper put that elsewhere; the bundle then stands among the arguments.
    if access(folder + "/lantian", X_OK) != 0,
      let bundle = CommandLine.arguments.first(where: { $0.hasSuffix(".xctest") })
    {
      folder = bundle.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    }
    return folder + "/lantian"
  }()

  static let environment = [
    "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8",
    "SWIFT_BACKTRACE": "enable=no",
  ]

  let bench: Workbench
  let child: Child
  let port: Int
  let address: String
  private let logName: String

  private static let starts = Atomic(0)

  /// Starts the daemon and waits until it says that it is ready.
  static func start(
    _ bench: Workbench, _ arguments: [String] = [], environment: [String: String] = [:], within seconds: Double = 60
  ) async throws -> LantianProcess {
    let launched = try launch(bench, arguments, environment: environment)
    let address = try await eventually(within: seconds, "ready; log:\n\(bench.read(launched.log))") {
      if let end = launched.child.poll() {
        throw Child.Failure(
          description: "the daemon ended with \(end) before it was ready:\n\(bench.read(launched.log))")
      }
      return Self.readyAddress(bench.read(launched.log))
    }
    return LantianProcess(bench: bench, child: launched.child, address: address, logName: launched.log)
  }

  /// Starts the daemon and waits for nothing.
  static func launch(
    _ bench: Workbench, _ arguments: [String] = [], environment: [String: String] = [:]
  ) throws -> (child: Child, log: String) {
    let number = starts.add(1, ordering: .relaxed).newValue
    let log = "daemon-\(number).log"
    let child = try Child(
      [binary, "run", "--config", bench.file("lantian.yaml")] + arguments,
      environment: Self.environment.merging(environment) { _, new in new },
      output: bench.file("daemon-\(number).out"), error: bench.file(log), folder: "/")
    return (child, log)
  }

  private static func readyAddress(_ log: String) -> String? {
    for line in log.split(separator: "\n") where line.contains("msg=ready ") {
      for field in line.split(separator: " ") where field.hasPrefix("listen=") {
        return String(field.dropFirst(7)).replacing("\"", with: "")
      }
    }
    return nil
  }

  private init(bench: Workbench, child: Child, address: String, logName: String) {
    self.bench = bench
    self.child = child
    self.address = address
    self.logName = logName
    port = address.split(separator: ":").last.flatMap { Int($0) } ?? 0
  }

  /// Everything written to standard error.
  var log: String { bench.read(logName) }

  var isRunning: Bool { child.poll() == nil }

  // MARK: Faces

  func get(_ path: String) throws -> LoopbackClient.Answer { try LoopbackClient(port: port).request("GET", path) }

  /// `data` of an answer of the API.
  func api(_ path: String) throws -> JSONValue {
    let answer = try get("/api/v1/" + path)
    guard answer.status == 200 else { throw LoopbackClient.Failure(description: "\(path): HTTP \(answer.status)") }
    let value = try JSONValue(answer.body)
    guard value["status"].string == "success" else {
      throw LoopbackClient.Failure(description: "\(path): \(answer.text.prefix(200))")
    }
    return value["data"]
  }

  func feed(_ name: String) throws -> JSONValue {
    try api("feeds").items.first { $0["name"].string == name } ?? .null
  }

  func county(_ code: String) throws -> JSONValue {
    try api("counties").items.first { $0["code"].string == code } ?? .null
  }

  func station(_ id: String) throws -> JSONValue {
    try api("stations").items.first { $0["id"].string == id } ?? .null
  }

  func isReady() -> Bool { (try? get("/-/ready").status) == 200 }

  /// Samples of `/metrics` by their whole name with labels.
  func metrics() throws -> [String: Double] {
    var samples: [String: Double] = [:]
    for line in try get("/metrics").text.split(separator: "\n") where !line.hasPrefix("#") {
      guard let space = line.lastIndex(of: " ") else { continue }
      samples[String(line[..<space])] = Double(line[line.index(after: space)...])
    }
    return samples
  }

  func polls(_ feed: String, _ outcome: String) throws -> Double {
    try metrics()["lantian_feed_polls_total{feed=\"\(feed)\",outcome=\"\(outcome)\"}"] ?? 0
  }

  /// Resident memory and its peak, bytes.
  func memory() -> (now: Int, peak: Int) {
    let text = (try? String(contentsOfFile: "/proc/\(child.pid)/status", encoding: .utf8)) ?? ""
    func bytes(_ key: String) -> Int {
      let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
      return (line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }
    return (bytes("VmRSS:"), bytes("VmHWM:"))
  }

  // MARK: The end

  /// SIGTERM, and the end it leads to.
  func stop(within seconds: Double = 30) async throws -> Child.End {
    child.signal(SIGTERM)
    return try await child.waitForEnd(within: seconds)
  }

  func kill() { child.kill(SIGKILL) }

  // MARK: Other verbs

  struct Outcome {
    var status: Child.End
    var output: String
    var error: String
    var exit: Int32? { if case .exited(let code) = status { code } else { nil } }
  }

  /// Runs another verb to its end.
  static func verb(
    _ arguments: [String], in bench: Workbench, input: String? = nil, environment: [String: String] = [:],
    within seconds: Double = 60
  ) async throws -> Outcome {
    let name = "verb-\(starts.add(1, ordering: .relaxed).newValue)"
    if let input { try bench.write(name + ".in", input) }
    let child = try Child(
      [binary] + arguments, environment: Self.environment.merging(environment) { _, new in new },
      input: input == nil ? "/dev/null" : bench.file(name + ".in"), output: bench.file(name + ".out"),
      error: bench.file(name + ".err"), folder: bench.path)
    let end = try await child.waitForEnd(within: seconds)
    return Outcome(status: end, output: bench.read(name + ".out"), error: bench.read(name + ".err"))
  }
}
