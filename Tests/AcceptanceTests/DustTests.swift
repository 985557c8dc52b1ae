import Testing

/// Sand-dust acts through the command line and the control socket, kept over a restart.
@Suite("sand-dust by the command line")
struct DustCommandTests {
  @Test func declaredConfirmedWithdrawn() async throws {
    let bench = try Workbench()
    try bench.configure(feeds: "")
    let clock = ["--simulate-from", "2020-12-01T00:00:00+08:00", "--speed", "1"]
    let daemon = try await LantianProcess.start(bench, clock)
    func dust(_ arguments: String...) async throws -> LantianProcess.Outcome {
      try await LantianProcess.verb(["dust"] + arguments + ["--state", bench.file("state")], in: bench)
    }
    let period = ["--from", "2020-11-30T20:00", "--until", "2020-12-02", "--by", "张三"]
    func state(_ verb: String, _ id: String, _ basis: String...) async throws -> LantianProcess.Outcome {
      try await LantianProcess.verb(
        ["dust", verb, "141102", "--id", id] + period + basis + ["--state", bench.file("state")], in: bench)
    }
    let declared = try await state("declare", "d1", "--evidence", "卫星云图")
    #expect(declared.exit == 0, "\(declared.error)")
    #expect(declared.output.contains("period d1"))
    #expect(try await state("declare", "d1", "--evidence", "again").exit == 65, "a repeated act does nothing")
    #expect(try await state("confirm", "c1", "--document", "总站函〔2020〕1号").exit == 0)
    #expect(try await dust("withdraw", "d1", "--by", "李四", "--reason", "误判").exit == 0)
    #expect(try await dust("withdraw", "none", "--by", "李四", "--reason", "误判").exit == 65)

    let events = try daemon.api("events").items.filter { $0["rule"].string?.hasPrefix("sand-dust/") == true }
    #expect(events.map { $0["to"].string } == ["declared", "confirmed", "withdrawn"])
    #expect(events.allSatisfy { $0["kind"].string == "notice" && $0["county"].string == "141102" })
    #expect(events[0]["inputs"]["evidence"].string == "卫星云图")
    #expect(try await daemon.stop() == .exited(0))

    let second = try await LantianProcess.start(bench, clock)
    let periods = try second.api("dust").items
    #expect(periods.map { $0["id"].string } == ["d1", "c1"])
    #expect(periods[0]["withdrawn"]["reason"].string == "误判")
    #expect(periods[1]["document"].string == "总站函〔2020〕1号")
    #expect(periods[1]["from"].string == "2020-11-30T20:00:00+08:00")
    let list = try await dust("list")
    #expect(list.exit == 0 && list.output.contains("c1") && list.output.contains("李四: 误判"))
    let evidence = try await dust(
      "evidence", "离石区", "--from", "2020-11-30T20:00", "--until", "2020-12-02", "--format", "csv", "--out",
      bench.file("evidence.csv"))
    #expect(evidence.exit == 0, "\(evidence.error)")
    #expect(bench.read("evidence.csv").contains("总站函〔2020〕1号"))
    #expect(try await dust("evidence", "x", "--from", "2020-11-30", "--until", "2020-12-02").exit == 65)
    #expect(try await second.stop() == .exited(0))
    let audit = try await LantianProcess.verb(["audit", "replay", "--state", bench.file("state")], in: bench)
    #expect(audit.exit == 0, "\(audit.output)\(audit.error)")
  }
}
