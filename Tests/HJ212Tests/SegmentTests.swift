import AirQuality
import HJ212
import Testing

@Suite("data segments")
struct SegmentTests {
  @Test("fields in any order, before and behind CP, in any case")
  func order() throws {
    let plain = "QN=20200101000000001;ST=22;CN=2051;PW=123456;MN=A1;Flag=7;PNUM=3;PNO=2;CP=&&a=1&&"
    let expected = try Segment(Array(plain.utf8))
    for other in [
      "CP=&&a=1&&;PNO=2;PNUM=3;Flag=7;MN=A1;PW=123456;CN=2051;ST=22;QN=20200101000000001",
      "qn=20200101000000001;st=22;cn=2051;pw=123456;mn=A1;flag=7;pnum=3;pno=2;cp=&&a=1&&",
      " QN = 20200101000000001 ;; ST=22;CN=2051;;PW=123456; MN=A1;Flag=07;PNUM=0003;PNO=0002; CP=&&a=1&& ; ",
      "MN=A1;QN=20200101000000001;ST=22;ST=22;CN=2051;PW=123456;CP=&&a=1&&;Flag=7;PNUM=3;PNO=2;New=field",
    ] {
      #expect(try Segment(Array(other.utf8)) == expected, "\(other)")
    }
    #expect(expected.system == 22 && expected.command == 2051 && expected.device == "A1")
    #expect(expected.packets?.count == 3 && expected.packets?.number == 2)
    #expect(expected.flag == MessageFlag(bits: 7) && expected.wantsAnswer && expected.edition == .of2017)
    #expect(expected.password?.matches(AccessPassword("123456")) == true)
  }

  @Test("what frames of 2005 leave out")
  func old() throws {
    let inside = try Segment(
      Array("ST=22;CN=2051;PW=123456;MN=8;CP=&&DataTime=20110513092300;QN=20110513092300001;a-Avg=1&&".utf8))
    #expect(inside.requestNumber == "20110513092300001" && inside.flag == nil && !inside.wantsAnswer)
    #expect(inside.edition == .of2005)
    let bare = try Segment(Array("CN=9015".utf8))
    #expect(bare.command == 9015 && bare.content.isEmpty && bare.device.isEmpty && bare.requestNumber == nil)
    #expect(try Segment([]) == Segment())
  }

  @Test(
    "editions by the version bits",
    arguments: [
      (UInt8(0), MessageFlag.Edition.of2005), (3, .of2005), (4, .of2017), (7, .of2017), (8, .of2025), (9, .of2025),
      (12, .unknown),
    ])
  func editions(_ bits: UInt8, _ edition: MessageFlag.Edition) {
    #expect(MessageFlag(bits: bits).edition == edition)
    #expect(MessageFlag(bits: bits).ofAnswer.edition == edition)
    #expect(!MessageFlag(bits: bits).ofAnswer.wantsAnswer && !MessageFlag(bits: bits).ofAnswer.isSplit)
  }

  @Test(
    "what is no segment",
    arguments: [
      ("ST=22;nonsense;CP=&&&&", "no field"), ("=5;CP=&&&&", "no field"), ("ST=2x;CP=&&&&", "ST is \"2x\""),
      ("CN=20111;CP=&&&&", "CN is"), ("Flag=-1;CP=&&&&", "FLAG is"), ("MN=1;MN=2;CP=&&&&", "MN stands twice"),
      ("MN=1;CP=&&DataTime=20200101000000", "do not end"), ("CN=99999999999999999999;CP=&&&&", "CN is"),
      (String(repeating: "A=1;", count: 1) + (0..<80).map { "F\($0)=1;" }.joined(), "more than 64"),
    ])
  func faults(_ text: String, _ words: String) {
    do {
      _ = try Segment(Array(text.utf8))
      Issue.record("\(text) is taken")
    } catch {
      #expect("\(error)".contains(words), "\(error)")
    }
  }

  @Test("a password never shows itself, and is compared whole")
  func password() throws {
    let segment = try Segment(Array("PW=hunter2;MN=1;CP=&&&&".utf8))
    var dumped = ""
    dump(segment, to: &dumped)
    #expect(!"\(segment)\(String(reflecting: segment))\(dumped)".contains("hunter2"))
    let secret = AccessPassword("hunter2")
    for other in ["", "h", "hunter", "hunter22", "Hunter2", "hunter3"] {
      #expect(!secret.matches(AccessPassword(other)))
    }
    #expect(secret.matches(AccessPassword("hunter2")) && AccessPassword("").matches(AccessPassword("")))
    let record = String(decoding: FrameEncoder.record(of: Array("MN=1;pw=hunter2;CP=&&PW=&&".utf8)), as: UTF8.self)
    #expect(record.contains("pw=*******;") && !record.contains("hunter2"))
    #expect(scan([Array(record.utf8)]).found.count == 1)
  }

  @Test(
    "no password that is read, or stands in the content, reaches the record",
    arguments: [
      "CN=2011; PW=hunter2;MN=1;CP=&&&&", "CN=2011;PW =hunter2;CP=&&&&", "CN=2011;\tpw\t= hunter2 ;CP=&&&&",
      "PW=hunter2;CN=2011;Pw=hunter2;CP=&&&&", "CN=2011;CP=&&a=1&&PW=hunter2", "CN=2011;PW=hunter2 CP=&&a=1&&",
      "CN=2011;CP=&&a=1; PW=hunter2,pW =hunter2&&; pw=hunter2", "PW=hunter2", "CN=2011;PW=hunter2\tCP=&&a=1&&",
      "CN=2011; PW=hunter2;CP=&&a=1;PW=hunter2",
    ])
  func recordedPasswords(_ text: String) {
    let record = FrameEncoder.record(of: Array(text.utf8))
    #expect(!String(decoding: record, as: UTF8.self).contains("hunter2"))
    #expect(scan([record]).found.count == 1)
    guard case .frame(let kept)? = scan([record]).found.first else { return }
    #expect(kept.count == text.utf8.count)
  }

  @Test("contents: split attributes, left-over separators, stray parts, several stamps")
  func contents() {
    let content = DataContent(
      reading: Array(
        "DataTime=20200101000000;a34004-Flag=N,a34004-Rtd=5;a34002-Avg=1;a34002-Flag=N;LA-td=50.1,;rubbish,;QN=1;;".utf8
      ))
    #expect(content.blocks.count == 1 && content.blocks[0].time == "20200101000000")
    let factors = content.blocks[0].factors
    #expect(factors.map(\.code) == ["a34004", "a34002", "LA"])
    #expect(factors[0].sampled == "5" && factors[0].flag == "N" && factors[1].mean == "1" && factors[1].flag == "N")
    #expect(factors[2].sampled == "50.1")
    #expect(content.strayParts == ["rubbish"] && content.parameter("qn") == "1")
    let late = DataContent(reading: Array("a-Rtd=1;DataTime=2;DataTime=2;b-Rtd=1;DataTime=3;a-Rtd=7".utf8))
    #expect(late.blocks.map(\.time) == ["2", "3"] && late.blocks.map(\.factors.count) == [2, 1])
    let all = DataContent(
      reading: Array("x-Min=1,x-Avg=2,x-Max=3,x-Cou=4,x-SampleTime=5,x-EFlag=A01,x-ValidNum=10,x-Avg=9".utf8))
    let x = all.blocks[0].factors[0]
    #expect(x.minimum == "1" && x.maximum == "3" && x.amount == "4" && x.sampleTime == "5" && x.deviceFlag == "A01")
    #expect(x.unknownAttributes == 1 && x.contradiction == "Avg")
  }
}
