import AirQuality
import HJ212
import Testing

@Suite("reporting upward")
struct UplinkTests {
  static func message(_ id: Int64 = 1) -> UplinkMessage {
    UplinkMessage(
      id: id, requestNumber: "2020010101000000\(id)", system: 22, device: "UP1",
      content: "DataTime=20200101000000;a34004-Avg=35,a34004-Flag=N")
  }

  static func answer(_ id: Int64 = 1, command: Int = 9014, content: String = "") -> [UInt8] {
    frame("QN=2020010101000000\(id);ST=91;CN=\(command);PW=1;MN=UP1;Flag=4;CP=&&\(content)&&")
  }

  /// Actions as words.
  static func words(_ actions: [UplinkSession.Action]) -> [String] {
    actions.map { action in
      switch action {
      case .connect: "connect"
      case .send(let bytes):
        scan([bytes]).found.first.map { found in
          if case .frame(let segment) = found {
            "send " + String(decoding: segment.prefix(20), as: UTF8.self)
          } else {
            "?"
          }
        } ?? "?"
      case .arm(let milliseconds): "arm \(milliseconds)"
      case .disarm: "disarm"
      case .close: "close"
      case .delivered(let id): "delivered \(id)"
      case .failed(let id, let reason): "failed \(id) \(reason)"
      case .refused(let id, let reason): "refused \(id) \(reason)"
      }
    }
  }

  static let sent = "send QN=20200101010000001"

  @Test("contents: exact decimals, codes, nothing without values")
  func contents() {
    let begin = CivilOffset.china.start(ofHour: CivilOffset.china.hour(of: Instant(milliseconds: 1_577_808_000_000)))
    let values: [(Pollutant, Concentration)] = [
      (.pm25, Concentration(thousandths: 35_000)), (.co, Concentration(thousandths: 427)),
      (.so2, Concentration(thousandths: 6_050)), (.no2, .missing), (.o3, Concentration(thousandths: -1_500)),
      (.dustfall, Concentration(thousandths: 1_000)),
    ]
    let content = UplinkMessage.content(hourBeginning: begin, values: values, offset: .china)
    #expect(
      content == "DataTime=20200101000000;a34004-Avg=35,a34004-Flag=N;a21005-Avg=0.427,a21005-Flag=N;"
        + "a21026-Avg=6.05,a21026-Flag=N;a05024-Avg=-1.5,a05024-Flag=N")
    #expect(UplinkMessage.content(hourBeginning: begin, values: [(.pm25, .missing)], offset: .china) == nil)
    #expect(UplinkMessage.requestNumber(at: begin.adding(milliseconds: 7), offset: .china) == "20200101000000007")
  }

  @Test("what was reported and is no longer known is marked as a fault, until it is known again")
  func withdrawn() {
    let both = "DataTime=20201205090000;a34004-Avg=35.5,a34004-Flag=N;a21005-Avg=0.7,a21005-Flag=N"
    let one = "DataTime=20201205090000;a21005-Avg=0.8,a21005-Flag=N"
    let less = "DataTime=20201205090000;a21005-Avg=0.8,a21005-Flag=N;a34004-Avg=35.5,a34004-Flag=D"
    let none = "DataTime=20201205090000;a34004-Avg=35.5,a34004-Flag=D;a21005-Avg=0.7,a21005-Flag=D"
    #expect(UplinkMessage.content(both, after: nil) == both && UplinkMessage.content(both, after: both) == both)
    #expect(UplinkMessage.content(one, after: both) == less && UplinkMessage.content(one, after: less) == less)
    #expect(UplinkMessage.content(both, after: less) == both)
    #expect(UplinkMessage.content(nil, after: both) == none && UplinkMessage.content(nil, after: none) == none)
    #expect(UplinkMessage.content(nil, after: nil) == nil)
  }

  @Test("what is written can be read again")
  func roundTrip() throws {
    let whole = try #require(Self.message().frame(password: AccessPassword("123456")))
    guard case .frame(let bytes)? = scan([whole]).found.first else { return }
    let segment = try Segment(bytes)
    #expect(segment.wantsAnswer && segment.command == 2061 && segment.device == "UP1" && segment.edition == .of2017)
    #expect(segment.password?.matches(AccessPassword("123456")) == true)
    let read = MessageReadings(
      segment, content: DataContent(reading: segment.content), settings: DeviceSettings(), offset: .china)
    #expect(lines(read.readings) == ["pm25 35.0 2020-01-01T00:00:00+3600 2"])
    var long = Self.message()
    long.content = String(repeating: "x", count: 951)
    #expect(long.frame(password: nil) == nil)
  }

  @Test("one message after another over one connection")
  func sequence() {
    var session = UplinkSession(password: nil)
    #expect(Self.words(session.offer(Self.message(1))) == ["arm 10000", "connect"])
    #expect(session.isFree && !session.isConnected)
    #expect(Self.words(session.connected()) == [Self.sent, "arm 5000"])
    #expect(session.received(Self.answer(9)).isEmpty, "the answer to another message")
    let answer = Self.answer(1)
    #expect(session.received(answer[..<20]).isEmpty)
    #expect(Self.words(session.received(answer[20...])) == ["disarm", "delivered 1"])
    #expect(session.isFree && session.isConnected)
    #expect(session.received(answer).isEmpty, "the same answer again")
    #expect(Self.words(session.offer(Self.message(2))) == ["send QN=20200101010000002", "arm 5000"])
    #expect(Self.words(session.stop()) == ["disarm", "close"])
  }

  @Test("without an answer: three frames, then a pause that doubles, then the same message")
  func noAnswer() {
    var policy = UplinkSession.Policy()
    policy.longestPauseMilliseconds = 20_000
    var session = UplinkSession(password: nil, policy: policy)
    _ = session.offer(Self.message())
    var pauses: [String] = []
    for _ in 0..<4 {
      #expect(Self.words(session.connected()) == [Self.sent, "arm 5000"])
      #expect(Self.words(session.timeFired()) == [Self.sent, "arm 5000"])
      #expect(Self.words(session.timeFired()) == [Self.sent, "arm 5000"])
      #expect(!session.isFree)
      let end = Self.words(session.timeFired())
      #expect(end.prefix(2) == ["failed 1 no answer to 3 frames", "close"])
      pauses.append(end.last ?? "")
      #expect(session.disconnected("closed").isEmpty)
      #expect(session.isFree)
      #expect(session.offer(Self.message()).isEmpty, "it waits for the end of the pause")
      #expect(Self.words(session.timeFired()) == ["arm 10000", "connect"])
    }
    #expect(pauses == ["arm 5000", "arm 10000", "arm 20000", "arm 20000"])
    _ = session.connected()
    #expect(Self.words(session.received(Self.answer())) == ["disarm", "delivered 1"])
    _ = session.offer(Self.message(2))
    #expect(Self.words(session.disconnected("reset")) == ["failed 2 reset", "arm 5000"], "a success ends the doubling")
  }

  @Test("noise counts since the last good frame")
  func noise() {
    var session = UplinkSession(password: nil)
    _ = session.offer(Self.message(1))
    _ = session.connected()
    let noise = [UInt8](repeating: 0x2E, count: 40_000)
    for _ in 0..<3 { #expect(session.received(noise + Self.answer(9)).isEmpty && session.isConnected) }
    #expect(session.received(noise).isEmpty)
    #expect(Self.words(session.received(noise)).first == "failed 1 the platform sends no frames")
    _ = session.timeFired()
    _ = session.offer(Self.message(1))
    _ = session.connected()
    #expect(session.received(noise).isEmpty && session.isConnected, "a new connection begins from nothing")
  }

  @Test("what is offered and not sent yet gives way to another; without one the pause ends in rest")
  func replaced() {
    var session = UplinkSession(password: nil)
    _ = session.offer(Self.message(1))
    #expect(session.isFree)
    #expect(session.offer(Self.message(2)).isEmpty, "while it connects")
    #expect(Self.words(session.connected()) == ["send QN=20200101010000002", "arm 5000"])
    #expect(!session.isFree)
    #expect(Self.words(session.disconnected("reset")) == ["failed 2 reset", "arm 5000"])
    #expect(session.offer(Self.message(2)).isEmpty)
    #expect(session.offer(Self.message(3)).isEmpty, "while it pauses")
    _ = session.timeFired()
    #expect(Self.words(session.connected()) == ["send QN=20200101010000003", "arm 5000"])
    #expect(Self.words(session.disconnected("reset")) == ["failed 3 reset", "arm 10000"])
    #expect(session.timeFired().isEmpty, "nothing is to be sent")
    #expect(Self.words(session.offer(Self.message(4))) == ["arm 10000", "connect"])
  }

  @Test("a refused message ends alone: the next goes over the same connection at once")
  func refused() {
    var session = UplinkSession(password: nil)
    _ = session.offer(Self.message(1))
    _ = session.connected()
    #expect(session.received(Self.answer(1, command: 9011, content: "QnRtn=1")).isEmpty, "it will be carried out")
    let refusal = Self.answer(1, command: 9011, content: "QnRtn=4")
    #expect(Self.words(session.received(refusal)) == ["disarm", "refused 1 the platform refuses with QnRtn=4"])
    #expect(session.isFree && session.isConnected)
    #expect(session.received(refusal).isEmpty, "a late answer")
    #expect(session.received(Self.answer(1)).isEmpty, "a late answer")
    #expect(session.timeFired().isEmpty)
    #expect(Self.words(session.offer(Self.message(2))) == ["send QN=20200101010000002", "arm 5000"])
    #expect(session.received(refusal).isEmpty, "the refusal of another message")
    #expect(Self.words(session.received(Self.answer(2))) == ["disarm", "delivered 2"])
    var long = Self.message(3)
    long.content = String(repeating: "x", count: 951)
    let end = Self.words(session.offer(long))
    #expect(end.count == 2 && end[0] == "disarm" && end[1].hasPrefix("refused 3 the frame would be longer than "))
    #expect(session.isFree && session.isConnected)
    // Also when it is found with the connection made.
    _ = session.disconnected("bye")
    #expect(Self.words(session.offer(long)) == ["arm 10000", "connect"])
    #expect(Self.words(session.connected()) == end)
    #expect(Self.words(session.offer(Self.message(4))) == ["send QN=20200101010000004", "arm 5000"])
  }

  @Test("a refused source is parked for a pause of its own that doubles, and others are not")
  func parking() {
    var policy = UplinkParking.Policy()
    policy.longestPauseMilliseconds = 18_000
    var parking = UplinkParking(policy: policy)
    #expect(parking.parked(at: 0).isEmpty)
    #expect(parking.refused("A", at: 1_000) == 5_000)
    #expect(parking.parked(at: 5_999) == ["A"])
    #expect(parking.parked(at: 6_000).isEmpty, "its oldest row is offered again")
    #expect(parking.refused("A", at: 7_000) == 10_000)
    #expect(parking.refused("B", at: 8_000) == 5_000)
    #expect(parking.parked(at: 12_999) == ["A", "B"])
    #expect(parking.parked(at: 13_000) == ["A"])
    #expect(parking.refused("A", at: 20_000) == 18_000)
    #expect(parking.refused("A", at: 40_000) == 18_000)
    parking.accepted("A")
    #expect(parking.parked(at: 40_000).isEmpty)
    #expect(parking.refused("A", at: 50_000) == 5_000, "a delivery ends the doubling")
    #expect(parking.parked(at: 50_000) == ["A"])
    // The doubling ends also without a near bound.
    parking = UplinkParking()
    let pauses = (0..<100).map { _ in parking.refused("A", at: 0) }
    #expect(pauses.prefix(4) == [5_000, 10_000, 20_000, 40_000])
    #expect(pauses[10...].allSatisfy { $0 == 3_600_000 })
  }

  @Test("no connection, a refusal, a request, an end without work")
  func others() {
    var session = UplinkSession(password: nil)
    _ = session.offer(Self.message())
    #expect(Self.words(session.timeFired()) == ["failed 1 no connection within 10 s", "close", "arm 5000"])
    _ = session.offer(Self.message())
    _ = session.timeFired()
    #expect(Self.words(session.disconnected("refused")) == ["failed 1 refused", "arm 10000"])
    _ = session.offer(Self.message())
    _ = session.timeFired()
    _ = session.connected()
    #expect(
      Self.words(session.received(Self.answer(1, command: 9011, content: "QnRtn=3")))
        == ["disarm", "refused 1 the platform refuses with QnRtn=3"])
    let request = frame("QN=5;ST=22;CN=1011;PW=1;MN=UP1;Flag=5;CP=&&&&")
    #expect(Self.words(session.received(request)) == ["send QN=5;ST=91;CN=9011;P"])
    _ = session.offer(Self.message())
    #expect(
      Self.words(session.disconnected("reset")) == ["failed 1 reset", "arm 5000"], "an answer ends the doubling")
    _ = session.offer(Self.message())
    _ = session.timeFired()
    _ = session.connected()
    _ = session.received(Self.answer())
    #expect(Self.words(session.disconnected("bye")) == ["disarm"])
    #expect(Self.words(session.offer(Self.message(2))) == ["arm 10000", "connect"])
  }
}
