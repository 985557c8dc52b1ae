import AirQuality
import LoopbackServer
import Secrets
import Synchronization
import Testing
import Timekeeping
import Transport

@testable import Polling

/// Folders on an FTP server on loopback, polled by hand.
@Suite("Folders on a server of files", .serialized)
struct FolderPollTests {
  struct Rig {
    let clock = ManualClock(civil: PollerTests.base, speed: 60)
    let poller: Poller
    var records: AsyncStream<PollRecord>.Iterator

    /// - Parameter judge: the consumer: what is said of a file.
    init(_ kept: Kept, judge: @escaping @Sendable (PollAnswer) -> PollVerdict) throws {
      let (records, recorded) = AsyncStream.makeStream(of: PollRecord.self)
      let holder = Mutex<Poller?>(nil)
      let box = HolderBox(holder)
      let made = try Poller(
        clock: clock, zone: .china,
        folders: FolderStore(
          load: { name, done in done(kept.bytes.withLock { $0[name] }) },
          save: { name, bytes in kept.bytes.withLock { $0[name] = bytes } }),
        consumer: { @Sendable answer in
          kept.taken.withLock { $0.append("\(answer.fileName ?? "-") \(answer.body.count)") }
          box.holder.withLock { $0 }?.report(answer.id, judge(answer))
        },
        observer: { @Sendable in recorded.yield($0) })
      box.holder.withLock { $0 = made }
      poller = made
      self.records = records.makeAsyncIterator()
    }

    /// One civil minute later; returns how the visit ended.
    mutating func minute() async -> PollOutcome? {
      clock.advance(by: .seconds(1))
      await poller.tick()
      return await records.next()?.outcome
    }
  }

  final class HolderBox: Sendable {
    let holder: Mutex<Poller?>
    init(_ holder: consuming Mutex<Poller?>) { self.holder = holder }
  }

  final class Kept: Sendable {
    let bytes = Mutex<[String: [UInt8]]>([:])
    let taken = Mutex<[String]>([])
    func drain() -> [String] {
      taken.withLock { taken in
        defer { taken = [] }
        return taken
      }
    }
  }

  static func feed(_ server: FTPServer, files: Int = 200, settle: Int = 0) -> FeedDefinition {
    var feed = FeedDefinition(name: "ftp", url: server.url("/data/"), every: .seconds(60), offset: .zero)
    feed.authentication = .basic(user: "reader", password: Secret("geheim"))
    feed.maxBodyBytes = 1_000
    var folder = FolderDefinition(pattern: FileNamePattern("*.csv"))
    folder.settleMilliseconds = settle
    folder.filesPerVisit = files
    feed.folder = folder
    return feed
  }

  @Test("new and changed files are fetched once, also over a restart, the newest names first in portions")
  func fetches() async throws {
    let server = FTPServer()
    for number in 1...5 { server.put("/data", "\(number).csv", FTPServer.File(String(repeating: "x", count: number))) }
    server.put("/data", "large.csv", FTPServer.File(String(repeating: "x", count: 1_001)))
    server.put("/data", "other.txt", FTPServer.File("x"))
    let kept = Kept()
    var rig = try Rig(kept) { _ in .confirmed(readings: 2) }
    await rig.poller.apply(definitions: [Self.feed(server, files: 4)])
    #expect(await rig.minute() == .ok)
    #expect(kept.drain() == ["3.csv 3", "4.csv 4", "5.csv 5"])
    let status = rig.poller.status()[0]
    #expect(status.readings == 6 && status.lastError?.fault.code == "too_large")
    #expect(status.lastError?.fault.path == "large.csv" && status.state == .ok)
    #expect(await rig.minute() == .ok)
    #expect(kept.drain() == ["1.csv 1", "2.csv 2"])
    #expect(await rig.minute() == .notModified)
    await rig.poller.shutdown(deadline: .seconds(5))

    var second = try Rig(kept) { _ in .confirmed(readings: 2) }
    await second.poller.apply(definitions: [Self.feed(server)])
    #expect(await second.minute() == .notModified)
    server.put("/data", "2.csv", FTPServer.File("longer"))
    server.put("/data", "3.csv", FTPServer.File("xxx", stamp: "20201205100000"))
    server.put("/data", "1.csv", nil)
    #expect(await second.minute() == .ok)
    #expect(kept.drain() == ["2.csv 6", "3.csv 3"])
    server.put("/data", "1.csv", FTPServer.File("x"))
    #expect(await second.minute() == .ok)
    #expect(kept.drain() == ["1.csv 1"])
    await second.poller.shutdown(deadline: .seconds(5))
    server.stop()
  }

  @Test("an old server; a file that cannot be read; one that is not taken; a server that is gone")
  func verdicts() async throws {
    let server = FTPServer()
    server.behave { $0.knowsMLSD = false }
    server.put("/data", "bad.csv", FTPServer.File("bad"))
    let kept = Kept()
    let isFull = Mutex(true)
    let full = FullBox(isFull)
    var rig = try Rig(kept) { answer in
      if answer.fileName == "bad.csv" { return .parseFailed(FeedFault(code: "not_csv", message: "m", path: "line 1")) }
      return full.isFull.withLock { $0 }
        ? .rejected(FeedFault(code: "backlog_full", message: "m")) : .confirmed(readings: 1)
    }
    await rig.poller.apply(definitions: [Self.feed(server, settle: 50)])
    #expect(await rig.minute() == .parse)
    #expect(rig.poller.status()[0].lastError?.fault.path == "bad.csv, line 1")
    // The retry after the failure finds nothing new: the bad file is not fetched again.
    rig.clock.advance(by: .seconds(10))
    await rig.poller.tick()
    // Slots that passed unseen with the clock's leap are records of their own.
    var outcome = await rig.records.next()?.outcome
    while outcome == .skipped { outcome = await rig.records.next()?.outcome }
    #expect(outcome == .notModified)
    server.put("/data", "good.csv", FTPServer.File("good"))
    #expect(await rig.minute() == .skipped)
    full.isFull.withLock { $0 = false }
    // What was lost on this side is fetched again within seconds.
    outcome = await rig.minute()
    var seconds = 1
    while outcome == .skipped, seconds < 10 {
      outcome = await rig.minute()
      seconds += 1
    }
    #expect(outcome == .ok)
    #expect(kept.drain() == ["bad.csv 3", "good.csv 4", "good.csv 4"])
    let twice = server.commands.filter { $0 == "LIST" }.count
    #expect(twice >= 6, "\(twice)")
    server.stop()
    await rig.poller.shutdown(deadline: .seconds(5))
  }

  final class FullBox: Sendable {
    let isFull: Mutex<Bool>
    init(_ isFull: consuming Mutex<Bool>) { self.isFull = isFull }
  }

  @Test("one file that a URL names is polled as any answer, with its name")
  func single() async throws {
    let server = FTPServer()
    server.put("/data", "live.csv", FTPServer.File("1"))
    let kept = Kept()
    var rig = try Rig(kept) { _ in .confirmed(readings: 1) }
    var feed = Self.feed(server)
    feed.folder = nil
    feed.url = server.url("/data/live.csv")
    await rig.poller.apply(definitions: [feed])
    #expect(await rig.minute() == .ok)
    #expect(await rig.minute() == .notModified)
    server.put("/data", "live.csv", FTPServer.File("2"))
    #expect(await rig.minute() == .ok)
    #expect(kept.drain() == ["live.csv 1", "live.csv 1"])
    await rig.poller.shutdown(deadline: .seconds(5))
    server.stop()
  }
}
