import ConfigurationFiles
import TestSupport
import Testing

@Suite("damaged files")
struct DamageTests {
  @Test("a damaged configuration is loaded or refused with places, never worse", arguments: 0..<8 as Range<UInt64>)
  func configurations(_ seed: UInt64) {
    let original = CaseFolder.bytes(CaseFolder.root + "/cases/good-everything.yaml").filter { $0 != 0 }
    var numbers = SeededRandom(seed: seed)
    let folder = TemporaryFolder()
    for round in 0..<60 {
      let bytes = damaged(original, &numbers)
      CaseFolder.write(bytes, to: folder.path + "/lantian.yaml")
      do {
        _ = try ConfigurationLoader.load(folder.sources(CaseFolder.environment))
      } catch {
        #expect(!error.errors.isEmpty, "seed \(seed) round \(round)")
        #expect(error.errors.allSatisfy { !$0.location.file.isEmpty }, "seed \(seed) round \(round)")
        #expect(!error.description.contains("hunter2"), "seed \(seed) round \(round)")
      }
    }
  }

  @Test("a damaged table is loaded or refused, never worse", arguments: 0..<4 as Range<UInt64>)
  func tables(_ seed: UInt64) {
    let original = CaseFolder.bytes(CaseFolder.root + "/cases/tables/stations.csv")
    var numbers = SeededRandom(seed: seed)
    let folder = TemporaryFolder()
    for round in 0..<60 {
      folder.writeMain("")
      CaseFolder.write(damaged(original, &numbers), to: folder.path + "/stations.csv")
      do {
        _ = try ConfigurationLoader.load(folder.sources())
      } catch {
        #expect(!error.errors.isEmpty, "seed \(seed) round \(round)")
      }
    }
  }

  /// One to four bytes deleted, doubled, replaced, or a piece moved.
  private func damaged(_ original: [UInt8], _ numbers: inout SeededRandom) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...4, using: &numbers) where bytes.count > 8 {
      let at = Int.random(in: 0..<bytes.count, using: &numbers)
      switch Int.random(in: 0..<5, using: &numbers) {
      case 0: bytes.remove(at: at)
      case 1: bytes.insert(bytes[at], at: at)
      case 2: bytes[at] = UInt8.random(in: 0...255, using: &numbers)
      case 3: bytes[at] = Array("[]{}:-&*!|>'\"%@`,#\n\t ".utf8).randomElement(using: &numbers) ?? 0x20
      default:
        let end = min(bytes.count, at + Int.random(in: 1...40, using: &numbers))
        bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0..<bytes.count, using: &numbers))
      }
    }
    return bytes
  }
}
