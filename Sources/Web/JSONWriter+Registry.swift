import AirQuality
import Engine
import JSONText

/// What the registry says of a station, and where a mobile one is: only what there is.
extension JSONWriter {
  mutating func writeRegistry(of station: StationView) {
    if let position = station.position {
      object("position") {
        $0.field("lat", degrees: position.latitude)
        $0.field("lon", degrees: position.longitude)
        $0.field("county", station.positionCounty)
      }
    }
    if let retired = station.retired {
      field("retired", retired.description)
      field("sent_after_retirement", station.sentAfterRetirement)
    }
    if !station.calibrations.isEmpty {
      array("calibrations", station.calibrations) { writer, calibration in
        writer.beginObject()
        writer.field("pollutant", calibration.pollutant.name)
        writer.field("model", calibration.model.rawValue)
        writer.field("formula", calibration.formula)
        writer.field("from", calibration.from.description)
        writer.field("until", calibration.until?.description)
        writer.field("reference", calibration.reference)
        writer.endObject()
      }
    }
    if !station.assessments.isEmpty {
      array("assessments", station.assessments) { writer, span in
        writer.beginObject()
        writer.field("purpose", span.purpose.rawValue)
        writer.field("from", span.from?.description)
        writer.field("until", span.until?.description)
        writer.endObject()
      }
    }
  }
}
