package import AirQuality

extension DemoSimulator {
  /// When the hour that begins at `hour` is published for a station: about 20 minutes past its end; about one hour in
  /// fifteen comes in two halves, the second 38 minutes past.
  package func publication(of station: Station, hour: Int32) -> Instant {
    let stream = DemoNoise.stream(station.id)
    let isSplit = noise.uniform(900, Int64(hour)) < 1.0 / 15
    let isLate = isSplit && noise.uniform(stream &+ 901, Int64(hour)) < 0.5
    let minutes = isLate ? 38 : 20 + noise.uniform(stream &+ 902, Int64(hour)) * 2
    return CivilOffset.china.start(ofHour: hour + 1).adding(milliseconds: Int64(minutes * 60_000))
  }

  /// The newest hour (by its start) that the station has published at `now`.
  func newestHour(of station: Station, at now: Instant) -> Int32 {
    let previous = CivilOffset.china.hour(of: now) - 1
    return publication(of: station, hour: previous) <= now ? previous : previous - 1
  }

  func nationalAnswer(at now: Instant) -> DemoAnswer {
    let stations = network.reference.filter(DemoNetwork.isNational)
    var text = DemoText(capacity: 32_768)
    text.append("<GetAQIDataPublishLivesResponse xmlns=\"http://tempuri.org/\">\n")
    text.append(" <GetAQIDataPublishLivesResult xmlns:a=\"DomainServices\"")
    text.append(" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\">\n")
    text.append("  <a:TotalCount>\(stations.count)</a:TotalCount>\n")
    text.append("  <a:RootResults xmlns:b=\"http://schemas.datacontract.org/2004/07/Env.CnemcPublish.DAL\">\n")
    var newest = Instant(milliseconds: .min)
    var days: [DemoHourKey: [DemoConcentrations]] = [:]
    for station in stations {
      let hour = newestHour(of: station, at: now)
      newest = max(newest, publication(of: station, hour: hour))
      let key = DemoHourKey(county: station.county, hour: hour)
      guard let day = days[key] ?? county(of: station).map({ county in (0..<24).map { self.hour(county, hour - $0) } })
      else { continue }
      days[key] = day
      appendNationalRow(station, hour: hour, day: day, to: &text)
    }
    text.append("  </a:RootResults>\n </GetAQIDataPublishLivesResult>\n</GetAQIDataPublishLivesResponse>\n")
    return DemoAnswer(body: text.bytes, lastModified: newest)
  }

  /// One station in the national form: a missing value is the entity `&mdash;`, which no DTD defines; the hour's ozone
  /// stands in `O3_24h`, and `O3` has the day's highest.
  ///
  /// `day` holds the county's air of this hour and the 23 before it, newest first.
  private func appendNationalRow(_ station: Station, hour: Int32, day: [DemoConcentrations], to text: inout DemoText) {
    func element(_ name: String, _ value: String) { text.append("    <b:\(name)>\(value)</b:\(name)>\n") }
    func window(_ pollutant: Pollutant, hours: Int) -> [Concentration] {
      (0..<hours).compactMap { published(station, pollutant, hour: hour - Int32($0), air: day[$0]) }
    }
    func hourText(_ pollutant: Pollutant) -> String {
      published(station, pollutant, hour: hour, air: day[0]).map { Self.text($0, pollutant) } ?? "&mdash;"
    }
    func meanText(_ pollutant: Pollutant, hours: Int) -> String {
      let values = window(pollutant, hours: hours)
      guard values.count * 4 >= hours * 3 else { return "&mdash;" }
      return Self.text(Self.mean(values, pollutant), pollutant)
    }
    text.append("   <b:AQIDataPublishLive>\n")
    element("AQI", "&mdash;")
    element("Area", "吕梁市")
    element("CO", hourText(.co))
    element("CO_24h", meanText(.co, hours: 24))
    element("IsPublish", "true")
    element("Latitude", "\(station.latitude ?? 0)")
    element("Longitude", "\(station.longitude ?? 0)")
    element("NO2", hourText(.no2))
    element("NO2_24h", meanText(.no2, hours: 24))
    element("O3", window(.o3, hours: 24).max().map { Self.text($0, .o3) } ?? "&mdash;")
    element("O3_24h", hourText(.o3))
    element("O3_8h", meanText(.o3, hours: 8))
    element("PM10", hourText(.pm10))
    element("PM10_24h", meanText(.pm10, hours: 24))
    element("PM2_5", hourText(.pm25))
    element("PM2_5_24h", meanText(.pm25, hours: 24))
    element("PositionName", station.name)
    element("PrimaryPollutant", "&mdash;")
    element("Quality", "&mdash;")
    element("SO2", hourText(.so2))
    element("SO2_24h", meanText(.so2, hours: 24))
    element("StationCode", station.id)
    element("TimePoint", Self.localTime(CivilOffset.china.start(ofHour: hour + 1)))
    text.append("   </b:AQIDataPublishLive>\n")
  }

  private static func mean(_ values: [Concentration], _ pollutant: Pollutant) -> Concentration {
    let mean = Concentration.mean(sum: values.reduce(0) { $0 + Int64($1.thousandths) }, count: values.count)
    let step: Int64 = pollutant == .co ? 100 : 1_000
    return Concentration(thousandths: Int32(divideHalfEven(Int64(mean.thousandths), step) * step))
  }

  private static func text(_ value: Concentration, _ pollutant: Pollutant) -> String {
    pollutant == .co ? "\(value.thousandths / 1_000).\(value.thousandths / 100 % 10)" : "\(value.thousandths / 1_000)"
  }

  /// `2020-12-01T09:00:00`, without an offset as the national feed writes it.
  private static func localTime(_ instant: Instant) -> String {
    String(CivilOffset.china.format(instant).dropLast(6))
  }

  /// The provincial platform has every reference station of the city, also those that the national feed carries: what a
  /// machine too busy to poll a fast civil clock has missed there comes from here.
  func provincialAnswer(at now: Instant) -> DemoAnswer {
    var text = DemoText(capacity: 16_384)
    text.append("{\"code\":0,\"message\":\"ok\",\"data\":[")
    var newest = Instant(milliseconds: .min)
    var isFirst = true
    for station in network.reference {
      let last = newestHour(of: station, at: now)
      newest = max(newest, publication(of: station, hour: last))
      guard let county = county(of: station) else { continue }
      for hour in (last - DemoFeed.provincialHours + 1)...last {
        let air = self.hour(county, hour)
        text.append(isFirst ? "\n" : ",\n")
        isFirst = false
        let time = CivilOffset.china.format(CivilOffset.china.start(ofHour: hour + 1))
        text.append("{\"station\":\"\(station.id)\",\"name\":\"\(station.name)\",\"time\":\"\(time)\"")
        for pollutant in Pollutant.criteria {
          let value = published(station, pollutant, hour: hour, air: air).map { Self.text($0, pollutant) } ?? "\"-\""
          text.append(",\"\(pollutant.name)\":\(value)")
        }
        text.append("}")
      }
    }
    text.append("\n]}\n")
    return DemoAnswer(body: text.bytes, lastModified: newest)
  }
}

private struct DemoHourKey: Hashable {
  var county: String
  var hour: Int32
}
