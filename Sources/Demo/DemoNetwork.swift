package import AirQuality

/// The stations of the demonstration: 33 reference stations, 167 micro-stations and 7 lidars.
package struct DemoNetwork: Sendable {
  /// Reference stations, national ones first within each county, in county order.
  package let reference: [Station]
  package let micro: [Station]
  package let lidars: [Station]

  package var all: [Station] { reference + micro + lidars }

  /// The same for every seed: stations do not move.
  package init() {
    var reference: [Station] = []
    var micro: [Station] = []
    var lidars: [Station] = []
    for (index, county) in DemoCity.counties.enumerated() {
      reference += Self.reference(of: county)
      micro += (1...(index < 11 ? 13 : 12)).map { Self.micro($0, of: county) }
      if county.hasLidar { lidars.append(Self.lidar(lidars.count + 1, of: county)) }
    }
    self.reference = reference
    self.micro = micro
    self.lidars = lidars
  }

  /// Whether the national feed carries the station; the provincial feed has all reference stations.
  package static func isNational(_ station: Station) -> Bool { station.stationClass == .national }

  private static func reference(of county: DemoCounty) -> [Station] {
    if county.code == DemoCity.urbanCounty { return urban(county) }
    let places = ["县政府", "第一中学", "工业园区"]
    return (0..<(county.isPlain ? 3 : 2)).map { index in
      station(
        id: (index == 0 ? "N" : "P") + "\(county.code)-\(index + 1)", name: county.nameChinese + places[index], county,
        index == 0 ? .national : .provincial, spread: 0.03, assessed: true, purpose: "regulatory")
    }
  }

  /// The urban district's national stations; the last is the background station outside the town.
  private static func urban(_ county: DemoCounty) -> [Station] {
    let places = [("2183A", "环保局"), ("2184A", "豆制品厂"), ("2185A", "自来水公司"), ("2867A", "马茂庄小学")]
    var stations = places.map { id, name in
      var station = station(
        id: id, name: name, county, .national, spread: 0.02, assessed: true, purpose: "regulatory")
      station.urban = true
      return station
    }
    var background = station(
      id: "N141102-9", name: "千年林场对照点", county, .national, spread: 0.12, assessed: true, purpose: "background")
    background.urban = true
    background.background = true
    stations.append(background)
    return stations
  }

  private static func micro(_ number: Int, of county: DemoCounty) -> Station {
    let digits = number < 10 ? "0\(number)" : "\(number)"
    return station(
      id: "M\(county.code)-\(digits)", name: "\(county.nameChinese)\(number)号微站", county, .micro, spread: 0.06,
      assessed: false, purpose: "grid")
  }

  private static func lidar(_ number: Int, of county: DemoCounty) -> Station {
    station(
      id: "LD0\(number)", name: county.nameChinese + "激光雷达", county, .lidar, spread: 0.02, assessed: false,
      purpose: "vertical")
  }

  /// A station somewhere within `spread` degrees of the county's centre, always at the same place.
  private static func station(
    id: String, name: String, _ county: DemoCounty, _ stationClass: StationClass, spread: Double, assessed: Bool,
    purpose: String
  ) -> Station {
    let place = DemoNoise(seed: 1)
    let stream = DemoNoise.stream(id)
    let latitude = county.latitude + (place.uniform(stream, 0) - 0.5) * 2 * spread
    let longitude = county.longitude + (place.uniform(stream, 1) - 0.5) * 2 * spread
    return Station(
      id: id, name: name, county: county.code, stationClass: stationClass, latitude: rounded(latitude),
      longitude: rounded(longitude), assessed: assessed, purpose: purpose)
  }

  private static func rounded(_ degrees: Double) -> Double { (degrees * 10_000).rounded() / 10_000 }
}
