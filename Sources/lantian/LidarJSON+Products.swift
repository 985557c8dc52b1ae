import JSONText
import Lidar

extension LidarJSON {
  /// Everything beyond the extinction itself.
  func write(_ products: LidarProducts, _ writer: inout JSONWriter) {
    writer.key("optical_depth")
    writer.object { writer in
      writer.field("boundary_layer", finite(products.layerOpticalDepth))
      guard let heights = depthHeights else { return }
      writer.field("from", heights.lowerBound)
      writer.field("to", heights.upperBound)
      writer.field(
        "between",
        finite(products.retrieval.opticalDepth(fromHeight: heights.lowerBound, toHeight: heights.upperBound)))
    }
    if let layer = products.boundaryLayer { write(layer, &writer) }
    writer.array("elevated_layers", products.layers.layers) { writer, layer in
      writer.object { writer in
        writer.field("kind", layer.kind.rawValue)
        writer.field("base", layer.baseMeters)
        writer.field("top", layer.topMeters)
        writer.field("top_seen", layer.isTopSeen)
        writer.field("peak", layer.peakMeters)
        writer.key("peak_signal")
        writer.value(measured: Float(layer.peakSignal))
        writer.field("contrast", layer.contrast)
        writer.field("signal_to_noise", layer.signalToNoise)
        writer.field(
          "optical_depth",
          finite(products.retrieval.opticalDepth(fromHeight: layer.baseMeters, toHeight: layer.topMeters)))
      }
    }
    write(products.depolarization, &writer)
    writer.array("ozone", products.ozone) { writer, made in write(made, &writer) }
    writeMass(products, &writer)
  }

  private func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }

  private func write(_ layer: BoundaryLayer, _ writer: inout JSONWriter) {
    writer.object("boundary_layer") { writer in
      writer.field("height", layer.heightMeters)
      writer.field("uncertainty", layer.uncertaintyMeters)
      writer.field("quality", layer.quality.rawValue)
      writer.field("reason", layer.reason.rawValue)
      writer.field("reason_zh", layer.reason.chinese)
      writer.field("reason_en", layer.reason.english)
      writer.field("gradient", layer.gradientMeters)
      writer.field("wavelet", layer.waveletMeters)
      writer.field("signal_to_noise", layer.signalToNoise)
      writer.field("cloud_base", layer.cloudBaseMeters)
      writer.field("cloudy_share", layer.cloudyShare)
      writer.field("profiles", layer.profiles)
      writer.field("from", layer.from)
      writer.field("until", layer.until)
      writer.array("candidates", layer.candidates) { writer, candidate in
        writer.object { writer in
          writer.field("height", candidate.heightMeters)
          writer.field("relative_step", candidate.relativeStep)
          writer.field("signal_to_noise", candidate.signalToNoise)
        }
      }
    }
  }

  private func write(
    _ made: Result<Depolarization.Result, Depolarization.Refusal>?, _ writer: inout JSONWriter
  ) {
    writer.key("depolarisation")
    switch made {
    case nil: writer.null()
    case .failure(let refusal): writer.object { writer in writer.field("refusal", refusal.description) }
    case .success(let found):
      writer.object { writer in
        writer.field("wavelength_nm", found.wavelengthNanometers)
        writer.field("of_instrument", found.isOfInstrument)
        if !found.isOfInstrument { writer.field("constant", settings.depolarization.calibration) }
        writer.field("first_range_m", found.firstRangeMeters)
        writer.field("resolution_m", found.resolutionMeters)
        writer.key("volume")
        numbers(found.volume.map { Float($0) }, &writer)
        writer.key("particle")
        if let particle = found.particle {
          numbers(particle.map { Float($0) }, &writer)
        } else {
          writer.null()
        }
      }
    }
  }

  private func write(_ made: Result<OzoneDIAL.Result, OzoneDIAL.Refusal>, _ writer: inout JSONWriter) {
    writer.object { writer in
      switch made {
      case .failure(let refusal): writer.field("refusal", refusal.description)
      case .success(let found):
        writer.field("on_nm", found.on)
        writer.field("off_nm", found.off)
        writer.field("first_range_m", found.firstRangeMeters)
        writer.field("resolution_m", found.resolutionMeters)
        writer.field("unit", "ug/m3")
        writer.field("aerosol_corrected", found.isAerosolCorrected)
        writer.key("values")
        numbers(found.micrograms.map { Float($0) }, &writer)
        writer.key("uncertainty")
        numbers(found.microgramsUncertainty.map { Float($0) }, &writer)
      }
    }
  }

  private func writeMass(_ products: LidarProducts, _ writer: inout JSONWriter) {
    writer.object("near_surface_mass") { writer in
      if case .success(let mass) = products.mass {
        writer.field("value", mass.micrograms)
        writer.field("uncertainty", mass.uncertainty)
        writer.field("humidity_factor", mass.humidityFactor)
      }
      if case .failure(let refusal) = products.mass { writer.field("refusal", refusal.description) }
      writer.field("unit", "ug/m3")
      writer.key("extinction")
      if let extinction = products.nearGroundExtinction {
        writer.value(measured: Float(extinction))
      } else {
        writer.null()
      }
      writer.field("humidity", settings.humidity)
      guard let relation = products.massRelation else { return }
      writer.object("relation") { writer in
        writer.field("source", relation.source.rawValue)
        writer.field("slope", relation.slope)
        writer.field("intercept", relation.intercept)
        writer.field("gamma", relation.growth.gamma)
        guard let fit = relation.fit else { return }
        writer.field("pairs", fit.pairs)
        writer.field("r", fit.correlation)
        writer.field("residual", fit.residual)
      }
    }
  }
}
