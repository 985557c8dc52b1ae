import AirQuality
import Engine
import JSONText

// How the views stand in the API: CONTRACT names, one function per object.
extension JSONWriter {
  /// `"aqi":{…}`; all null or empty when there is none.
  mutating func write(_ aqi: AQIView) {
    object("aqi") {
      $0.field("realtime", aqi.realtime)
      $0.field("primary", aqi.primary.map(\.name))
      $0.field("category", aqi.categoryChinese.isEmpty ? nil : aqi.categoryChinese)
      $0.field("category_en", aqi.categoryEnglish.isEmpty ? nil : aqi.categoryEnglish)
      $0.field("missing", aqi.missing.map(\.name))
    }
  }

  /// An object of the newest values under their pollutants' names; the first of a pollutant stands.
  mutating func write(_ name: String, _ values: [ValueView]) {
    object(name) { writer in
      for (index, value) in values.enumerated() {
        if values[..<index].contains(where: { $0.pollutant == value.pollutant }) { continue }
        writer.object(value.pollutant.name) {
          $0.field("value", value.value)
          $0.field("unit", value.pollutant.unit.rawValue)
          $0.field("window", value.window)
          $0.field("end", value.end)
          $0.field("flag", Int(value.flag.rawValue))
          $0.field("reasons", value.reasons.list)
          $0.field("state", value.state.rawValue)
          $0.field("review", value.review.rawValue)
          $0.field("completeness", value.completeness)
        }
      }
    }
  }

  /// An element of `/api/v1/stations`; what the registry does not know is null, `unknown` or false.
  mutating func write(_ station: StationView) {
    beginObject()
    field("id", station.id)
    field("name", station.name)
    field("county", station.registered?.county)
    field("class", station.registered?.stationClass.rawValue ?? "unknown")
    field("assessed", station.registered?.assessed ?? false)
    field("urban", station.registered?.urban ?? false)
    field("lat", degrees: station.registered?.latitude)
    field("lon", degrees: station.registered?.longitude)
    write(station.aqi)
    write("values", station.values)
    field("last_seen", station.lastSeen)
    field("layer_height", station.layerHeightMeters)
    writeRegistry(of: station)
    endObject()
  }

  /// An element of `/api/v1/counties`.
  mutating func write(_ unit: UnitView) {
    beginObject()
    field("code", unit.county.code)
    field("name_zh", unit.county.nameChinese)
    field("name_en", unit.county.nameEnglish)
    field("group", unit.county.group)
    write(unit.aqi)
    object("level") {
      $0.field("name", unit.level.name)
      $0.field("state", unit.level.state.rawValue)
      $0.field("basis", unit.level.basis)
      $0.field("since", unit.level.since)
      $0.field("lift_proposed_since", unit.level.liftProposedSince)
      $0.field("running_aqi", unit.level.runningAQI)
    }
    // An alert exists only by an act of government, and no such act can be entered yet.
    key("alert")
    null()
    write("values", unit.values)
    write("micro", unit.microValues)
    field("completeness", unit.completeness)
    endObject()
  }

  /// An element of `/api/v1/events` and the data of the stream's `event`.
  mutating func write(_ event: EventRecord) {
    beginObject()
    field("sequence", event.sequence)
    field("id", event.id)
    field("kind", event.kind.rawValue)
    field("county", event.county)
    field("from", event.from)
    field("to", event.to)
    field("at", event.at)
    field("rule", event.rule)
    object("inputs") { writer in
      for input in event.inputs {
        switch input.value {
        case .text(let text): writer.field(input.name, text)
        case .number(let number): writer.field(input.name, number)
        case .flag(let flag): writer.field(input.name, flag)
        }
      }
    }
    field("drill", event.drill)
    field("value", event.value)
    field("unit", event.unit)
    field("window", event.window)
    field("completeness", event.completeness)
    field("revision", event.revision)
    field("starts_at", event.startsAt)
    field("ends", event.ends)
    field("text_zh", event.textChinese)
    field("text_en", event.textEnglish)
    endObject()
  }

  /// An element of `/api/v1/feeds`.
  mutating func write(_ feed: FeedStatusView) {
    beginObject()
    field("name", feed.name)
    field("state", feed.state.rawValue)
    field("last_poll", feed.lastPoll)
    field("last_success", feed.lastSuccess)
    if let error = feed.lastError {
      object("last_error") {
        $0.field("at", error.at)
        $0.field("code", error.code)
        $0.field("message", error.message)
        $0.field("path", error.path)
      }
    } else {
      key("last_error")
      null()
    }
    field("next_poll", feed.nextPoll)
    field("polls", feed.polls)
    field("not_modified", feed.notModified)
    field("readings", feed.readings)
    field("bytes", feed.bytes)
    field("overruns", feed.overruns)
    write(feed.publication)
    field("budget", feed.budget)
    field("waiting", feed.isWaiting)
    field("denser", feed.isDense)
    if let arrivals = feed.arrivals {
      object("arrivals") {
        $0.field("way", arrivals.way)
        $0.object("outcomes") { for count in arrivals.outcomes { $0.field(count.label, count.count) } }
        if let waiting = arrivals.waiting { $0.field("waiting", waiting) }
        if let isConnected = arrivals.isConnected { $0.field("connected", isConnected) }
      }
    }
    endObject()
  }

  /// A point of `/api/v1/stations/{id}/series`.
  mutating func write(_ point: SeriesPoint) {
    beginObject()
    field("begin", point.begin)
    field("end", point.end)
    field("value", point.value)
    field("flag", Int(point.flag.rawValue))
    field("reasons", point.reasons.list)
    field("completeness", point.completeness)
    endObject()
  }

  /// The daemon's status; `view` is nil while recovering.
  mutating func write(_ daemon: DaemonStatusView, view: SiteView?, hooks: [HookStatusView]) {
    beginObject()
    field("version", daemon.version)
    field("started_at", daemon.startedAt)
    field("now", daemon.now)
    field("speed", daemon.speed)
    field("simulated", daemon.simulated)
    field("ready", daemon.ready)
    field("not_ready_reason", daemon.notReadyReason)
    if let view {
      object("site") {
        $0.field("name", view.site.name)
        $0.field("code", view.site.code)
        $0.field("offset", view.site.offset.description)
      }
    } else {
      key("site")
      null()
    }
    object("configuration") {
      $0.field("generation", daemon.configurationGeneration)
      $0.field("last_reload_successful", daemon.lastReloadSuccessful)
      $0.field("last_reload_at", daemon.lastReloadAt)
      $0.field("last_reload_error", daemon.lastReloadError)
    }
    object("journal") {
      $0.field("position", daemon.journalPosition)
      $0.field("applied", view?.position)
      $0.field("applied_at", view?.at)
      $0.field("last_sequence", view?.lastSequence)
    }
    array("hooks", hooks) { writer, hook in
      writer.beginObject()
      writer.field("name", hook.name)
      writer.field("queue_length", hook.queueLength)
      writer.field("oldest_pending_seconds", hook.oldestPendingSeconds)
      writer.object("deliveries") { for count in hook.deliveries { $0.field(count.label, count.count) } }
      writer.endObject()
    }
    array("bounds", daemon.bounds) { writer, bound in
      writer.beginObject()
      writer.field("name", bound.name)
      writer.field("limit", bound.limit)
      writer.field("used", bound.used)
      writer.field("dropped", bound.dropped)
      writer.endObject()
    }
    array("budgets", daemon.budgets) { $0.write($1) }
    endObject()
  }
}
