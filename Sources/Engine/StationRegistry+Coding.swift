import AirQuality

/// The registry inside configuration records.
extension StationRegistry {
  func encode(into writer: inout ByteWriter) {
    writer.list(settings) { writer, setting in
      writer.text(setting.station)
      writer.list(setting.units) { writer, unit in
        writer.byte(unit.pollutant.rawValue)
        writer.text(unit.unit.rawValue)
      }
      writer.text(setting.stamp?.rawValue ?? "")
      writer.optional(setting.periodMilliseconds) { $0.signed(Int64($1)) }
      writer.optional(setting.retired) { $0.signed(Int64($1.number)) }
    }
    writer.list(assessments) { writer, span in
      writer.text(span.station)
      writer.text(span.purpose.rawValue)
      writer.optional(span.from) { $0.signed(Int64($1.number)) }
      writer.optional(span.until) { $0.signed(Int64($1.number)) }
    }
    writer.list(calibrations) { $1.encode(into: &$0) }
  }

  init<Failure>(decoding reader: inout ByteReader<Failure>) throws(Failure) {
    self.init(
      settings: try reader.list(of: "station settings") { reader throws(Failure) in
        try StationSetting(decoding: &reader)
      },
      assessments: try reader.list(of: "assessments") { reader throws(Failure) in
        AssessmentSpan(
          station: try reader.text(), purpose: try reader.named(AssessmentSpan.Purpose.self),
          from: try optionalDay(&reader), until: try optionalDay(&reader))
      },
      calibrations: try reader.list(of: "calibrations") { reader throws(Failure) in try Calibration(decoding: &reader) }
    )
  }
}

extension StationSetting {
  fileprivate init<Failure>(decoding reader: inout ByteReader<Failure>) throws(Failure) {
    self.init(station: try reader.text())
    units = try reader.list(of: "units") { reader throws(Failure) in
      UnitOverride(pollutant: try decodePollutant(&reader), unit: try reader.named(MeasurementUnit.self))
    }
    let meaning = try reader.text()
    stamp = StampMeaning(rawValue: meaning)
    if stamp == nil, !meaning.isEmpty { throw reader.fail("“\(meaning)” is no meaning of a stamp") }
    periodMilliseconds = try reader.optional { reader throws(Failure) in try reader.integer("a period") }
    retired = try optionalDay(&reader)
  }
}

extension Calibration {
  fileprivate func encode(into writer: inout ByteWriter) {
    writer.text(station)
    writer.byte(pollutant.rawValue)
    writer.text(model.rawValue)
    writer.double(slope)
    writer.double(intercept)
    writer.double(humidity)
    writer.signed(Int64(from.number))
    writer.optional(until) { $0.signed(Int64($1.number)) }
    writer.text(reference)
    writer.text(note)
  }

  fileprivate init<Failure>(decoding reader: inout ByteReader<Failure>) throws(Failure) {
    self.init(
      station: try reader.text(), pollutant: try decodePollutant(&reader),
      model: try reader.named(CalibrationModel.self), slope: try reader.double(), intercept: try reader.double(),
      humidity: try reader.double(), from: CivilDay(number: try reader.integer("a day")),
      until: try optionalDay(&reader), reference: try reader.text(), note: try reader.text())
  }
}

private func decodePollutant<Failure>(_ reader: inout ByteReader<Failure>) throws(Failure) -> Pollutant {
  let raw = try reader.byte()
  guard let pollutant = Pollutant(rawValue: raw) else { throw reader.fail("\(raw) is no pollutant") }
  return pollutant
}
