import AirQuality

/// Messages of Vaisala's CL31, CL51 and CT25K ceilometers as loggers keep them: text, many to a file, stamped on a line of
/// their own or before the message.
///
/// CL31 and CL51 (user's guides M210482EN, M210801EN, data messages 1 and 2): a header `CL…`, a line of detection and cloud
/// bases, in message 2 a line of sky conditions, a line of scale, resolution, samples and state, the profile in five
/// hexadecimal digits a bin (20 bits, two's complement, 1e-8 m⁻¹ sr⁻¹ times the scale), and a CRC-16 (polynomial 1021,
/// FFFF before and after) over what stands between SOH and the end of ETX. CT25K (M210345EN, message 1 or 6): 256 gates of
/// 30 m in sixteen lines of sixteen four-digit numbers, 1e-7 m⁻¹ sr⁻¹ times the scale.
package enum VaisalaDecoder {
  /// Whether a message begins anywhere near the start.
  package static func holdsMessage(_ bytes: [UInt8]) -> Bool {
    let head = Array(bytes.prefix(65_536))
    return Lines(head).contains { header(head[$0.range]) != nil }
  }

  /// Reads all messages of a file; stamps are UTC.
  package static func decode(_ bytes: [UInt8]) -> LidarFileContent {
    var reading = Reading(bytes)
    reading.run()
    return reading.content
  }

  /// What a header line says: `CL020016`, `CT02060`; with SOH before it or not.
  fileprivate struct Header {
    var isCT25K: Bool
    var message: UInt8
    /// Offset in the line at which the checksum begins; nil without SOH.
    var checked: Int?
    /// What stands before the header on its line.
    var before: ArraySlice<UInt8>
    var software: String
  }

  fileprivate static func header(_ line: ArraySlice<UInt8>) -> Header? {
    var place = line.startIndex
    while place + 6 < line.endIndex {
      defer { place += 1 }
      guard line[place] == 0x43, line[place + 1] == 0x4C || line[place + 1] == 0x54 else { continue }
      let isCT = line[place + 1] == 0x54
      // After `CL` or `CT`: unit, software level (3 digits, CT25K 2), message number, subclass.
      let digits = line[(place + 2)...].prefix(6).prefix { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
      let needed = isCT ? 5 : 6
      guard digits.count >= needed else { continue }
      let after = place + 2 + needed
      let isEnd = after >= line.endIndex || [0x02, 0x0D, 0x0A, 0x20].contains(line[after])
      guard isEnd else { continue }
      let hasMark = place > line.startIndex && line[place - 1] == 0x01
      let numberAt = place + 2 + (isCT ? 3 : 4)
      return Header(
        isCT25K: isCT, message: line[numberAt] &- 0x30, checked: hasMark ? place : nil,
        before: line[line.startIndex..<(hasMark ? place - 1 : place)],
        software: String(decoding: line[(place + 3)..<numberAt], as: UTF8.self))
    }
    return nil
  }

  /// Lines with their place; CRs before the LF are part of none.
  fileprivate struct Lines: Sequence, IteratorProtocol {
    let bytes: [UInt8]
    private var position = 0
    private var number = 0
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> (number: Int, range: Range<Int>)? {
      guard position < bytes.count else { return nil }
      number += 1
      let start = position
      var end = position
      while end < bytes.count, bytes[end] != 0x0A { end += 1 }
      position = end + 1
      while end > start, bytes[end - 1] == 0x0D { end -= 1 }
      return (number, start..<end)
    }
  }

  private struct Reading {
    let bytes: [UInt8]
    let lines: [(number: Int, range: Range<Int>)]
    var content = LidarFileContent(format: "vaisala")
    /// The stamp for the next message; each is one message's, also of a damaged one.
    var stamp: Instant?
    /// What looks like a stamp before the next message and is none that is understood.
    var unread: (line: Int, text: String)?
    /// The line of each record.
    var places: [Int] = []

    init(_ bytes: [UInt8]) {
      self.bytes = bytes
      lines = Array(Lines(bytes))
    }

    func line(_ index: Int) -> ArraySlice<UInt8> {
      index < lines.count ? bytes[lines[index].range] : bytes[bytes.endIndex..<bytes.endIndex]
    }

    mutating func run() {
      var index = 0
      while index < lines.count {
        let text = line(index)
        guard let header = VaisalaDecoder.header(text) else {
          note(text, at: index)
          if text.count > 1, text.contains(0x01) {
            content.fail(
              "line \(lines[index].number)", "\"\(excerpt(text))\" is no header of a message, though it begins one")
            (stamp, unread) = (nil, nil)
          }
          index += 1
          continue
        }
        if !header.before.isEmpty { note(header.before, at: index) }
        guard content.records.count < LidarFileContent.maximumRecords else {
          content.fail("line \(lines[index].number)", "more than \(LidarFileContent.maximumRecords) profiles")
          leaveOutStrayStamps()
          return
        }
        if stamp == nil, let unread {
          content.fail(
            "line \(unread.line)", "the stamp \"\(unread.text)\" is not understood; the profile after it has none")
        }
        index = header.isCT25K ? takeCT25K(header, at: index) : takeCL(header, at: index)
        (stamp, unread) = (nil, nil)
      }
      leaveOutStrayStamps()
      if content.records.isEmpty, content.faultCount == 0 { content.fail("", "no message of a ceilometer") }
    }

    /// Takes the stamp that a line before a message is, or remembers that it looks like one.
    mutating func note(_ text: ArraySlice<UInt8>, at index: Int) {
      if let found = LoggerStamp.instant(text) {
        (stamp, unread) = (found, nil)
      } else if LoggerStamp.looksLikeOne(text) {
        (stamp, unread) = (nil, (lines[index].number, excerpt(text)))
      }
    }

    /// Notes a fault of the message that begins at `index`, and goes on behind its header.
    mutating func refuse(_ index: Int, _ message: String, at line: Int? = nil) -> Int {
      content.fail("line \(lines[min(line ?? index, lines.count - 1)].number)", message)
      return index + 1
    }

    mutating func takeCL(_ header: Header, at index: Int) -> Int {
      let hasSky = header.message == 2
      guard header.message == 1 || hasSky else {
        return refuse(index, "message \(header.message) is neither 1 nor 2: it has no profile")
      }
      let stateLine = index + (hasSky ? 3 : 2)
      let profileLine = stateLine + 1
      guard profileLine < lines.count else { return refuse(index, "the file ends inside the message") }
      let state = line(stateLine).split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
      guard state.count >= 3, let scale = Double(state[0]), let resolution = Double(state[1]),
        let samples = Int(state[2])
      else {
        return refuse(
          index, "\"\(excerpt(line(stateLine)))\" does not begin with scale, resolution and samples", at: stateLine)
      }
      guard LidarGeometry.resolutionMeters.contains(resolution) else {
        return refuse(index, LidarGeometry.refusal(ofResolution: resolution), at: stateLine)
      }
      guard scale > 0, scale <= 10_000, (1...LidarFileContent.maximumBins).contains(samples) else {
        return refuse(index, "scale \(state[0]) %, \(state[2]) samples cannot be", at: stateLine)
      }
      let profile = line(profileLine)
      guard profile.count == samples * 5 else {
        return refuse(
          index, "the profile has \(profile.count) digits; \(samples) samples of five need \(samples * 5)",
          at: profileLine)
      }
      let checked = verify(header, from: index, through: profileLine + 1)
      if checked == false {
        content.fail(
          "line \(lines[index].number)", "the checksum of the message does not fit: it was damaged on its way")
        return profileLine + 1
      }
      var values: [Float] = []
      values.reserveCapacity(samples)
      let factor = scale / 100 * 1e-8
      var place = profile.startIndex
      for _ in 0..<samples {
        guard let number = hexadecimal(profile[place..<(place + 5)]) else {
          return refuse(index, "\"\(excerpt(profile[place..<(place + 5)]))\" is no hexadecimal number", at: profileLine)
        }
        values.append(Float(Double(number >= 1 << 19 ? number - (1 << 20) : number) * factor))
        place += 5
      }
      let model = resolution * Double(samples) > 10_000 ? "cl51" : "cl31"
      keep(
        values, resolution: resolution, tilt: state.count > 6 ? Double(state[6]) ?? 0 : 0, source: model,
        wavelength: 910,
        clouds: clouds(line(index + 1), metersBit: 0x80), verified: checked, at: index)
      return profileLine + 1
    }

    mutating func takeCT25K(_ header: Header, at index: Int) -> Int {
      let stateLine = index + 2
      let first = stateLine + 1
      guard first + 15 < lines.count else { return refuse(index, "the file ends inside the message") }
      let state = line(stateLine).split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
      guard let scale = state.first.flatMap({ Double($0) }), scale > 0, scale <= 10_000 else {
        return refuse(index, "\"\(excerpt(line(stateLine)))\" does not begin with the scale", at: stateLine)
      }
      var values: [Float] = []
      for row in 0..<16 {
        let text = line(first + row)
        // Three digits: the number of the first gate; then sixteen numbers.
        guard text.count >= 67 else {
          return refuse(index, "\(text.count) characters; a line of the profile has 67", at: first + row)
        }
        let gate = Int(String(decoding: text.prefix(3), as: UTF8.self).drop { $0 == " " })
        guard gate == row * 16 else {
          return refuse(
            index, "\"\(excerpt(text.prefix(3)))\" where the line of gate \(row * 16) stands", at: first + row)
        }
        var place = text.startIndex + 3
        for _ in 0..<16 {
          guard let number = hexadecimal(text[place..<(place + 4)]) else {
            return refuse(index, "\"\(excerpt(text[place..<(place + 4)]))\" is no hexadecimal number", at: first + row)
          }
          values.append(Float(Double(number >= 1 << 15 ? number - (1 << 16) : number) * scale / 100 * 1e-7))
          place += 4
        }
      }
      keep(
        values, resolution: 30, tilt: state.count > 6 ? Double(state[6]) ?? 0 : 0, source: "ct25k", wavelength: 905,
        clouds: clouds(line(index + 1), metersBit: 0x100), verified: nil, at: index)
      return first + 16
    }

    mutating func leaveOutStrayStamps() {
      let kept = ProfileOrder.kept(content.records.map(\.at))
      for (index, record) in content.records.enumerated() where !kept[index] {
        guard let stamp = record.at else { continue }
        content.fail("line \(places[index])", ProfileOrder.fault(stamp))
      }
      content.records = zip(content.records, kept).filter(\.1).map(\.0)
    }

    mutating func keep(
      _ values: [Float], resolution: Double, tilt: Double, source: String, wavelength: Double, clouds: [Double],
      verified: Bool?, at index: Int
    ) {
      var record = LidarRecord(
        at: stamp, source: source, tiltDegrees: abs(tilt) < 85 ? abs(tilt) : 0,
        channels: [
          LidarChannel(
            name: "backscatter", kind: .attenuatedBackscatter, wavelengthNanometers: wavelength, unit: "1/(m sr)",
            firstRangeMeters: resolution / 2, resolutionMeters: resolution, values: values)
        ])
      record.cloudBasesMeters = clouds
      record.isVerified = verified
      content.format = source
      content.records.append(record)
      places.append(lines[index].number)
    }

    /// The cloud bases of the second line, metres: five digits each, `/////` for none; a bit of the status says that they
    /// are not feet.
    func clouds(_ line: ArraySlice<UInt8>, metersBit: Int) -> [Double] {
      let fields = line.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
      guard let detection = fields.first?.first?.wholeNumberValue, (1...3).contains(detection), fields.count >= 2 else {
        return []
      }
      let status = fields.last.flatMap { Int($0.suffix(4), radix: 16) } ?? metersBit
      let unit = status & metersBit != 0 ? 1 : 0.3048
      return fields[1...].prefix(detection).compactMap { Double($0) }.filter { $0 >= 0 && $0 < 100_000 }.map {
        $0 * unit
      }
      .sorted()
    }

    /// Nil where the logger kept no control characters or no checksum, so that nothing can be checked; false for one that
    /// does not fit, or cannot be read.
    func verify(_ header: Header, from index: Int, through last: Int) -> Bool? {
      guard let start = header.checked, last < lines.count else { return nil }
      let end = line(last)
      guard end.first == 0x03, end.count > 1 else { return nil }
      guard end.count >= 5, let stated = hexadecimal(end.dropFirst().prefix(4)) else { return false }
      var crc = CyclicCheck()
      for number in index...last {
        let text = number == last ? end.prefix(1) : line(number)
        for byte in number == index ? text[start...] : text { crc.add(byte) }
        // Loggers often drop the CR that the instrument sent.
        if number < last {
          crc.add(0x0D)
          crc.add(0x0A)
        }
      }
      return Int(crc.value) == stated
    }

    private func hexadecimal(_ digits: ArraySlice<UInt8>) -> Int? {
      var value = 0
      for digit in digits {
        switch digit {
        case 0x30...0x39: value = value << 4 | Int(digit - 0x30)
        case 0x41...0x46: value = value << 4 | Int(digit - 0x37)
        case 0x61...0x66: value = value << 4 | Int(digit - 0x57)
        default: return nil
        }
      }
      return value
    }

    private func excerpt(_ bytes: ArraySlice<UInt8>) -> String { CSVLine.excerpt(Array(bytes)) }
  }

  /// CRC-16 by CCITT as Vaisala computes it.
  private struct CyclicCheck {
    private var register: UInt16 = 0xFFFF
    mutating func add(_ byte: UInt8) {
      register ^= UInt16(byte) << 8
      for _ in 0..<8 { register = register & 0x8000 != 0 ? register << 1 ^ 0x1021 : register << 1 }
    }
    var value: UInt16 { register ^ 0xFFFF }
  }
}
