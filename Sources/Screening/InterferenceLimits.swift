package import AirQuality

/// Thresholds of the signs of interference; a sign without thresholds is not looked for.
package struct InterferenceLimits: Sendable, Hashable {
  /// A fall that neither the neighbours nor the station's other pollutants follow.
  package struct SuddenDrop: Sendable, Hashable {
    /// After it the highest of three hours is at most this share of the two hours before …
    package var share = 0.5
    /// … and of the neighbours' median …
    package var belowNeighbours = 0.6
    /// … which, like the station's other pollutants, has kept at least this share of itself.
    package var others = 0.85
    /// The smallest fall by pollutant, in its unit: smaller ones are the instruments'. Of others no drop is looked for.
    package var least: [Pollutant: Double] = [.pm25: 30, .pm10: 50, .so2: 40]

    /// Pollutants a drop can be looked for in: of NO2, O3 and CO no companion tells it from a change of the air.
    package static let pollutants: [Pollutant] = [.pm25, .pm10, .so2]

    package init() {}
  }

  /// Water sprayed at the inlet.
  package struct Spray: Sendable, Hashable {
    /// The humidity rises by so many points more than that of the neighbours, or than nothing known by half as much
    /// again …
    package var humidityRise = 10.0
    /// … the coarse share of PM10 falls by this …
    package var coarseFall = 0.2
    /// … PM10 falls to this share of itself at most …
    package var share = 0.7
    /// … and the neighbours' PM10 has kept at least this share of itself.
    package var neighbours = 0.85

    package init() {}
  }

  /// Values held just under a number that officials are measured by.
  package struct Pinned: Sendable, Hashable {
    /// A value is pinned from this share of the limit on …
    package var share = 0.97
    /// … in so many of the last twelve hours.
    package var hours = 8
    /// The numbers by pollutant, in its unit, ascending: nodes of the AQI (HJ 633), limits (GB 3095), the plan's 300 for
    /// SO2.
    package var limits: [Pollutant: [Double]] = [
      .pm25: [75, 115, 150], .pm10: [150, 250, 350], .so2: [150, 300, 500, 800], .no2: [200], .o3: [160, 200],
    ]

    package init() {}
  }

  package var suddenDrop: SuddenDrop? = SuddenDrop()
  package var spray: Spray? = Spray()
  package var pinned: Pinned? = Pinned()

  package init() {}
}

/// Inside the configuration record.
extension InterferenceLimits {
  package func encode(into writer: inout ByteWriter) {
    writer.optional(suddenDrop) { writer, drop in
      for number in [drop.share, drop.belowNeighbours, drop.others] { writer.double(number) }
      writer.list(drop.least.sorted { $0.key.rawValue < $1.key.rawValue }) {
        $0.byte($1.key.rawValue)
        $0.double($1.value)
      }
    }
    writer.optional(spray) { writer, spray in
      for number in [spray.humidityRise, spray.coarseFall, spray.share, spray.neighbours] { writer.double(number) }
    }
    writer.optional(pinned) { writer, pinned in
      writer.double(pinned.share)
      writer.signed(Int64(pinned.hours))
      writer.list(pinned.limits.sorted { $0.key.rawValue < $1.key.rawValue }) {
        $0.byte($1.key.rawValue)
        $0.list($1.value) { $0.double($1) }
      }
    }
  }

  package init<Failure>(decoding reader: inout ByteReader<Failure>) throws(Failure) {
    suddenDrop = try reader.optional { reader throws(Failure) in
      var drop = SuddenDrop()
      drop.share = try reader.double()
      drop.belowNeighbours = try reader.double()
      drop.others = try reader.double()
      drop.least = [:]
      for _ in 0..<(try reader.count(of: "smallest falls", width: 9)) {
        let pollutant = try reader.coded(Pollutant.self)
        drop.least[pollutant] = try reader.double()
      }
      return drop
    }
    spray = try reader.optional { reader throws(Failure) in
      var spray = Spray()
      spray.humidityRise = try reader.double()
      spray.coarseFall = try reader.double()
      spray.share = try reader.double()
      spray.neighbours = try reader.double()
      return spray
    }
    pinned = try reader.optional { reader throws(Failure) in
      var pinned = Pinned()
      pinned.share = try reader.double()
      pinned.hours = try reader.integer("the hours")
      pinned.limits = [:]
      for _ in 0..<(try reader.count(of: "limits", width: 2)) {
        let pollutant = try reader.coded(Pollutant.self)
        pinned.limits[pollutant] = try reader.list(of: "numbers", width: 8) { reader throws(Failure) in
          try reader.double()
        }
      }
      return pinned
    }
  }
}
