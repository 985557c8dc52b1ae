package import AirQuality

/// The feeds of the demonstration, by the path under which the server offers them.
package enum DemoFeed: Sendable, Hashable {
  /// The national real-time publication, XML.
  case national
  /// The provincial platform, JSON: the last `provincialHours` published hours of every reference station.
  case provincial
  /// The micro-stations of one county, JSON: every minute of the last `minutes`.
  case micro(county: String, minutes: Int)
  /// The newest profile of one lidar, JSON.
  case lidar(station: String)

  /// Hours that the provincial answer carries.
  package static let provincialHours: Int32 = 12
  /// Minutes that a micro answer carries unless it is asked for others.
  package static let standardMicroMinutes = 10
  /// Most minutes that a micro answer carries.
  package static let microMinutesLimit = 60

  package var path: String {
    switch self {
    case .national: "/national.xml"
    case .provincial: "/provincial.json"
    case .micro(let county, let minutes):
      "/micro/\(county).json" + (minutes == Self.standardMicroMinutes ? "" : "?minutes=\(minutes)")
    case .lidar(let station): "/lidar/\(station).json"
    }
  }

  package var contentType: String { self == .national ? "application/xml; charset=utf-8" : "application/json" }

  /// The feed's name in the demonstration's configuration.
  package var name: String {
    switch self {
    case .national: "national"
    case .provincial: "provincial"
    case .micro(let county, _): "micro-\(county)"
    case .lidar(let station): "lidar-\(station.lowercased())"
    }
  }
}

/// One answer as a feed would give it at a moment.
package struct DemoAnswer: Sendable {
  package var body: [UInt8]
  /// When its newest row came to be.
  package var lastModified: Instant
}

extension DemoSimulator {
  /// What the feed answers at a civil moment; nil for a county or station that does not exist.
  package func answer(_ feed: DemoFeed, at now: Instant) -> DemoAnswer? {
    switch feed {
    case .national: return nationalAnswer(at: now)
    case .provincial: return provincialAnswer(at: now)
    case .micro(let county, let minutes): return microAnswer(county: county, minutes: minutes, at: now)
    case .lidar(let station): return lidarAnswer(station: station, at: now)
    }
  }

  /// All feeds, the hourly ones first.
  package func feeds(microMinutes: Int = DemoFeed.standardMicroMinutes) -> [DemoFeed] {
    [.national, .provincial] + DemoCity.counties.map { .micro(county: $0.code, minutes: microMinutes) }
      + network.lidars.map { .lidar(station: $0.id) }
  }
}
