import AirQuality
import Foundation
import Lidar
import LidarFiles
import TestSupport
import Testing

/// Whatever happens to a file, decoding and all retrievals end, and what comes of it is sound.
@Suite("mutated lidar files")
struct MutationTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Corpus")
  static let formats = ["lidar-licel", "lidar-netcdf", "lidar-vaisala"]

  static func bodies(_ format: String) throws -> [(name: String, bytes: [UInt8])] {
    let folder = root.appendingPathComponent(format)
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
      ($0, Array(try Data(contentsOf: folder.appendingPathComponent($0))))
    }
  }

  static func decode(_ format: String, _ bytes: [UInt8]) -> LidarFileContent {
    switch format {
    case "lidar-licel": LicelDecoder.decode(bytes)
    case "lidar-netcdf": NetCDFDecoder.decode(bytes)
    default: VaisalaDecoder.decode(bytes)
    }
  }

  /// What is wrong with what came of a file; nil when nothing is.
  static func fault(_ content: LidarFileContent) -> String? {
    if content.records.isEmpty, content.faultCount == 0 { return "nothing came, and nothing was said" }
    if content.faults.count > content.faultCount || content.faults.contains(where: \.message.isEmpty) {
      return "faults"
    }
    if content.faults.contains(where: { $0.description.utf8.count > 1_000 }) { return "a fault too long to read" }
    for record in content.records {
      if !(0...90).contains(record.tiltDegrees) { return "tilt \(record.tiltDegrees)" }
      for channel in record.channels {
        guard
          LidarGeometry.isPossible(
            firstRangeMeters: channel.firstRangeMeters, resolutionMeters: channel.resolutionMeters)
        else { return "\(channel.firstRangeMeters) m, \(channel.resolutionMeters) m a bin" }
        if channel.values.count > LidarFileContent.maximumBins { return "\(channel.values.count) bins" }
        if let wavelength = channel.wavelengthNanometers, !(wavelength > 0 && wavelength <= 100_000) {
          return "\(wavelength) nm"
        }
      }
    }
    for record in content.records.prefix(2) {
      guard let products = LidarProducts(record) else { continue }
      if let layer = products.boundaryLayer {
        if (layer.heightMeters == nil) != (layer.quality == .none) { return "a height without quality, or the reverse" }
        if let height = layer.heightMeters, !(height > 0 && height <= 3_000) { return "a layer at \(height) m" }
        if layer.uncertaintyMeters.map({ !($0 > 0) }) ?? false { return "an uncertainty of nothing" }
      }
      if products.layers.layers.contains(where: { !($0.baseMeters < $0.topMeters) }) { return "a layer upside down" }
    }
    return nil
  }

  @Test("every file of the corpus, whole and cut", arguments: formats)
  func corpus(format: String) throws {
    let bodies = try Self.bodies(format)
    #expect(bodies.contains { $0.name == "good" })
    for (name, bytes) in bodies {
      let whole = Self.decode(format, bytes)
      #expect(Self.fault(whole) == nil, "\(name)")
      // What is good gives profiles without a fault; the others are named for what is wrong with them.
      let isGood = ["good", "ct25k", "ozone", "eprofile"].contains(name)
      #expect(whole.records.isEmpty != isGood && (whole.faultCount == 0) == isGood, "\(name): \(whole.faults)")
      for length in stride(from: bytes.count, through: 0, by: -max(1, bytes.count / 100)) {
        #expect(Self.fault(Self.decode(format, Array(bytes[..<length]))) == nil, "\(name) cut to \(length)")
      }
    }
  }

  static let tokens = [
    "nan", "inf", "1e300", "-1", "0", "1e-9", "99999999999999999999", "\u{1}CL", "\u{3}", "\r\n", ";",
  ]

  static func mutate(_ body: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    var bytes = body
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      // Mostly in the head, where the numbers are that decide.
      let limit = Bool.random(using: &random) ? min(600, bytes.count) : bytes.count
      guard limit > 0 else { break }
      let place = Int.random(in: 0..<limit, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...20, using: &random)))
      case 3:
        let token = Array((tokens.randomElement(using: &random) ?? "").utf8)
        bytes.replaceSubrange(place..<min(bytes.count, place + token.count), with: token)
      case 4: bytes.insert(contentsOf: bytes[..<min(20, bytes.count)], at: place)
      default: bytes = Array(bytes[..<place])
      }
    }
    return bytes
  }

  @Test("mutations", arguments: formats, [201, 202] as [UInt64])
  func mutations(format: String, seed: UInt64) throws {
    print("mutating \(format) with seed \(seed)")
    var random = SeededRandom(seed: seed)
    var verdicts: Set<Bool> = []
    for (name, body) in try Self.bodies(format) {
      for round in 0..<150 {
        let content = Self.decode(format, Self.mutate(body, &random))
        let fault = Self.fault(content)
        #expect(fault == nil, "\(name), seed \(seed), round \(round)")
        verdicts.insert(content.records.isEmpty)
      }
    }
    #expect(verdicts.count == 2, "the mutations of seed \(seed) do not bite")
  }
}
