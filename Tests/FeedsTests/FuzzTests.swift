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
    FeedPreset.allCases.map { (.preset($0), (try? Seeds.small($0)) ?? []) } + [
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
      #expect(Self.isSound(result), "seed \(seed) round \(round)")
      // The same bytes give the same result (NaN apart, which the lines print).
      if round % 50 == 0 { #expect(decoder.decode(mutant, context: context).lines == result.lines) }
    }
    #expect(verdicts.contains("ok") && verdicts.count >= 3, "the mutations of seed \(seed) do not bite: \(verdicts)")
  }

  /// The format that a folder of the corpus is of.
  static func format(_ name: String) -> FeedFormat {
    switch name {
    case "mapping-ndjson": .mapping(Self.ndjson)
    case "mapping-csv": .mapping(Mappings.csv)
    case "mapping-xml": .mapping(Mappings.xml)
    default: FeedFormat(named: name) ?? .mapping(Mappings.park)
    }
  }

  static let ndjson = FeedMapping(
    container: .ndjson(rows: "$.p[*]"), station: "^.id | $.id",
    time: TimeMapping(
      path: "$.d", notation: .local, pattern: "yy-M-d H:mm", meaning: .end, periodMilliseconds: 0, timeOfDayPath: "$.h",
      zonePath: "$.z", rowPeriod: .init(path: "$.n", unitMilliseconds: 60_000, unitPath: "$.u")),
    long: LongLayout(pollutant: "$.k", value: "$.v", unitPath: "$.w", knowsCommonNames: true),
    position: PositionMapping(latitude: "$.lat", longitude: "$.lon"))

  @Test("the corpus has a folder for every preset")
  func folders() {
    for preset in FeedPreset.allCases { #expect(Seeds.bodies(preset.rawValue).contains(preset.rawValue + "/good")) }
    #expect(Seeds.formats.allSatisfy { $0.hasPrefix("mapping-") || FeedFormat(named: $0) != nil })
  }

  /// What fuzzing found once lies here too.
  @Test("every body of the corpus, whole and cut, gives a sound result", arguments: Seeds.formats)
  func corpus(_ name: String) throws {
    let decoder = try FeedDecoder(Self.format(name))
    var context = DecodeContext.test
    context.defaultStation = "S"
    for path in Seeds.bodies(name) {
      let bytes = try Seeds.bytes(path)
      for length in stride(from: bytes.count, through: 0, by: -max(1, bytes.count / 200)) {
        let result = decoder.decode(Array(bytes[..<length]), context: context)
        #expect(Self.isSound(result), "\(path) cut to \(length)")
      }
    }
  }

  static func isSound(_ result: DecodedBody) -> Bool {
    let batch = result.batch
    guard result.errors.count <= 64, result.errors.count <= result.errorCount,
      batch.positions.isEmpty || batch.positions.count == batch.readings.count
    else { return false }
    return batch.readings.allSatisfy {
      $0.station < batch.stations.count && !$0.value.isInfinite && $0.value.isNaN == ($0.flag == .missing)
        && stampRange.contains($0.begin.milliseconds) && $0.spanMilliseconds >= 0
    }
  }

  /// Years 1 to 9999 in UTC, and the longest period before.
  static let stampRange: ClosedRange<Int64> = -70_000_000_000_000...253_402_300_799_999
}
