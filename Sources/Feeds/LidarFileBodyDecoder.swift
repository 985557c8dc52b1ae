package import Lidar

/// Lidar files as answers: Vaisala messages and Licel files here; NetCDF, whose library the core does not link, by whoever
/// has read it.
package enum LidarFileBodyDecoder {
  static func decode(_ raw: ByteText) -> DecodedBody {
    let bytes = raw.bytes
    switch LidarFormat(sniffing: bytes) {
    case .vaisala: return body(VaisalaDecoder.decode(bytes))
    case .licel: return body(LicelDecoder.decode(bytes))
    case .netCDF:
      var result = DecodedBody()
      result.verdict = .failed(
        DecodeFailure(.configuration, "a NetCDF file is read by the daemon and by `lantian lidar`, not here"))
      return result
    case .json, nil:
      if let failure = BodySniffer.refusal(of: raw, expecting: .lidar) {
        var result = DecodedBody()
        result.verdict = .failed(failure)
        return result
      }
      var content = LidarFileContent(format: "unknown")
      content.fail("", "the body is none of Vaisala messages, Licel raw and NetCDF; JSON profiles are of lidar-json")
      return body(content)
    }
  }

  /// What a file held, as an answer: its good profiles, and each fault with its place.
  package static func body(_ content: LidarFileContent) -> DecodedBody {
    var result = DecodedBody()
    result.records = content.records
    result.recordCount = content.records.count
    result.rowCount = content.records.count + content.faultCount
    result.errorCount = content.faultCount
    for fault in content.faults.prefix(FeedLimits.keptErrors) {
      result.errors.append(RowError(.profile, path: fault.place, row: 0, message: fault.message))
    }
    if !content.records.isEmpty {
      result.verdict = .ok
    } else if let fault = content.faults.first {
      var failure = DecodeFailure(.syntax, fault.message)
      failure.path = fault.place.isEmpty ? "byte 0" : fault.place
      result.verdict = .failed(failure)
    }
    return result
  }
}
