public import AirQuality

/// When a station is a hot spot (热点), and who is asked to look after it. The numbers are the project's own: no guide that
/// was found states any; persistence over two hours is usual practice (DOMAIN.md 8).
public struct HotSpotSettings: Sendable, Hashable {
  /// False: no task is found; those that are open go on.
  public var isEnabled = true
  /// Classes of stations that may be hot spots.
  public var classes: [StationClass] = [.micro, .park]
  /// By pollutant, in its unit: an excess over the median that is smaller is none. What is not named is not looked at.
  public var floors: [Pollutant: Double] = [.pm25: 30, .pm10: 50, .so2: 60, .no2: 50]
  /// Robust standard deviations (1.4826 MAD) above the county's median …
  public var deviations = 4.0
  /// … and times the median …
  public var ratio = 1.5
  /// … of so many stations at least …
  public var stations = 5
  /// … in so many hours in a row.
  public var hours = 2
  /// Hours below, after which a task may be closed.
  public var clearHours = 6
  /// A task is to be reported (上报) and handled (处置) within these hours of its discovery.
  public var reportWithinHours = 24
  public var handleWithinHours = 72
  /// Who looks after which county or station.
  public var owners: [Owner] = []

  /// A person in charge of a grid (网格员、责任人).
  public struct Owner: Sendable, Hashable {
    public var county: String
    /// Nil: all stations of the county that have no owner of their own.
    public var station: String?
    public var name: String
    /// A telephone number or an office.
    public var contact: String
    public init(county: String, station: String?, name: String, contact: String) {
      self.county = county
      self.station = station
      self.name = name
      self.contact = contact
    }
  }

  public init() {}

  /// Who is asked about a station.
  func owner(county: String, station: String) -> Owner? {
    owners.first { $0.station == station } ?? owners.first { $0.county == county && $0.station == nil }
  }

  package func encode(into writer: inout ByteWriter) {
    writer.flag(isEnabled)
    writer.list(classes) { $0.text($1.rawValue) }
    writer.list(floors.sorted { $0.key.rawValue < $1.key.rawValue }) {
      $0.byte($1.key.rawValue)
      $0.double($1.value)
    }
    writer.double(deviations)
    writer.double(ratio)
    for number in [stations, hours, clearHours, reportWithinHours, handleWithinHours] { writer.signed(Int64(number)) }
    writer.list(owners) { writer, owner in
      writer.text(owner.county)
      writer.optional(owner.station) { $0.text($1) }
      writer.text(owner.name)
      writer.text(owner.contact)
    }
  }

  package init<Failure>(decoding reader: inout ByteReader<Failure>) throws(Failure) {
    isEnabled = try reader.flag()
    classes = try reader.list(of: "classes") { reader throws(Failure) in try reader.named(StationClass.self) }
    floors = [:]
    for _ in 0..<(try reader.count(of: "floors", width: 9)) {
      let pollutant = try reader.coded(Pollutant.self)
      floors[pollutant] = try reader.double()
    }
    deviations = try reader.double()
    ratio = try reader.double()
    stations = try reader.integer("the stations")
    hours = try reader.integer("the hours")
    clearHours = try reader.integer("the hours")
    reportWithinHours = try reader.integer("the hours")
    handleWithinHours = try reader.integer("the hours")
    owners = try reader.list(of: "owners") { reader throws(Failure) in
      Owner(
        county: try reader.text(), station: try reader.optional { reader throws(Failure) in try reader.text() },
        name: try reader.text(), contact: try reader.text())
    }
  }
}
