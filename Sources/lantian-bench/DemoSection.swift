import Glibc

/// What `lantian demo` (the daemon and its feed server in one process) takes: at the real clock, and at 3600 times it.
struct DemoSection {
  var bench: Workbench

  func run(into report: inout Report) throws {
    let calm = try measure(speed: 1, warmUpSeconds: 5, seconds: bench.pick(60, quick: 10))
    report.add("demo", "CPU at speed 1, feeds served by itself", calm.cpu, "%")
    report.add("demo", "memory at speed 1", calm.resident, "MiB")
    let fast = try measure(speed: 3_600, warmUpSeconds: 10, seconds: bench.pick(60, quick: 15))
    report.add("demo", "CPU at speed 3600, feeds served by itself", fast.cpu, "%")
    report.add("demo", "memory at speed 3600", fast.resident, "MiB")
    report.add("demo", "state growth of a civil day", fast.growth * 24, "MiB")
  }

  /// CPU in percent of one core, memory, and MiB of state for each second.
  private func measure(
    speed: Int, warmUpSeconds: Int, seconds: Int
  ) throws -> (cpu: Double, resident: Double, growth: Double) {
    let state = try freshDirectory(bench.path("demo-\(speed)"))
    let daemon = try ChildProcess(
      [bench.program("lantian"), "demo", "--port", "0", "--speed", "\(speed)", "--log-level", "error"],
      environment: ["LANTIAN_STATE_DIR=\(state)"], log: bench.path("demo-\(speed).log"))
    defer { daemon.end(SIGTERM) }
    usleep(UInt32(warmUpSeconds) * 1_000_000)
    let sizeBefore = directoryMiB(state)
    let begin = monotonic()
    guard let before = daemon.usage else { throw BenchmarkFailure("lantian demo ended: \(daemon.output)") }
    usleep(UInt32(seconds) * 1_000_000)
    guard let after = daemon.usage else { throw BenchmarkFailure("lantian demo ended: \(daemon.output)") }
    let elapsed = Double(monotonic() - begin) / 1e9
    return (
      (after.cpuSeconds - before.cpuSeconds) / elapsed * 100, after.residentMiB,
      (directoryMiB(state) - sizeBefore) / elapsed
    )
  }
}
