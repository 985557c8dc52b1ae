import AirQuality
import Glibc
import Polling
import Receiving
import Synchronization
import TestSupport
import Testing
import Timekeeping

@Suite("Spool folders")
struct SpoolTests {
  /// Verdicts by what stands in a file: `ok …`, `bad …`; anything else has no room.
  final class Desk: Sendable {
    let taken = Mutex<[String]>([])
    let faults = Mutex<[ArrivalFault]>([])
    let memory = Mutex<[String: [UInt8]]>([:])
    let hasRoom = Mutex(true)

    func take(_ arrival: FeedArrival, _ done: @escaping @Sendable (ArrivalVerdict) -> Void) {
      let text = String(decoding: arrival.bytes, as: UTF8.self)
      guard hasRoom.withLock({ $0 }) else {
        return done(.backlogFull(ArrivalFault(code: "backlog_full", message: "no room")))
      }
      taken.withLock { $0.append("\(arrival.name ?? "-"): \(text)") }
      if text.hasPrefix("ok") {
        done(.committed(ArrivalReport(readings: 1, rows: 1)))
      } else {
        let row = ArrivalRowError(row: 3, code: "value", message: "no number", path: "line 4")
        done(.unreadable(ArrivalFault(code: "not_csv", message: "no header", path: "line 1"), errors: [row]))
      }
    }

    var services: SpoolServices {
      SpoolServices(
        clock: WallClock(), handler: take, report: { _, fault in self.faults.withLock { $0.append(fault) } },
        loadMemory: { name, done in done(self.memory.withLock { $0[name] }) },
        saveMemory: { name, bytes in self.memory.withLock { $0[name] = bytes } })
    }
  }

  static func definition(
    _ path: String, _ ending: SpoolDefinition.Ending, pattern: String = "*.csv", every: Int64 = 20
  ) -> SpoolDefinition {
    SpoolDefinition(
      name: "spool", path: path, pattern: FileNamePattern(pattern), ending: ending, everyMilliseconds: every,
      maxBodyBytes: 1_000, lateMilliseconds: 60_000)
  }

  static func write(_ text: String, _ path: String) throws {
    let file = try #require(fopen(path, "w"))
    fputs(text, file)
    fclose(file)
  }

  static func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 4_096)
    let count = fread(&buffer, 1, buffer.count, file)
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Waits for what the folder's queue will do.
  static func eventually(_ what: String, _ holds: () -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while !holds() {
      try #require(ContinuousClock.now < deadline, "\(what)")
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  @Test("files are taken in name order and put away when they are committed; what cannot be read says why")
  func order() async throws {
    let directory = TemporaryDirectory()
    let path = directory.path
    for (name, text) in [("b.csv", "ok b"), ("a.csv", "ok a"), ("c.csv", "bad c"), ("x.txt", "ok x")] {
      try Self.write(text, path + "/" + name)
    }
    try Self.write("ok", path + "/.hidden.csv")
    try Self.write("ok", path + "/z.csv.part")
    #expect(mkdir(path + "/folder.csv", 0o755) == 0)
    #expect(symlink("/etc/hostname", path + "/link.csv") == 0)
    #expect(mkfifo(path + "/pipe.csv", 0o644) == 0)
    let desk = Desk()
    let hub = SpoolHub(desk.services)
    await hub.apply([Self.definition(path, .move)])
    try await Self.eventually("failed/c.csv") { Self.exists(path + "/failed/c.csv") }
    #expect(desk.taken.withLock { $0 } == ["a.csv: ok a", "b.csv: ok b", "c.csv: bad c"])
    #expect(Self.read(path + "/done/a.csv") == "ok a" && Self.read(path + "/done/b.csv") == "ok b")
    let text = try #require(Self.read(path + "/failed/c.csv.error"))
    #expect(text == "not_csv: no header (line 1)\nrow 3, line 4: value: no number\n")
    for left in ["x.txt", ".hidden.csv", "z.csv.part", "folder.csv", "link.csv", "pipe.csv"] {
      #expect(Self.exists(path + "/" + left), "\(left)")
    }
    // The same name again is another file.
    try Self.write("ok again", path + "/new")
    #expect(rename(path + "/new", path + "/a.csv") == 0)
    try await Self.eventually("done/a.csv.1") { Self.read(path + "/done/a.csv.1") == "ok again" }
    await hub.stop()
    let status = try #require(hub.statuses.first)
    #expect(status.count(of: .ok) == 3 && status.count(of: .parse) == 1 && status.readings == 3)
  }

  @Test("one name over and over: numbers first, then the file's own time")
  func sameName() async throws {
    let directory = TemporaryDirectory()
    let path = directory.path
    #expect(mkdir(path + "/done", 0o755) == 0)
    for number in 0..<100 { try Self.write("old", path + "/done/a.csv" + (number == 0 ? "" : ".\(number)")) }
    let desk = Desk()
    let hub = SpoolHub(desk.services)
    await hub.apply([Self.definition(path, .move)])
    for text in ["ok one", "ok two"] {
      try Self.write(text, path + "/new")
      #expect(rename(path + "/new", path + "/a.csv") == 0)
      try await Self.eventually("a.csv is put away") { !Self.exists(path + "/a.csv") }
    }
    await hub.stop()
    #expect(desk.taken.withLock { $0 } == ["a.csv: ok one", "a.csv: ok two"])
    #expect(desk.faults.withLock { $0 }.isEmpty)
    var kept = 0
    let folder = try #require(opendir(path + "/done"))
    defer { closedir(folder) }
    while readdir(folder) != nil { kept += 1 }
    // With `.` and `..`.
    #expect(kept == 104)
  }

  @Test("a file that still grows is not taken")
  func growing() async throws {
    let directory = TemporaryDirectory()
    let path = directory.path
    let desk = Desk()
    let hub = SpoolHub(desk.services)
    let file = try #require(fopen(path + "/a.csv", "w"))
    await hub.apply([Self.definition(path, .delete, every: 1_500)])
    // Every look finds another size, until it is whole.
    for index in 0..<200 {
      fputs(index == 0 ? "ok 0" : " \(index)", file)
      fflush(file)
      try await Task.sleep(for: .milliseconds(1))
    }
    fclose(file)
    try await Self.eventually("the file is removed") { !Self.exists(path + "/a.csv") }
    await hub.stop()
    let taken = desk.taken.withLock { $0 }
    #expect(taken.last?.hasSuffix(" 198 199") == true)
  }

  @Test("what has no room, is too large, is packed, or is damaged")
  func sizes() async throws {
    let directory = TemporaryDirectory()
    let path = directory.path
    let desk = Desk()
    desk.hasRoom.withLock { $0 = false }
    let hub = SpoolHub(desk.services)
    try Self.write("ok 1", path + "/1.csv")
    await hub.apply([Self.definition(path, .delete, pattern: "*")])
    try await Self.eventually("no room") { hub.statuses[0].count(of: .backlogFull) >= 2 }
    #expect(Self.exists(path + "/1.csv") && hub.statuses[0].waiting == 1)
    desk.hasRoom.withLock { $0 = true }
    try await Self.eventually("1.csv is removed") { !Self.exists(path + "/1.csv") }
    try Self.write(String(repeating: "x", count: 1_001), path + "/2.csv")
    let packed = GunzipTests.packed(Array("ok packed".utf8))
    for (name, bytes) in [("3.gz", packed), ("4.gz", Array(packed.dropLast(3)))] {
      let file = try #require(fopen(path + "/" + name, "w"))
      fwrite(bytes, 1, bytes.count, file)
      fclose(file)
    }
    try await Self.eventually("4.gz") { Self.exists(path + "/failed/4.gz") && Self.exists(path + "/failed/2.csv") }
    #expect(Self.read(path + "/failed/2.csv.error")?.hasPrefix("too_large: ") == true)
    #expect(Self.read(path + "/failed/4.gz.error")?.hasPrefix("bad_gzip: ") == true)
    try await Self.eventually("3.gz is removed") { !Self.exists(path + "/3.gz") }
    #expect(desk.taken.withLock { $0 } == ["1.csv: ok 1", "3.gz: ok packed"])
    await hub.stop()
  }

  @Test("kept files are taken once, also after a restart, and again when they change")
  func kept() async throws {
    let directory = TemporaryDirectory()
    let path = directory.path
    let desk = Desk()
    try Self.write("ok 1", path + "/1.csv")
    try Self.write("bad 2", path + "/2.csv")
    let first = SpoolHub(desk.services)
    await first.apply([Self.definition(path, .keep)])
    try await Self.eventually("both are remembered") { desk.memory.withLock { $0["spool"] } != nil }
    await first.stop()
    let second = SpoolHub(desk.services)
    await second.apply([Self.definition(path, .keep)])
    try Self.write("ok 3", path + "/3.csv")
    try await Self.eventually("3.csv") { desk.taken.withLock { $0.last } == "3.csv: ok 3" }
    try Self.write("ok 1, longer", path + "/1.csv")
    try await Self.eventually("1.csv once more") { desk.taken.withLock { $0.last } == "1.csv: ok 1, longer" }
    await second.stop()
    #expect(desk.taken.withLock { $0 } == ["1.csv: ok 1", "2.csv: bad 2", "3.csv: ok 3", "1.csv: ok 1, longer"])
    #expect(!Self.exists(path + "/done") && !Self.exists(path + "/failed") && Self.exists(path + "/2.csv"))
  }

  @Test("a folder that is not there is a fault with its path, once, and is found when it comes")
  func missing() async throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/later"
    let desk = Desk()
    let hub = SpoolHub(desk.services)
    await hub.apply([Self.definition(path, .delete)])
    try await Self.eventually("the fault") { desk.faults.withLock { !$0.isEmpty } }
    #expect(desk.faults.withLock { $0[0].path } == path && hub.statuses[0].lastFailure?.fault.code == "disk")
    #expect(mkdir(path, 0o755) == 0)
    try Self.write("ok 1", path + "/1.csv")
    try await Self.eventually("1.csv is removed") { !Self.exists(path + "/1.csv") }
    await hub.stop()
    #expect(desk.faults.withLock(\.count) == 1 && hub.statuses[0].isGood)
  }
}
