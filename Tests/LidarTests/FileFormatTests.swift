import AirQuality
import Foundation
import Lidar
import LidarFiles
import TestSupport
import Testing

/// Files of instruments.
struct FileFormatTests {
  struct Expected: Sendable {
    var name: String
    var format: String
    var records: Int
    var faults: Int
    var bins: Int
    var resolution: Double
    var first: String?
    var clouds: [Double] = []
    var verified: Bool?
  }

  static let samples = [
    Expected(
      name: "cl51.dat", format: "cl51", records: 2, faults: 0, bins: 1_540, resolution: 10,
      first: "2020-11-15T00:00:04",
      clouds: [45.72], verified: true),
    Expected(
      name: "cl51_corrupted_profile.dat", format: "cl51", records: 2, faults: 1, bins: 1_540, resolution: 10,
      first: "2022-05-06T16:21:22", verified: true),
    Expected(
      name: "kauniainen_cl31.dat", format: "cl31", records: 2, faults: 0, bins: 770, resolution: 10,
      first: "2025-02-02T00:00:03", clouds: [440]),
    Expected(
      name: "palaiseau_cl31_msg.dat", format: "cl31", records: 1, faults: 0, bins: 1_500, resolution: 5, verified: true),
    Expected(
      name: "cl31_badtime.dat", format: "cl31", records: 4, faults: 1, bins: 770, resolution: 10,
      first: "2020-04-10T00:00:58", verified: true),
    Expected(
      name: "chm15k_20201022.nc", format: "chm15k", records: 10, faults: 0, bins: 1_024, resolution: 14.985,
      first: "2020-10-22T00:05:15"),
    Expected(
      name: "chm15k_one_profile.nc", format: "chm15k", records: 1, faults: 0, bins: 1_024, resolution: 14.985,
      first: "2020-10-22T20:15:16"),
    Expected(
      name: "cl61_20230730.nc", format: "cl61", records: 5, faults: 0, bins: 3_276, resolution: 4.8,
      first: "2023-07-30T00:06:25", clouds: [91]),
    Expected(
      name: "eprofile_l2_20210908.nc.gz", format: "eprofile-l2", records: 288, faults: 0, bins: 257, resolution: 30,
      first: "2021-09-07T23:50:00"),
    Expected(
      name: "licel_RM1120200.012", format: "licel", records: 1, faults: 0, bins: 4_000, resolution: 7.5,
      first: "2011-02-02T00:00:28"),
  ]

  static func decode(_ bytes: [UInt8]) -> LidarFileContent? {
    switch LidarFormat(sniffing: bytes) {
    case .vaisala: VaisalaDecoder.decode(bytes)
    case .licel: LicelDecoder.decode(bytes)
    case .netCDF: NetCDFDecoder.decode(bytes)
    case .json, nil: nil
    }
  }

  @Test(.enabled(if: SharedLidar.isPresent, Comment(rawValue: SharedLidar.absent)), arguments: samples)
  func sample(_ expected: Expected) throws {
    let content = try #require(Self.decode(try SharedLidar.bytes(expected.name)))
    #expect(content.format == expected.format && content.records.count == expected.records)
    #expect(content.faultCount == expected.faults, "\(content.faults)")
    let record = try #require(content.records.first)
    let channel = try #require(record.elastic)
    #expect(channel.values.count == expected.bins && abs(channel.resolutionMeters - expected.resolution) < 0.01)
    #expect(record.at.map { String(CivilOffset.utc.format($0).prefix(19)) } == expected.first)
    #expect(record.isVerified == expected.verified)
    #expect(record.cloudBasesMeters.map { ($0 * 100).rounded() / 100 } == expected.clouds)
    #expect(channel.values.contains { $0.isFinite && $0 != 0 })
  }

  @Test(.enabled(if: SharedLidar.isPresent, Comment(rawValue: SharedLidar.absent)))
  func faultsNameTheirLine() throws {
    let corrupted = VaisalaDecoder.decode(try SharedLidar.bytes("cl51_corrupted_profile.dat"))
    #expect(corrupted.faults.map(\.place) == ["line 11"] && corrupted.faults[0].message.contains("checksum"))
    let badTime = VaisalaDecoder.decode(try SharedLidar.bytes("cl31_badtime.dat"))
    #expect(badTime.faults.map(\.place) == ["line 14"] && badTime.faults[0].message.contains("2020-04-10T00:00:58"))
  }

  @Test(.enabled(if: SharedLidar.isPresent, Comment(rawValue: SharedLidar.absent)))
  func instrumentsOwnLayersAndDepolarisation() throws {
    let chm = NetCDFDecoder.decode(try SharedLidar.bytes("chm15k_20201022.nc"))
    #expect(chm.records[0].layersMeters == [794, 1_364] && chm.records[9].layersMeters == [794, 1_409])
    #expect(chm.records[0].channels[0].wavelengthNanometers == 1_064)
    let cl61 = NetCDFDecoder.decode(try SharedLidar.bytes("cl61_20230730.nc"))
    #expect(
      cl61.records.allSatisfy { $0.channels.map(\.kind) == [.attenuatedBackscatter, .crossPolarised, .depolarisation] })
  }

  /// Another program's decode of the same file: the analog and photon values of every bin, to the four decimals it prints.
  @Test(.enabled(if: SharedLidar.isPresent, Comment(rawValue: SharedLidar.absent)))
  func licelAgainstAReference() throws {
    let content = LicelDecoder.decode(try SharedLidar.bytes("licel_RM1120200.012"))
    let channels = try #require(content.records.first).channels
    #expect(channels.map(\.name) == ["BT0_355.o", "BC0_355.o", "BT1_387.o", "BC1_387.o", "BC2_408.o"])
    let text = String(decoding: try SharedLidar.bytes("licel_RM1120200.012_reference.csv.gz"), as: UTF8.self)
    var compared = 0
    for line in text.unicodeScalars.split(whereSeparator: { $0 == "\n" || $0 == "\r" }) {
      let fields = String(line).split(separator: ";").compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }
      guard fields.count == 6, let bin = Int(exactly: fields[0]), bin < 4_000 else { continue }
      for (channel, value) in zip(channels, fields.dropFirst()) {
        #expect(abs(Double(channel.values[bin]) - value) <= 6e-5 * max(1, abs(value)), "bin \(bin) of \(channel.name)")
        compared += 1
      }
    }
    #expect(compared == 20_000)
  }

  // MARK: Made messages

  /// A CL31 message of a few bins with a right checksum.
  static func message(_ values: [Int], scale: String = "00100", stamp: String = "-2021-03-04 05:06:07", cr: Bool = true)
    -> [UInt8]
  {
    let end = cr ? "\r\n" : "\n"
    let profile = values.map { value in
      let digits = String(value < 0 ? value + (1 << 20) : value, radix: 16)
      return String(repeating: "0", count: 5 - digits.count) + digits
    }.joined()
    let count = String(values.count)
    let inner =
      "CL018111\u{2}\r\n10 00440 ///// ///// 00008004C080\r\n\(scale) 10 \(String(repeating: "0", count: 4 - count.count))\(count) 100 +26 039 01 0003 L0016HN15 178\r\n\(profile)\r\n\u{3}"
    var crc: UInt16 = 0xFFFF
    for byte in inner.utf8 {
      crc ^= UInt16(byte) << 8
      for _ in 0..<8 { crc = crc & 0x8000 != 0 ? crc << 1 ^ 0x1021 : crc << 1 }
    }
    crc ^= 0xFFFF
    let check = String(crc, radix: 16)
    let whole = "\(stamp)\r\n\u{1}\(inner)\(String(repeating: "0", count: 4 - check.count))\(check)\u{4}\r\n"
    return Array((cr ? whole : whole.replacingOccurrences(of: "\r\n", with: end)).utf8)
  }

  @Test(arguments: [true, false])
  func valuesAndScale(cr: Bool) throws {
    let content = VaisalaDecoder.decode(Self.message([0, 1, 100, -1, -524_288, 524_287], scale: "00050", cr: cr))
    let record = try #require(content.records.first)
    #expect(record.isVerified == true && content.faultCount == 0)
    #expect(record.channels[0].values == [0, 0.5e-8, 50e-8, -0.5e-8, -262_144e-8, 262_143.5e-8].map { Float($0) })
    #expect(record.cloudBasesMeters == [440])
    #expect(record.at.map { CivilOffset.utc.format($0) } == "2021-03-04T05:06:07+00:00")
  }

  @Test("a damaged message is left out, those around it stay")
  func damaged() {
    var middle = Self.message([5, 6, 7], stamp: "-2021-03-04 05:07:07")
    middle[middle.count - 20] = middle[middle.count - 20] == 0x30 ? 0x31 : 0x30
    let cut = Self.message([5, 6, 7], stamp: "-2021-03-04 05:09:07").prefix(90)
    let bytes =
      Self.message([1, 2]) + middle + Self.message([3, 4], stamp: "-2021-03-04 05:08:07") + cut
    let content = VaisalaDecoder.decode(bytes)
    #expect(content.records.map { $0.channels[0].values.count } == [2, 2])
    #expect(content.faultCount == 2, "\(content.faults)")
  }

  @Test func ct25k() throws {
    var lines = [
      "-2021-03-04 05:06:07", "\u{1}CT02060\u{2}", "30 01230 12340 23450 FEDCBA98",
      "100 N 53 +34 204 146 +2 621 LF7HN1 139",
    ]
    for row in 0..<16 {
      let height = String(row * 16, radix: 10)
      lines.append(
        String(repeating: "0", count: 3 - height.count) + height
          + (0..<16).map { $0 == 3 ? "FFFF" : "00" + String(16 + $0, radix: 16) }.joined())
    }
    let content = VaisalaDecoder.decode(Array((lines + ["\u{3}"]).joined(separator: "\r\n").utf8))
    let record = try #require(content.records.first, "\(content.faults)")
    #expect(content.format == "ct25k" && record.channels[0].values.count == 256)
    #expect(record.channels[0].values[0] == Float(16e-7) && record.channels[0].values[3] == Float(-1e-7))
    #expect(record.cloudBasesMeters.count == 3)
  }

  /// A Licel file of one analog dataset.
  static func licel(_ raw: [Int32], shots: Int = 10) -> [UInt8] {
    let count = String(raw.count)
    let head =
      " a1.012\r\n Site 02/02/2011 00:00:28 02/02/2011 00:01:29 0100 -060.0 -002.9 00 00 30.0 1013.0\r\n 0000600 0010 0000600 0010 01\r\n"
      + " 1 0 1 \(String(repeating: "0", count: 5 - count.count))\(count) 1 0960 7.50 00532.o 0 0 00 000 12 0000\(shots) 0.500 BT0\r\n\r\n"
    return Array(head.utf8)
      + raw.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> Int32(8 * $0)) } } + [0x0D, 0x0A]
  }

  @Test func licelValues() throws {
    let content = LicelDecoder.decode(Self.licel([0, 4_096, -4_096, 40_960]))
    let channel = try #require(content.records.first?.channels.first)
    #expect(channel.values == [0, 50, -50, 500] && channel.unit == "mV" && channel.firstRangeMeters == 3.75)
    let cut = LicelDecoder.decode(Array(Self.licel([1, 2, 3]).dropLast(6)))
    #expect(cut.records.isEmpty && cut.faults.first?.message.contains("cut short") == true)
    #expect(LicelDecoder.decode(Self.licel([1], shots: 0)).faultCount == 1)
  }

  @Test(
    "a beam's angle and the instrument's height",
    arguments: [("00", 0.0), ("-90", 0), ("-85", 5), ("45", 45), ("85", 85), ("90", 90), ("-30", 30), ("95", 0)])
  func licelAngles(text: String, tilt: Double) throws {
    let head = String(decoding: Self.licel([1, 2]).prefix(200), as: UTF8.self)
    let line = head.replacingOccurrences(of: "-002.9 00 00", with: "-002.9 \(text) 00")
    let content = LicelDecoder.decode(Array(line.utf8) + Self.licel([1, 2]).dropFirst(200))
    let record = try #require(content.records.first, "\(content.faults)")
    #expect(abs(record.tiltDegrees - tilt) < 1e-9 && record.altitudeMeters == 100)
  }

  @Test("squares of signals and the laser's power are no profiles, and no faults", arguments: [2, 3, 4, 5, 6])
  func licelModes(mode: Int) {
    let made = MadeLicel.file([
      .init(wave: "00532.o", raw: [4_096, 8_192]), .init(wave: "01064.o", raw: [1, 2, 3], mode: mode),
      .init(wave: "00355.o", raw: [40_960]),
    ])
    let content = LicelDecoder.decode(made)
    #expect(content.records.first?.channels.map(\.name) == ["BT0_532.o", "BT2_355.o"], "\(content.faults)")
    #expect(content.faultCount == (mode == 6 ? 1 : 0), "\(content.faults)")
  }

  @Test("a damaged description costs its own dataset")
  func licelDescriptions() {
    func file(_ damage: (String, String)) -> LidarFileContent {
      let whole = MadeLicel.file([
        .init(wave: "00355.o", raw: [4_096, 8_192]), .init(wave: "00387.o", raw: [1, 2, 3]),
        .init(wave: "00408.o", raw: [40_960]),
      ])
      var bytes = whole
      let pattern = Array(damage.0.utf8)
      let place = bytes.indices.first { bytes[$0...].starts(with: pattern) }!
      bytes.replaceSubrange(place..<place + pattern.count, with: Array(damage.1.utf8))
      return LicelDecoder.decode(bytes)
    }
    func values(_ content: LidarFileContent) -> [[Float]] { content.records.first?.channels.map(\.values) ?? [] }
    let good = values(file(("a1.012", "a1.013")))
    #expect(good.count == 3)
    // Its length is known: what stands behind it is found.
    let middle = file(("00387.o", "#####.o"))
    #expect(values(middle) == [good[0], good[2]] && middle.faultCount == 1, "\(middle.faults)")
    // Its length is not: what stands before it stays.
    let lost = file((" 00003 1", " 0000# 1"))
    #expect(values(lost) == [good[0]] && lost.faultCount == 1, "\(lost.faults)")
    #expect(lost.faults.first?.message.contains("not known") == true)
  }

  @Test("one wrong stamp costs its own profile", arguments: [("2029", 1), ("2019", 1), ("2021", 0)])
  func strayStamps(year: String, faults: Int) {
    let bytes = (0..<10).flatMap { Self.message([$0 + 1], stamp: "-\($0 == 2 ? year : "2021")-03-04 05:0\($0):07") }
    let content = VaisalaDecoder.decode(bytes)
    #expect(content.records.count == 10 - faults && content.faultCount == faults, "\(content.faults)")
    #expect(content.faults.allSatisfy { $0.message.contains(year + "-03-04") })
  }

  @Test(
    "which profiles follow one another",
    arguments: [
      ([1, 2, 3], [true, true, true]), ([1, 9, 2, 3], [true, false, true, true]),
      ([5, 1, 6, 7], [true, false, true, true]),
      ([9, 1, 2, 3], [false, true, true, true]), ([1, 1, 2], [true, false, true]), ([3, 2, 1], [true, false, false]),
      ([nil, 2, nil, 1], [true, true, true, false]), ([], []),
    ] as [([Int64?], [Bool])])
  func order(stamps: [Int64?], kept: [Bool]) {
    #expect(ProfileOrder.kept(stamps.map { $0.map { Instant(milliseconds: $0) } }) == kept)
  }

  @Test func orderIsTheLongestThereIs() {
    var random = SystemRandomNumberGenerator()
    let seed = UInt64.random(in: 1...UInt64.max, using: &random)
    var state = seed
    for _ in 0..<300 {
      let stamps = (0..<9).map { _ -> Int64 in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int64(state >> 40) % 12
      }
      let kept = ProfileOrder.kept(stamps.map { Instant(milliseconds: $0) })
      let chosen = stamps.indices.filter { kept[$0] }.map { stamps[$0] }
      let best = (0..<1 << 9).filter { mask in
        let run = stamps.indices.filter { mask >> $0 & 1 == 1 }.map { stamps[$0] }
        return zip(run, run.dropFirst()).allSatisfy { $0 < $1 }
      }.map { $0.nonzeroBitCount }.max()
      #expect(zip(chosen, chosen.dropFirst()).allSatisfy { $0 < $1 } && chosen.count == best, "seed \(seed): \(stamps)")
    }
  }

  /// Whatever happens to a file, decoding ends and says something.
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func mutated(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var bodies = [Self.message(Array(0..<40)), Self.licel(Array(0..<60))]
    if SharedLidar.isPresent {
      bodies += try ["cl51.dat", "licel_RM1120200.012", "chm15k_one_profile.nc"].map(SharedLidar.bytes)
    }
    for body in bodies {
      for _ in 0..<(body.count > 10_000 ? 30 : 300) {
        var bytes = body
        for _ in 0..<Int.random(in: 1...8, using: &random) {
          // Mostly in the head, where the numbers are that decide.
          let limit = Bool.random(using: &random) ? min(600, bytes.count) : bytes.count
          guard limit > 0 else { continue }
          let place = Int.random(in: 0..<limit, using: &random)
          switch Int.random(in: 0..<4, using: &random) {
          case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
          case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...20, using: &random)))
          case 2: bytes.insert(contentsOf: bytes[..<min(20, bytes.count)], at: place)
          default: bytes = Array(bytes[..<place])
          }
        }
        let content = Self.decode(bytes)
        #expect(content == nil || !content!.records.isEmpty || content!.faultCount > 0, "seed \(seed)")
        for record in content?.records ?? [] { _ = LidarRetrieval(record) }
      }
    }
  }
}
