import AirQuality

/// The two lasers of one instrument against each other: PM2.5, PM10 and PM1 of channels A and B.
struct TwinChannels {
  private static let quantities: [(a: Pollutant, b: Pollutant, both: Pollutant)] = [
    (.pm25A, .pm25B, .pm25), (.pm10A, .pm10B, .pm10), (.pm1A, .pm1B, .pm1),
  ]
  /// Made for the first channel that comes: most batches have none.
  private var pairs: [ReadingPairs] = []
  private let stations: Int

  init(stations: Int) { self.stations = stations }

  /// Takes the reading at `index` when it is of a channel.
  mutating func add(_ index: Int, of buffer: UnsafeMutableBufferPointer<Reading>) {
    let pollutant = buffer[index].pollutant
    guard let place = Self.quantities.firstIndex(where: { $0.a == pollutant || $0.b == pollutant }) else { return }
    if pairs.isEmpty { pairs = Self.quantities.map { ReadingPairs($0.a, stations: stations) } }
    pairs[place].add(index, of: buffer)
  }

  /// Fails channels that disagree, and with them what the instrument makes of both at the same time.
  mutating func judge(_ buffer: UnsafeMutableBufferPointer<Reading>, _ limits: ScreeningLimits) {
    for place in pairs.indices {
      pairs[place].finish(buffer)
      var disagreeing: [Int] = []
      for (a, b) in pairs[place].pairs {
        guard buffer[a].flag.rawValue <= 3, buffer[b].flag.rawValue <= 3,
          Self.disagree(buffer[a].value, buffer[b].value, limits)
        else { continue }
        disagreeing.append(a)
        for index in [a, b] { Self.fail(&buffer[index]) }
      }
      guard !disagreeing.isEmpty else { continue }
      Self.failCombined(Self.quantities[place].both, as: disagreeing, in: buffer)
    }
  }

  /// |A − B| above the difference, and 2|A − B| / (A + B) above the share.
  static func disagree(_ a: Double, _ b: Double, _ limits: ScreeningLimits) -> Bool {
    let difference = (a - b).magnitude
    return difference > limits.twinDifference && 2 * difference > limits.twinShare * (a + b)
  }

  private struct Moment: Hashable {
    var station: UInt32
    var begin: Int64
  }

  private static func failCombined(
    _ pollutant: Pollutant, as channels: [Int], in buffer: UnsafeMutableBufferPointer<Reading>
  ) {
    let moments = Set(
      channels.map { Moment(station: buffer[$0].station, begin: buffer[$0].begin.milliseconds) })
    for index in buffer.indices
    where buffer[index].pollutant == pollutant && buffer[index].flag != .missing
      && moments.contains(Moment(station: buffer[index].station, begin: buffer[index].begin.milliseconds))
    {
      fail(&buffer[index])
    }
  }

  private static func fail(_ reading: inout Reading) {
    reading.flag = .fail
    reading.reasons.insert(.twinChannels)
  }
}
