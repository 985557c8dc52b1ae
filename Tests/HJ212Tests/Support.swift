import AirQuality
import Glibc
import HJ212

/// The recorded frames beside the checkout.
enum RecordedFrames {
  struct Row: Sendable, CustomStringConvertible {
    var verdict: String
    var announced: Int
    var found: Int
    var written: String
    var computed: String
    var frame: String
    var bytes: [UInt8] { Array(frame.utf8) + [0x0D, 0x0A] }
    /// The text between length and checksum.
    var segment: String { String(frame.dropFirst(6).dropLast(4)) }
    var description: String { "\(verdict) \(frame.prefix(60))…" }
  }

  static let path: String = {
    var parts = #filePath.split(separator: "/").dropLast(4).map(String.init)
    parts += ["shared", "data", "feeds", "hj212", "frames.tsv"]
    return "/" + parts.joined(separator: "/")
  }()

  static let arePresent = access(path, R_OK) == 0

  static let rows: [Row] = {
    guard let file = fopen(path, "rb") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 8, let announced = Int(fields[1]), let found = Int(fields[2]) else { return nil }
      return Row(
        verdict: fields[0], announced: announced, found: found, written: fields[3], computed: fields[4],
        frame: fields[7])
    }
  }()
}

/// The frame of a segment.
func frame(_ segment: String) -> [UInt8] { FrameEncoder.frame(Array(segment.utf8)) ?? [] }

/// Everything a scanner finds in a stream given in pieces, and how many bytes it passed over.
func scan(_ pieces: [[UInt8]], finish: Bool = true) -> (found: [ScannedFrame], skipped: Int) {
  var scanner = FrameScanner()
  var found: [ScannedFrame] = []
  for piece in pieces {
    scanner.append(piece)
    while let next = scanner.next() { found.append(next) }
  }
  if finish {
    scanner.finish()
    while let next = scanner.next() { found.append(next) }
  }
  return (found, scanner.skippedBytes)
}

extension ScannedFrame {
  /// `frame 101`, `length 96 95`, for tables.
  var line: String {
    switch self {
    case .frame(let bytes): "frame \(bytes.count)"
    case .refused(let refused):
      switch refused.reason {
      case .length(let announced, let found): "length \(announced) \(found.map(String.init) ?? "-")"
      case .cutShort(let announced, let found): "cut \(announced) \(found)"
      case .checksum(let written, let computed): "checksum \(written) \(computed)"
      case .segment: "segment"
      }
    }
  }
}

/// SplitMix64: the same bytes on every machine.
struct SeededRandom: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Readings as `pollutant value begin+seconds flag reasons`.
func lines(_ readings: ContiguousArray<Reading>) -> [String] {
  readings.map { reading in
    let value = reading.value.isNaN ? "missing" : "\((reading.value * 1_000).rounded() / 1_000)"
    let reasons = reading.reasons.list.isEmpty ? "" : " " + reading.reasons.list.joined(separator: ",")
    return
      "\(reading.pollutant.name) \(value) \(CivilOffset.china.format(reading.begin).prefix(19))"
      + "+\(reading.periodMilliseconds / 1_000) \(reading.flag.rawValue)\(reasons)"
  }
}

/// The readings of one segment under some settings.
func read(_ segment: String, _ settings: DeviceSettings = DeviceSettings()) throws -> MessageReadings {
  let segment = try Segment(Array(segment.utf8))
  return MessageReadings(
    segment, content: DataContent(reading: segment.content), settings: settings, offset: .china)
}
