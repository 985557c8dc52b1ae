import HJ212
import Testing

@Suite("frames in a stream")
struct FrameScannerTests {
  @Test("every recorded frame gets its verdict", .enabled(if: RecordedFrames.arePresent, "no recorded frames"))
  func verdicts() {
    #expect(RecordedFrames.rows.count >= 25)
    for row in RecordedFrames.rows {
      let (found, skipped) = scan([row.bytes])
      #expect(found.count == 1 && skipped == 0, "\(row)")
      switch row.verdict {
      case "valid": #expect(found.first == .frame(Array(row.segment.utf8)), "\(row)")
      case "bad-crc":
        let line = "checksum \(row.written.uppercased()) \(row.computed)"
        #expect(found.first?.line == line, "\(row)")
      default: #expect(found.first?.line == "length \(row.announced) \(row.found)", "\(row)")
      }
    }
  }

  @Test("a stream cut at every byte gives the same", .enabled(if: RecordedFrames.arePresent, "no recorded frames"))
  func splits() {
    // The shortest ones of either kind: every cut of them all would take minutes.
    let rows = RecordedFrames.rows.filter { $0.bytes.count < 220 }
    #expect(Set(rows.map(\.verdict)) == ["valid", "bad-crc", "bad-length+crc"])
    var stream: [UInt8] = Array("\r\nnoise #1 ## ###".utf8)
    for row in rows { stream += row.bytes + Array("\u{0}~#".utf8) }
    // Without line breaks between them, too.
    for row in rows where row.verdict == "valid" { stream += Array(row.frame.utf8) }
    let whole = scan([stream])
    #expect(whole.found.count == rows.count + rows.count(where: { $0.verdict == "valid" }))
    for cut in 0...stream.count {
      let halves = scan([Array(stream[..<cut]), Array(stream[cut...])])
      #expect(halves.found == whole.found && halves.skipped == whole.skipped, "cut at \(cut)")
    }
    let bytes = scan(stream.map { [$0] })
    #expect(bytes.found == whole.found && bytes.skipped == whole.skipped)
  }

  @Test("each recorded frame cut at each byte, alone", .enabled(if: RecordedFrames.arePresent, "no recorded frames"))
  func singleSplits() {
    for row in RecordedFrames.rows {
      let whole = scan([row.bytes], finish: false)
      #expect(whole.found.count == 1, "an answer must not wait for more than the frame: \(row)")
      for cut in 0...row.bytes.count {
        let halves = scan([Array(row.bytes[..<cut]), Array(row.bytes[cut...])], finish: false)
        #expect(halves.found == whole.found, "\(row) cut at \(cut)")
      }
    }
  }

  static let good = String(decoding: frame("MN=1;CP=&&a=1&&").dropLast(2), as: UTF8.self)

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var stream: String
    var lines: [String]
    var skipped = 0
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "nothing", stream: "", lines: []),
    Case(name: "line breaks", stream: "\r\n\r\n \t\n", lines: []),
    Case(name: "noise", stream: "hello##world###12", lines: [], skipped: 17),
    Case(name: "no line break at the end", stream: good, lines: ["frame 15"]),
    Case(name: "a bare line feed", stream: good + "\n" + good + "\n", lines: ["frame 15", "frame 15"]),
    Case(name: "frames without anything between", stream: good + good, lines: ["frame 15", "frame 15"]),
    Case(name: "too many hashes", stream: "#####" + good.dropFirst(2), lines: ["frame 15"], skipped: 3),
    Case(
      name: "a frame cut short by the next", stream: "##0100QN=1;ST" + good + "\r\n",
      lines: ["cut 100 7", "frame 15"]),
    Case(
      name: "cut short, with more behind than its length", stream: "##0030QN=1;ST" + good + good + "\r\n",
      lines: ["cut 30 7", "frame 15", "frame 15"]),
    Case(
      name: "the length is too large", stream: "##0016MN=1;CP=&&a=1&&" + good.suffix(4) + "\r\n" + good,
      lines: ["length 16 15", "frame 15"]),
    Case(
      name: "the length is too small", stream: "##0014MN=1;CP=&&a=1&&" + good.suffix(4) + "\r\n" + good,
      lines: ["length 14 15", "frame 15"]),
    Case(
      name: "the length is far too large, and the stream goes on",
      stream: "##9999MN=1;CP=&&a=1&&" + good.suffix(4) + "\r\n" + good, lines: ["length 9999 15", "frame 15"]),
    Case(
      name: "a wrong checksum", stream: "##0015MN=1;CP=&&a=1&&0000\r\n" + good,
      lines: ["checksum 0000 \(good.suffix(4))", "frame 15"]),
    Case(
      name: "a checksum that is no number", stream: "##0015MN=1;CP=&&a=1&&zzzz\r\n" + good,
      lines: ["length 15 15", "frame 15"]),
    Case(
      name: "an unfinished segment with its checksum", stream: "##0012MN=1;CP=&&a=0000\r\n" + good,
      lines: ["checksum 0000 \(Checksum(of: Array("MN=1;CP=&&a=".utf8)))", "frame 15"]),
    Case(name: "ends within the length", stream: good + "\r\n##00", lines: ["frame 15"], skipped: 4),
    Case(name: "ends within the segment", stream: good + "\r\n##0015MN=1;CP", lines: ["frame 15", "length 15 3"]),
    Case(name: "a length of nothing", stream: "##0000FFFF\r\n" + good, lines: ["frame 0", "frame 15"]),
    Case(name: "no text at all", stream: "##0015\r\n" + good, lines: ["length 15 0", "frame 15"]),
  ]

  @Test("tables, whole and byte by byte", arguments: cases)
  func tables(_ row: Case) {
    let bytes = Array(row.stream.utf8)
    let whole = scan([bytes])
    #expect(whole.found.map(\.line) == row.lines)
    #expect(whole.skipped == row.skipped)
    let single = scan(bytes.map { [$0] })
    #expect(single.found == whole.found && single.skipped == whole.skipped)
  }

  @Test("a frame without an end is given up within the bounds")
  func endless() {
    var scanner = FrameScanner()
    var found: [ScannedFrame] = []
    var most = 0
    for _ in 0..<1_000 {
      scanner.append(Array("##0010".utf8) + [UInt8](repeating: 0x41, count: 994))
      while let next = scanner.next() { found.append(next) }
      most = max(most, scanner.heldBytes)
    }
    #expect(found.count > 900)
    #expect(most < 12_000, "\(most) bytes are held")
    scanner = FrameScanner()
    for _ in 0..<100 {
      scanner.append(Array("##0010".utf8) + [UInt8](repeating: 0x41, count: 30_000))
      while scanner.next() != nil {}
      #expect(scanner.heldBytes <= 12_000)
    }
  }

  @Test("the largest frames")
  func largest() {
    let segment = [UInt8](repeating: UInt8(ascii: "x"), count: 9_999)
    let whole = FrameEncoder.frame(segment)
    #expect(whole.map { scan([$0]).found } == [.frame(segment)])
    #expect(FrameEncoder.frame(segment + [0x78]) == nil)
  }

  @Test("mutations: never a crash, the same result however cut, nothing false is good")
  func mutations() {
    let seed: UInt64 = 20_170_501
    print("mutating frames with seed \(seed)")
    var random = SeededRandom(state: seed)
    let base = (0..<6).flatMap { index in
      frame(
        "QN=2016080108585722\(index);ST=22;CN=2011;PW=1;MN=A;Flag=5;CP=&&DataTime=20200101000000;a34004-Rtd=\(index)&&")
    }
    var refused = 0
    for round in 0..<2_000 {
      var stream = base
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let at = Int.random(in: 0..<stream.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: stream[at] = UInt8.random(in: 0...255, using: &random)
        case 1: stream.remove(at: at)
        case 2: stream.insert(UInt8.random(in: 0x20...0x7E, using: &random), at: at)
        case 3: stream.insert(contentsOf: Array("##0010".utf8), at: at)
        default: stream.removeSubrange(at..<min(stream.count, at + 30))
        }
      }
      let whole = scan([stream])
      for case .frame(let segment) in whole.found {
        let text = FrameEncoder.frame(segment).map { Array($0.dropLast(6)) } ?? []
        #expect(stream.firstRange(of: text) != nil, "seed \(seed) round \(round)")
      }
      refused += whole.found.count(where: { if case .refused = $0 { true } else { false } })
      var pieces: [[UInt8]] = []
      var rest = stream[...]
      while !rest.isEmpty {
        let count = Int.random(in: 1...min(rest.count, 40), using: &random)
        pieces.append(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      let cut = scan(pieces)
      #expect(cut.found == whole.found && cut.skipped == whole.skipped, "seed \(seed) round \(round)")
    }
    #expect(refused > 500)
  }
}
