import AirQuality
import Glibc
import Store
import TestSupport
import Testing

@Suite struct BodyRingTests {
  private func flush(_ ring: BodyRing) async {
    await withCheckedContinuation { continuation in ring.flush { continuation.resume() } }
  }

  @Test func theOldestGoFirstAndBoundsHold() async {
    let directory = TemporaryDirectory()
    var limits = BodyRing.Limits()
    limits.bytes = 1_000
    limits.files = 8
    let ring = BodyRing(stateDirectory: directory.path, limits: limits)
    for number in 0..<30 {
      ring.keep(
        feed: "../etc/pass wd", receivedAt: Instant(milliseconds: Int64(number)), bytes: .init(repeating: 7, count: 300)
      )
      await flush(ring)
      #expect(ring.counts.bytes <= 1_000 && ring.counts.files <= 8)
    }
    let kept = names(in: directory.path + "/bodies")
    #expect(
      kept == [
        "0000000000027-000028----etc-pass-wd.body", "0000000000028-000029----etc-pass-wd.body",
        "0000000000029-000030----etc-pass-wd.body",
      ])
    #expect(ring.counts.kept == 30 && ring.counts.removed == 27 && ring.counts.errors == 0)
    var information = stat()
    #expect(lstat(directory.path + "/bodies/" + kept[0], &information) == 0)
    #expect(information.st_mode & 0o777 == 0o640)
    #expect(contents(of: directory.path + "/bodies/" + kept[0])?.count == 300)
  }

  @Test func filesOfAnEarlierRunBelongToTheRing() async {
    let directory = TemporaryDirectory()
    let first = BodyRing(stateDirectory: directory.path)
    for number in 0..<10 {
      first.keep(feed: "a", receivedAt: Instant(milliseconds: Int64(number)), bytes: [1, 2, 3])
    }
    await flush(first)
    write([1], to: directory.path + "/bodies/0000000000000-000000-a.body.part")
    var limits = BodyRing.Limits()
    limits.files = 4
    let second = BodyRing(stateDirectory: directory.path, limits: limits)
    await flush(second)
    #expect(second.counts.files == 4 && second.counts.bytes == 12 && second.counts.removed == 6)
    #expect(names(in: directory.path + "/bodies").count == 4)
  }

  @Test func whatCannotBeKeptIsCounted() async {
    let directory = TemporaryDirectory()
    write([1], to: directory.path + "/bodies")
    var limits = BodyRing.Limits()
    limits.bytes = 10
    let ring = BodyRing(stateDirectory: directory.path, limits: limits)
    ring.keep(feed: "a", receivedAt: Instant(milliseconds: 1), bytes: [1])
    ring.keep(feed: "a", receivedAt: Instant(milliseconds: 1), bytes: .init(repeating: 0, count: 11))
    await flush(ring)
    #expect(ring.counts.errors == 1 && ring.counts.dropped == 1 && ring.counts.kept == 0)
    #expect(ring.counts.lastError.contains("bodies"))
  }
}
