import AirQuality

/// Finds the PM2.5 and PM10 readings of a batch that share station, begin and period.
///
/// Neighbouring rows, the usual order, pair at once; whatever is left is paired by sorting at the end.
struct ParticlePairs {
  /// Indices into the batch: PM2.5, PM10.
  private(set) var pairs: [(fine: Int, coarse: Int)] = []
  /// The last unpaired reading of each station; -1 for none.
  private var last: [Int]
  private var unpaired: [Int] = []

  init(stations: Int) { last = Array(repeating: -1, count: stations) }

  /// Takes the PM2.5 or PM10 reading at `index`.
  mutating func add(_ index: Int, of buffer: UnsafeMutableBufferPointer<Reading>) {
    let station = Int(buffer[index].station)
    guard station < last.count else { return }
    let before = last[station]
    guard before >= 0 else {
      last[station] = index
      return
    }
    if Self.order(buffer[before], buffer[index]) == 0, buffer[before].pollutant != buffer[index].pollutant {
      append(before, index, buffer)
      last[station] = -1
    } else {
      unpaired.append(before)
      last[station] = index
    }
  }

  /// Pairs what arrived apart.
  mutating func finish(_ buffer: UnsafeMutableBufferPointer<Reading>) {
    guard !unpaired.isEmpty else { return }
    unpaired.append(contentsOf: last.filter { $0 >= 0 })
    unpaired.sort { a, b in
      let order = Self.order(buffer[a], buffer[b])
      return order == 0 ? a < b : order < 0
    }
    var start = 0
    while start < unpaired.count {
      var end = start + 1
      while end < unpaired.count, Self.order(buffer[unpaired[start]], buffer[unpaired[end]]) == 0 { end += 1 }
      let group = unpaired[start..<end]
      let fine = group.filter { buffer[$0].pollutant == .pm25 }
      let coarse = group.filter { buffer[$0].pollutant == .pm10 }
      // A repeated row pairs with its repeat: the last of each counts for all.
      if let lastFine = fine.last, let lastCoarse = coarse.last {
        for index in fine { append(index, lastCoarse, buffer) }
        for index in coarse.dropLast() { append(lastFine, index, buffer) }
      }
      start = end
    }
    unpaired.removeAll()
  }

  private mutating func append(_ a: Int, _ b: Int, _ buffer: UnsafeMutableBufferPointer<Reading>) {
    pairs.append(buffer[a].pollutant == .pm25 ? (a, b) : (b, a))
  }

  /// Order by station, begin and period; 0 when all three are equal.
  private static func order(_ a: Reading, _ b: Reading) -> Int {
    if a.station != b.station { return a.station < b.station ? -1 : 1 }
    if a.begin != b.begin { return a.begin < b.begin ? -1 : 1 }
    if a.periodMilliseconds != b.periodMilliseconds { return a.periodMilliseconds < b.periodMilliseconds ? -1 : 1 }
    return 0
  }
}
