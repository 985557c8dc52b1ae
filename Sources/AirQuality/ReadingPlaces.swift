/// Where the readings of a batch were taken (走航), and in which counties: the boundaries in force at their arrival decide.
public struct ReadingPlaces: Sendable, Hashable {
  /// The place of one reading.
  public struct Place: Sendable, Hashable, BitwiseCopyable {
    /// `Position.none` where the row says nothing, or the station does not move.
    public var position: Position
    /// Index into `counties`; -1 outside of the site, or without boundaries.
    public var county: Int32

    public init(position: Position, county: Int32 = -1) {
      self.position = position
      self.county = county
    }

    public static let none = Place(position: .none)
  }

  /// County codes, each once, in order of first appearance.
  public var counties: [String]
  /// By the index of the reading; empty when none has a place.
  public var places: ContiguousArray<Place>

  public init(counties: [String] = [], places: ContiguousArray<Place> = []) {
    self.counties = counties
    self.places = places
  }

  public var isEmpty: Bool { places.isEmpty }

  /// Places the readings of moving stations.
  ///
  /// - Parameters:
  ///   - batch: with the positions of its readings.
  ///   - moving: ids of the stations whose readings are placed.
  ///   - boundaries: of the site's counties.
  public init(of batch: ReadingBatch, moving: Set<String>, within boundaries: CountyBoundaries) {
    self.init()
    guard !batch.positions.isEmpty, !moving.isEmpty else { return }
    let isMoving = batch.stations.map { moving.contains($0) }
    guard isMoving.contains(true) else { return }
    var last: Place?
    var isPlaced = false
    places.reserveCapacity(batch.readings.count)
    for (index, reading) in batch.readings.enumerated() {
      let station = Int(reading.station)
      guard isMoving.indices.contains(station), isMoving[station], let position = batch.position(of: index) else {
        places.append(.none)
        continue
      }
      // The values of one row share their position.
      if last?.position != position { last = place(position, within: boundaries) }
      places.append(last ?? .none)
      isPlaced = true
    }
    if !isPlaced { self = ReadingPlaces() }
  }

  private mutating func place(_ position: Position, within boundaries: CountyBoundaries) -> Place {
    guard let code = boundaries.county(at: position) else { return Place(position: position) }
    if let known = counties.firstIndex(of: code) { return Place(position: position, county: Int32(known)) }
    counties.append(code)
    return Place(position: position, county: Int32(counties.count - 1))
  }

  /// The position of a reading and the code of its county; nil where it has none.
  public func place(of reading: Int) -> (position: Position, county: String?)? {
    guard places.indices.contains(reading), places[reading].position.isKnown else { return nil }
    let county = Int(places[reading].county)
    return (places[reading].position, counties.indices.contains(county) ? counties[county] : nil)
  }
}
