import AirQuality
import JSONText
import Lidar

/// One profile as a line of JSON.
struct LidarJSON {
  var file: String
  var format: String
  var index: Int
  var record: LidarRecord
  var products: LidarProducts?
  var settings: LidarProducts.Settings
  /// Between which an optical depth is asked for, metres above the instrument.
  var depthHeights: ClosedRange<Double>?

  func line() -> [UInt8] {
    var writer = JSONWriter(offset: .utc, capacity: 1 << 16)
    writer.object { writer in
      writer.field("file", file)
      writer.field("format", format)
      writer.field("profile", index)
      writer.field("time", record.at)
      writer.field("source", record.source)
      writer.field("tilt_degrees", record.tiltDegrees)
      writer.field("altitude_m", record.altitudeMeters)
      writer.field("verified", record.isVerified)
      writer.key("cloud_bases")
      numbers(record.cloudBasesMeters.map { Float($0) }, &writer)
      writer.key("instrument_layers")
      numbers(record.layersMeters.map { Float($0) }, &writer)
      if let products {
        write(products.retrieval, &writer)
        write(products, &writer)
      }
      writer.array("channels", record.channels) { writer, channel in
        writer.object { writer in
          writer.field("name", channel.name)
          writer.field("kind", channel.kind.rawValue)
          writer.field("wavelength_nm", channel.wavelengthNanometers)
          writer.field("unit", channel.unit)
          writer.field("polarisation", channel.polarisation.rawValue)
          writer.field("first_range_m", channel.firstRangeMeters)
          writer.field("resolution_m", channel.resolutionMeters)
          // The one that everything is made of stands above.
          guard channel != products?.retrieval.channel || channel.kind == .analog || channel.kind == .photonCounting
          else {
            return
          }
          writer.key("values")
          numbers(channel.values, &writer)
        }
      }
    }
    return writer.bytes + [0x0A]
  }

  private func write(_ made: LidarRetrieval, _ writer: inout JSONWriter) {
    let channel = made.channel
    writer.field("wavelength_nm", channel.wavelengthNanometers)
    writer.key("range")
    numbers(channel.values.indices.map { Float(channel.range(ofBin: $0)) }, &writer)
    writer.field("attenuated_backscatter_unit", channel.kind == .attenuatedBackscatter ? channel.unit : "a.u.")
    writer.key("attenuated_backscatter")
    numbers(channel.measured, &writer)
    writer.key("extinction")
    if let inversion = made.inversion {
      numbers(inversion.extinction.map { Float($0) }, &writer)
    } else {
      writer.null()
    }
    writer.key("backscatter")
    if let inversion = made.inversion {
      numbers(inversion.backscatter.map { Float($0) }, &writer)
    } else {
      writer.null()
    }
    writer.object("inversion") {
      $0.field("method", made.inversion == nil ? nil : made.method.rawValue)
      $0.field("lidar_ratio", settings.retrieval.klett.lidarRatio)
      $0.field("reference_from", settings.retrieval.klett.referenceMeters.lowerBound)
      $0.field("reference_to", settings.retrieval.klett.referenceMeters.upperBound)
      $0.field("reference_ratio", settings.retrieval.klett.referenceRatio)
      $0.field("reference_error", made.inversion?.referenceError)
      $0.field("optical_depth", made.inversion.flatMap { $0.opticalDepth.isFinite ? $0.opticalDepth : nil })
      $0.field("refusal", made.refusal?.description)
    }
    writer.object("layers") {
      $0.field("gradient", made.gradientHeightMeters)
      $0.field("wavelet", made.wavelet?.heightMeters)
      $0.field("wavelet_uncertainty", made.wavelet?.uncertaintyMeters)
      $0.field("wavelet_found", made.wavelet?.found)
    }
  }

  func numbers(_ values: [Float], _ writer: inout JSONWriter) {
    writer.beginArray()
    for value in values { writer.value(measured: value) }
    writer.endArray()
  }
}
