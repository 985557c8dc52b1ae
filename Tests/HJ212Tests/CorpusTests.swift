import AirQuality
import Glibc
import HJ212
import Testing

/// The streams that `Deploy/fuzz` starts from, and what it found once: the first byte says how the rest is cut into reads.
@Suite("streams of the fuzzer")
struct CorpusTests {
  private static let root = String(#filePath.dropLast("CorpusTests.swift".count)) + "Corpus"
  static let formats = ["hj212-scanner", "hj212-session"]

  private static func names(_ format: String) -> [String] {
    guard let directory = opendir(root + "/" + format) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  private static func bytes(_ path: String) -> [UInt8] {
    guard let file = fopen(root + "/" + path, "rb") else { return [] }
    defer { fclose(file) }
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&chunk, 1, chunk.count, file)
    return Array(chunk[..<count])
  }

  @Test("a stream says the same in any cut", arguments: formats)
  func cuts(format: String) {
    let names = Self.names(format)
    #expect(names.contains("good"))
    for name in names {
      let bytes = Self.bytes(format + "/" + name)
      let stream = Array(bytes.dropFirst())
      let whole = scan([stream])
      for size in [1, 2, 7, 64, max(1, Int(bytes.first ?? 1))] {
        let pieces = stride(from: 0, to: stream.count, by: size).map {
          Array(stream[$0..<min(stream.count, $0 + size)])
        }
        let cut = scan(pieces)
        #expect(cut.found == whole.found && cut.skipped == whole.skipped, "\(name) in pieces of \(size)")
      }
    }
  }

  /// The two packets of its split message name the same stamp and factor twice.
  @Test("a session takes the good stream and refuses what is damaged in it")
  func session() {
    var session = InstrumentSession(policy: InstrumentSessionTests.policy)
    var actions = session.receive(Self.bytes("hj212-session/good").dropFirst())
    actions += session.end()
    let lines = InstrumentSessionTests.lines(actions)
    #expect(lines.filter { $0.hasPrefix("take") }.count == 2, "\(lines)")
    let refused = lines.filter { $0.hasPrefix("refused") }
    #expect(refused == ["refused length", "refused content", "refused content"], "\(lines)")
  }
}
