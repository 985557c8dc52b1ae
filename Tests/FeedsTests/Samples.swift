import AirQuality
import CZlib
import Feeds
import Glibc

/// Recorded answers that lie beside the checkout.
enum Samples {
  /// `../shared/data/feeds` from the root of the checkout.
  static let root: String = {
    var parts = #filePath.split(separator: "/").dropLast(4).map(String.init)
    parts += ["shared", "data", "feeds"]
    return "/" + parts.joined(separator: "/")
  }()

  static var arePresent: Bool { unsafe access(root + "/cnemc", R_OK) == 0 }
  static let absence = "the recorded answers (../shared/data beside the checkout) are not here"

  struct Unreadable: Error { var path: String }

  /// The bytes of a sample, unpacked when it is compressed.
  static func load(_ path: String) throws -> [UInt8] {
    guard let file = unsafe gzopen(root + "/" + path, "rb") else { throw Unreadable(path: path) }
    defer { unsafe _ = gzclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe gzread(file, &chunk, UInt32(chunk.count))
      if count < 0 { throw Unreadable(path: path) }
      if count == 0 { return bytes }
      bytes += chunk[..<Int(count)]
    }
  }
}

extension DecodeContext {
  /// 2020-12-01T09:00:00+08:00, +08:00, no station.
  static let test = DecodeContext(receivedAt: Instant(milliseconds: 1_606_784_400_000))
}

extension DecodedBody {
  /// `station pollutant value begin+period`, a line a reading, for tables.
  var lines: [String] {
    batch.readings.map { reading in
      let value = reading.value.isNaN ? "missing" : NDJSONWriter.number(reading.value)
      return
        "\(batch.stations[Int(reading.station)]) \(reading.pollutant.name) \(value) "
        + "\(CivilOffset.china.format(reading.begin))+\(reading.periodMilliseconds / 1_000)"
    }
  }

  func readings(_ station: String, _ pollutant: Pollutant) -> [Reading] {
    batch.readings.filter { batch.stations[Int($0.station)] == station && $0.pollutant == pollutant }
  }

  var failure: DecodeFailure? { if case .failed(let failure) = verdict { failure } else { nil } }
}

func decode(_ format: FeedFormat, _ text: String, _ context: DecodeContext = .test) -> DecodedBody {
  format.decode(Array(text.utf8), context: context)
}
