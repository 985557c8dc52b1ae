import AirQuality
import Lidar

/// A lidar mapping, checked and compiled.
final class CompiledLidar: Sendable {
  let plan: JSONPlan
  let stamp: StampReader
  let signalKind: LidarMapping.Signal
  let signal: Int
  let station: Int?
  let time: Int?
  let firstRange: Int?
  let resolution: Int?
  let ranges: Int?
  let wavelength: Int?
  let zenith: Int?
  let azimuth: Int?

  init(_ mapping: LidarMapping) throws(MappingError) {
    var columns: [JSONPath] = []
    func column(_ path: String?, _ key: String) throws(MappingError) -> Int? {
      guard let path else { return nil }
      columns.append(try JSONPath(path, key: key))
      return columns.count - 1
    }
    signal = try column(mapping.signal, "signal") ?? 0
    station = try column(mapping.station, "station")
    time = try column(mapping.time.path, "time.path")
    firstRange = try column(mapping.firstRange, "first_range")
    resolution = try column(mapping.resolution, "resolution")
    ranges = try column(mapping.ranges, "ranges")
    wavelength = try column(mapping.wavelength, "wavelength")
    zenith = try column(mapping.zenith, "zenith")
    azimuth = try column(mapping.azimuth, "azimuth")
    guard ranges != nil || resolution != nil else {
      throw MappingError("resolution", "give the distance between bins, or ranges for a list of distances")
    }
    stamp = try StampReader(mapping.time, key: "time")
    signalKind = mapping.signalKind
    plan = try JSONPlan(
      rows: try JSONPath(mapping.rows, key: "rows"), columns: columns,
      numbers: Set([signal] + [ranges].compactMap { $0 }),
      key: "rows")
  }
}

/// Lidar profiles in JSON.
enum LidarBodyDecoder {
  /// Bins may differ from even spacing by this share of the resolution.
  private static let spacingTolerance = 0.01

  static func decode(_ shapes: [CompiledLidar], _ body: ByteText, _ context: DecodeContext) -> DecodedBody {
    var result = DecodedBody()
    do throws(DecodeFailure) {
      let document = try JSONDocument(body)
      for (index, shape) in shapes.enumerated() {
        var reader = ProfileReader(shape: shape, context: context)
        let walk = document.walk(shape.plan) { reader.take($0) }
        if walk.stoppedAfter != nil, index + 1 < shapes.count { continue }
        result.profiles = reader.profiles
        result.errors = reader.log.kept
        result.errorCount = reader.log.count
        result.rowCount = reader.rowCount
        if walk.stoppedAfter != nil || result.profiles.isEmpty, let said = JSONBodyDecoder.usualErrorText(document) {
          result.settle(DecodeFailure(.errorReply, "the provider answered with an error: \(said)"))
        } else if walk.stoppedAfter != nil, document.fault == nil {
          result.settle(JSONBodyDecoder.noRows(shape.plan.rows, walk, document))
        } else {
          result.settle(document.fault)
        }
        break
      }
    } catch {
      result.verdict = .failed(error)
    }
    return result
  }

  private struct ProfileReader {
    let shape: CompiledLidar
    let context: DecodeContext
    var profiles: [LidarProfile] = []
    var log = ErrorLog()
    var rowCount = 0

    mutating func take(_ block: CellBlock) {
      for index in 0..<block.count {
        let position = block.position(index)
        do throws(Refusal) {
          guard block.hasColumns(index) else { throw Refusal(nil, "a profile is an object") }
          profiles.append(try profile(block.row(index)))
        } catch {
          let path = error.column.map { shape.plan.path(position, column: $0) } ?? shape.plan.path(position)
          log.note(error.code, row: rowCount, path: path, error.message)
        }
        rowCount += 1
      }
    }

    private func profile(_ cells: CellRow) throws(Refusal) -> LidarProfile {
      let signal = shape.signal
      let values: Cell.Numbers
      switch cells[signal].kind {
      case .numbers(let numbers): values = numbers
      case .tooLong(let count):
        throw Refusal(signal, "\(count) bins; at most \(FeedLimits.lidarBins) are taken")
      default: throw Refusal(signal, "the signal is \(cells[signal].description); a list of numbers is needed")
      }
      guard values.count > 0 else { throw Refusal(signal, "the signal has no bins") }
      let (first, resolution) = try spacing(cells, bins: values.count)
      var bins: [Float] = []
      bins.reserveCapacity(values.count)
      for bin in 0..<values.count {
        let range = first + Double(bin) * resolution
        let value = Float(shape.signalKind == .raw ? values[bin] * range * range : values[bin])
        bins.append(value.isFinite ? value : .nan)
      }
      var profile = LidarProfile(
        station: try station(cells), at: try instant(cells), firstRangeMeters: first, resolutionMeters: resolution,
        wavelengthNanometers: try shape.wavelength.flatMap { (column) throws(Refusal) in try number(cells, column) },
        backscatter: bins)
      profile.zenithDegrees = try angle(cells, shape.zenith, in: 0...180) ?? 0
      profile.azimuthDegrees = try angle(cells, shape.azimuth, in: 0...360)
      return profile
    }

    private func angle(
      _ cells: CellRow, _ column: Int?, in range: ClosedRange<Double>
    ) throws(Refusal) -> Double? {
      guard let column, let degrees = try number(cells, column) else { return nil }
      guard range.contains(degrees) else {
        throw Refusal(column, "\(degrees)° is no angle from \(range.lowerBound) to \(range.upperBound)")
      }
      return degrees
    }

    private func spacing(_ cells: CellRow, bins: Int) throws(Refusal) -> (Double, Double) {
      if let column = shape.ranges, case .numbers(let ranges) = cells[column].kind {
        guard ranges.count == bins, bins >= 2 else {
          throw Refusal(column, "\(ranges.count) distances for \(bins) bins; one for each, at least two, are needed")
        }
        let resolution = (ranges[bins - 1] - ranges[0]) / Double(bins - 1)
        guard resolution > 0 else { throw Refusal(column, "the distances do not grow") }
        guard LidarGeometry.resolutionMeters.contains(resolution) else {
          throw Refusal(column, LidarGeometry.refusal(ofResolution: resolution))
        }
        guard LidarGeometry.firstRangeMeters.contains(ranges[0]) else {
          throw Refusal(column, "\(ranges[0]) m is no first distance")
        }
        for bin in 0..<bins {
          let off = ranges[bin] - (ranges[0] + Double(bin) * resolution)
          // A NaN among them fails the comparison.
          guard abs(off) <= LidarBodyDecoder.spacingTolerance * resolution * Double(max(1, bin)) else {
            throw Refusal(column, "distance \(bin) (\(ranges[bin]) m) breaks the even spacing of \(resolution) m")
          }
        }
        return (ranges[0], resolution)
      }
      guard let column = shape.resolution, let resolution = try number(cells, column) else {
        throw Refusal(shape.resolution ?? shape.ranges, "the distance between bins is missing")
      }
      guard LidarGeometry.resolutionMeters.contains(resolution) else {
        throw Refusal(column, LidarGeometry.refusal(ofResolution: resolution))
      }
      let first =
        try shape.firstRange.flatMap { (column) throws(Refusal) in try number(cells, column) } ?? resolution / 2
      guard LidarGeometry.firstRangeMeters.contains(first) else {
        throw Refusal(shape.firstRange, "\(first) m is no first distance")
      }
      return (first, resolution)
    }

    /// Nil when the cell is absent or null.
    private func number(_ cells: CellRow, _ column: Int) throws(Refusal) -> Double? {
      switch cells[column].kind {
      case .number(let value): return value
      case .integer(let value): return Double(value)
      case .absent, .null: return nil
      case .text(let text):
        if case .number(let value) = NumberText(text) { return value }
      default: break
      }
      throw Refusal(column, "\(cells[column].description) is no number")
    }

    private func station(_ cells: CellRow) throws(Refusal) -> String {
      if let column = shape.station {
        switch cells[column].kind {
        case .text(let raw):
          var table = StationTable()
          if table.number(of: raw.trimmed) != nil { return raw.trimmed.string }
          if !raw.trimmed.isEmpty { throw Refusal(column, .station, "\(excerpt(raw)) is no station id") }
        case .integer(let code): return String(code)
        case .absent, .null: break
        default: throw Refusal(column, .station, "the station id is \(cells[column].description); a text is needed")
        }
      }
      guard let name = context.defaultStation else {
        throw Refusal(shape.station, .station, "the profile names no station; give the feed a station")
      }
      return name
    }

    private func instant(_ cells: CellRow) throws(Refusal) -> Instant {
      guard let column = shape.time else { return context.receivedAt }
      do throws(StampReader.Failure) {
        switch cells[column].kind {
        case .text(let text): return try shape.stamp.read(text, context)
        case .integer(let value): return try shape.stamp.read(Double(value), context)
        case .number(let value): return try shape.stamp.read(value, context)
        default: throw .missing
        }
      } catch {
        throw Refusal(column, .time, "\(cells[column].description) is no stamp; \(shape.stamp.example) is needed")
      }
    }
  }

  /// Why a profile is left out.
  private struct Refusal: Error {
    let column: Int?
    let code: RowError.Code
    let message: String
    init(_ column: Int?, _ message: String) { self.init(column, .profile, message) }
    init(_ column: Int?, _ code: RowError.Code, _ message: String) {
      self.column = column
      self.code = code
      self.message = message
    }
  }
}
