import AirQuality
import Foundation

/// The levels of a county computed in the plainest way from the text of the files: no ring, no increment, strings and
/// loops, so that a fault of the engine is not repeated here. Rule by rule after DOMAIN.md 4.1 and 12 (mee-2018,
/// HJ 633-2012).
struct HandCheck {
  struct Transition: Equatable, CustomStringConvertible {
    var from: String
    var to: String
    /// The end of the deciding hour, civil: `2015-12-08 09`.
    var at: String
    var description: String { "\(from)>\(to)@\(at)" }
  }

  /// The AQI of one running window; nil when nothing is known, a lower bound when a pollutant is missing.
  struct Window {
    var aqi: Int?
    var isWhole: Bool
    func isAbove(_ threshold: Int) -> Bool? {
      guard let aqi else { return nil }
      return aqi > threshold ? true : isWhole ? false : nil
    }
  }

  /// Columns of the PRSA files in this order; CO is there in µg/m³, which are thousandths of mg/m³.
  static let pollutants = ["PM2.5", "PM10", "SO2", "NO2", "O3", "CO"]

  /// HJ 633-2012, 24 h (ozone 8 h), at 0 50 100 150 200 300 400 500, in units of the pollutant.
  static let grades: [Double] = [0, 50, 100, 150, 200, 300, 400, 500]
  static let nodes: [String: [Double]] = [
    "PM2.5": [0, 35, 75, 115, 150, 250, 350, 500], "PM10": [0, 50, 150, 250, 350, 420, 500, 600],
    "SO2": [0, 50, 150, 475, 800, 1_600, 2_100, 2_620], "NO2": [0, 40, 80, 180, 280, 565, 750, 940],
    "O3": [0, 100, 160, 215, 265, 800], "CO": [0, 2, 4, 14, 24, 36, 48, 60],
  ]

  /// By hour of the calendar (days since 1970 times 24), station, pollutant: thousandths.
  private var values: [Int: [String: [Int?]]] = [:]
  private let stations: [String]
  private let first: Int
  private let last: Int

  /// Reads the hours that begin from `from` to `through`, both days included.
  init(files: [[UInt8]], from: CivilDay, through: CivilDay) {
    first = Int(from.number) * 24
    last = Int(through.number) * 24 + 23
    var names: Set<String> = []
    for bytes in files {
      let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      let header = lines[0].split(separator: ",").map { $0.filter { $0 != "\"" } }
      let columns = Self.pollutants.map { header.firstIndex(of: $0) ?? 0 }
      let place = header.firstIndex(of: "station") ?? 0
      for line in lines.dropFirst() {
        let cells = line.split(separator: ",", omittingEmptySubsequences: false)
        guard let year = Int(cells[1]), (from.year...through.year).contains(year), let month = Int(cells[2]),
          let date = Int(cells[3]), let hour = Int(cells[4]),
          let day = CivilDay(year: year, month: month, day: date), from <= day, day <= through
        else { continue }
        let station = cells[place].filter { $0 != "\"" && $0 != "\r" }
        names.insert(station)
        values[Int(day.number) * 24 + hour, default: [:]][station] = zip(Self.pollutants, columns).map { name, column in
          Double(cells[column]).map { Int(($0 * (name == "CO" ? 1 : 1_000)).rounded()) }
        }
      }
    }
    stations = names.sorted()
  }

  /// A mean rounded half to even, in thousandths.
  private func mean(_ numbers: [Int]) -> Int { Self.halfEven(numbers.reduce(0, +), numbers.count) }

  private static func halfEven(_ sum: Int, _ count: Int) -> Int {
    let low = Int((Double(sum) / Double(count)).rounded(.down))
    let rest = sum - low * count
    return rest * 2 > count || rest * 2 == count && low % 2 != 0 ? low + 1 : low
  }

  /// A station's value for the 24 hours that end with `hour`: a mean of at least 20, for ozone the highest mean of 8
  /// hours with at least 6, when 14 of the 17 are there or it is above 160.
  private func value(_ station: String, _ pollutant: Int, endingWith hour: Int) -> Int? {
    let hours = (hour - 23...hour).map { values[$0]?[station]?[pollutant] }
    if Self.pollutants[pollutant] != "O3" {
      let known = hours.compactMap { $0 }
      return known.count >= 20 ? mean(known) : nil
    }
    let means = (0...16).compactMap { start -> Int? in
      let known = hours[start..<start + 8].compactMap { $0 }
      return known.count >= 6 ? mean(known) : nil
    }
    guard let highest = means.max() else { return nil }
    return means.count >= 14 || highest > 160_000 ? highest : nil
  }

  /// The county's AQI: the mean of at least three quarters of the stations, rounded as published, on the scale.
  func window(endingWith hour: Int) -> Window {
    var indices: [Int] = []
    for (index, name) in Self.pollutants.enumerated() {
      let known = stations.compactMap { value($0, index, endingWith: hour) }
      guard known.count * 4 >= stations.count * 3 else { continue }
      let step = name == "CO" ? 100 : 1_000
      let published = Self.halfEven(mean(known), step) * step
      if let index = Self.index(Double(published) / 1_000, Self.nodes[name] ?? []) { indices.append(index) }
    }
    return Window(aqi: indices.max(), isWhole: indices.count == Self.pollutants.count)
  }

  /// Rounded up; held at 500. Values have at most one decimal: a hair below an integer is that integer.
  private static func index(_ value: Double, _ nodes: [Double]) -> Int? {
    for place in 1..<nodes.count where value <= nodes[place] {
      let share = (value - nodes[place - 1]) / (nodes[place] - nodes[place - 1])
      return Int((grades[place - 1] + (grades[place] - grades[place - 1]) * share - 1e-9).rounded(.up))
    }
    return nodes.count == 8 ? 500 : nil
  }

  /// The transitions, lifting at once whatever 36 clean hours allow.
  func transitions() -> [Transition] {
    let windows = (first...last).map { window(endingWith: $0) }
    var made: [Transition] = []
    var level = 0
    /// Windows before this one were judged by whoever lifted.
    var since = 0
    /// Windows above (or not above) a threshold in one run that ends now, counted backwards.
    func run(_ threshold: Int, above: Bool, endingAt end: Int) -> Int {
      var count = 0
      var gap = 0
      var place = end
      while place >= since {
        if let isAbove = windows[place].isAbove(threshold) {
          if isAbove != above { break }
          count += 1
          gap = 0
        } else {
          gap += 1
          if gap > 24 { break }
        }
        place -= 1
      }
      return count
    }
    func move(_ to: Int, _ place: Int) {
      let names = ["none", "yellow", "orange", "red"]
      let end = first + place + 1
      let hour = end % 24
      made.append(
        Transition(
          from: names[level], to: names[to],
          at: "\(CivilDay(number: Int32(end / 24))) \(hour < 10 ? "0" : "")\(hour)"))
      level = to
    }
    for place in windows.indices {
      var found = 0
      if windows[place].isAbove(200) == true {
        let spans = run(200, above: true, endingAt: place)
        // 48 h of air are 25 windows.
        if spans >= 25 { found = 1 }
        if spans >= 49 { found = 2 }
        if spans >= 73, windows[place].isAbove(300) == true, run(300, above: true, endingAt: place) >= 25 { found = 3 }
        if windows[place].isAbove(499) == true { found = 3 }
      }
      if found > level { move(found, place) }
      if level > 0, run(200, above: false, endingAt: place) >= 36 {
        move(0, place)
        since = place + 1
      } else if level == 3, windows[place].isAbove(200) == true, run(300, above: false, endingAt: place) >= 36 {
        move(2, place)
        since = place + 1
      }
    }
    return made
  }
}
