import AirQuality
import Glibc
import Polling
import Synchronization
import TestSupport
import Testing
import Timekeeping

@testable import Receiving

@Suite("Spool folders with more files than a look reads")
struct SpoolLimitTests {
  static func status(_ definition: SpoolDefinition) -> ArrivalStatus {
    ArrivalStatus(name: definition.name, way: .spool, lateMilliseconds: definition.lateMilliseconds)
  }

  @Test("a look says whether it read the folder to its end", arguments: [(0, true), (4, true), (5, false), (6, false)])
  func cut(limit: Int, isCut: Bool) throws {
    let directory = TemporaryDirectory()
    for number in 1...5 { try SpoolTests.write("ok", directory.path + "/\(number).csv") }
    let folder = try SpoolDirectory(directory.path)
    let listing = try folder.listing(FileNamePattern("*.csv"), limit: limit)
    #expect(listing.isCut == isCut && listing.files.count == min(limit, 5))
    // What does not fit the pattern is an entry too.
    let others = try folder.listing(FileNamePattern("*.txt"), limit: limit)
    #expect(others.isCut == isCut && others.files.isEmpty)
  }

  @Test("of kept files the excess is left alone and said once; no file is taken twice")
  func kept() async throws {
    let directory = TemporaryDirectory()
    let path = directory.path
    for number in 1...5 { try SpoolTests.write("ok \(number)", path + "/\(number).csv") }
    let desk = SpoolTests.Desk()
    let definition = SpoolTests.definition(path, .keep)
    let board = ArrivalBoard()
    board.replace([Self.status(definition)])
    let watcher = SpoolWatcher(definition, services: desk.services, board: board, limit: 3)
    await watcher.start()
    try await SpoolTests.eventually("three are remembered") { desk.memory.withLock { $0["spool"] } != nil }
    let first = desk.taken.withLock { $0 }
    #expect(first.count == 3 && Set(first).count == 3)
    let faults = desk.faults.withLock { $0 }
    #expect(faults.map(\.code) == ["too_many_files"] && faults.first?.path == path)
    #expect(board.read()[0].lastFailure?.fault.code == "too_many_files")
    // Room is made: the others follow, those taken before do not come again.
    for text in first {
      let name = String(text.prefix { $0 != ":" })
      #expect(unlink(path + "/" + name) == 0)
    }
    try await SpoolTests.eventually("the other two") { desk.taken.withLock(\.count) >= 5 }
    await watcher.stop()
    let all = desk.taken.withLock { $0 }
    #expect(all.count == 5 && Set(all).count == 5 && desk.faults.withLock(\.count) == 1)
    #expect(board.read()[0].isGood)
  }
}
