import CExpat
import CSimdjson

/// Makes UTF-8 of a body before its text is read.
enum TextDecoding {
  /// Runs `decode` on the body as UTF-8. `guesses`: a body that is not UTF-8 is tried as GB18030, as bureau files are
  /// one or the other.
  static func withUTF8(
    _ body: ByteText, declared: TextEncoding, guesses: Bool, _ decode: (ByteText) -> DecodedBody
  ) -> DecodedBody {
    let invalid = firstInvalidUTF8(body)
    if let table = EightBitText(declared) {
      return invalid == body.count ? decode(body) : table.utf8(body).withText { decode($0) }
    }
    if declared == .utf8, invalid == body.count { return decode(body) }
    if declared == .utf8, !guesses { return failed(notUTF8(body, at: invalid)) }
    do throws(DecodeFailure) {
      return try utf8(fromGB18030: body).withText { decode($0.withoutByteOrderMark) }
    } catch {
      return failed(declared == .utf8 ? notUTF8(body, at: invalid) : error)
    }
  }

  static func firstInvalidUTF8(_ body: ByteText) -> Int {
    guard let base = unsafe body.buffer.baseAddress else { return 0 }
    return unsafe lantian_first_invalid_utf8(base, body.count)
  }

  static func notUTF8(_ body: ByteText, at offset: Int) -> DecodeFailure {
    let byte = offset < body.count ? String(body[offset], radix: 16) : "?"
    return DecodeFailure(
      .encoding, "byte 0x\(byte) at offset \(offset) is not UTF-8; declare `encoding: gb18030` if it is")
  }

  static func utf8(fromGB18030 body: ByteText) throws(DecodeFailure) -> [UInt8] {
    var invalid = 0
    var written = 0
    let capacity = body.count * 2 + 16
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      written = unsafe lantian_gb18030_to_utf8(
        body.buffer.baseAddress, body.count, buffer.baseAddress, capacity, &invalid)
      count = max(0, written)
    }
    guard written != -2 else {
      throw DecodeFailure(.encoding, "this system's C library has no GB18030 converter (gconv modules)")
    }
    guard written >= 0 else {
      let byte = invalid < body.count ? String(body[invalid], radix: 16) : "?"
      throw DecodeFailure(.encoding, "byte 0x\(byte) at offset \(invalid) is not GB18030")
    }
    return bytes
  }

  private static func failed(_ failure: DecodeFailure) -> DecodedBody {
    var body = DecodedBody()
    body.verdict = .failed(failure)
    return body
  }
}
