import AirQuality
import HJ212

/// Recorded HJ 212 frames: one after another, or one a line; what stands between them is passed over.
///
/// A frame is a row. The station is the device (MN), units are the usual ones (`DeviceSettings`), minute data are of one
/// minute. Split messages are put together over the whole body.
enum HJ212Decoder {
  static func decode(_ body: ByteText, _ context: DecodeContext) -> DecodedBody {
    var reader = FrameReader(context: context)
    var scanner = FrameScanner()
    scanner.append(body.bytes)
    scanner.finish()
    while let found = scanner.next() { reader.take(found) }
    return reader.finish(skippedBytes: scanner.skippedBytes)
  }

  private struct FrameReader {
    let context: DecodeContext
    var assembler = MessageAssembler()
    var stations = StationTable()
    var readings = ContiguousArray<Reading>()
    var log = ErrorLog()
    var frames = 0
    var ignored = 0

    mutating func take(_ found: ScannedFrame) {
      defer { frames += 1 }
      switch found {
      case .refused(let refused): note(.row, "", refused.description)
      case .frame(let bytes):
        do throws(SegmentFault) {
          let segment = try Segment(bytes)
          guard let command = segment.command, MessageReadings.commands.contains(command) else { return }
          for message in assembler.take(MessageAssembler.Part(segment: segment)) { take(message) }
        } catch {
          note(.row, "", error.description)
        }
      }
    }

    mutating func take(_ message: MessageAssembler.Message) {
      guard let first = message.parts.first?.segment else { return }
      if !message.missing.isEmpty {
        let numbers = message.missing.map { String($0) }.joined(separator: ", ")
        note(.row, "PNO", "the packets \(numbers) of a split message are not there; what came is read")
      }
      guard let station = station(of: first) else {
        note(.station, "MN", "the frame names no device; give the feed a station")
        return
      }
      let read = MessageReadings(
        first, content: message.content, settings: DeviceSettings().applying(context.overrides[station]),
        offset: context.siteOffset)
      for issue in read.issues {
        let code: RowError.Code =
          switch issue.subject {
          case .time: .time
          case .value: .value
          case .part: .structure
          }
        note(code, issue.place, issue.message)
      }
      ignored += read.ignoredFactors
      guard !read.readings.isEmpty else { return }
      let number = stations.number(of: station)
      for var reading in read.readings {
        reading.station = number
        readings.append(reading)
      }
    }

    private func station(of segment: Segment) -> String? {
      let isUsable =
        !segment.device.isEmpty && segment.device.utf8.count <= FeedLimits.stationBytes
        && segment.device.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
      return isUsable ? segment.device : context.defaultStation
    }

    private mutating func note(
      _ code: RowError.Code, _ place: @autoclosure () -> String, _ message: @autoclosure () -> String
    ) {
      let place = place()
      log.note(
        code, row: frames, path: "frame \(frames + 1)" + (place.isEmpty ? "" : ", \(place)"), message())
    }

    consuming func finish(skippedBytes: Int) -> DecodedBody {
      for message in assembler.takeAll() {
        // The last frame is the last one that could have brought the missing packets.
        frames -= 1
        take(message)
        frames += 1
      }
      if skippedBytes > 0 {
        log.note(
          .structure, row: max(0, frames - 1), path: "between frames", "\(skippedBytes) bytes are no part of any frame")
      }
      var body = DecodedBody()
      body.batch = ReadingBatch(stations: stations.names, readings: readings)
      body.errors = log.kept
      body.errorCount = log.count
      body.rowCount = frames
      body.ignoredValues = ignored
      if frames == 0 {
        body.settle(
          DecodeFailure(
            .notHJ212, "no frame begins with ## and four digits: these are no HJ 212 frames; check the feed's format"))
      } else if log.count == (skippedBytes > 0 ? 1 : 0), readings.isEmpty {
        body.verdict = .empty
      } else {
        body.settle(nil)
      }
      return body
    }
  }
}
