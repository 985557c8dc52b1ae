/// What a bureau asks of one profile beyond its extinction: the top of the mixed layer, layers aloft, depolarisation, ozone,
/// the mass near the ground, optical depths.
package struct LidarProducts: Sendable, Hashable {
  /// What is assumed.
  package struct Settings: Sendable, Hashable {
    package var retrieval = LidarRetrieval.Settings()
    package var boundaryLayer = BoundaryLayer.Settings()
    package var layers = LayerDetection.Settings()
    package var depolarization = Depolarization()
    package var ozone = OzoneDIAL()
    /// How extinction makes mass; nil for the literature's efficiency at the channel's wavelength.
    package var mass: ExtinctionToMass?
    package var growth = HumidityGrowth.usual
    /// Relative humidity near the ground, per cent; nil when unknown.
    package var humidity: Double?
    /// Near the ground means the lowest usable bins up to this height above the first of them, metres.
    package var nearGroundMeters = 200.0
    package init() {}
  }

  package var retrieval: LidarRetrieval
  package var boundaryLayer: BoundaryLayer?
  package var layers: LayerDetection
  /// Nil when the record has neither polarised channels nor a ratio of its own.
  package var depolarization: Result<Depolarization.Result, Depolarization.Refusal>?
  /// Empty without two lines that ozone absorbs.
  package var ozone: [Result<OzoneDIAL.Result, OzoneDIAL.Refusal>]
  /// Mean extinction near the ground, 1/m.
  package var nearGroundExtinction: Double?
  package var massRelation: ExtinctionToMass?
  package var mass: Result<ExtinctionToMass.Mass, ExtinctionToMass.Refusal>
  /// Vertical optical depth from the instrument to the top of the mixed layer.
  package var layerOpticalDepth: Double?

  /// Nil when the record has no elastic channel.
  ///
  /// - Parameter neighbours: records up to this one, oldest first and this one among them, for the top of the mixed layer.
  package init?(_ record: LidarRecord, neighbours: [LidarRecord] = [], _ settings: Settings = Settings()) {
    guard let retrieval = LidarRetrieval(record, settings.retrieval) else { return nil }
    self.retrieval = retrieval
    let isSlant = record.tiltDegrees >= LidarGeometry.slantDegrees
    let layer =
      isSlant ? nil : BoundaryLayer(neighbours.isEmpty ? [record] : neighbours, settings: settings.boundaryLayer)
    boundaryLayer = layer
    layers = LayerDetection(record, aboveMeters: layer?.heightMeters, settings: settings.layers) ?? LayerDetection()
    layerOpticalDepth = layer?.heightMeters.flatMap { retrieval.opticalDepth(fromHeight: 0, toHeight: $0) }
    if let line = Depolarization.line(of: record) {
      let ratio = Self.scatteringRatio(record, at: line.wavelengthNanometers, retrieval, settings)
      do throws(Depolarization.Refusal) {
        depolarization = .success(try settings.depolarization.retrieve(record, scatteringRatio: ratio))
      } catch { depolarization = .failure(error) }
    }
    ozone = settings.ozone.retrieve(record)
    let extinction = retrieval.meanExtinction(aboveLowest: settings.nearGroundMeters)
    nearGroundExtinction = extinction
    let relation =
      settings.mass
      ?? ExtinctionToMass(
        wavelengthNanometers: retrieval.channel.wavelengthNanometers ?? 1_064, growth: settings.growth)
    massRelation = relation
    if let relation {
      do throws(ExtinctionToMass.Refusal) {
        mass = .success(try relation.mass(extinction: extinction, humidity: settings.humidity))
      } catch { mass = .failure(error) }
    } else {
      mass = .failure(.noExtinction)
    }
  }

  /// Total over molecular backscatter at the line whose depolarisation is asked for: at another one it is another.
  private static func scatteringRatio(
    _ record: LidarRecord, at wavelength: Double?, _ main: LidarRetrieval, _ settings: Settings
  ) -> [Double]? {
    guard wavelength != main.channel.wavelengthNanometers else { return main.scatteringRatio }
    var line = record
    line.channels = record.channels.filter { $0.wavelengthNanometers == wavelength }
    return LidarRetrieval(line, settings.retrieval)?.scatteringRatio
  }
}
