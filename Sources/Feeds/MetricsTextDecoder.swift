import AirQuality

/// The exposition format of Prometheus, and OpenMetrics.
///
/// A sample is read when its name is a quantity's (`airgradient_pm2d5_ugm3`), or when a `pollutant` or `parameter` label
/// names one (`lantian_concentration_grams_per_cubic_meter{pollutant="pm25"}`): then the metric's name gives the unit.
/// The unit is the `unit` label's, the name's, the `# UNIT` line's, or else the pollutant's own. Stations are named by
/// label (`PointTags.station`). A stamp is milliseconds, in OpenMetrics (known by its `# EOF`) seconds; without one the
/// sample is of the moment of reception. A `window` label (`1h`) is the averaging period that ends there. NaN is missing.
/// Histograms and summaries are no measurements, and ignored.
enum MetricsTextDecoder {
  static func decode(_ body: ByteText, _ context: DecodeContext) -> DecodedBody {
    TextDecoding.withUTF8(body, declared: .utf8, guesses: true) { text in
      var reader = Reader(assembler: PointAssembler(context), isOpenMetrics: endsInEOF(text))
      var scanner = MetricsTextScanner(text)
      while true {
        do throws(MetricsTextScanner.Fault) {
          guard try scanner.next({ reader.take($0) }) else { return reader.assembler.finish(nil) }
          reader.take(scanner)
        } catch {
          reader.assembler.note(.structure, scanner.line, "\(error.why); the line is left out")
          reader.assembler.rowCount += 1
        }
      }
    }
  }

  private static func endsInEOF(_ text: ByteText) -> Bool {
    let trimmed = text.trimmed
    return trimmed.count >= 5 && trimmed[(trimmed.count - 5)..<trimmed.count].equals(Array("# EOF".utf8))
  }

  private struct Reader {
    var assembler: PointAssembler
    let isOpenMetrics: Bool
    /// Families whose samples are no measurements.
    private var derived: Set<String> = []
    private var units: [String: [UInt8]] = [:]

    init(assembler: PointAssembler, isOpenMetrics: Bool) {
      self.assembler = assembler
      self.isOpenMetrics = isOpenMetrics
    }

    mutating func take(_ remark: MetricsTextScanner.Remark) {
      switch remark {
      case .type(let name, let kind):
        let isDerived = ["histogram", "summary", "gaugehistogram", "stateset", "info"].contains(kind.string)
        if isDerived, derived.count < FeedLimits.rememberedNames { derived.insert(name.string) }
      case .unit(let name, let unit):
        if units.count < FeedLimits.rememberedNames { units[name.string] = unit.bytes }
      case .end, .other: break
      }
    }

    /// What the labels of a sample say.
    private struct Head {
      var station: (rank: Int, piece: MetricsTextScanner.Piece)?
      var quantity: MetricsTextScanner.Piece?
      var unit: MetricsTextScanner.Piece?
      var window: MetricsTextScanner.Piece?
      var latitude: MetricsTextScanner.Piece?
      var longitude: MetricsTextScanner.Piece?

      mutating func look(_ key: ByteText, _ value: MetricsTextScanner.Piece) {
        if let rank = PointTags.rank(key, in: PointTags.station) {
          if station == nil || rank < station!.rank { station = (rank, value) }
        } else if PointTags.rank(key, in: PointTags.quantity) != nil {
          quantity = value
        } else if PointTags.rank(key, in: PointTags.unit) != nil {
          unit = value
        } else if PointTags.rank(key, in: PointTags.latitude) != nil {
          latitude = value
        } else if PointTags.rank(key, in: PointTags.longitude) != nil {
          longitude = value
        } else if key.equals(Array("window".utf8)) {
          window = value
        }
      }
    }

    mutating func take(_ scanner: MetricsTextScanner) {
      defer { assembler.rowCount += 1 }
      var head = Head()
      for label in scanner.labels { scanner.text(label.key) { head.look($0, label.value) } }
      guard let quantity = quantity(head, scanner) else {
        assembler.ignoredValues += 1
        return
      }
      let line = scanner.line
      guard let raw = value(scanner), let end = stamp(scanner), let period = period(head, scanner) else { return }
      let number: UInt32? =
        if let station = head.station {
          scanner.text(station.piece) { assembler.station($0, line: line) }
        } else {
          assembler.station(nil, line: line)
        }
      guard let station = number, let (factor, offset) = conversion(quantity, of: station, head, scanner) else {
        return
      }
      let converted = raw * factor + offset
      guard !converted.isInfinite else {
        assembler.note(.value, line, "\(raw) is more than can be kept; look at the feed")
        return
      }
      assembler.append(
        quantity.pollutant, converted, station: station, stamp: end, window: period,
        position: position(head, scanner))
    }

    private mutating func quantity(_ head: Head, _ scanner: MetricsTextScanner) -> QuantityName? {
      if !derived.isEmpty, derived.contains(scanner.text(scanner.name) { $0.string }) { return nil }
      guard let label = head.quantity else { return scanner.text(scanner.name) { assembler.quantity($0) } }
      guard var quantity = scanner.text(label, { assembler.quantity($0) }) else { return nil }
      // Only a family whose name ends in a unit of concentration or the like holds values of the labelled pollutant.
      guard let unit = scanner.text(scanner.name, { QuantityName.unit(endingIn: $0.string) }) else { return nil }
      quantity.unit = unit.value ?? quantity.unit
      return quantity
    }

    private mutating func conversion(
      _ quantity: QuantityName, of station: UInt32, _ head: Head, _ scanner: MetricsTextScanner
    ) -> (factor: Double, offset: Double)? {
      let line = scanner.line
      let name = scanner.name
      if let unit = head.unit {
        return scanner.text(unit) {
          assembler.conversion(quantity, of: station, spelled: $0, line: line, scanner.text(name) { excerpt($0) })
        }
      }
      if quantity.unit == nil, let unit = units[scanner.text(name) { $0.string }],
        let spelled = QuantityName.unit(endingIn: String(decoding: unit, as: UTF8.self))?.value
      {
        var exact = quantity
        exact.unit = spelled
        return assembler.conversion(
          exact, of: station, spelled: nil, line: line, scanner.text(name) { excerpt($0) })
      }
      return assembler.conversion(quantity, of: station, spelled: nil, line: line, scanner.text(name) { excerpt($0) })
    }

    private mutating func value(_ scanner: MetricsTextScanner) -> Double? {
      let line = scanner.line
      return scanner.text(scanner.value) { text -> Double? in
        switch NumberText(text) {
        case .number(let number): return number
        default:
          if text.string.lowercased() == "nan" { return .nan }
          assembler.note(.value, line, "\(excerpt(text)) is no number that can be kept; look at the feed")
          return nil
        }
      }
    }

    private mutating func stamp(_ scanner: MetricsTextScanner) -> Instant? {
      guard let piece = scanner.stamp else { return assembler.context.receivedAt }
      let line = scanner.line
      let unit = isOpenMetrics ? 1_000.0 : 1
      return scanner.text(piece) { text -> Instant? in
        guard case .number(let number) = NumberText(text) else {
          assembler.note(.time, line, "\(excerpt(text)) is no stamp; milliseconds since 1970 are needed")
          return nil
        }
        let milliseconds = (number * unit).rounded()
        guard milliseconds >= Double(StampReader.instants.lowerBound),
          milliseconds <= Double(StampReader.instants.upperBound)
        else {
          assembler.note(.time, line, "\(excerpt(text)) is outside the years 1 to 9999; look at the feed")
          return nil
        }
        return Instant(milliseconds: Int64(milliseconds))
      }
    }

    /// The period of a `window` label, 0 without one; nil (and noted) when it is no period.
    private mutating func period(_ head: Head, _ scanner: MetricsTextScanner) -> Int32? {
      guard let window = head.window else { return 0 }
      let line = scanner.line
      return scanner.text(window) { text -> Int32? in
        var digits = 0
        while digits < text.count, text[digits] >= 0x30, text[digits] <= 0x39 { digits += 1 }
        if let amount = Int(text[0..<digits].string), amount < 100_000,
          let unit = RowPeriodReader.milliseconds(ofUnit: text[digits..<text.count])
        {
          return RowPeriodReader.period(Double(amount), unitMilliseconds: unit)
        }
        assembler.note(.time, line, "\(excerpt(text)) is no averaging period such as 1h")
        return nil
      }
    }

    private mutating func position(_ head: Head, _ scanner: MetricsTextScanner) -> Position {
      guard let latitude = head.latitude, let longitude = head.longitude,
        case .number(let north) = scanner.text(latitude, { NumberText($0) }),
        case .number(let east) = scanner.text(longitude, { NumberText($0) })
      else { return .none }
      if let position = Position(latitude: north, longitude: east) { return position }
      assembler.note(
        .position, scanner.line, "\(north), \(east) is no place on the globe; the sample is kept without one")
      return .none
    }
  }
}
