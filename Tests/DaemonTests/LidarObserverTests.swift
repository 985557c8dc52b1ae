import AirQuality
import Engine
import Feeds
import Foundation
import Lidar
import LidarFiles
import Receiving
import Testing

@testable import Daemon

/// What becomes of lidar profiles on their way into the journal.
@Suite struct LidarObserverTests {
  private static let start = Instant(milliseconds: 1_600_000_200_000)

  /// Aerosol up to a height, then clean air; a beam every minute.
  private static func record(
    minute: Int, top: Double, tilt: Double = 0, azimuth: Double? = nil, source: String = "L1"
  ) -> LidarRecord {
    let bins = (0..<400).map { bin -> Float in
      let height = (Double(bin) + 0.5) * 10
      // A ripple of a per cent stands for the noise.
      return Float((height < top ? 10 : 1) * (1 + 0.01 * Double(bin % 3 - 1)))
    }
    var record = LidarRecord(
      at: start.adding(milliseconds: Int64(minute) * 60_000), source: source, tiltDegrees: tilt,
      channels: [
        LidarChannel(
          name: "beta", kind: .attenuatedBackscatter, wavelengthNanometers: 1_064, unit: "1/(m sr)",
          firstRangeMeters: 5, resolutionMeters: 10, values: bins)
      ])
    record.azimuthDegrees = azimuth
    return record
  }

  @Test func oneObservationForTenMinutes() {
    let records = (0..<25).map { Self.record(minute: $0, top: $0 < 10 ? 1_200 : 800) }
    let found = LidarObserver.observations(records, station: "REG")
    #expect(found.map(\.profiles) == [10, 10, 5] || found.map(\.profiles).reduce(0, +) == 25)
    #expect(found.allSatisfy { $0.station == "REG" && $0.alongBeam.isEmpty })
    #expect(found.map(\.at) == found.map(\.at).sorted())
    for observation in found.dropFirst() {
      #expect(abs((observation.boundaryLayerMeters ?? 0) - 800) < 60, "\(observation)")
    }
    #expect(abs((found.first?.boundaryLayerMeters ?? 0) - 1_200) < 60)
  }

  @Test func scansAreKeptByDirection() {
    let records = stride(from: 0.0, to: 360, by: 30).map { Self.record(minute: 1, top: 900, tilt: 85, azimuth: $0) }
    let found = LidarObserver.observations(records, station: nil)
    #expect(found.count == 12 && found.allSatisfy { $0.station == "L1" && $0.boundaryLayerMeters == nil })
    let beam = found[0].alongBeam
    #expect(beam.count == LidarObservation.maximumBins)
    // 900 m along the beam, in bins of 250 m; beyond 4,000 m there is no signal.
    #expect(abs(beam[0] - 10) < 0.1 && abs(beam[4] - 1) < 0.1 && beam[20].isNaN)
  }

  @Test func whatCannotBeUsedIsLeftOut() {
    var unstamped = Self.record(minute: 0, top: 900)
    unstamped.at = nil
    var empty = Self.record(minute: 0, top: 900)
    empty.channels = []
    let nameless = Self.record(minute: 0, top: 900, source: "")
    #expect(LidarObserver.observations([unstamped, empty, nameless], station: nil).isEmpty)
    #expect(LidarObserver.observations([nameless], station: "L9").map(\.station) == ["L9"])
    let many = (0..<3_000).map { Self.record(minute: $0 * 10, top: 900) }
    #expect(LidarObserver.observations(many, station: nil).count == LidarObserver.maximumObservations)
  }

  @Test func unknownBytesAreAFailureWithItsReason() {
    let body = LidarExtract(of: Array("<html>maintenance</html>".utf8), station: "L1").body
    guard case .failed(let failure) = body.verdict else {
      Issue.record("\(body.verdict)")
      return
    }
    #expect(failure.message.contains("none of Vaisala"))
  }

  @Test func profilesWithoutAStampAreFaults() throws {
    let message =
      "CL018111\u{2}\r\n10 00440 ///// ///// 00008004C080\r\n00100 10 0002 100 +26 039 01 0003 L0016HN15 178\r\n"
      + "0000100002\r\n\u{3}\r\n"
    let alone = LidarExtract(of: Array(message.utf8), station: "L1")
    #expect(alone.observations.isEmpty && alone.records == 0 && alone.faultCount == 1)
    guard case .failed(let failure) = alone.body.verdict else {
      Issue.record("\(alone.body.verdict)")
      return
    }
    #expect(failure.path == "profile 1" && failure.message.contains("no stamp"))
    // Beside one that has its stamp it is a row's error, and the sender is told of one profile.
    let both = LidarExtract(of: Array((message + "-2020-12-05 09:00:00\r\n" + message).utf8), station: "L1")
    #expect(both.records == 1 && both.body.errors.map(\.path) == ["profile 1"])
    guard case .ok = both.body.verdict, case .committed(let report) = FeedIntake.arrivalVerdict(both.body, nil) else {
      Issue.record("not committed")
      return
    }
    #expect(report.readings == 1 && report.rows == 2 && report.errorCount == 1)
  }

  @Test func damagedExtractsAreErrors() throws {
    let whole = LidarExtract(of: Array("<html>".utf8), station: nil).encoded()
    for length in 0..<whole.count {
      #expect(throws: SnapshotReadingError.self) { try LidarExtract(decoding: Array(whole.prefix(length))) }
    }
    #expect(throws: SnapshotReadingError.self) { try LidarExtract(decoding: whole + [0]) }
  }

  /// Every recorded file gives observations with heights an atmosphere can have.
  @Test(.enabled(if: RecordedLidar.isThere, "../shared/data/lidar is not there"), arguments: RecordedLidar.files)
  func recordedFiles(name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: RecordedLidar.folder.appendingPathComponent(name)))
    let extract = LidarExtract(of: bytes, station: "L1")
    #expect(
      extract.observations.isEmpty == (LidarFile.decode(bytes).records.allSatisfy { $0.at == nil }), "\(name)")
    #expect(try LidarExtract(decoding: extract.encoded()).encoded() == extract.encoded())
    for observation in extract.observations {
      #expect(observation.station == "L1" && ["good", "doubtful", "none"].contains(observation.quality))
      if let height = observation.boundaryLayerMeters { #expect((100...3_000).contains(height), "\(name): \(height)") }
      for layer in observation.layers { #expect(layer.topMeters > layer.baseMeters && layer.contrast > 1) }
    }
  }
}

/// The recorded lidar files beside the checkout.
enum RecordedLidar {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/data/lidar")
  static var isThere: Bool { FileManager.default.fileExists(atPath: folder.path) }
  static let files = [
    "chm15k_20201022.nc", "chm15k_one_profile.nc", "cl31_badtime.dat", "cl51.dat", "cl51_corrupted_profile.dat",
    "cl61_20230730.nc", "kauniainen_cl31.dat", "licel_RM1120200.012", "palaiseau_cl31_msg.dat",
  ]
}
