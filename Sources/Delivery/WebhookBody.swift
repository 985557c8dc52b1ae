package import AirQuality
internal import Digests
package import Engine
internal import JSONText

/// The body that tells one event: Alertmanager's webhook version "4" with a `lantian` object beside it.
///
/// Pure: the same event gives the same bytes, so that every attempt and every replay sends the same. Nothing in it
/// depends on the program's version or the time of sending.
package enum WebhookBody {
  /// What Alertmanager writes as the end of something that has not ended.
  static let open = "0001-01-01T00:00:00Z"

  /// The JSON for `hook`. `externalURL` is where operators reach this lantian, without a trailing slash; it may be
  /// empty. Times carry the site's offset.
  package static func render(event: EventRecord, hook: String, externalURL: String, site: Site) -> [UInt8] {
    let group = groupLabels(event)
    let labels = labels(event, site: site)
    let annotations = annotations(event)
    let status = event.ends ? "resolved" : "firing"
    let base = externalURL.hasSuffix("/") ? String(externalURL.dropLast()) : externalURL
    var writer = JSONWriter()
    writer.object { body in
      body.field("version", "4")
      body.field("groupKey", groupKey(group, event: event))
      body.field("truncatedAlerts", 0)
      body.field("status", status)
      body.field("receiver", hook)
      body.field("groupLabels", group)
      body.field("commonLabels", labels)
      body.field("commonAnnotations", annotations)
      body.field("externalURL", base)
      body.array("alerts", [event]) { alerts, event in
        alerts.object { alert in
          alert.field("status", status)
          alert.field("labels", labels)
          alert.field("annotations", annotations)
          alert.field("startsAt", site.offset.format(event.startsAt))
          alert.field("endsAt", event.ends ? site.offset.format(event.at) : open)
          // Inspections have a log and numbers of their own.
          let place =
            event.kind == .inspection
            ? "inspections/events" : "events?since=\(event.sequence - 1)&limit=1"
          alert.field("generatorURL", "\(base)/api/v1/\(place)")
          alert.field("fingerprint", fingerprint(event.id))
        }
      }
      body.object("lantian") { own in
        own.field("schema", 1)
        own.field("event_id", event.id)
        own.field("sequence", event.sequence)
        own.field("county", event.county)
        own.object("transition") { transition in
          transition.field("from", event.from)
          transition.field("to", event.to)
        }
        own.field("drill", event.drill)
        own.field("value", event.value)
        own.field("unit", event.unit)
        own.field("window", event.window)
        own.field("completeness", event.completeness)
        own.field("revision", event.revision)
        own.field("rule", event.rule)
      }
    }
    return writer.bytes
  }

  /// `LantianLevel`, `LantianData` …
  static func alertName(_ kind: EventKind) -> String {
    "Lantian" + kind.rawValue.prefix(1).uppercased() + kind.rawValue.dropFirst()
  }

  /// The labels that stay the same over the life of the event's id.
  private static func groupLabels(_ event: EventRecord) -> [String: String] {
    ["alertname": alertName(event.kind), "county": event.county, "kind": event.kind.rawValue]
  }

  private static func groupKey(_ labels: [String: String], event: EventRecord) -> String {
    let inner = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }.joined(separator: ", ")
    return "{}:{\(inner)}:\(event.id)"
  }

  private static func labels(_ event: EventRecord, site: Site) -> [String: String] {
    let names = countyNames(event.county, site: site)
    var labels = groupLabels(event)
    labels["county_name_zh"] = names.chinese
    labels["county_name_en"] = names.english
    labels["site"] = site.code
    labels["drill"] = event.drill ? "true" : "false"
    labels["level"] = event.to
    labels["severity"] = severity(event)
    return labels
  }

  private static func annotations(_ event: EventRecord) -> [String: String] {
    [
      "summary": firstLine(event.textChinese), "description": event.textChinese,
      "summary_en": firstLine(event.textEnglish), "description_en": event.textEnglish,
    ]
  }

  private static func firstLine(_ text: String) -> String {
    String(text.prefix { !$0.isNewline })
  }

  private static func countyNames(_ code: String, site: Site) -> (chinese: String, english: String) {
    if let county = site.counties.first(where: { $0.code == code }) {
      return (county.nameChinese, county.nameEnglish)
    }
    if code == site.code { return ("全市", "whole city") }
    if code == site.urbanCode { return ("市区", "urban district") }
    return (code, code)
  }

  /// Alertmanager's usual scale. A finding that fell keeps the weight of the level it fell from only while it lasts.
  static func severity(_ event: EventRecord) -> String {
    if event.ends { return "info" }
    switch event.kind {
    case .level, .alert:
      switch event.to {
      case "red", "orange": return "critical"
      case "yellow": return "warning"
      default: return "info"
      }
    case .data, .inspection: return "warning"
    case .watch, .task, .notice, .reminder: return "info"
    }
  }

  /// 64 bits in hexadecimal, as Alertmanager's fingerprints are; the same for all events of one id.
  static func fingerprint(_ id: String) -> String { SHA256.hex(SHA256.hash(Array(id.utf8)).prefix(8)) }
}
