import Foundation
import Lidar
import TestSupport

/// Air that is known, and the signal that a lidar has of it: the forward model that retrievals are held against.
struct MadeAir {
  /// A layer of aerosol with soft edges.
  struct Layer {
    var base: Double
    var top: Double
    /// 1/(m sr).
    var backscatter: Double
    /// Width of the edges, metres.
    var edge = 30.0
  }

  var wavelength = 532.0
  var lidarRatio = 50.0
  var resolution = 15.0
  var bins = 600
  var layers: [Layer] = [Layer(base: -1_000, top: 1_500, backscatter: 3e-6)]
  /// Full overlap of beam and telescope from here on; none is below a tenth of it.
  var overlapMeters = 0.0
  /// Standard deviation of the raw signal's noise at 1 km, as a share of the signal of 1e-6 1/(m sr) there.
  var noise = 0.0

  func aerosol(_ height: Double) -> Double {
    layers.reduce(0) { sum, layer in
      func step(_ at: Double) -> Double { 1 / (1 + exp(-(height - at) / layer.edge * 2)) }
      return sum + layer.backscatter * step(layer.base) * (1 - step(layer.top))
    }
  }

  func extinction(_ height: Double) -> Double { aerosol(height) * lidarRatio }

  func overlap(_ range: Double) -> Double {
    guard overlapMeters > 0 else { return 1 }
    return min(1, max(0, (range / overlapMeters - 0.1) / 0.9))
  }

  func range(_ bin: Int) -> Double { (Double(bin) + 0.5) * resolution }

  /// Range-corrected signal without noise; the optical depth is summed in steps of a metre.
  func clean() -> [Double] {
    let air = MolecularAtmosphere(wavelengthNanometers: wavelength)!
    var depth = 0.0
    var height = 0.5
    return (0..<bins).map { bin in
      let range = range(bin)
      while height < range {
        depth += extinction(height) + air.extinction(atMeters: height)
        height += 1
      }
      return (aerosol(range) + air.backscatter(atMeters: range)) * exp(-2 * depth) * overlap(range)
    }
  }

  /// A clean signal with noise, calibrated by `constant`.
  func noisy(_ clean: [Double], _ constant: Double = 1, random: inout SeededRandom) -> [Float] {
    clean.enumerated().map { bin, value in
      // The raw signal's noise is the same everywhere: range-corrected it grows with the square of the distance.
      let spread = noise * 1e-6 * (range(bin) / 1_000) * (range(bin) / 1_000)
      return Float(constant * (value + spread * normal(&random)))
    }
  }

  func signal(_ constant: Double = 1, random: inout SeededRandom) -> [Float] {
    noisy(clean(), constant, random: &random)
  }

  func signal(_ constant: Double = 1) -> [Float] {
    var random = SeededRandom(seed: 1)
    return signal(constant, random: &random)
  }
}

/// The sum of twelve uniforms: mean 0, standard deviation 1.
func normal(_ random: inout SeededRandom) -> Double {
  (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
}
