import Delivery
import Dispatch
import Glibc
import TestSupport
import Testing

/// Real programs of the system, run without a shell unless the test asks for one.
@Suite(.serialized, .timeLimit(.minutes(1))) struct ExecRunnerTests {
  private func run(
    _ command: [String], input: String = "", environment: [String: String] = [:], timeout: Int = 20_000,
    grace: Int = 2_000
  ) async -> ExecResult {
    let queue = DispatchQueue(label: "test.exec")
    return await withCheckedContinuation { continuation in
      _ = ExecRunner.run(
        HookConfiguration.Command(command: command, timeoutMilliseconds: timeout, graceMilliseconds: grace),
        environment: environment, input: Array(input.utf8), queue: queue
      ) { continuation.resume(returning: $0) }
    }
  }

  @Test func theEventStandsOnStandardInput() async {
    let large = String(repeating: "霾", count: 100_000)
    #expect(await run(["/usr/bin/wc", "-c"], input: large) == ExecResult(end: .exited(0), output: "300000\n"))
    // A program that does not read is no trouble.
    #expect(await run(["/bin/true"], input: large) == ExecResult(end: .exited(0)))
  }

  @Test func exitCodesAndSignalsAreTold() async {
    #expect(await run(["/bin/false"]).end == .exited(1))
    #expect(await run(["/bin/sh", "-c", "echo later >&2; exit 75"]) == ExecResult(end: .exited(75), output: "later\n"))
    #expect(await run(["/bin/sh", "-c", "kill -9 $$"]).end == .signalled(9))
  }

  @Test func noShellIsInvolved() async {
    #expect(await run(["/bin/echo", "$HOME; echo *", "a b"]).output == "$HOME; echo * a b\n")
  }

  @Test func aProgramThatIsNotThereIsAnError() async {
    let result = await run(["/nonexistent/siren"])
    #expect(result.end == .notStarted("/nonexistent/siren: cannot start: No such file or directory"))
    #expect(await run([]).end == .notStarted("the command is empty"))
  }

  @Test func theEnvironmentIsMinimal() async throws {
    setenv("LANTIAN_TEST_LEAK", "secret", 1)
    let result = await run(["/usr/bin/env"], environment: ["LANTIAN_KEY": "a-1\nb\u{0}c"])
    let path = try #require(getenv("PATH").map { String(cString: $0) })
    #expect(result.output == "LANG=C.UTF-8\nLANTIAN_KEY=a-1\nbc\nPATH=\(path)\n")
    unsetenv("LANTIAN_TEST_LEAK")
  }

  @Test func onlyTheLastOfTheOutputIsKept() async {
    let result = await run(["/bin/sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end >&2"])
    #expect(result.end == .exited(0))
    #expect(result.output.utf8.count == ExecRunner.outputBytes && result.output.hasSuffix("x\nend\n"))
  }

  @Test func theDeadlineEndsIt() async {
    let clock = ContinuousClock()
    let began = clock.now
    #expect(await run(["/bin/sleep", "600"], timeout: 50).end == .timedOut)
    // It ignores SIGTERM, and so does what it started.
    let stubborn = await run(
      ["/bin/sh", "-c", "trap '' TERM; echo $$; sleep 601 & wait; sleep 602"], timeout: 300, grace: 100)
    #expect(stubborn.end == .timedOut)
    let group = pid_t(stubborn.output.prefix { $0.isNumber }) ?? 0
    #expect(group > 1)
    #expect(clock.now - began < .seconds(30))
    // The whole group is gone, or dying: its members are orphans that init reaps.
    var left = 0
    for _ in 0..<10_000 where kill(-group, 0) == 0 {
      left += 1
      sched_yield()
    }
    #expect(left < 10_000 || onlyZombies(in: group))
  }

  private func onlyZombies(in group: pid_t) -> Bool {
    names(in: "/proc").compactMap { Int($0) }.allSatisfy { pid in
      guard let bytes = contents(of: "/proc/\(pid)/stat") else { return true }
      let fields = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
      return fields.count < 3 || fields[2] != "\(group)" || fields[0] == "Z"
    }
  }

  @Test func cancellationEndsIt() async {
    let queue = DispatchQueue(label: "test.exec")
    let results = Collector<ExecResult>()
    let cancel = ExecRunner.run(
      HookConfiguration.Command(command: ["/bin/sleep", "600"]), environment: [:], input: [], queue: queue
    ) { results.add($0) }
    cancel()
    cancel()
    #expect(await results.wait(1) == [ExecResult(end: .signalled(15))])
  }

  /// A background child that keeps the pipe open does not keep the hook waiting.
  @Test func aDaemonLeftBehindDoesNotDelay() async {
    let result = await run(["/bin/sh", "-c", "sleep 3 & echo started"])
    #expect(result == ExecResult(end: .exited(0), output: "started\n"))
  }

  @Test func noDescriptorPassesAndNoneIsLeft() async {
    let extra = open("/dev/null", O_RDONLY)
    #expect(fcntl(extra, F_SETFD, 0) == 0)
    let result = await run(["/bin/ls", "/proc/self/fd"])
    // 3 is the directory that ls itself reads.
    #expect(result.output == "0\n1\n2\n3\n")
    close(extra)
    // Pipes, memory files and pidfds of 50 runs are closed again: descriptors of other tests aside.
    func own() -> Int {
      names(in: "/proc/self/fd").filter { name in
        var link = [CChar](repeating: 0, count: 256)
        guard readlink("/proc/self/fd/" + name, &link, 255) > 0 else { return false }
        let target = String(decoding: link.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return target.hasPrefix("/memfd:lantian-event") || target.hasPrefix("anon_inode:[pidfd]")
      }.count
    }
    for _ in 0..<50 { _ = await run(["/bin/true"], input: "x") }
    #expect(own() <= 2)
  }

  @Test func noZombieIsLeft() async {
    for _ in 0..<10 { _ = await run(["/bin/true"]) }
    let me = getpid()
    let zombies = names(in: "/proc").compactMap { Int($0) }.filter { pid in
      guard let bytes = contents(of: "/proc/\(pid)/stat") else { return false }
      let text = String(decoding: bytes, as: UTF8.self)
      let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
      return fields.count > 1 && fields[0] == "Z" && fields[1] == "\(me)" && text.contains("(true)")
    }
    #expect(zombies.isEmpty)
  }
}
