import AirQuality
import Delivery
import Dispatch
import Engine
import Glibc
import Secrets
import Store
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct DelivererTests {
  /// A receiver in memory: keeps what came, answers by rule; without a rule the request hangs until it is cancelled.
  final class Receiver: Sendable {
    let requests = Collector<WebhookRequest>()
    let cancelled = Collector<String>()
    private let answer: @Sendable (WebhookRequest, Int) -> WebhookAnswer?
    private let counts = Mutex<[String: Int]>([:])

    init(answer: @escaping @Sendable (WebhookRequest, Int) -> WebhookAnswer?) { self.answer = answer }

    var poster: HTTPPoster {
      { [self] request, completion in
        let key = request.hook + "/" + (request.headers.first { $0.name == "Idempotency-Key" }?.value ?? "")
        let attempt = counts.withLock { counts in
          counts[key, default: 0] += 1
          return counts[key] ?? 0
        }
        requests.add(request)
        if let answer = answer(request, attempt) { completion(answer) }
        return { [cancelled] in cancelled.add(key) }
      }
    }
  }

  private static let now: @Sendable () -> Instant = {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
  }

  private func hook(_ name: String, concurrency: Int = 2, timeout: Int = 10_000) -> HookConfiguration {
    HookConfiguration(
      name: name,
      target: .webhook(.init(url: "http://\(name)/", secret: Secret([1, 2]), timeoutMilliseconds: timeout)),
      policy: DeliveryPolicy(concurrency: concurrency, backoffMilliseconds: 5, maximumBackoffMilliseconds: 20))
  }

  private func deliverer(
    _ store: Store, _ hooks: [HookConfiguration], _ receiver: Receiver, _ reports: Collector<DelivererReport>
  ) -> Deliverer {
    Deliverer(
      store: store, hooks: hooks,
      environment: .init(poster: receiver.poster, now: Self.now, version: "1.0", report: { reports.add($0) }))
  }

  private func stop(_ deliverer: Deliverer, within milliseconds: Int = 10_000) async {
    await withCheckedContinuation { continuation in
      deliverer.shutdown(deadlineMilliseconds: milliseconds) { continuation.resume() }
    }
  }

  private func key(_ request: WebhookRequest) -> String {
    request.headers.first { $0.name == "Idempotency-Key" }?.value ?? ""
  }

  @Test func everyAttemptSendsTheSameBodyAndKey() async throws {
    let directory = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    let receiver = Receiver { _, attempt in .response(status: attempt < 3 ? 503 : 204, retryAfter: nil) }
    let reports = Collector<DelivererReport>()
    let deliverer = deliverer(store, [hook("duty")], receiver, reports)
    try await store.emit(Sample.event(1), hooks: ["duty"], createdAt: Self.now())
    deliverer.wake()
    let requests = await receiver.requests.wait(3)
    _ = await reports.wait(3)
    await stop(deliverer)
    #expect(Set(requests.map(\.body)).count == 1 && Set(requests.map(key)) == ["level-141102-1-1"])
    #expect(try store.pendingDeliveries(hook: "duty", limit: 9).isEmpty)
    let statistics = try deliverer.statistics()
    #expect(
      statistics == [
        HookStatistics(hook: "duty", delivered: 1, retried: 2, dead: 0, pendingRows: 0, deadRows: 0)
      ])
    await store.close()
  }

  @Test func aRefusalIsADeadLetterAndTheNextOneGoesOn() async throws {
    let directory = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    let receiver = Receiver { [key] request, _ in
      .response(status: key(request).hasSuffix("-1") ? 400 : 200, retryAfter: nil)
    }
    let reports = Collector<DelivererReport>()
    let deliverer = deliverer(store, [hook("duty")], receiver, reports)
    for sequence in 1...3 as ClosedRange<Int64> {
      try await store.emit(Sample.event(sequence), hooks: ["duty"], createdAt: Self.now())
    }
    deliverer.wake()
    let seen = await reports.wait(3)
    await stop(deliverer)
    #expect(
      seen[0]
        == .dead(
          hook: "duty", key: "level-141102-1-1", attempts: 1, reason: "HTTP 400: the receiver refuses this delivery"))
    #expect(receiver.requests.values.map(key) == (1...3).map { "level-141102-1-\($0)" })
    #expect(try store.deadLetters(hook: "duty", limit: 9).map(\.row.sequence) == [1])
    #expect(try deliverer.statistics().first?.deadRows == 1)
    await store.close()
  }

  @Test func aHookThatHangsDelaysNoOther() async throws {
    let directory = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    let receiver = Receiver { request, _ in request.hook == "slow" ? nil : .response(status: 200, retryAfter: nil) }
    let reports = Collector<DelivererReport>()
    let deliverer = deliverer(store, [hook("slow"), hook("quick")], receiver, reports)
    for sequence in 1...20 as ClosedRange<Int64> {
      try await store.emit(
        Sample.event(sequence, id: "e\(sequence)"), hooks: ["slow", "quick"], createdAt: Self.now())
      deliverer.wake()
    }
    let seen = await reports.wait(20)
    #expect(seen.allSatisfy { if case .delivered("quick", _, 1) = $0 { true } else { false } })
    #expect(receiver.requests.values.filter { $0.hook == "slow" }.count == 2)
    // The deadline calls the hanging ones off; they stay pending, without a failed attempt.
    await stop(deliverer, within: 10)
    #expect(await receiver.cancelled.wait(2).allSatisfy { $0.hasPrefix("slow/") })
    #expect(try store.pendingDeliveries(hook: "slow", limit: 99).map(\.attempts) == .init(repeating: 0, count: 20))
    #expect(try deliverer.statistics().first { $0.hook == "slow" }?.pendingRows == 20)
    await store.close()
  }

  @Test func aRestartDeliversWhatWasLeft() async throws {
    let directory = TemporaryDirectory()
    var store = try Store(directory: directory.path)
    let silent = Receiver { _, _ in nil }
    let first = deliverer(store, [hook("duty")], silent, Collector())
    try await store.emit(Sample.event(1), hooks: ["duty"], createdAt: Self.now())
    first.wake()
    _ = await silent.requests.wait(1)
    await stop(first, within: 1)
    await store.close()
    store = try Store(directory: directory.path)
    let receiver = Receiver { _, _ in .response(status: 200, retryAfter: nil) }
    let reports = Collector<DelivererReport>()
    let second = deliverer(store, [hook("duty")], receiver, reports)
    second.wake()
    #expect(await reports.wait(1) == [.delivered(hook: "duty", key: "level-141102-1-1", attempts: 1)])
    #expect(receiver.requests.values.map(\.body) == silent.requests.values.map(\.body))
    await stop(second)
    await store.close()
  }

  @Test func aReloadAddsAndRemovesHooks() async throws {
    let directory = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    let receiver = Receiver { request, _ in request.hook == "old" ? nil : .response(status: 200, retryAfter: nil) }
    let reports = Collector<DelivererReport>()
    let deliverer = deliverer(store, [hook("old")], receiver, reports)
    try await store.emit(Sample.event(1), hooks: ["old", "new"], createdAt: Self.now())
    deliverer.wake()
    _ = await receiver.requests.wait(1)
    deliverer.apply(hooks: [hook("new")])
    #expect(await reports.wait(1) == [.delivered(hook: "new", key: "level-141102-1-1", attempts: 1)])
    #expect(await receiver.cancelled.wait(1) == ["old/level-141102-1-1"])
    await stop(deliverer)
    #expect(try store.pendingDeliveries(hook: "old", limit: 9).count == 1)
    await store.close()
  }

  @Test func moreThanTheWindowIsDelivered() async throws {
    let directory = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    let receiver = Receiver { _, _ in .response(status: 200, retryAfter: nil) }
    let reports = Collector<DelivererReport>()
    var small = hook("duty")
    small.policy.window = 3
    let deliverer = deliverer(store, [small], receiver, reports)
    for sequence in 1...25 as ClosedRange<Int64> {
      try await store.emit(Sample.event(sequence, id: "e\(sequence % 4)"), hooks: ["duty"], createdAt: Self.now())
    }
    deliverer.wake()
    #expect(await reports.wait(25).count == 25)
    await stop(deliverer)
    #expect(Set(receiver.requests.values.map(key)).count == 25)
    await store.close()
  }

  @Test func anExecHookGetsTheBodyAndTheFacts() async throws {
    let directory = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    let reports = Collector<DelivererReport>()
    let output = directory.path + "/seen"
    let hook = HookConfiguration(
      name: "siren",
      target: .exec(
        .init(command: [
          "/bin/sh", "-c",
          "cat > \"$0\"; echo \"|$LANTIAN_COUNTY|$LANTIAN_TO|$LANTIAN_KEY|$LANTIAN_ATTEMPT\" >> \"$0\"",
          output,
        ])))
    let deliverer = deliverer(store, [hook], Receiver { _, _ in nil }, reports)
    let event = Sample.event(1)
    try await store.emit(event, hooks: ["siren"], createdAt: Self.now())
    deliverer.wake()
    #expect(await reports.wait(1) == [.delivered(hook: "siren", key: "level-141102-1-1", attempts: 1)])
    let body = WebhookBody.render(event: event, hook: "siren", externalURL: "", site: Sample.site)
    #expect(contents(of: output) == body + Array("|141102|orange|level-141102-1-1|1\n".utf8))
    await stop(deliverer)
    await store.close()
  }

  @Test func anExecHookThatFailsIsGivenUpAfterItsTries() async throws {
    let directory = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    let reports = Collector<DelivererReport>()
    let hook = HookConfiguration(
      name: "siren", target: .exec(.init(command: ["/bin/sh", "-c", "echo no horn; exit 3"])),
      policy: DeliveryPolicy(concurrency: 1, backoffMilliseconds: 2, maximumBackoffMilliseconds: 4))
    let deliverer = deliverer(store, [hook], Receiver { _, _ in nil }, reports)
    try await store.emit(Sample.event(1), hooks: ["siren"], createdAt: Self.now())
    deliverer.wake()
    let seen = await reports.wait(5)
    await stop(deliverer)
    #expect(
      seen.last
        == .dead(
          hook: "siren", key: "level-141102-1-1", attempts: 5, reason: "given up after 5 attempts: exit 3: no horn"))
    #expect(try store.deadLetters(hook: "siren", limit: 9).map(\.attempts) == [5])
    await store.close()
  }
}
