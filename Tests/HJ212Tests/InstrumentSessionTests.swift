import AirQuality
import HJ212
import Testing

@Suite("instruments that dial in")
struct InstrumentSessionTests {
  static let policy = InstrumentPolicy(devices: [
    "A": .init(settings: DeviceSettings(station: "M1"), password: AccessPassword("123456")),
    "OPEN": .init(),
  ])

  static func data(
    _ value: String = "35", device: String = "A", password: String = "123456", flag: Int? = 5, command: Int = 2011,
    number: String = "20200101000001000"
  ) -> String {
    let flagText = flag.map { "Flag=\($0);" } ?? ""
    return "QN=\(number);ST=22;CN=\(command);PW=\(password);MN=\(device);\(flagText)"
      + "CP=&&DataTime=20200101000000;a34004-Rtd=\(value),a34004-Flag=N&&"
  }

  static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// Actions as lines: `take M1 pm25=35`, `send QN=…`, `refused checksum`.
  static func lines(_ actions: [InstrumentSession.Action]) -> [String] {
    actions.map { action in
      switch action {
      case .take(let upload):
        let values = upload.batch.readings.map { "\($0.pollutant.name)=\($0.value)" }.joined(separator: ",")
        let missing = upload.missingPackets.isEmpty ? "" : " without \(upload.missingPackets)"
        return "take \(upload.batch.stations.first ?? "-") \(values)\(missing)"
      case .send(let bytes):
        guard case .frame(let segment)? = scan([bytes]).found.first else { return "send garbage" }
        return "send \(text(segment))"
      case .refused(let refusal): return "refused \(refusal.kind.rawValue)"
      case .noted(let command): return "noted \(command.map(String.init) ?? "-")"
      case .close(let reason): return "close \(reason.rawValue)"
      }
    }
  }

  static func uploads(_ actions: [InstrumentSession.Action]) -> [InstrumentUpload] {
    actions.compactMap { if case .take(let upload) = $0 { upload } else { nil } }
  }

  @Test("data are answered after the commit, and only then")
  func commit() throws {
    var session = InstrumentSession(policy: Self.policy)
    let actions = session.receive(frame(Self.data()))
    #expect(Self.lines(actions) == ["take M1 pm25=35.0"])
    let upload = try #require(Self.uploads(actions).first)
    #expect(session.waitingUploads == 1 && upload.device == "A" && upload.command == 2011)
    #expect(!Self.text(upload.record).contains("123456"))
    #expect(
      Self.lines(session.settle(upload.id, committed: true)) == [
        "send QN=20200101000001000;ST=91;CN=9014;PW=123456;MN=A;Flag=4;CP=&&&&"
      ])
    #expect(session.settle(upload.id, committed: true).isEmpty && session.waitingUploads == 0)
    let second = try #require(Self.uploads(session.receive(frame(Self.data("36")))).first)
    #expect(session.settle(second.id, committed: false).isEmpty)
  }

  @Test(
    "answers by edition",
    arguments: [
      ("Flag=5;", "QN=1;ST=91;CN=9014;PW=123456;MN=A;Flag=4;CP=&&&&"),
      ("Flag=9;", "QN=1;ST=91;CN=9014;PW=123456;MN=A;Flag=8;CP=&&&&"),
      ("Flag=1;", "ST=91;CN=9014;PW=123456;MN=A;Flag=0;CP=&&QN=1;CN=2051&&"),
      ("Flag=4;", ""), ("Flag=0;", ""), ("", ""),
    ])
  func editions(_ flag: String, _ answer: String) throws {
    var session = InstrumentSession(policy: Self.policy)
    let segment = "QN=1;ST=22;CN=2051;PW=123456;MN=A;\(flag)CP=&&DataTime=20200101000000;a34004-Avg=1&&"
    let upload = try #require(Self.uploads(session.receive(frame(segment))).first)
    #expect(Self.lines(session.settle(upload.id, committed: true)) == (answer.isEmpty ? [] : ["send \(answer)"]))
  }

  struct Refused: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var lines: [String]
    var testDescription: String { name }
  }

  static func damaged(_ segment: String, checksum: String = "0000", length: Int? = nil) -> [UInt8] {
    let count = String(length ?? segment.utf8.count)
    return Array("##\(String(repeating: "0", count: 4 - count.utf8.count))\(count)\(segment)\(checksum)\r\n".utf8)
  }

  static let nine = "send QN=20200101000001000;ST=91;CN=9011;PW=123456;MN=A;Flag=4;CP=&&QnRtn=9&&"

  static let refusalCases: [Refused] = [
    Refused(name: "checksum", bytes: damaged(data()), lines: ["refused checksum", nine]),
    Refused(
      name: "length", bytes: damaged(data(), checksum: "\(Checksum(of: Array(data().utf8)))", length: 130),
      lines: ["refused length", nine]),
    Refused(
      name: "a checksum of 2005 without Flag",
      bytes: damaged("ST=22;CN=2051;PW=123456;MN=A;CP=&&QN=7;DataTime=20200101000000&&"),
      lines: ["refused checksum", "send ST=91;CN=9011;PW=123456;MN=A;CP=&&QN=7;QnRtn=9&&"]),
    Refused(name: "checksum, nobody to answer", bytes: damaged("hello"), lines: ["refused checksum"]),
    Refused(
      name: "an open CP", bytes: frame("QN=1;MN=A;PW=123456;Flag=5;CN=2011;CP=&&DataTime=1"),
      lines: ["refused segment", "send QN=1;ST=91;CN=9011;PW=123456;MN=A;Flag=4;CP=&&QnRtn=9&&"]),
    Refused(
      name: "an unknown device", bytes: frame(data(device: "B")),
      lines: ["refused device", "send QN=20200101000001000;ST=91;CN=9011;PW=123456;MN=B;Flag=4;CP=&&QnRtn=4&&"]),
    Refused(
      name: "an unknown device, no answer wanted", bytes: frame(data(device: "B", flag: 4)), lines: ["refused device"]),
    Refused(
      name: "a wrong password is answered with itself", bytes: frame(data(password: "654321")),
      lines: ["refused password", "send QN=20200101000001000;ST=91;CN=9011;PW=654321;MN=A;Flag=4;CP=&&QnRtn=3&&"]),
    Refused(
      name: "no password", bytes: frame("QN=1;ST=22;CN=2011;MN=A;Flag=5;CP=&&&&"),
      lines: ["refused password", "send QN=1;ST=91;CN=9011;MN=A;Flag=4;CP=&&QnRtn=3&&"]),
    Refused(
      name: "a command of nobody", bytes: frame(data(command: 7777)),
      lines: ["refused command", "send QN=20200101000001000;ST=91;CN=9011;PW=123456;MN=A;Flag=4;CP=&&QnRtn=8&&"]),
    Refused(
      name: "data of which nothing can be read",
      bytes: frame("QN=1;ST=22;CN=2011;PW=123456;MN=A;Flag=9;CP=&&E1A2B3C4D5&&"),
      lines: ["refused content", "send QN=1;ST=91;CN=9011;PW=123456;MN=A;Flag=8;CP=&&QnRtn=100&&"]),
    Refused(
      name: "text that must not come back", bytes: frame("QN=1&&;MN=A\u{7}B;PW=a b;Flag=5;CN=2011;CP=&&&&"),
      lines: ["refused device", "send ST=91;CN=9011;Flag=4;CP=&&QnRtn=4&&"]),
    Refused(
      name: "a heartbeat", bytes: frame("QN=1;ST=22;CN=9015;PW=123456;MN=A;Flag=9;CP=&&&&"), lines: ["noted 9015"]),
    Refused(
      name: "the clock is asked for", bytes: frame("QN=1;ST=22;CN=1013;PW=123456;MN=A;Flag=5;CP=&&PolId=a34004&&"),
      lines: ["noted 1013", "send QN=1;ST=91;CN=9013;PW=123456;MN=A;Flag=4;CP=&&&&"]),
    Refused(
      name: "the state of the device", bytes: frame("QN=1;ST=22;CN=2021;PW=123456;MN=A;Flag=5;CP=&&SB1-RS=1&&"),
      lines: ["noted 2021", "send QN=1;ST=91;CN=9014;PW=123456;MN=A;Flag=4;CP=&&&&"]),
    Refused(
      name: "an answer to nothing", bytes: frame("QN=1;ST=91;CN=9012;PW=123456;MN=A;Flag=4;CP=&&ExeRtn=1&&"),
      lines: ["noted 9012"]),
  ]

  @Test("refusals and their answers", arguments: refusalCases)
  func refusals(_ row: Refused) {
    var session = InstrumentSession(policy: Self.policy)
    let actions = session.receive(row.bytes)
    #expect(Self.lines(actions) == row.lines)
    for case .refused(let refusal) in actions {
      #expect(!refusal.message.contains("123456") && !refusal.message.contains("654321"))
    }
    // The connection goes on.
    #expect(Self.lines(session.receive(frame(Self.data("1", device: "OPEN", password: "x")))) == ["take OPEN pm25=1.0"])
  }

  @Test("a damaged frame between good ones costs itself alone")
  func resynchronises() {
    var session = InstrumentSession(policy: Self.policy)
    let stream = frame(Self.data("1")) + Self.damaged(Self.data("2")) + frame(Self.data("3"))
    #expect(
      Self.lines(session.receive(stream)) == ["take M1 pm25=1.0", "refused checksum", Self.nine, "take M1 pm25=3.0"])
  }

  @Test("the actions do not depend on how the stream was cut")
  func splits() {
    let parts = [1, 2].map { number in
      frame(
        "QN=5;ST=22;CN=2011;PW=123456;MN=A;Flag=7;PNUM=2;PNO=\(number);CP=&&DataTime=20200101000000;"
          + "\(number == 1 ? "a34004" : "a34002")-Rtd=\(number)&&")
    }
    let stream =
      Array("noise".utf8) + frame(Self.data("1")) + parts[1] + Self.damaged(Self.data("2")) + parts[0]
      + frame(Self.data("4", device: "B"))
    var whole = InstrumentSession(policy: Self.policy)
    let expected = Self.lines(whole.receive(stream))
    #expect(
      expected.prefix(5) == [
        "take M1 pm25=1.0", "refused checksum", Self.nine, "take M1 pm25=1.0,pm10=2.0", "refused device",
      ])
    for cut in 0...stream.count {
      var session = InstrumentSession(policy: Self.policy)
      let actions = session.receive(stream[..<cut]) + session.receive(stream[cut...])
      #expect(Self.lines(actions) == expected, "cut at \(cut)")
    }
  }

  @Test("a split message is answered packet by packet once it is committed")
  func splitMessage() throws {
    var session = InstrumentSession(policy: Self.policy)
    func part(_ number: Int) -> [UInt8] {
      frame(
        "QN=5;ST=22;CN=2051;PW=123456;MN=A;Flag=7;PNUM=2;PNO=\(number);"
          + "CP=&&DataTime=20200101000000;\(number == 1 ? "a34004" : "a34002")-Avg=\(number)&&")
    }
    #expect(session.receive(part(1)).isEmpty && session.waitingPackets == 1)
    let upload = try #require(Self.uploads(session.receive(part(2))).first)
    let answer = "send QN=5;ST=91;CN=9014;PW=123456;MN=A;Flag=4;CP=&&&&"
    #expect(Self.lines(session.settle(upload.id, committed: true)) == [answer, answer])
    #expect(session.receive(part(1)).isEmpty)
    #expect(Self.lines(session.idle()) == ["take M1 pm25=1.0 without [2]"])
    #expect(session.receive(part(1)).isEmpty)
    #expect(Self.lines(session.end()) == ["take M1 pm25=1.0 without [2]"])
    #expect(session.receive(part(1)).isEmpty && session.end().isEmpty)
  }

  @Test("noise and refusals end a connection")
  func closes() {
    var noisy = InstrumentSession(policy: Self.policy)
    var lines: [String] = []
    for _ in 0..<100 { lines += Self.lines(noisy.receive([UInt8](repeating: 0x41, count: 1_000))) }
    #expect(lines == ["close noise"])
    var patient = InstrumentSession(policy: Self.policy)
    for _ in 0..<100 {
      #expect(patient.receive([UInt8](repeating: 0x41, count: 1_000) + frame(Self.data(flag: 4))).count == 1)
    }
    var stubborn = InstrumentSession(policy: Self.policy)
    lines = []
    for _ in 0..<100 { lines += Self.lines(stubborn.receive(frame(Self.data(device: "B", flag: 4)))) }
    #expect(lines.count == HJ212Limits.refusalsInARow + 1 && lines.last == "close too_many_refusals")
  }

  @Test("a new list of devices holds from the next frame on")
  func policyChange() {
    var session = InstrumentSession(policy: Self.policy)
    #expect(Self.lines(session.receive(frame(Self.data(device: "B", flag: 4)))) == ["refused device"])
    session.policy.devices["B"] = .init(settings: DeviceSettings(station: "S2"))
    #expect(Self.lines(session.receive(frame(Self.data(device: "B", flag: 4)))) == ["take S2 pm25=35.0"])
  }

  @Test("mutations: never a crash, nothing without a right checksum is taken")
  func mutations() {
    let seed: UInt64 = 212_2017
    print("mutating a session with seed \(seed)")
    var random = SeededRandom(state: seed)
    let base = frame(Self.data("1")) + frame(Self.data("2")) + frame(Self.data("3"))
    var taken = 0
    var refused = 0
    for round in 0..<3_000 {
      var stream = base
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let at = Int.random(in: 0..<stream.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: stream[at] = UInt8.random(in: 0...255, using: &random)
        case 1: stream.removeSubrange(at..<min(stream.count, at + 7))
        case 2: stream.insert(contentsOf: stream[at..<min(stream.count, at + 50)], at: at)
        default: stream.insert(UInt8.random(in: 0...255, using: &random), at: at)
        }
      }
      var session = InstrumentSession(policy: Self.policy)
      let actions = session.receive(stream) + session.end()
      for upload in Self.uploads(actions) {
        taken += 1
        #expect(upload.batch.readings.allSatisfy { [1, 2, 3].contains($0.value) }, "seed \(seed) round \(round)")
      }
      refused += actions.count(where: { if case .refused = $0 { true } else { false } })
    }
    #expect(taken > 3_000 && refused > 1_000)
  }
}
