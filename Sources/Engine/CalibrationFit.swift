package import AirQuality

/// A linear calibration with a humidity term, fitted by least squares against a co-located reference (比对校准).
package struct CalibrationFit: Sendable, Hashable {
  /// An hour of both stations.
  package struct Pair: Sendable, Hashable {
    /// What the sensor showed, before any calibration.
    package var raw: Double
    /// Percent; nil when the station gives none.
    package var humidity: Double?
    package var reference: Double
    package init(raw: Double, humidity: Double?, reference: Double) {
      self.raw = raw
      self.humidity = humidity
      self.reference = reference
    }
  }

  /// Why nothing can be fitted.
  package enum Problem: Error, Sendable, Hashable, CustomStringConvertible {
    case tooFew(found: Int, needed: Int)
    /// The raw values, or the humidity, hardly vary or move together.
    case illConditioned
    /// The sensor shows less where the reference shows more.
    case notRising(slope: Double)

    package var description: String {
      switch self {
      case .tooFew(let found, let needed):
        "\(found) hours of both stations are too few: \(needed) are needed; take a longer period"
      case .illConditioned:
        "the raw values hardly vary, or move with the humidity: no coefficients follow; take a period with more weather"
      case .notRising(let slope): "the slope is \(slope): the sensor does not follow the reference; check the stations"
      }
    }
  }

  package var slope: Double
  package var intercept: Double
  /// In the pollutant's unit a percent; 0 where humidity was not part of the fit.
  package var humidity: Double
  package var usesHumidity: Bool
  package var count: Int
  /// Share of the reference's variance that the calibrated values explain.
  package var determination: Double
  /// Root of the mean squared difference of the calibrated values, in the pollutant's unit.
  package var rootMeanSquareError: Double
  /// Slope, intercept and determination of the raw values against the reference, before calibration.
  package var rawSlope: Double
  package var rawIntercept: Double
  package var rawDetermination: Double
  /// The same error of the raw values, and it as a share of the reference's mean.
  package var rawError: Double
  package var rawNormalizedError: Double

  /// Two days of hours.
  package static let minimumPairs = 48
  /// A pivot of the correlation matrix below this says nothing.
  private static let smallestPivot = 1e-3

  /// - Parameter pairs: hours of both; when every one has a humidity it is part of the fit.
  package init(_ pairs: [Pair]) throws(Problem) {
    guard pairs.count >= Self.minimumPairs else {
      throw .tooFew(found: pairs.count, needed: Self.minimumPairs)
    }
    let raws = Centred(pairs.map(\.raw))
    let references = Centred(pairs.map(\.reference))
    let relatives = pairs.compactMap(\.humidity)
    guard raws.spread > 0, references.spread > 0 else { throw .illConditioned }
    // Columns are centred and scaled, so that a pivot is the share of a column's variance that those before it leave.
    var columns = [raws]
    let moist = Centred(relatives)
    usesHumidity = relatives.count == pairs.count && moist.spread > 1e-9
    if usesHumidity { columns.append(moist) }
    let solution = try Self.solve(columns, references)
    slope = solution[0] * references.spread / raws.spread
    humidity = usesHumidity ? solution[1] * references.spread / moist.spread : 0
    intercept = references.mean - slope * raws.mean - humidity * (usesHumidity ? moist.mean : 0)
    count = pairs.count
    guard slope > 0 else { throw .notRising(slope: slope) }
    let (a, b, c) = (slope, intercept, humidity)
    let fitted = Self.error(pairs) { a * $0.raw + b + c * ($0.humidity ?? 0) }
    rootMeanSquareError = fitted
    let variance = references.spread * references.spread / Double(pairs.count)
    determination = max(0, 1 - fitted * fitted / variance)
    // What a co-location test states: the sensor as the dependent value, the reference as the independent one.
    let correlation = raws.product(references) / (raws.spread * references.spread)
    rawSlope = correlation * raws.spread / references.spread
    rawIntercept = raws.mean - rawSlope * references.mean
    rawDetermination = correlation * correlation
    rawError = Self.error(pairs) { $0.raw }
    rawNormalizedError = references.mean > 0 ? rawError / references.mean : .infinity
  }

  private static func error(_ pairs: [Pair], _ value: (Pair) -> Double) -> Double {
    let squares = pairs.reduce(0.0) { sum, pair in
      let difference = value(pair) - pair.reference
      return sum + difference * difference
    }
    return (squares / Double(pairs.count)).squareRoot()
  }

  /// The normal equations, by elimination with pivoting.
  private static func solve(_ columns: [Centred], _ right: Centred) throws(Problem) -> [Double] {
    let size = columns.count
    var matrix = columns.map { row in
      columns.map { row.product($0) / (row.spread * $0.spread) } + [row.product(right) / (row.spread * right.spread)]
    }
    for step in 0..<size {
      let pivot = (step..<size).max { matrix[$0][step].magnitude < matrix[$1][step].magnitude } ?? step
      matrix.swapAt(step, pivot)
      guard matrix[step][step].magnitude > smallestPivot else { throw .illConditioned }
      for row in (step + 1)..<max(size, step + 1) {
        let share = matrix[row][step] / matrix[step][step]
        for column in step...size { matrix[row][column] -= share * matrix[step][column] }
      }
    }
    var solution = [Double](repeating: 0, count: size)
    for step in (0..<size).reversed() {
      var value = matrix[step][size]
      for column in (step + 1)..<max(size, step + 1) { value -= matrix[step][column] * solution[column] }
      solution[step] = value / matrix[step][step]
    }
    return solution
  }

  /// Values around their mean.
  private struct Centred {
    var mean: Double
    var values: [Double]
    /// Root of the sum of squares.
    var spread: Double

    init(_ values: [Double]) {
      let mean = values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
      self.mean = mean
      self.values = values.map { $0 - mean }
      spread = self.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }

    func product(_ other: Centred) -> Double { zip(values, other.values).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  // MARK: Targets

  /// One target of the US EPA for sensors beside a reference (performance targets of 2021 to 2024, as `sensortoolkit`
  /// holds them).
  package struct Target: Sendable, Hashable {
    package var name: String
    package var value: Double
    /// What is asked for, for people.
    package var demand: String
    package var isMet: Bool
  }

  /// How the raw values stand against the targets: for people, never a ground of a decision. Empty where none are known.
  package func targets(_ pollutant: Pollutant) -> [Target] {
    let bounds: (slope: Double, intercept: Double, determination: Double, error: Double, normalized: Double?)
    switch pollutant {
    case .pm25: bounds = (0.35, 5, 0.70, 7, 0.30)
    case .pm10: bounds = (0.35, 10, 0.70, 14, nil)
    // 5 ppb at 298.15 K and 1013.25 hPa.
    case .o3: bounds = (0.2, 5 * 47.998 / 24.465, 0.80, 5 * 47.998 / 24.465, nil)
    default: return []
    }
    func tenth(_ value: Double) -> Double { (value * 10).rounded() / 10 }
    let isSmall = rawError <= bounds.error || bounds.normalized.map { rawNormalizedError <= $0 } ?? false
    let unit = pollutant.unit.rawValue
    return [
      Target(
        name: "slope", value: rawSlope, demand: "1 ± \(bounds.slope)", isMet: (rawSlope - 1).magnitude <= bounds.slope),
      Target(
        name: "intercept", value: rawIntercept, demand: "± \(tenth(bounds.intercept)) \(unit)",
        isMet: rawIntercept.magnitude <= bounds.intercept),
      Target(
        name: "r2", value: rawDetermination, demand: "≥ \(bounds.determination)",
        isMet: rawDetermination >= bounds.determination),
      Target(
        name: "rmse", value: rawError,
        demand: "≤ \(tenth(bounds.error)) \(unit)"
          + (bounds.normalized.map { " or ≤ \(Int($0 * 100)) % of the mean" } ?? ""),
        isMet: isSmall),
    ]
  }
}
