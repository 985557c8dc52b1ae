import AirQuality

/// Finds the readings of two quantities in a batch that share station, begin and period: PM2.5 and PM10, or the two
/// channels of one instrument.
///
/// Neighbouring rows, the usual order, pair at once; whatever is left is paired by sorting at the end.
struct ReadingPairs {
  /// The quantity that stands first in a pair; the other is the second.
  let first: Pollutant
  /// Indices into the batch.
  private(set) var pairs: [(first: Int, second: Int)] = []
  /// The last unpaired reading of each station; -1 for none.
  private var last: [Int]
  private var unpaired: [Int] = []

  init(_ first: Pollutant, stations: Int) {
    self.first = first
    last = Array(repeating: -1, count: stations)
  }

  /// Takes the reading of one of the two quantities at `index`.
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
      let firsts = group.filter { buffer[$0].pollutant == first }
      let seconds = group.filter { buffer[$0].pollutant != first }
      // A repeated row pairs with its repeat: the last of each counts for all.
      if let lastFirst = firsts.last, let lastSecond = seconds.last {
        for index in firsts { append(index, lastSecond, buffer) }
        for index in seconds.dropLast() { append(lastFirst, index, buffer) }
      }
      start = end
    }
    unpaired.removeAll()
  }

  private mutating func append(_ a: Int, _ b: Int, _ buffer: UnsafeMutableBufferPointer<Reading>) {
    pairs.append(buffer[a].pollutant == first ? (a, b) : (b, a))
  }

  /// Order by station, begin and period; 0 when all three are equal.
  private static func order(_ a: Reading, _ b: Reading) -> Int {
    if a.station != b.station { return a.station < b.station ? -1 : 1 }
    if a.begin != b.begin { return a.begin < b.begin ? -1 : 1 }
    if a.periodMilliseconds != b.periodMilliseconds { return a.periodMilliseconds < b.periodMilliseconds ? -1 : 1 }
    return 0
  }
}
