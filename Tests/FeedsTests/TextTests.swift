import AirQuality
import Testing

@testable import Feeds

@Suite("numbers and stamps as feeds write them")
struct TextTests {
  @Test(
    "numbers",
    arguments: [
      ("29", 29.0), ("-0.5", -0.5), ("+7", 7), (" 29.0 ", 29), ("２９．５", 29.5), ("－３", -3), ("1e3", 1_000),
      (".5", 0.5), ("5.", 5), ("0.1", 0.1), ("1.7976931348623157e308", 1.7976931348623157e308), ("1e-400", 0),
      ("123456789012345678901234567890", 123_456_789_012_345_678_901_234_567_890.0), ("\u{3000}8\u{A0}", 8),
      ("0.30000000000000004", 0.30000000000000004), ("9007199254740993", 9_007_199_254_740_992), ("2.5e-5", 2.5e-5),
    ])
  func numbers(_ text: String, _ value: Double) {
    #expect(Array(text.utf8).withText { NumberText($0) } == .number(value))
  }

  @Test(
    "texts that are no numbers", arguments: ["x", "-", "1e", "1e+", "1,5", "0x10", "NaN", "inf", "1 2", "--1", "."])
  func notNumbers(_ text: String) {
    #expect(Array(text.utf8).withText { NumberText($0) } == .notANumber)
  }

  @Test("the fast path agrees with the library on a million-digit range of decimals")
  func agreement() {
    print("seed \(FuzzTests.seed)")
    var random = FuzzTests.Random(state: FuzzTests.seed)
    for _ in 0..<20_000 {
      let digits = String(UInt64.random(in: 0...UInt64(1) << UInt64.random(in: 0..<63, using: &random), using: &random))
      let point = Int.random(in: 0...digits.count, using: &random)
      let text =
        digits.prefix(point) + "." + digits.dropFirst(point) + "e\(Int.random(in: -30...30, using: &random))"
      #expect(Array(text.utf8).withText { NumberText($0) } == .number(Double(text)!), "\(text)")
    }
  }

  static let nine = "2020-12-01T09:00:00+08:00"
  @Test(
    "stamps",
    arguments: [
      ("rfc3339", nil, "2020-12-01T09:00:00+08:00", nine), ("rfc3339", nil, "2020-12-01T01:00:00Z", nine),
      ("rfc3339", nil, "2020-12-01t01:00:00.000z", nine), ("rfc3339", nil, "2020-12-01 09:00", nine),
      ("rfc3339", nil, "2020-11-30T20:30:00-0430", nine), ("iso-local", nil, "2020-12-01T09:00:00Z", nine),
      ("local", nil, "2020-12-01 09:00:00", nine), ("local", "yyyyMMddHH", "2020120109", nine),
      ("local", "yyyy/M/d H:mm", "2020/12/1 9:00", nine), ("local", "yyyy年MM月dd日HH时", "2020年12月01日09时", nine),
      ("local", "yyyy-MM-dd'T'HHXXX", "2020-12-01T04+03:00", nine), ("epoch-s", nil, "1606784400", nine),
      ("epoch-ms", nil, "1606784400000", nine), ("age-s", nil, "0", nine),
      ("local", "yyyy-MM-dd HH:mm:ss", "2020-11-30 24:00:00", "2020-12-01T00:00:00+08:00"),
      ("local", "yyyy-MM-dd", "２０２０-12-01", "2020-12-01T00:00:00+08:00"),
    ] as [(String, String?, String, String)])
  func stamps(_ notation: String, _ pattern: String?, _ text: String, _ expected: String) throws {
    let reader = try StampReader(
      TimeMapping(
        path: "$.t", notation: #require(.init(rawValue: notation)), pattern: pattern, meaning: .instant,
        periodMilliseconds: 0), key: "time")
    let instant = try Array(text.utf8).withText { view in Result { try reader.read(view, .test) } }.get()
    #expect(CivilOffset.china.format(instant) == expected)
  }

  @Test(
    "texts that are no stamps",
    arguments: [
      "2020-02-30 00:00:00", "2020-12-01 24:01:00", "2020-12-01", "2020-12-01 09:00:00 ", "2020-12-01 09:00:00x",
      "2020-12-01 25:00:00", "0000-00-00 00:00:00", "--", "2020-1-1 00:00:00",
    ])
  func notStamps(_ text: String) throws {
    let reader = try StampReader(
      TimeMapping(path: "$.t", notation: .local, meaning: .instant, periodMilliseconds: 0), key: "time")
    let result = Array(text.utf8).withText { view in Result { try reader.read(view, .test) } }
    #expect((try? result.get()) == nil || text.hasSuffix(" "))
  }
}
