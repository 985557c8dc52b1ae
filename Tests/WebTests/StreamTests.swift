import AirQuality
import Engine
import Foundation
import HTTPTypes
import Testing

@testable import Web

/// Keeps what a stream sends and hands it on.
private struct Collector: StreamSink {
  let continuation: AsyncStream<String>.Continuation
  mutating func send(_ bytes: [UInt8]) async throws { continuation.yield(String(decoding: bytes, as: UTF8.self)) }
}

@Suite(.timeLimit(.minutes(1))) struct StreamTests {
  /// Name, id and data of the messages in what was sent; comments and `retry` are no messages.
  static func messages(_ text: String) -> [(name: String, id: String?, data: String)] {
    text.components(separatedBy: "\n\n").compactMap { block in
      var fields: [String: String] = [:]
      for line in block.split(separator: "\n") {
        guard let colon = line.firstIndex(of: ":") else { continue }
        fields[String(line[..<colon])] = String(line[line.index(colon, offsetBy: 2)...])
      }
      return fields["data"].map { (fields["event"] ?? "", fields["id"], $0) }
    }
  }

  private static func run(
    _ sources: WebSources, _ request: StreamRequest, limits: WebLimits = WebLimits()
  ) throws -> (AsyncStream<String>, Task<Void, any Error>) {
    let client = try #require(sources.broadcaster.subscribe())
    let (sent, continuation) = AsyncStream<String>.makeStream()
    let stream = EventStream(sources: sources, limits: limits, request: request, client: client)
    let task = Task {
      var sink = Collector(continuation: continuation)
      defer {
        continuation.finish()
        sources.broadcaster.unsubscribe(client)
      }
      try await stream.run(into: &sink)
    }
    return (sent, task)
  }

  /// A snapshot and a change of everything, for the check of the document.
  static func sampleMessages() async throws -> [(String, String)] {
    let broadcaster = Broadcaster()
    var limits = WebLimits()
    limits.heartbeatSeconds = 1
    var sources = SampleSite.sources(broadcaster: broadcaster)
    let polls = PollCounter()
    sources.feeds = {
      var feeds = SampleSite.feeds
      feeds[0].polls += polls.next()
      return feeds
    }
    let (sent, task) = try run(
      sources, StreamRequest(topics: [.counties, .stations, .targets, .feeds, .status], lastEventID: nil),
      limits: limits)
    var found: [(String, String)] = []
    for await text in sent {
      for message in messages(text) {
        found.append((message.name, message.data))
        if found.count == 1 { broadcaster.publish(view: changed()) }
        // The heartbeat brings the status.
        if message.name == "values", message.data.contains(#""status""#) { broadcaster.stop() }
      }
    }
    try await task.value
    return found
  }

  private static func changed() -> SiteView {
    var view = SampleSite.view
    view.position += 1
    view.at = SampleSite.hours(1)
    view.units[1].completeness = 0.5
    view.stations[0].lastSeen = SampleSite.hours(1)
    view.targets[2].days += 1
    return view
  }

  @Test func missedEventsAreReplayedBeforeLiveOnes() async throws {
    let broadcaster = Broadcaster()
    let sources = SampleSite.sources(broadcaster: broadcaster)
    var limits = WebLimits()
    limits.replayPageEvents = 2
    let (sent, task) = try Self.run(sources, StreamRequest(topics: [.counties], lastEventID: 7), limits: limits)
    var ids: [String] = []
    var names: [String] = []
    for await text in sent {
      for message in Self.messages(text) {
        names.append(message.name)
        if let id = message.id { ids.append(id) }
        if message.id == "12" {
          var next = SampleSite.events[0]
          next.sequence = 13
          // What the store gave already is not told again.
          broadcaster.publish(events: [SampleSite.events[11], next])
        }
        if message.id == "13" { broadcaster.stop() }
      }
    }
    try await task.value
    #expect(ids == ["8", "9", "10", "11", "12", "13"])
    #expect(names.first == "snapshot")
    #expect(names.dropFirst().allSatisfy { $0 == "event" })
    #expect(broadcaster.clientCount == 0)
    #expect(broadcaster.droppedCount == 0)
  }

  @Test func aGapInTheLiveEventsIsFilledFromTheStore() async throws {
    let broadcaster = Broadcaster()
    var all = SampleSite.events
    for sequence in Int64(13)...15 {
      all.append(SampleSite.events[0])
      all[all.count - 1].sequence = sequence
    }
    let sources = SampleSite.sources(broadcaster: broadcaster, events: all)
    let (sent, task) = try Self.run(sources, StreamRequest(topics: [.counties], lastEventID: nil))
    var ids: [String] = []
    for await text in sent {
      for message in Self.messages(text) {
        if message.name == "snapshot" { broadcaster.publish(events: [all[14]]) }
        if let id = message.id { ids.append(id) }
        if message.id == "15" { broadcaster.stop() }
      }
    }
    try await task.value
    #expect(ids == ["13", "14", "15"])
  }

  @Test func onlyChangesFollowTheSnapshot() async throws {
    let broadcaster = Broadcaster()
    let sources = SampleSite.sources(broadcaster: broadcaster)
    let (sent, task) = try Self.run(sources, StreamRequest(topics: [.counties, .lidars, .targets], lastEventID: nil))
    var found: [(name: String, id: String?, data: String)] = []
    for await text in sent {
      for message in Self.messages(text) {
        found.append(message)
        if found.count == 1 { broadcaster.publish(view: Self.changed()) }
        if found.count == 2 { broadcaster.stop() }
      }
    }
    try await task.value
    func object(_ index: Int) throws -> [String: Any] {
      try #require(try JSONSerialization.jsonObject(with: Data(found[index].data.utf8)) as? [String: Any])
    }
    let snapshot = try object(0)
    #expect(found[0].name == "snapshot" && found[0].id == nil)
    #expect((snapshot["counties"] as? [Any])?.count == 15)
    #expect((snapshot["stations"] as? [Any])?.count == 7)
    #expect(snapshot["feeds"] == nil && snapshot["status"] == nil)
    let values = try object(1)
    #expect(found[1].name == "values" && found[1].id == nil)
    #expect((values["counties"] as? [[String: Any]])?.compactMap { $0["code"] as? String } == ["141128"])
    #expect(values["stations"] == nil)
    #expect((values["targets"] as? [[String: Any]])?.count == 1)
  }

  @Test func anotherSetOfCountiesIsANewSnapshot() async throws {
    let broadcaster = Broadcaster()
    let (sent, task) = try Self.run(
      SampleSite.sources(broadcaster: broadcaster), StreamRequest(topics: [.counties], lastEventID: nil))
    var names: [String] = []
    for await text in sent {
      for message in Self.messages(text) {
        names.append(message.name)
        if names.count == 1 {
          var view = SampleSite.view
          view.units.removeFirst()
          broadcaster.publish(view: view)
        }
        if names.count == 2 { broadcaster.stop() }
      }
    }
    try await task.value
    #expect(names == ["snapshot", "snapshot"])
  }

  @Test func slowClientsAreDroppedAndCounted() async throws {
    var limits = WebLimits()
    limits.streamBacklogEvents = 12
    let broadcaster = Broadcaster(limits: limits)
    let slow = try #require(broadcaster.subscribe())
    let quick = try #require(broadcaster.subscribe())
    broadcaster.publish(events: SampleSite.events)
    for _ in SampleSite.events { _ = await broadcaster.next(quick) }
    broadcaster.publish(events: [SampleSite.events[0]])
    #expect(broadcaster.droppedCount == 1)
    guard case .closed = await broadcaster.next(slow) else {
      Issue.record("the slow client is still served")
      return
    }
    guard case .event = await broadcaster.next(quick) else {
      Issue.record("the quick client got no event")
      return
    }
  }

  @Test func viewsAreNotQueued() async throws {
    let broadcaster = Broadcaster()
    let client = try #require(broadcaster.subscribe())
    for position in Int64(1)...100 {
      var view = SampleSite.view
      view.position = position
      broadcaster.publish(view: view)
    }
    broadcaster.publish(events: [SampleSite.events[0]])
    guard case .event = await broadcaster.next(client), case .view(let newest) = await broadcaster.next(client) else {
      Issue.record("not an event and then a view")
      return
    }
    #expect(newest.position == 100)
  }

  @Test func streamsAreBounded() throws {
    var limits = WebLimits()
    limits.streams = 2
    let broadcaster = Broadcaster(limits: limits)
    let first = try #require(broadcaster.subscribe())
    _ = try #require(broadcaster.subscribe())
    #expect(broadcaster.subscribe() == nil)
    broadcaster.unsubscribe(first)
    #expect(broadcaster.subscribe() != nil)
    broadcaster.stop()
    broadcaster.unsubscribe(2)
    #expect(broadcaster.subscribe() == nil)
  }

  @Test func aCancelledStreamEnds() async throws {
    let broadcaster = Broadcaster()
    let client = try #require(broadcaster.subscribe())
    let task = Task { await broadcaster.next(client) }
    task.cancel()
    guard case .closed = await task.value else {
      Issue.record("still open")
      return
    }
  }

  @Test func theHeaderGoesBeforeTheParameter() async throws {
    let request = WebRequest(.get, "/api/v1/stream?lastEventId=3", headers: [.lastEventID: "9"])
    #expect(await face().answer(request).stream?.lastEventID == 9)
    let parameter = await face().answer(WebRequest(.get, "/api/v1/stream?lastEventId=3&include=counties,lidars"))
    #expect(parameter.stream == StreamRequest(topics: [.counties, .lidars], lastEventID: 3))
    #expect(parameter.headers[.contentType] == "text/event-stream; charset=utf-8")
    #expect(await face().answer(WebRequest(.head, "/api/v1/stream")).stream == nil)
  }
}
