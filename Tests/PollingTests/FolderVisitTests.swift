import Testing
import Timekeeping
import Transport

@testable import Polling

@Suite("Visits of folders with more files than are looked at")
struct FolderVisitTests {
  /// A folder of which the last three names are looked at and five files are remembered.
  struct Folder {
    var memory = FolderMemory(limit: 5)
    var fault: FeedFault?
    var isMemoryChanged = false
    /// How the transfer of a file fails, by its name.
    var failures: [String: TransportError] = [:]
    var ending = FolderVisit.Ending.complete

    /// One visit, by hand; returns the names that were taken.
    mutating func visit(_ names: [String]) -> [String] {
      let lines = names.map { "type=file;size=1;modify=20201205090000; \($0)\r\n" }.joined()
      var definition = FolderDefinition(pattern: FileNamePattern("*"))
      definition.settleMilliseconds = 0
      var visit = FolderVisit(
        PollID(feed: "ftp", number: 1), definition, maxBodyBytes: 100, isSFTP: false, memory: memory, limit: 3)
      var taken: [String] = []
      var action = visit.start()
      while action != .finish {
        switch action {
        case .list: action = visit.listed(Self.result(Array(lines.utf8)))
        case .wait: action = visit.waited()
        case .fetch(let file):
          let result =
            failures[file.name].map {
              TransferResult(outcome: .failure($0), lastByteAt: MonotonicInstant(nanoseconds: 0))
            } ?? Self.result([0x78])
          action = visit.fetched(result)
        case .deliver(let file, _):
          taken.append(file.name)
          action = visit.judged(.confirmed(readings: 1))
        case .finish: break
        }
      }
      memory = visit.memory
      fault = visit.fault
      ending = visit.ending
      isMemoryChanged = visit.isMemoryChanged
      return taken
    }

    private static func result(_ body: [UInt8]) -> TransferResult {
      TransferResult(
        outcome: .response(TransferResponse(status: 226, body: body)), lastByteAt: MonotonicInstant(nanoseconds: 0))
    }
  }

  @Test("a new file is fetched however many stand before it, and the others are said to be left out")
  func newest() {
    var folder = Folder()
    #expect(folder.visit(["f", "a", "b", "e", "c", "d"]) == ["d", "e", "f"])
    #expect(folder.fault?.code == "too_many_files")
    #expect(folder.fault?.message.hasPrefix("3 files before the last 3 names ") == true)
    #expect(folder.visit(["a", "b", "c", "d", "e", "f", "g"]) == ["g"])
    #expect(folder.fault?.message.hasPrefix("4 files ") == true)
    #expect(folder.visit(["a", "b", "c", "d", "e", "f", "g"]).isEmpty && !folder.isMemoryChanged)
  }

  @Test("one file that cannot be had is named, and the others are fetched")
  func oneFile() {
    var folder = Folder()
    // CURLcode 78, 25's kin 19 and 9: refused; 18: cut; 7: the server is gone.
    for code in [78, 19, 9] {
      folder.failures = ["b": TransportError(kind: .protocol, code: code, message: "RETR response: 550")]
      folder.memory = FolderMemory(limit: 5)
      #expect(folder.visit(["a", "b", "c"]) == ["a", "c"] && folder.ending == .complete, "\(code)")
      #expect(folder.fault?.path == "b" && folder.fault?.message.contains("550") == true)
      // It is not asked for again until it changes.
      folder.failures = [:]
      #expect(folder.visit(["a", "b", "c"]).isEmpty)
    }
    folder.memory = FolderMemory(limit: 5)
    folder.failures = ["b": TransportError(kind: .reset, code: 18, message: "closed with 5 bytes remaining")]
    #expect(folder.visit(["a", "b", "c"]) == ["a", "c"] && folder.ending == .complete && folder.fault?.path == "b")
    folder.failures = [:]
    #expect(folder.visit(["a", "b", "c"]) == ["b"])
    folder.memory = FolderMemory(limit: 5)
    folder.failures = ["b": TransportError(kind: .connect, code: 7, message: "refused")]
    #expect(folder.visit(["a", "b", "c"]) == ["a"] && folder.ending == .failed(kind: .connect, message: "refused"))
  }

  @Test("what was taken stays known while it stands before the last names")
  func passed() {
    var folder = Folder()
    #expect(folder.visit(["a", "b", "c"]) == ["a", "b", "c"] && folder.fault == nil)
    #expect(folder.visit(["a", "b", "c", "d", "e"]) == ["d", "e"] && folder.memory.count == 5)
    // The newest go: those before them are looked at again, and are not new.
    #expect(folder.visit(["a", "b", "c"]).isEmpty && folder.memory.count == 3 && folder.fault == nil)
    #expect(folder.visit(["a", "b", "c"]).isEmpty && !folder.isMemoryChanged)
  }

  @Test("the memory has a place for every file that is fetched: the earliest names make room")
  func bounded() {
    var folder = Folder()
    var names: [String] = []
    for letter in "abcdefghij" {
      names.append(String(letter))
      #expect(folder.visit(names) == [String(letter)])
      #expect(folder.memory.count == min(names.count, 5))
    }
    for _ in 0..<3 { #expect(folder.visit(names).isEmpty && !folder.isMemoryChanged) }
  }
}
