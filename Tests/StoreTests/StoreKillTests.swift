import AirQuality
import Dispatch
import Engine
import Glibc
import TestSupport
import Testing

@testable import Store

/// kill -9 of a writing process at random moments: what was acknowledged is there, and the survivor equals a store that
/// was written from empty without an interruption.
@Suite(.serialized) struct StoreKillTests {
  @Test func theSurvivorEqualsAnUninterruptedRun() async throws {
    let directory = TemporaryDirectory()
    let path: String = directory.path
    let seed = UInt64(20_201_201)
    var random = SeededRandom(seed: seed)
    var reached: Int64 = 0
    for round in 0..<12 {
      let delay: Int = Int.random(in: 500...60_000, using: &random)
      await #expect(processExitsWith: .signal(SIGKILL), "seed \(seed), round \(round), \(delay) µs") {
        [path = path as String, delay = delay as Int] in
        try KilledWriter.run(directory: path, microseconds: delay)
      }
      let store = try Store(directory: path)
      let committed = store.committed
      #expect(committed.position >= KilledWriter.acknowledged(path), "seed \(seed), round \(round)")
      #expect(committed.position >= reached && committed.sequence == Sample.sequence(through: committed.position))
      #expect(try store.integrityProblems() == [])
      reached = committed.position
      await store.close()
    }
    #expect(reached > 0, "no child came far enough to commit anything; seed \(seed)")

    let survivor = try Store(directory: path)
    let fresh = TemporaryDirectory()
    let other = try Store(directory: fresh.path)
    // From the survivor's own journal, record by record, as a replay does it.
    var reader = survivor.journal(after: 0)
    while let records = try reader.next() {
      for record in records {
        let item = try Sample.item(record.position)
        #expect(try JournalCodec.encode(record) == item.payload)
        _ = try await other.commit([item])
      }
    }
    #expect(try other.stateDigest() == survivor.stateDigest())
    await survivor.close()
    await other.close()
  }
}

/// What runs in the child: commits for ever, writing down what was acknowledged, until its own thread kills it.
enum KilledWriter {
  static func run(directory: String, microseconds: Int) throws {
    let store = try Store(directory: directory)
    let file = open(directory + "/acknowledged", O_RDWR | O_CREAT, 0o600)
    DispatchQueue(label: "killer").asyncAfter(deadline: .now() + .microseconds(microseconds)) {
      @Sendable in kill(getpid(), SIGKILL)
    }
    var position = store.committed.position
    let window = DispatchSemaphore(value: 8)
    while true {
      window.wait()
      var group: [CommitItem] = []
      for _ in 0...position % 3 {
        position += 1
        group.append(try Sample.item(position, snapshot: position % 50 == 0))
      }
      store.commit(group: group) { result in
        guard case .success(let reached) = result else { exit(3) }
        var value = reached.position
        pwrite(file, &value, 8, 0)
        window.signal()
      }
    }
  }

  static func acknowledged(_ directory: String) -> Int64 {
    let bytes = contents(of: directory + "/acknowledged") ?? []
    return bytes.count == 8 ? bytes.reversed().reduce(0) { $0 << 8 | Int64($1) } : 0
  }
}
