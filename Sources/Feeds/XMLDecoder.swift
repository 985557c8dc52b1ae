import CExpat
import CSimdjson

/// XML bodies by mapping: every element of the row's name is a row.
enum XMLDecoder {
  /// Bytes handed to expat at once.
  private static let sliceBytes = 1 << 20

  static func decode(
    _ mapping: CompiledMapping, row: String, _ body: ByteText, _ context: DecodeContext
  ) -> DecodedBody {
    let prolog = XMLProlog(body)
    if prolog.isChinese || mapping.encoding != .utf8 {
      let encoding = prolog.isChinese ? .gb18030 : mapping.encoding
      return TextDecoding.withUTF8(body, declared: encoding, guesses: false) {
        parse(mapping, row, $0, XMLProlog($0), encoding: "UTF-8", context)
      }
    }
    return parse(mapping, row, body, prolog, encoding: nil, context)
  }

  private static func parse(
    _ mapping: CompiledMapping, _ row: String, _ body: ByteText, _ prolog: XMLProlog, encoding: String?,
    _ context: DecodeContext
  ) -> DecodedBody {
    let session = XMLSession(mapping, row: row, context)
    guard let parser = unsafe XML_ParserCreate(encoding) else {
      return session.finish(DecodeFailure(.memory, "no memory for the XML parser"))
    }
    defer { unsafe XML_ParserFree(parser) }
    guard
      unsafe lantian_expat_guard(
        parser, FeedLimits.xmlAmplification, FeedLimits.xmlAmplificationThresholdBytes) != 0
    else { return session.finish(DecodeFailure(.memory, "the XML library cannot bound entities")) }
    unsafe session.attach(parser)
    // The head without its `standalone="yes"`, then the rest.
    var healthy = prolog.bytes.withText { unsafe feed(parser, $0, isLast: prolog.length == body.count) }
    var index = prolog.length
    while healthy, index < body.count {
      let end = min(body.count, index + sliceBytes)
      healthy = unsafe feed(parser, body[index..<end], isLast: end == body.count)
      index = end
    }
    return session.finish(healthy ? nil : unsafe failure(parser, session, body))
  }

  private static func feed(_ parser: XML_Parser, _ slice: ByteText, isLast: Bool) -> Bool {
    unsafe slice.buffer.withMemoryRebound(to: CChar.self) { bytes in
      unsafe XML_Parse(parser, bytes.baseAddress, Int32(slice.count), isLast ? 1 : 0) == XML_STATUS_OK
    }
  }

  private static func failure(_ parser: XML_Parser, _ session: XMLSession, _ body: ByteText) -> DecodeFailure {
    if let stop = session.stop { return stop }
    let code = unsafe XML_GetErrorCode(parser)
    let line = unsafe XML_GetCurrentLineNumber(parser)
    let column = unsafe XML_GetCurrentColumnNumber(parser) + 1
    let text = unsafe XML_ErrorString(code).map { unsafe String(cString: $0) } ?? "unreadable"
    let place = "line \(line), column \(column)\(session.place)"
    switch code {
    case XML_ERROR_NO_ELEMENTS, XML_ERROR_UNCLOSED_TOKEN, XML_ERROR_PARTIAL_CHAR, XML_ERROR_UNCLOSED_CDATA_SECTION:
      return DecodeFailure(.truncated, "the body ends at \(place): \(text)", path: place)
    case XML_ERROR_NO_MEMORY: return DecodeFailure(.memory, "no memory for the body at \(place)", path: place)
    case XML_ERROR_AMPLIFICATION_LIMIT_BREACH, XML_ERROR_RECURSIVE_ENTITY_REF:
      return DecodeFailure(.syntax, "entities of the body grow without bound at \(place); refused", path: place)
    case XML_ERROR_EXTERNAL_ENTITY_HANDLING:
      return DecodeFailure(.syntax, "the body refers to an entity outside itself at \(place); refused", path: place)
    case XML_ERROR_INVALID_TOKEN, XML_ERROR_UNKNOWN_ENCODING:
      let invalid = TextDecoding.firstInvalidUTF8(body)
      if code == XML_ERROR_UNKNOWN_ENCODING || invalid < body.count {
        let byte = invalid < body.count ? "byte 0x\(String(body[invalid], radix: 16)) at offset \(invalid)" : "the text"
        return DecodeFailure(.encoding, "\(byte) is in no encoding known here, at \(place): \(text)", path: place)
      }
    default: break
    }
    return DecodeFailure(.syntax, "\(text) at \(place)", path: place)
  }
}

/// The XML declaration at the head of a body.
struct XMLProlog {
  /// The declaration with `standalone="yes"` blanked out: such a document promises to need no outside definition, and
  /// expat then ends at an undefined entity instead of skipping it.
  private(set) var bytes: [UInt8] = []
  /// How many bytes of the body `bytes` stands for.
  private(set) var length = 0
  /// Written in GB 2312, GBK or GB18030.
  private(set) var isChinese = false

  /// Bytes of the body that are searched for the declaration.
  private static let limitBytes = 512

  init(_ body: ByteText) {
    guard body.count > 6, body[0..<5].equals(Array("<?xml".utf8)) else { return }
    var end = 5
    while end < min(body.count, Self.limitBytes), body[end] != UInt8(ascii: ">") { end += 1 }
    guard end < min(body.count, Self.limitBytes) else { return }
    length = end + 1
    bytes = body[0..<length].bytes
    if let encoding = value(of: "encoding") {
      let name = String(decoding: bytes[encoding.value], as: UTF8.self).lowercased()
      isChinese = ["gb2312", "gbk", "gb18030", "cp936", "x-gbk"].contains(name)
    }
    if let standalone = value(of: "standalone") {
      for index in standalone.whole { bytes[index] = 0x20 }
    }
  }

  private func value(of attribute: String) -> (whole: Range<Int>, value: Range<Int>)? {
    guard let name = bytes.firstRange(of: Array(attribute.utf8)) else { return nil }
    var index = name.upperBound
    while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x3D { index += 1 }
    guard index < bytes.count, bytes[index] == 0x22 || bytes[index] == 0x27 else { return nil }
    guard let close = bytes[(index + 1)...].firstIndex(of: bytes[index]) else { return nil }
    return (name.lowerBound..<(close + 1), (index + 1)..<close)
  }
}
