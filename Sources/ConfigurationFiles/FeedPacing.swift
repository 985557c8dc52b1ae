package import AirQuality

/// When a feed is polled beside its slots: following its publications, more densely during levels, looking back, and
/// under a budget that it shares.
package struct FeedPacing: Sendable, Hashable {
  package var publication: Publication?
  package var denser: Denser?
  package var lookBack: LookBack?
  /// Name of the budget.
  package var budget: String?

  package init() {}

  /// How the publication lag (发布延迟) is learned and followed; nil where the program's own value holds.
  package struct Publication: Sendable, Hashable {
    /// Share of publications that have come when the next poll is set.
    package var quantile = 0.9
    package var marginMilliseconds: Int64?
    /// Share of publications beyond which one is late, at least `quantile`.
    package var alarmQuantile = 0.99
    package var alarmFloorMilliseconds: Int64?
    /// Share of the stations that makes a period published.
    package var completeness = 0.9
    package var stepMilliseconds: Int64?
    /// Repeated polls for one period.
    package var attempts = 12

    package init() {}
  }

  /// Shorter intervals while a level is in force.
  package struct Denser: Sendable, Hashable {
    package var levels: [String]
    /// Codes; nil: any unit of the site.
    package var units: [String]?
    package var everyMilliseconds: Int64

    package init(levels: [String], units: [String]?, everyMilliseconds: Int64) {
      self.levels = levels
      self.units = units
      self.everyMilliseconds = everyMilliseconds
    }
  }

  /// The time range that the URL asks for.
  package struct LookBack: Sendable, Hashable {
    /// How a moment is written; `pattern` with its text.
    package enum Notation: Sendable, Hashable {
      case rfc3339, epochSeconds, epochMilliseconds
      case pattern(String)
    }

    package var spanMilliseconds: Int64
    package var notation: Notation
    package var zone: CivilOffset
    package var daily: Daily?

    /// Once a day, for late rows.
    package struct Daily: Sendable, Hashable {
      /// From local midnight.
      package var atMilliseconds: Int64
      package var spanMilliseconds: Int64

      package init(atMilliseconds: Int64, spanMilliseconds: Int64) {
        self.atMilliseconds = atMilliseconds
        self.spanMilliseconds = spanMilliseconds
      }
    }

    package init(spanMilliseconds: Int64, notation: Notation, zone: CivilOffset, daily: Daily? = nil) {
      self.spanMilliseconds = spanMilliseconds
      self.notation = notation
      self.zone = zone
      self.daily = daily
    }
  }
}

/// Requests that several feeds of one provider share.
package struct BudgetConfiguration: Sendable, Hashable {
  /// When spent requests are granted again.
  package enum Renewal: String, Sendable, CaseIterable {
    case rolling
    /// At the site's midnight.
    case midnight
    case midnightUTC = "midnight-utc"
  }

  package var name: String
  package var requests: Int
  package var perMilliseconds: Int64
  package var renewal: Renewal

  package init(name: String, requests: Int, perMilliseconds: Int64, renewal: Renewal) {
    self.name = name
    self.requests = requests
    self.perMilliseconds = perMilliseconds
    self.renewal = renewal
  }
}
