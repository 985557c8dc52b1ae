package import AirQuality
import Glibc

extension DemoSimulator {
  /// The micro-stations of a county, every minute of the last `minutes`, newest last; a skipped poll loses nothing.
  func microAnswer(county code: String, minutes: Int, at now: Instant) -> DemoAnswer? {
    guard let county = DemoCity.counties.first(where: { $0.code == code }),
      (1...DemoFeed.microMinutesLimit).contains(minutes)
    else { return nil }
    let stations = network.micro.filter { $0.county == code }
    let current = CivilOffset.china.minute(of: now)
    var text = DemoText(capacity: 96 * stations.count * minutes)
    text.append("{\"code\":0,\"message\":\"ok\",\"county\":\"\(code)\",\"data\":[")
    var isFirst = true
    for minute in (current - Int32(minutes))..<current {
      let begin = CivilOffset.china.start(ofMinute: minute)
      let air = air.concentrations(county, at: begin.adding(milliseconds: 30_000))
      for station in stations {
        guard let pm25 = microTenths(station, .pm25, minute: minute, air: air) else { continue }
        text.append(isFirst ? "\n" : ",\n")
        isFirst = false
        text.append("{\"sn\":\"\(station.id)\",\"ts\":\(begin.milliseconds + 60_000),\"pm2_5\":")
        text.append(tenths: pm25)
        text.append(",\"pm10\":")
        append(microTenths(station, .pm10, minute: minute, air: air), to: &text)
        text.append(",\"so2\":")
        append(microTenths(station, .so2, minute: minute, air: air), to: &text)
        text.append("}")
      }
    }
    text.append("\n]}\n")
    return DemoAnswer(body: text.bytes, lastModified: CivilOffset.china.start(ofMinute: current))
  }

  /// A value in tenths, or the vendor's sign for none.
  private func append(_ tenths: Int?, to text: inout DemoText) {
    if let tenths { text.append(tenths: tenths) } else { text.append("-999") }
  }

  /// Bins of a profile: 30 m to 3,015 m every 15 m.
  package static let lidarBins = 200
  package static let lidarFirstRangeMeters = 30
  package static let lidarResolutionMeters = 15

  /// The profile of the last whole minute: attenuated backscatter at 532 nm in 1/(m·sr).
  func lidarAnswer(station id: String, at now: Instant) -> DemoAnswer? {
    guard let station = network.lidars.first(where: { $0.id == id }), let county = county(of: station) else {
      return nil
    }
    let moment = CivilOffset.china.start(ofMinute: CivilOffset.china.minute(of: now))
    var text = DemoText(capacity: 4_096)
    text.append("{\"station\":\"\(id)\",\"time\":\"\(CivilOffset.china.format(moment))\",\"wavelength_nm\":532,")
    text.append("\"first_range_m\":\(Self.lidarFirstRangeMeters),\"resolution_m\":\(Self.lidarResolutionMeters),")
    text.append("\"backscatter\":[")
    for (index, value) in profile(county, at: moment).enumerated() {
      if index > 0 { text.append(",") }
      text.append(Int((value * 1e10).rounded()))
      text.append("e-10")
    }
    text.append("]}\n")
    return DemoAnswer(body: text.bytes, lastModified: moment)
  }

  /// Attenuated backscatter of aerosol and air along a vertical path.
  ///
  /// The aerosol is well mixed below the mixing height and falls off over some 60 m to a clean free troposphere; its
  /// extinction follows the PM2.5 near the ground with a lidar ratio of 50 sr (DOMAIN.md 9).
  package func profile(_ county: DemoCounty, at moment: Instant) -> [Double] {
    let height = air.mixingHeight(county, at: moment)
    let pm25 = air.concentrations(county, at: moment).pm25
    let stream = DemoNoise.stream(county.code) &+ 700
    let minute = Int64(CivilOffset.china.minute(of: moment))
    let molecularRatio = 8 * Double.pi / 3
    var opticalDepth = 0.0
    return (0..<Self.lidarBins).map { bin in
      let range = Double(Self.lidarFirstRangeMeters + bin * Self.lidarResolutionMeters)
      let molecular = 1.45e-6 * exp(-range / 8_000)
      let inLayer = 1 / (1 + exp((range - height) / 60))
      let aerosol = (pm25 * 3.5e-6 / 50) * inLayer + 2.5e-7 * exp(-range / 2_000)
      opticalDepth += (aerosol * 50 + molecular * molecularRatio) * Double(Self.lidarResolutionMeters)
      let scatter = 1 + 0.012 * noise.normal(stream &+ UInt64(bin), minute)
      return max(0, (aerosol + molecular) * exp(-2 * opticalDepth) * scatter)
    }
  }
}
