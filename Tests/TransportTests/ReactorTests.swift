import Dispatch
import Glibc
import LoopbackServer
import Testing
import Timekeeping

@testable import Transport

@Suite("The event loop")
struct ReactorTests {
  @Test func aThousandRequestsShareFewConnections() async throws {
    let server = LoopbackServer(TransferTests.serve)
    let session = try Session()
    let results = await session.fetchAll((0..<1_000).map { TransferRequest(url: server.url("/n\($0)")) })
    for (index, result) in results.enumerated() { #expect(result.response?.text == "/n\(index)") }
    let counters = await session.onQueue { $0.counters }
    #expect(server.connections <= 6)
    #expect(counters.socketsOpened <= 6)
    #expect(counters.finished == 1_000)
    #expect(counters.running == 0 && counters.waiting == 0)
    await session.close()
    let after = await session.onQueue { $0.counters }
    #expect(after.socketsClosed == after.socketsOpened)
    server.stop()
  }

  /// Hosts are spread over multis, and transfers to many hosts all arrive.
  @Test func hostsAreSharded() async throws {
    let server = LoopbackServer(TransferTests.serve)
    var limits = TransportLimits()
    limits.maxHostsPerShard = 4
    let session = try Session(limits: limits)
    let requests = (0..<40).map { TransferRequest(url: "http://h\($0).localhost:\(server.port)/\($0)") }
    let results = await session.fetchAll(requests)
    for (index, result) in results.enumerated() {
      #expect(result.response?.text == "/\(index)", "\(String(describing: result.failure))")
    }
    let counters = await session.onQueue { $0.counters }
    #expect(counters.shards == 10)
    #expect(counters.hosts == 40)
    await session.close()
    server.stop()
  }

  @Test func idleMeansNoWakeups() async throws {
    let server = LoopbackServer(TransferTests.serve)
    let session = try Session()
    let requests = (0..<50).map { index in
      var options = TransferOptions()
      options.timeout = .milliseconds(400)
      options.connectTimeout = .milliseconds(400)
      return TransferRequest(url: server.url("/\(index)"), options: options)
    }
    _ = await session.fetchAll(requests)
    // The timer may ring once more for a time-out that no longer matters.
    await session.elapse(.milliseconds(700))
    let before = await session.onQueue { $0.counters.wakeups }
    #expect(before > 0)
    await session.elapse(.seconds(1))
    let after = await session.onQueue { $0.counters.wakeups }
    #expect(after == before)
    // Connections closed by the peer while idle cost one wake-up, and the next transfer opens a new one.
    let result = await session.fetch(server.url("/again"))
    #expect(result.response?.text == "/again")
    await session.close()
    server.stop()
  }

  @Test func aPeerThatClosesIdleConnectionsDoesNotSpin() async throws {
    let server = LoopbackServer { request, connection in
      connection.answer(body: Array(request.path.utf8))
      return false
    }
    let session = try Session()
    for index in 0..<5 {
      let result = await session.fetch(server.url("/\(index)")) { $0.timeout = .milliseconds(300) }
      #expect(result.response?.text == "/\(index)")
    }
    await session.elapse(.milliseconds(500))
    let before = await session.onQueue { $0.counters.wakeups }
    await session.elapse(.milliseconds(500))
    #expect(await session.onQueue { $0.counters.wakeups } == before)
    await session.close()
    server.stop()
  }

  @Test func capsAndQueueBound() async throws {
    let server = LoopbackServer(TransferTests.serve)
    var limits = TransportLimits()
    limits.maxTransfersPerHost = 2
    limits.maxTransfers = 3
    limits.maxWaiting = 4
    let session = try Session(limits: limits)
    let results = await session.fetchAll(
      (0..<10).map { index in
        var options = TransferOptions()
        options.timeout = .milliseconds(200)
        return TransferRequest(url: server.url(index < 6 ? "/hang" : "/x"), options: options)
      })
    // Two run, four wait, the rest is refused at once.
    #expect(results[0..<6].allSatisfy { $0.failure?.kind == .timeout })
    #expect(results[6...].allSatisfy { $0.failure?.kind == .overloaded })
    let counters = await session.onQueue { $0.counters }
    #expect(counters.overloads == 4)
    #expect(counters.socketsOpened <= 6)
    await session.close()
    server.stop()
  }

  @Test func cancelWhileRunningAndWaiting() async throws {
    let server = LoopbackServer(TransferTests.serve)
    var limits = TransportLimits()
    limits.maxTransfersPerHost = 1
    let session = try Session(limits: limits)
    let request = TransferRequest(url: server.url("/hang"))
    let kinds = await withCheckedContinuation { continuation in
      session.queue.async { @Sendable in
        let transport = session.transport
        let first = transport.submit(request) { @Sendable one in
          // The waiting one starts when the running one is cancelled; cancel it too.
          continuation.resume(returning: one.failure?.kind)
        }
        let second = transport.submit(request) { @Sendable _ in }
        transport.cancel(second)
        transport.cancel(first)
        transport.cancel(first)
      }
    }
    #expect(kinds == .cancelled)
    let counters = await session.onQueue { $0.counters }
    #expect(counters.running == 0 && counters.waiting == 0)
    let next = await session.fetch(server.url("/after"))
    #expect(next.response?.text == "/after", "\(String(describing: next.failure))")
    await session.close()
    server.stop()
  }

  @Test func shutdownEndsWhatRunsAndRefusesMore() async throws {
    let server = LoopbackServer(TransferTests.serve)
    let session = try Session()
    async let hanging = session.fetch(server.url("/hang"))
    while await session.onQueue({ $0.counters.running }) == 0 {}
    await session.close()
    #expect(await hanging.failure?.kind == .cancelled)
    #expect(await session.fetch(server.url("/late")).failure?.kind == .cancelled)
    server.stop()
  }

  /// libcurl gives a multi up when a socket cannot be watched: its transfers fail and a fresh one takes over.
  @Test func aLostMultiIsRebuilt() async throws {
    let server = LoopbackServer(TransferTests.serve)
    let session = try Session()
    #expect(await session.fetch(server.url("/1")).response?.text == "/1")
    await session.onQueue { $0.reactor.failsNextRegistration = true }
    let lost = await session.fetchAll((0..<5).map { TransferRequest(url: server.url("/hang\($0)")) })
    #expect(lost.contains { $0.failure?.kind == .other && $0.failure?.isRetryable == true })
    let counters = await session.onQueue { $0.counters }
    #expect(counters.rebuilds == 1)
    #expect(counters.running == 0 && counters.waiting == 0)
    for index in 0..<5 {
      #expect(await session.fetch(server.url("/after\(index)")).response?.text == "/after\(index)")
    }
    await session.close()
    let after = await session.onQueue { $0.counters }
    #expect(after.socketsClosed == after.socketsOpened)
    server.stop()
  }

  /// Out of descriptors: transfers fail with the reason, and work again when there are some.
  @Test func survivesDescriptorExhaustion() async {
    await #expect(processExitsWith: .success) {
      var limit = rlimit(rlim_cur: 128, rlim_max: 128)
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      let server = LoopbackServer(TransferTests.serve)
      let session = try Session()
      #expect(await session.fetch(server.url("/1")).response?.text == "/1")
      var hoard: [Int32] = []
      while hoard.count < 256 {
        let descriptor = open("/dev/null", O_RDONLY)
        if descriptor < 0 { break }
        hoard.append(descriptor)
      }
      let starved = await session.fetch("http://127.0.0.2:\(server.port)/2")
      guard starved.failure?.kind == .connect, starved.failure?.message.contains("open files") == true else { exit(3) }
      for descriptor in hoard { close(descriptor) }
      let fed = await session.fetch(server.url("/3"))
      guard fed.response?.text == "/3" else { exit(4) }
      await session.close()
    }
  }
}
