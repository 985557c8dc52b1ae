package import AirQuality

/// What the name of a field, a metric or an observed property measures, by the usual spellings: `pm2_5`,
/// `airgradient_pm2d5_ugm3`, `PM 2.5 concentration`, `no2_ppb`, `co_ppm_mean`.
///
/// Strict on purpose: the quantity must be named whole, what follows it must be a unit or a word that changes nothing,
/// and no word of the name may make another quantity of it (an index, a count, a limit, the board's own temperature).
/// Before it stands what it is measured at or by, or else what makes another of this one quantity: `Pb in PM10` is a part
/// of the particles, `wet bulb temp` no temperature of the air.
package struct QuantityName: Sendable, Hashable {
  package var pollutant: Pollutant
  /// The unit that the name ends with; nil when it names none.
  package var unit: MeasurementUnit?

  /// Nil when the text names no quantity, or one that is not known here.
  package init?(_ text: String) {
    let words = Self.words(text)
    guard words.count <= 16, !words.contains(where: Self.foreign.contains) else { return nil }
    // The longest spelling that stands earliest.
    for start in words.indices {
      for count in stride(from: min(4, words.count - start), through: 1, by: -1) {
        let end = start + count
        guard let found = Self.spellings[words[start..<end].joined(separator: "_")] else { continue }
        pollutant = found
        guard !Self.isAnother(words[..<start], than: found) else { return nil }
        guard let unit = Self.rest(words[end...], &pollutant) else { return nil }
        self.unit = unit.value
        return
      }
    }
    return nil
  }

  /// Whether the last word before the quantity, of those that say something, makes another of it.
  private static func isAnother(_ before: ArraySlice<String>, than pollutant: Pollutant) -> Bool {
    guard let others = others[pollutant], let word = before.last(where: { !neutral.contains($0) }) else { return false }
    return others.contains(word)
  }

  /// The unit that the words behind the quantity name; nil when they are something else.
  private static func rest(_ words: ArraySlice<String>, _ pollutant: inout Pollutant) -> (
    value: MeasurementUnit?, Void
  )? {
    var unit: MeasurementUnit?
    var index = words.startIndex
    scan: while index < words.endIndex {
      if neutral.contains(words[index]) {
        index += 1
      } else if let channel = channel(words[index], of: pollutant) {
        pollutant = channel
        index += 1
      } else {
        for count in stride(from: min(4, words.endIndex - index), through: 1, by: -1) {
          guard unit == nil, let found = units[words[index..<(index + count)].joined(separator: "_")] else { continue }
          unit = found
          index += count
          continue scan
        }
        return nil
      }
    }
    return (unit, ())
  }

  /// The unit that a family's name ends with, such as `…_grams_per_cubic_meter`: `value` nil when it names none; nil when
  /// the family is another quantity altogether (an index, a count, a ratio of completeness).
  static func unit(endingIn name: String) -> (value: MeasurementUnit?, Void)? {
    let words = words(name)
    guard words.count <= 16, !words.contains(where: foreign.contains) else { return nil }
    for count in stride(from: min(4, words.count), through: 1, by: -1) {
      guard let unit = units[words.suffix(count).joined(separator: "_")] else { continue }
      return words.contains { holders.contains($0) } || unit != .fraction ? (unit, ()) : nil
    }
    return words.contains { holders.contains($0) } ? (nil, ()) : nil
  }

  /// Words of families that hold values of whatever pollutant their label names.
  private static let holders: Set<String> = [
    "concentration", "conc", "value", "measurement", "reading", "level", "pollutant", "pollution", "air",
  ]

  /// One channel of an instrument with two.
  private static func channel(_ word: String, of pollutant: Pollutant) -> Pollutant? {
    switch (pollutant, word) {
    case (.pm25, "a"): .pm25A
    case (.pm25, "b"): .pm25B
    case (.pm10, "a"): .pm10A
    case (.pm10, "b"): .pm10B
    case (.pm1, "a"): .pm1A
    case (.pm1, "b"): .pm1B
    default: nil
    }
  }

  /// Lower-case runs of letters and digits; small digits are digits, and either µ is u.
  private static func words(_ text: String) -> [String] {
    var words: [String] = []
    var word = ""
    for scalar in text.lowercased().unicodeScalars {
      switch scalar.value {
      case 0x2080...0x2089: word.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value - 0x2080) + 0x30))
      case 0xB2: word += "2"
      case 0xB3: word += "3"
      case 0xB5, 0x3BC: word += "u"
      case 0x25: words += [word, "percent"].filter { !$0.isEmpty }; word = ""
      default:
        if scalar.properties.isAlphabetic || (0x30...0x39).contains(scalar.value) {
          word.unicodeScalars.append(scalar)
        } else if !word.isEmpty {
          words.append(word)
          word = ""
        }
      }
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  private static let spellings: [String: Pollutant] = {
    let table: [(Pollutant, String)] = [
      (.pm25, "pm25 pm2_5 pm_2_5 pm_25 pm2d5 pm2p5 pm02 pm2_5um particulate_matter_2_5 particulate_matter_2_5um 细颗粒物"),
      (.pm10, "pm10 pm10_0 pm_10 pm_10_0 pm10um particulate_matter_10 particulate_matter_10um 可吸入颗粒物"),
      (.pm1, "pm1 pm1_0 pm_1_0 pm_1 pm01 pm1d0"), (.tsp, "tsp 总悬浮颗粒物"),
      (.so2, "so2 sulphur_dioxide sulfur_dioxide 二氧化硫"), (.no2, "no2 nitrogen_dioxide 二氧化氮"),
      (.no, "no nitric_oxide nitrogen_monoxide 一氧化氮"), (.nox, "nox nitrogen_oxides 氮氧化物"), (.o3, "o3 ozone 臭氧"),
      (.o3EightHour, "o3_8h ozone_8h o3_8hr"), (.co, "co carbon_monoxide 一氧化碳"), (.co2, "co2 carbon_dioxide 二氧化碳"),
      (.nh3, "nh3 ammonia 氨 氨气"), (.h2s, "h2s hydrogen_sulfide hydrogen_sulphide 硫化氢"), (.voc, "voc vocs tvoc tvocs"),
      (.nmhc, "nmhc 非甲烷总烃"), (.benzene, "benzene c6h6 苯"), (.toluene, "toluene c7h8 甲苯"),
      (.xylene, "xylene xylenes 二甲苯"), (.blackCarbon, "bc black_carbon 黑碳"), (.dustfall, "dustfall 降尘"),
      (.temperature, "temperature air_temperature airtemperature temp 温度 气温"),
      (.humidity, "humidity relative_humidity relativehumidity rel_humidity rh rhum 湿度 相对湿度"),
      (.pressure, "pressure air_pressure atmospheric_pressure barometric_pressure 气压 大气压"),
      (.windSpeed, "wind_speed windspeed 风速"), (.windDirection, "wind_direction winddirection wind_dir 风向"),
    ]
    var spellings: [String: Pollutant] = [:]
    // Firmware of sensor.community: P0, P1 and P2 of the sensor that stands before them.
    for sensor in ["sds", "sds011", "pms", "hpm", "npm", "sps30"] {
      (spellings["\(sensor)_p0"], spellings["\(sensor)_p1"], spellings["\(sensor)_p2"]) = (.pm1, .pm10, .pm25)
    }
    for (pollutant, names) in table { for name in names.split(separator: " ") { spellings[String(name)] = pollutant } }
    return spellings
  }()

  private static let units: [String: MeasurementUnit] = {
    let table: [(MeasurementUnit, String)] = [
      (
        .microgramsPerCubicMeter,
        "ugm3 ug_m3 ug_per_m3 ug_m_3 micrograms_per_cubic_meter micrograms_per_cubic_metre"
      ),
      (.milligramsPerCubicMeter, "mgm3 mg_m3 mg_per_m3 milligrams_per_cubic_meter milligrams_per_cubic_metre"),
      (.nanogramsPerCubicMeter, "ngm3 ng_m3 nanograms_per_cubic_meter"),
      (.gramsPerCubicMeter, "grams_per_cubic_meter grams_per_cubic_metre"),
      (.partsPerBillion, "ppb ppbv parts_per_billion"), (.partsPerMillion, "ppm ppmv parts_per_million"),
      (.celsius, "celsius degc c deg_c degrees_celsius"), (.fahrenheit, "fahrenheit degf f degrees_fahrenheit"),
      (.kelvin, "kelvin k"), (.percent, "percent pct perc"), (.fraction, "ratio"), (.pascals, "pa pascal pascals"),
      (.hectopascals, "hpa hectopascal hectopascals mbar millibar millibars"), (.kilopascals, "kpa kilopascals"),
      (.metersPerSecond, "mps m_s ms meters_per_second metres_per_second"), (.kilometersPerHour, "kmh km_h"),
      (.degrees, "deg degrees"),
    ]
    var units: [String: MeasurementUnit] = [:]
    for (unit, names) in table { for name in names.split(separator: " ") { units[String(name)] = unit } }
    return units
  }()

  /// Words that change nothing about what is measured.
  private static let neutral: Set<String> = [
    "value", "concentration", "conc", "mass", "density", "mean", "avg", "average", "hourly", "ambient", "outdoor",
    "air",
    "aerosol", "particulate", "matter", "um", "measurement", "measurements", "measured", "observation", "observations",
    "observed", "浓度", "质量浓度",
  ]

  /// Words that make another of the one quantity that they stand before.
  private static let others: [Pollutant: Set<String>] = {
    func set(_ words: String) -> Set<String> { Set(words.split(separator: " ").map { String($0) }) }
    // `Pb in PM10`, `BaP PM10`: elements, ions, carbon and hydrocarbons that are weighed within the particles.
    let parts = set(
      "in lead pb arsenic as nickel ni cadmium cd mercury hg chromium cr copper cu zinc zn iron fe manganese mn "
        + "vanadium cobalt antimony sb selenium se barium ba aluminium aluminum al silicon si titanium ti tin sn "
        + "sodium na potassium calcium ca magnesium mg sulphate sulfate so4 nitrate no3 ammonium nh4 chloride cl "
        + "sulphur sulfur chlorine carbon ec oc tc pah pahs bap pyrene anthracene fluoranthene perylene chrysene "
        + "levoglucosan volatile nonvolatile")
    return [
      .pm25: parts, .pm10: parts, .pm1: parts, .tsp: parts,
      .temperature: set(
        "dwpt dewpt surface subsurface road pavement ground grass leaf canopy skin sea bulb wetbulb globe wbgt track rail "
          + "module brightness virtual potential apparent like chill windchill exhaust hwmon thermal gpu core disk"),
      .humidity: set("absolute specific leaf"),
      .pressure: set("vapour vapor sea level sealevel msl qnh reduced differential"), .windSpeed: set("gust gusts"),
    ]
  }()

  /// Words that make another quantity of the one named.
  private static let foreign: Set<String> = [
    "aqi", "iaqi", "naqi", "caqi", "index", "subindex", "count", "counts", "number", "min", "max", "std", "stddev",
    "sigma",
    "target", "limit", "alarm", "alert", "threshold", "forecast", "predicted", "raw", "delta", "error", "errors",
    "uncertainty", "flag", "status", "quality", "dew", "dewpoint", "board", "cpu", "chip", "soc", "internal",
    "water", "soil", "indoor", "battery", "total", "sum", "bucket", "created", "quantile", "指数", "预报",
  ]
}
