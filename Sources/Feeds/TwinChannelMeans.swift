package import AirQuality

extension ReadingBatch {
  private static let twins: [(a: Pollutant, b: Pollutant, both: Pollutant)] = [
    (.pm25A, .pm25B, .pm25), (.pm10A, .pm10B, .pm10), (.pm1A, .pm1B, .pm1),
  ]

  private struct Moment: Hashable {
    var station: UInt32
    var begin: Int64
    var period: Int32
  }

  /// Adds the mean of the channels A and B of instruments that tell them alone, behind the last reading; of one laser, or
  /// where the other has no value, it is that of the one. What the batch itself says of both stays as it is.
  package mutating func averageTwinChannels() {
    for (a, b, both) in Self.twins {
      let said = Set(readings.lazy.filter { $0.pollutant == both }.map { Self.moment($0) })
      var channels: [Moment: (a: Int?, b: Int?)] = [:]
      var moments: [Moment] = []
      for index in readings.indices where readings[index].pollutant == a || readings[index].pollutant == b {
        let moment = Self.moment(readings[index])
        guard !said.contains(moment) else { continue }
        if channels[moment] == nil { moments.append(moment) }
        if readings[index].pollutant == a {
          channels[moment, default: (nil, nil)].a = index
        } else {
          channels[moment, default: (nil, nil)].b = index
        }
      }
      for moment in moments {
        guard let pair = channels[moment] else { continue }
        let known = [pair.a, pair.b].compactMap { $0 }
        let measured = known.filter { readings[$0].flag != .missing }
        guard let first = measured.first ?? known.first else { continue }
        var mean = readings[first]
        mean.pollutant = both
        if measured.count == 2 { mean.value = (readings[measured[0]].value + readings[measured[1]].value) / 2 }
        readings.append(mean)
        if !positions.isEmpty { positions.append(positions[first]) }
      }
    }
  }

  private static func moment(_ reading: Reading) -> Moment {
    Moment(station: reading.station, begin: reading.begin.milliseconds, period: reading.periodMilliseconds)
  }
}
