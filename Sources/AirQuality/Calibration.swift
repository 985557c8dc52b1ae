/// A named way to turn what a sensor shows into a concentration (校准模型).
public enum CalibrationModel: String, CaseIterable, Sendable, Hashable {
  /// `slope` · x + `intercept` + `humidity` · RH, fitted against a co-located reference station.
  case linear
  /// Barkjohn et al., AMT 14, 4617 (2021): 0.524 · cf_1 − 0.0862 · RH + 5.75, found for one make of sensors in the United
  /// States.
  case barkjohn2021 = "barkjohn-2021"
  /// The same below 30 µg/m³, with steeper pieces above and blends between them, as US smoke maps use it.
  case barkjohn2021Extended = "barkjohn-2021-extended"
  /// The form of the US fire and smoke map: 0.52 · cf_1 − 0.086 · RH + 5.75 up to 343, a parabola above.
  case fasm

  /// Whether its coefficients are part of the model and none may be given.
  public var isNamed: Bool { self != .linear }
}

/// What turns the raw values of one pollutant of a station into concentrations from one day until another (校准). Values of
/// assessed stations are never calibrated.
public struct Calibration: Sendable, Hashable {
  /// The station's id.
  public var station: String
  public var pollutant: Pollutant
  public var model: CalibrationModel
  /// Of `linear` alone; concentration a unit of the raw value.
  public var slope: Double
  /// Of `linear` alone, in the pollutant's unit.
  public var intercept: Double
  /// Of `linear` alone, in the pollutant's unit a percent of relative humidity.
  public var humidity: Double
  /// First day of the readings it holds for …
  public var from: CivilDay
  /// … and the last one; nil while it is in force.
  public var until: CivilDay?
  /// The station it was fitted against, or the source.
  public var reference: String
  public var note: String

  public init(
    station: String, pollutant: Pollutant, model: CalibrationModel, slope: Double = 1, intercept: Double = 0,
    humidity: Double = 0, from: CivilDay, until: CivilDay? = nil, reference: String = "", note: String = ""
  ) {
    self.station = station
    self.pollutant = pollutant
    self.model = model
    self.slope = slope
    self.intercept = intercept
    self.humidity = humidity
    self.from = from
    self.until = until
    self.reference = reference
    self.note = note
  }

  /// Whether it holds for readings of that day.
  public func isInForce(on day: CivilDay) -> Bool { from <= day && (until.map { day <= $0 } ?? true) }

  /// Whether a raw value alone does not suffice.
  public var needsHumidity: Bool { model.isNamed || humidity != 0 }

  /// The concentration of a raw value at a relative humidity in percent, which is taken as 0 to 100. Never below zero; nil
  /// when the humidity that it needs is not known.
  public func concentration(of raw: Double, humidity relative: Double?) -> Double? {
    guard let relative = relative ?? (needsHumidity ? nil : 0) else { return nil }
    let rh = min(100, max(0, relative))
    let value: Double
    switch model {
    case .linear: value = slope * raw + intercept + humidity * rh
    case .barkjohn2021: value = Self.barkjohn(raw, rh, slope: 0.524)
    case .barkjohn2021Extended: value = Self.extended(raw, rh)
    case .fasm:
      value = raw <= 343 ? 0.52 * raw - 0.086 * rh + 5.75 : 0.46 * raw + 3.93e-4 * raw * raw + 2.97
    }
    return max(0, value)
  }

  private static func barkjohn(_ raw: Double, _ rh: Double, slope: Double) -> Double {
    slope * raw - 0.0862 * rh + 5.75
  }

  private static func extended(_ raw: Double, _ rh: Double) -> Double {
    func blend(_ low: Double, _ high: Double, _ share: Double) -> Double { low * (1 - share) + high * share }
    let middle = barkjohn(raw, rh, slope: 0.786)
    let smoke = 2.966 + 0.69 * raw + 8.84e-4 * raw * raw
    switch raw {
    case ..<30: return barkjohn(raw, rh, slope: 0.524)
    case ..<50: return blend(barkjohn(raw, rh, slope: 0.524), middle, (raw - 30) / 20)
    case ..<210: return middle
    case ..<260: return blend(middle, smoke, (raw - 210) / 50)
    default: return smoke
    }
  }

  /// `2.1·x + 3 − 0.2·RH`, for people.
  public var formula: String {
    guard model == .linear else { return model.rawValue }
    func signed(_ value: Double) -> String { value < 0 ? " − \(-value)" : " + \(value)" }
    return "\(slope)·x" + (intercept == 0 ? "" : signed(intercept)) + (humidity == 0 ? "" : signed(humidity) + "·RH")
  }
}
