import AirQuality
import Engine
import JSONText

/// Takes the bytes of a live stream.
protocol StreamSink {
  /// Returns when the client's connection has taken them, throws when the client is gone.
  mutating func send(_ bytes: [UInt8]) async throws
}

/// One live stream (server-sent events): a snapshot without id, the events the client missed, then changes and events
/// as they are committed.
///
/// A `snapshot` replaces all the client has; `values` holds only what changed since the message before; `event` carries
/// the event's sequence as `id`, ascending and gapless.
struct EventStream {
  let sources: WebSources
  let limits: WebLimits
  let request: StreamRequest
  /// The subscription in the broadcaster.
  let client: UInt64

  /// What the client has been told of.
  private struct Told {
    var view: SiteView
    var feeds: [FeedStatusView]
    var sequence: Int64
  }

  /// Serves the stream to its end: the client goes, falls behind, or the daemon stops.
  func run(into sink: inout some StreamSink) async throws {
    guard let view = sources.view() else { return }
    let broadcaster = sources.broadcaster
    let client = client
    let pause = Duration.seconds(limits.heartbeatSeconds)
    let heart = Task {
      while true {
        try await Task.sleep(for: pause)
        broadcaster.beat(client)
      }
    }
    defer { heart.cancel() }
    try await serve(from: view, into: &sink)
  }

  private func serve(from view: SiteView, into sink: inout some StreamSink) async throws {
    let feeds = request.topics.contains(.feeds) ? sources.feeds() : []
    // A client that is ahead of the record saw another state; it starts where this one is.
    let start = min(request.lastEventID ?? view.lastSequence, view.lastSequence)
    var told = Told(view: view, feeds: feeds, sequence: start)
    try await sink.send(Array("retry: 2000\n\n".utf8) + snapshot(view, feeds))
    try await replay(&told, to: view.lastSequence, into: &sink)
    while true {
      switch await sources.broadcaster.next(client) {
      case .closed: return
      case .event(let event):
        if event.sequence > told.sequence + 1 { try await replay(&told, to: event.sequence - 1, into: &sink) }
        try await tell(event, &told, into: &sink)
      case .view(let newest):
        try await tell(newest, &told, into: &sink)
        try await Task.sleep(for: .milliseconds(limits.streamPauseMilliseconds))
      case .heartbeat:
        try await sink.send(Array(": heartbeat\n\n".utf8))
        try await tell(told.view, &told, withStatus: true, into: &sink)
      }
    }
  }

  // MARK: Events

  /// Sends events from the store until the client has `last`.
  private func replay(_ told: inout Told, to last: Int64, into sink: inout some StreamSink) async throws {
    while told.sequence < last {
      let page = try await sources.events(told.sequence, limits.replayPageEvents)
      guard !page.isEmpty else { return }
      for event in page { try await tell(event, &told, into: &sink) }
    }
  }

  private func tell(_ event: EventRecord, _ told: inout Told, into sink: inout some StreamSink) async throws {
    guard event.sequence > told.sequence else { return }
    var writer = JSONWriter(offset: told.view.site.offset)
    writer.write(event)
    told.sequence = event.sequence
    try await sink.send(Self.message("event", id: event.sequence, writer.bytes))
  }

  // MARK: Values

  private func tell(
    _ newest: SiteView, _ told: inout Told, withStatus: Bool = false, into sink: inout some StreamSink
  ) async throws {
    let feeds = request.topics.contains(.feeds) ? sources.feeds() : []
    let previous = told
    told.view = newest
    told.feeds = feeds
    guard Self.haveSameMembers(previous.view, newest, previous.feeds, feeds) else {
      try await sink.send(snapshot(newest, feeds))
      return
    }
    let counties = zip(previous.view.units, newest.units).filter { $0 != $1 }.map(\.1)
    let stations = zip(previous.view.stations, newest.stations).filter { $0 != $1 }.map(\.1)
    let targets = zip(previous.view.targets, newest.targets).filter { $0 != $1 }.map(\.1)
    let changed = zip(previous.feeds, feeds).filter { $0 != $1 }.map(\.1)
    let status = withStatus && request.topics.contains(.status)
    var writer = JSONWriter(offset: newest.site.offset)
    writer.beginObject()
    writer.field("at", newest.at)
    writer.field("position", newest.position)
    let empty = writer.bytes.count
    write(&writer, counties: counties, stations: stations, targets: targets, feeds: changed, all: false)
    if status {
      writer.key("status")
      writer.write(sources.daemon(), view: newest, hooks: sources.hooks())
    }
    let isEmpty = writer.bytes.count == empty && newest.at == previous.view.at
    writer.endObject()
    if !isEmpty { try await sink.send(Self.message("values", id: nil, writer.bytes)) }
  }

  private func snapshot(_ view: SiteView, _ feeds: [FeedStatusView]) -> [UInt8] {
    var writer = JSONWriter(offset: view.site.offset, capacity: 64 * 1_024)
    writer.beginObject()
    writer.object("site") {
      $0.field("name", view.site.name)
      $0.field("code", view.site.code)
      $0.field("offset", view.site.offset.description)
    }
    writer.field("at", view.at)
    writer.field("position", view.position)
    writer.field("last_sequence", view.lastSequence)
    write(&writer, counties: view.units, stations: view.stations, targets: view.targets, feeds: feeds, all: true)
    if request.topics.contains(.status) {
      writer.key("status")
      writer.write(sources.daemon(), view: view, hooks: sources.hooks())
    }
    writer.endObject()
    return Self.message("snapshot", id: nil, writer.bytes)
  }

  private func write(
    _ writer: inout JSONWriter, counties: [UnitView], stations: [StationView], targets: [TargetView],
    feeds: [FeedStatusView], all: Bool
  ) {
    let topics = request.topics
    let shown = topics.contains(.stations) ? stations : stations.filter { $0.registered?.stationClass == .lidar }
    let wantsStations = topics.contains(.stations) || topics.contains(.lidars)
    if topics.contains(.counties), all || !counties.isEmpty { writer.array("counties", counties) { $0.write($1) } }
    if wantsStations, all || !shown.isEmpty { writer.array("stations", shown) { $0.write($1) } }
    if topics.contains(.targets), all || !targets.isEmpty { writer.array("targets", targets) { $0.write($1) } }
    if topics.contains(.feeds), all || !feeds.isEmpty { writer.array("feeds", feeds) { $0.write($1) } }
  }

  /// Whether two states list the same things in the same order, so that changes alone tell the difference.
  private static func haveSameMembers(
    _ old: SiteView, _ new: SiteView, _ oldFeeds: [FeedStatusView], _ newFeeds: [FeedStatusView]
  ) -> Bool {
    old.units.elementsEqual(new.units) { $0.county.code == $1.county.code }
      && old.stations.elementsEqual(new.stations) { $0.id == $1.id }
      && old.targets.elementsEqual(new.targets) {
        $0.year == $1.year && $0.county == $1.county && $0.indicator == $1.indicator
      }
      && oldFeeds.elementsEqual(newFeeds) { $0.name == $1.name }
  }

  /// One message. JSON has no line breaks of its own, so one `data` line is enough.
  private static func message(_ name: String, id: Int64?, _ json: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(json.count + 64)
    if let id { bytes.append(contentsOf: "id: \(id)\n".utf8) }
    bytes.append(contentsOf: "event: \(name)\ndata: ".utf8)
    bytes.append(contentsOf: json)
    bytes.append(contentsOf: "\n\n".utf8)
    return bytes
  }
}
