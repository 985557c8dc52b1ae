import Glibc

/// CPU per poll of Lantian's transport beside the plain C loop: the same server, interleaved rounds.
struct PollingSection {
  var bench: Workbench

  func run(into report: inout Report) throws {
    let port = 20_000 + Int(getpid()) % 20_000
    let server = try ChildProcess(
      [bench.program("bench-server"), "\(port)", "600"], log: bench.path("bench-server.log"))
    defer { server.end(SIGTERM) }
    try waitForServer(server)
    try measure(
      "one host", url: "http://127.0.0.1:\(port)/", hosts: 1, polls: bench.pick(200_000, quick: 40_000), &report)
    try measure(
      "10,000 hosts", url: "http://{host}:\(port)/", hosts: 10_000, polls: bench.pick(150_000, quick: 30_000), &report)
  }

  private func waitForServer(_ server: ChildProcess) throws {
    for _ in 0..<500 {
      if server.output.contains("ready") { return }
      usleep(10_000)
    }
    throw BenchmarkFailure("bench-server does not listen: \(server.output)")
  }

  private func measure(_ name: String, url: String, hosts: Int, polls: Int, _ report: inout Report) throws {
    var reference: [Double] = []
    var own: [Double] = []
    var resident = (reference: 0.0, own: 0.0)
    for _ in 0..<bench.pick(5, quick: 2) {
      let c = try once("bench-polling", url, hosts, polls)
      let swift = try once("bench-transport", url, hosts, polls)
      reference.append(c.cpu)
      own.append(swift.cpu)
      resident = (max(resident.reference, c.resident), max(resident.own, swift.resident))
    }
    report.add(
      "polling", "CPU per poll, \(name)", median(own), "us", reference: ("C loop", median(reference)),
      aim: .ratioAtMost(1.15))
    // A small process shows the peak of its parent, from which it was forked.
    if hosts > 1 {
      report.add("polling", "memory, \(name)", resident.own, "MiB", reference: ("C loop", resident.reference))
    }
  }

  private func once(
    _ program: String, _ url: String, _ hosts: Int, _ polls: Int
  ) throws -> (cpu: Double, resident: Double) {
    let output = try ChildProcess.run(
      [bench.program(program), url, "\(hosts)", "\(polls)", "64"], log: bench.path(program + ".log"))
    guard let user = Self.number("user_us_per_poll", output), let system = Self.number("sys_us_per_poll", output),
      let resident = Self.number("rss_kib", output)
    else { throw BenchmarkFailure("\(program) printed \(output)") }
    return (user + system, resident / 1_024)
  }

  /// The number behind a key of a line of JSON.
  static func number(_ key: String, _ line: String) -> Double? {
    let parts = line.split(separator: "\"\(key)\":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    return Double(parts[1].prefix { "-.0123456789e".contains($0) })
  }
}
