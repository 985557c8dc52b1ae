import AirQuality
import Feeds
import Testing

@Suite("mutated bodies")
struct FuzzTests {
  /// SplitMix64: the same bytes on every machine.
  struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  static let seed: UInt64 = 20_201_201
  static let rounds = 3_000
  static let tokens = [
    "null", "NaN", "1e999", "-", "{", "}", "[", "]", "\"", "\\", "\\u00", ",", ":", "<", "</", ">", "&", "&x;", ";",
    "\n",
    "\u{0}", "##", "-999", "99999999999999999999", "离", "\u{FEFF}", "<![CDATA[", "<!DOCTYPE r [", "1e-400", "0x1",
  ].map { Array($0.utf8) }

  static func mutate(_ body: [UInt8], _ random: inout Random) -> [UInt8] {
    var body = body
    for _ in 0..<Int.random(in: 1...6, using: &random) where !body.isEmpty {
      let at = Int.random(in: 0..<body.count, using: &random)
      let end = min(body.count, at + Int.random(in: 1...40, using: &random))
      switch Int.random(in: 0..<6, using: &random) {
      case 0: body[at] = UInt8.random(in: 0...255, using: &random)
      case 1: body.removeSubrange(at..<end)
      case 2: body.insert(contentsOf: body[at..<end], at: Int.random(in: 0...body.count, using: &random))
      case 3: body.insert(contentsOf: tokens.randomElement(using: &random)!, at: at)
      case 4: body.removeSubrange(at...)
      default: body[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      }
    }
    return body
  }

  static let subjects: [(FeedFormat, [UInt8])] =
    FeedPreset.allCases.map { (.preset($0), Seeds.small($0)) } + [
      (.mapping(Mappings.park), Array(BadBodyTests.good.utf8)),
      (.mapping(Mappings.csv), Array(MappingTests.csvCases[1].body.utf8)),
      (.mapping(Mappings.xml), Array(MappingTests.xmlCases[2].body.utf8)),
    ]

  @Test("any bytes give a bounded, sound result", arguments: 0..<subjects.count)
  func mutations(_ subject: Int) throws {
    let (format, body) = Self.subjects[subject]
    let decoder = try FeedDecoder(format)
    let seed = Self.seed &+ UInt64(subject)
    print("mutating \(format.name) with seed \(seed)")
    var random = Random(state: seed)
    var context = DecodeContext.test
    if format.mayNameNoStation { context.defaultStation = "S" }
    var verdicts: Set<String> = []
    for round in 0..<Self.rounds {
      let mutant = Self.mutate(body, &random)
      let result = decoder.decode(mutant, context: context)
      switch result.verdict {
      case .ok: verdicts.insert("ok")
      case .empty: verdicts.insert("empty")
      case .failed(let failure):
        verdicts.insert(failure.code.rawValue)
        #expect(!failure.message.isEmpty && failure.message.utf8.count < 1_000, "seed \(seed) round \(round)")
      }
      let sound = result.batch.readings.allSatisfy {
        $0.station < result.batch.stations.count && !$0.value.isInfinite && $0.value.isNaN == ($0.flag == .missing)
          && Self.stampRange.contains($0.begin.milliseconds)
      }
      #expect(
        sound && result.errors.count <= 64 && result.errors.count <= result.errorCount, "seed \(seed) round \(round)")
      // The same bytes give the same result (NaN apart, which the lines print).
      if round % 50 == 0 { #expect(decoder.decode(mutant, context: context).lines == result.lines) }
    }
    #expect(verdicts.contains("ok") && verdicts.count >= 3, "the mutations of seed \(seed) do not bite: \(verdicts)")
  }

  /// Years 1 to 9999 in UTC, and the longest period before.
  static let stampRange: ClosedRange<Int64> = -62_137_744_283_647...253_402_300_799_999
}
