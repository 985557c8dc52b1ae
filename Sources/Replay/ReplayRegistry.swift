package import AirQuality

/// The registry of a replay without a configuration: made from the names that the files give.
///
/// Every station becomes an assessed national station. Without a mapping all belong to one county named like the site,
/// whose level and days are then also the city's; with one, the stations it names belong to the counties it names and the
/// others stay outside the registry (kept, counted, in no mean). Cities of daily files become counties of their own
/// without stations. Codes that a mapping does not give begin with 90, which GB/T 2260 assigns to nobody.
package struct ReplayRegistry: Sendable {
  package var siteName: String
  package var offset: CivilOffset
  /// Station to county: name or six-digit code.
  package var counties: [(station: String, county: String)]?

  package init(siteName: String, offset: CivilOffset = .china, counties: [(station: String, county: String)]? = nil) {
    self.siteName = siteName
    self.offset = offset
    self.counties = counties
  }

  /// The code of a made site.
  package static let siteCode = "900000"

  /// The site of these stations and cities of daily files.
  package func site(stations: [String], cities: [String]) -> Site {
    var names: [String] = []
    var numbers: [String: Int] = [:]
    func county(_ name: String) -> Int {
      if let known = numbers[name] { return known }
      names.append(name)
      numbers[name] = names.count - 1
      return names.count - 1
    }
    var places: [(station: String, county: Int)] = []
    if let counties {
      var seen: Set<String> = []
      for row in counties where seen.insert(row.station).inserted { places.append((row.station, county(row.county))) }
    } else if !stations.isEmpty {
      let only = county(siteName)
      // In the order of their names, whatever file came first: the first of equal stations leads.
      places = stations.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { ($0, only) }
    }
    for city in cities { _ = county(city) }
    let codes = names.enumerated().map { index, name in
      name.utf8.count == 6 && name.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
        ? name : "90" + String(String(10_001 + index).dropFirst())
    }
    return Site(
      name: siteName, code: Self.siteCode, offset: offset,
      counties: zip(codes, names).map { County(code: $0, nameChinese: $1, nameEnglish: $1) },
      stations: places.map { place in
        Station(
          id: place.station, name: place.station, county: codes[place.county], stationClass: .national, assessed: true)
      })
  }
}
