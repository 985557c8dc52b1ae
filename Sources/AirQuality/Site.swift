/// What kind of station gives a reading (站点类别); only assessed ones make AQI, levels and the ledger.
public enum StationClass: String, CaseIterable, Sendable, Hashable {
  case national
  case provincial
  case city
  case county
  case park
  case enterprise
  case mobile
  case micro
  case lidar
}

/// A station of the registry (`stations.csv`).
public struct Station: Sendable, Hashable {
  /// As readings carry it.
  public var id: String
  public var name: String
  /// The county's six-digit code (GB/T 2260).
  public var county: String
  public var stationClass: StationClass
  /// Degrees north and east, WGS 84; nil when not given.
  public var latitude: Double?
  public var longitude: Double?
  /// Takes part in AQI, levels and the ledger (参与评价).
  public var assessed: Bool
  /// Counts for the urban district (吕梁市区).
  public var urban: Bool
  /// A background station (清洁对照点): never part of the urban district's mean.
  public var background: Bool
  public var purpose: String
  /// Assessment holds from this day …
  public var from: CivilDay?
  /// … until this day, both included.
  public var until: CivilDay?

  public init(
    id: String, name: String, county: String, stationClass: StationClass, latitude: Double? = nil,
    longitude: Double? = nil, assessed: Bool, urban: Bool = false, background: Bool = false, purpose: String = "",
    from: CivilDay? = nil, until: CivilDay? = nil
  ) {
    self.id = id
    self.name = name
    self.county = county
    self.stationClass = stationClass
    self.latitude = latitude
    self.longitude = longitude
    self.assessed = assessed
    self.urban = urban
    self.background = background
    self.purpose = purpose
    self.from = from
    self.until = until
  }

  /// Whether the station is assessed on that day.
  public func isAssessed(on day: CivilDay) -> Bool {
    assessed && (from.map { $0 <= day } ?? true) && (until.map { day <= $0 } ?? true)
  }
}

/// A county (县、市、区) of the site, or one of the two aggregates beside them.
public struct County: Sendable, Hashable {
  /// Six digits of GB/T 2260; `<city>` for the whole city, `<city>-urban` for the urban district.
  public var code: String
  public var nameChinese: String
  public var nameEnglish: String
  public var group: String

  public init(code: String, nameChinese: String, nameEnglish: String, group: String = "") {
    self.code = code
    self.nameChinese = nameChinese
    self.nameEnglish = nameEnglish
    self.group = group
  }
}

/// The site: one city, its calendar, its counties and stations.
public struct Site: Sendable, Hashable {
  public var name: String
  /// The city's six-digit code, `141100`.
  public var code: String
  public var offset: CivilOffset
  /// In configuration order, without the two aggregates.
  public var counties: [County]
  public var stations: [Station]

  public init(name: String, code: String, offset: CivilOffset, counties: [County], stations: [Station]) {
    self.name = name
    self.code = code
    self.offset = offset
    self.counties = counties
    self.stations = stations
  }

  /// The code under which the urban district (市区) stands in the API, events and metrics.
  public var urbanCode: String { code + "-urban" }
}
