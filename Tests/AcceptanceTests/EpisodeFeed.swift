import AirQuality
import FaultServer

/// Hourly rows of a scripted episode: a function of the civil hour alone, so that every run sees the same content.
struct EpisodeFeed: Sendable {
  /// Rows reach this many hours back; the first answers fill the rings.
  var hours: Int32 = 48
  /// An hour appears this long after its end.
  var publicationDelayMilliseconds: Int64 = 600_000
  var stations: [String]
  /// µg/m³ of PM2.5 of a station in the hour with that number.
  var pm25: @Sendable (_ station: String, _ hour: Int32) -> Double
  /// No rows before this hour.
  var firstHour: Int32

  func behaviour(_ time: CivilTime) -> Behaviour {
    .computed { _ in
      Response(headers: [("Content-Type", "application/json")], body: Array(self.body(at: time.now).utf8))
    }
  }

  func body(at now: Instant) -> String {
    let offset = CivilOffset.china
    // The newest hour that is published: hour `h` ends where `h + 1` starts.
    let last = offset.hour(of: now.adding(milliseconds: -publicationDelayMilliseconds)) - 1
    var rows: [String] = []
    for hour in max(firstHour, last - hours + 1)...max(last, firstHour) where hour <= last {
      let end = offset.format(offset.start(ofHour: hour + 1))
      for station in stations {
        let value = pm25(station, hour)
        rows.append(
          "{\"s\":\"\(station)\",\"t\":\"\(end)\",\"pm25\":\(value),\"pm10\":\(value + 20),\"so2\":20,\"no2\":40,"
            + "\"co\":1.2,\"o3\":60}")
      }
    }
    return "{\"data\":[" + rows.joined(separator: ",") + "]}"
  }
}
