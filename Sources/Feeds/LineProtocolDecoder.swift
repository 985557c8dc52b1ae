import AirQuality

/// InfluxDB line protocol.
///
/// A field is read when its name is a quantity's (`pm25`, `no2_ppb`); a field called `value` has the name of its
/// `pollutant` or `parameter` tag, or else of its measurement. The unit is the `unit` tag's, the name's, or else the
/// pollutant's own (µg/m³, CO mg/m³). Stations are named by tag (`PointTags.station`), places by `lat` and `lon`, tags or
/// fields. Values are of a moment, the stamp, or without one the moment of reception, unless the registry gives their
/// station a period.
///
/// The protocol does not write a stamp's precision down: it follows from its size. Below 1e11 it counts seconds, below
/// 1e14 milliseconds, below 1e17 microseconds, else nanoseconds; for stamps after March 1973 that is exact.
enum LineProtocolDecoder {
  static func decode(_ body: ByteText, _ context: DecodeContext) -> DecodedBody {
    TextDecoding.withUTF8(body, declared: .utf8, guesses: true) { text in
      var assembler = PointAssembler(context)
      var scanner = LineProtocolScanner(text)
      while true {
        do throws(LineProtocolScanner.Fault) {
          guard try scanner.next() else { return assembler.finish(nil) }
          take(scanner, &assembler)
        } catch {
          switch error {
          case .malformed(let why):
            assembler.note(.structure, scanner.line, "\(why); the line is left out")
          case .tooWide:
            assembler.note(
              .structure, scanner.line, "more than \(FeedLimits.pointFields) tags or fields; the line is left out")
          case .truncated(let why):
            assembler.note(.structure, scanner.line, "\(why); the point is left out")
            return assembler.finish(
              DecodeFailure(
                .truncated, "\(why) that open in the point of line \(scanner.line)", path: "line \(scanner.line)"))
          }
          assembler.rowCount += 1
        }
      }
    }
  }

  /// What the tags of a point say.
  private struct Head {
    var station: (rank: Int, piece: LineProtocolScanner.Piece)?
    var quantity: LineProtocolScanner.Piece?
    var unit: LineProtocolScanner.Piece?
    var latitude: LineProtocolScanner.Piece?
    var longitude: LineProtocolScanner.Piece?

    mutating func look(_ key: ByteText, _ value: LineProtocolScanner.Piece, isTag: Bool) {
      if PointTags.rank(key, in: PointTags.latitude) != nil {
        latitude = value
      } else if PointTags.rank(key, in: PointTags.longitude) != nil {
        longitude = value
      } else if isTag, let rank = PointTags.rank(key, in: PointTags.station) {
        if station == nil || rank < station!.rank { station = (rank, value) }
      } else if isTag, PointTags.rank(key, in: PointTags.quantity) != nil {
        quantity = value
      } else if isTag, PointTags.rank(key, in: PointTags.unit) != nil {
        unit = value
      }
    }
  }

  private static func take(_ scanner: LineProtocolScanner, _ assembler: inout PointAssembler) {
    defer { assembler.rowCount += 1 }
    var head = Head()
    for tag in scanner.tags { scanner.text(tag.key) { head.look($0, tag.value, isTag: true) } }
    for field in scanner.fields { scanner.text(field.key) { head.look($0, field.value, isTag: false) } }
    let line = scanner.line
    var place: (stamp: Instant, station: UInt32, position: Position)?
    for field in scanner.fields {
      guard let quantity = quantity(of: field.key, head, scanner, &assembler) else {
        assembler.ignoredValues += 1
        continue
      }
      // Points without a quantity need neither stamp nor station.
      if place == nil { place = self.place(head, scanner, &assembler) }
      guard let (stamp, station, position) = place else { return }
      guard let raw = value(field, quantity, scanner, &assembler) else { continue }
      let conversion: (factor: Double, offset: Double)? =
        if let unit = head.unit, quantity.unit == nil {
          scanner.text(unit) {
            assembler.conversion(
              quantity, of: station, spelled: $0, line: line, scanner.text(field.key) { excerpt($0) })
          }
        } else {
          assembler.conversion(
            quantity, of: station, spelled: nil, line: line, scanner.text(field.key) { excerpt($0) })
        }
      guard let (factor, offset) = conversion else { continue }
      let converted = raw * factor + offset
      guard !converted.isInfinite else {
        assembler.note(.value, line, "\(raw) is more than can be kept; look at the feed")
        continue
      }
      assembler.append(
        quantity.pollutant, converted, station: station, stamp: stamp, window: 0, position: position)
    }
  }

  /// When and where a point was measured; nil (and noted) when it does not say.
  private static func place(
    _ head: Head, _ scanner: LineProtocolScanner, _ assembler: inout PointAssembler
  ) -> (stamp: Instant, station: UInt32, position: Position)? {
    guard let stamp = stamp(scanner, &assembler) else { return nil }
    let number: UInt32? =
      if let station = head.station {
        scanner.text(station.piece) { assembler.station($0, line: scanner.line) }
      } else {
        assembler.station(nil, line: scanner.line)
      }
    return number.map { (stamp, $0, position(head, scanner, &assembler)) }
  }

  private static func quantity(
    of key: LineProtocolScanner.Piece, _ head: Head, _ scanner: LineProtocolScanner, _ assembler: inout PointAssembler
  ) -> QuantityName? {
    let isBare = scanner.text(key) { $0.equals(Array("value".utf8)) || $0.equals(Array("_value".utf8)) }
    return scanner.text(isBare ? head.quantity ?? scanner.measurement : key) { assembler.quantity($0) }
  }

  /// The number of a field; nil (and noted) when it is none.
  private static func value(
    _ field: (key: LineProtocolScanner.Piece, value: LineProtocolScanner.Piece), _ quantity: QuantityName,
    _ scanner: LineProtocolScanner, _ assembler: inout PointAssembler
  ) -> Double? {
    let line = scanner.line
    return scanner.text(field.value) { text -> Double? in
      var digits = text
      // Integers carry an i, unsigned ones a u.
      if !field.value.quoted, text.count > 1, [UInt8(ascii: "i"), UInt8(ascii: "u")].contains(text[text.count - 1]) {
        digits = text[0..<(text.count - 1)]
      }
      switch NumberText(digits) {
      case .number(let number): return number
      case .empty: return .nan
      case .outOfRange, .notANumber:
        let name = scanner.text(field.key) { excerpt($0) }
        assembler.note(
          .value, line, "\(name): \(excerpt(text)) is no number of \(quantity.pollutant.name); look at the feed")
        return nil
      }
    }
  }

  /// The point's moment; nil (and noted) when what stands there is no stamp.
  private static func stamp(_ scanner: LineProtocolScanner, _ assembler: inout PointAssembler) -> Instant? {
    guard let piece = scanner.stamp else { return assembler.context.receivedAt }
    let line = scanner.line
    return scanner.text(piece) { text -> Instant? in
      guard let number = Int64(text.string) else {
        assembler.note(.time, line, "\(excerpt(text)) is no stamp; whole nanoseconds since 1970 are needed")
        return nil
      }
      let milliseconds =
        switch number.magnitude {
        case ..<100_000_000_000: number * 1_000
        case ..<100_000_000_000_000: number
        case ..<100_000_000_000_000_000: number / 1_000
        default: number / 1_000_000
        }
      guard StampReader.instants.contains(Int(milliseconds)) else {
        assembler.note(.time, line, "\(excerpt(text)) is outside the years 1 to 9999; look at the feed")
        return nil
      }
      return Instant(milliseconds: milliseconds)
    }
  }

  private static func position(
    _ head: Head, _ scanner: LineProtocolScanner, _ assembler: inout PointAssembler
  ) -> Position {
    guard let latitude = head.latitude, let longitude = head.longitude,
      case .number(let north) = scanner.text(latitude, { NumberText($0) }),
      case .number(let east) = scanner.text(longitude, { NumberText($0) })
    else { return .none }
    if let position = Position(latitude: north, longitude: east) { return position }
    assembler.note(
      .position, scanner.line, "\(north), \(east) is no place on the globe; the point is kept without one")
    return .none
  }
}
