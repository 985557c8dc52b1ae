/// A data segment (数据段), its fields read; the content of CP is kept as bytes, since a message may be split over
/// several segments.
///
/// Fields may stand in any order, before and behind CP; names are matched without regard to case; blanks and empty
/// fields are passed over. QN, PW and Flag may be missing, as they are in HJ/T 212-2005; QN is then looked for in CP.
package struct Segment: Sendable, Hashable {
  /// Request number (请求编码), `YYYYMMDDhhmmsszzz`; nil when there is none.
  package var requestNumber: String?
  /// System (系统编码): 22 ambient air, 39 construction dust, 31 stack.
  package var system: Int?
  /// Command (命令编码): 2011, 2051, 2061, 2031, 9014.
  package var command: Int?
  package var password: AccessPassword?
  /// Identity of the device (设备唯一标识); empty when there is none.
  package var device = ""
  package var flag: MessageFlag?
  /// Number of packets of the message (PNUM) and number of this one (PNO), from 1.
  package var packets: (count: Int, number: Int)? {
    guard let count = packetCount, let number = packetNumber, count > 1 else { return nil }
    return (count, number)
  }
  private var packetCount: Int?
  private var packetNumber: Int?
  /// What stands between `CP=&&` and the next `&&`.
  package var content: [UInt8] = []

  package init() {}

  package var edition: MessageFlag.Edition { flag?.edition ?? .of2005 }
  package var wantsAnswer: Bool { flag?.wantsAnswer ?? false }

  /// Reads a segment.
  package init(_ bytes: [UInt8]) throws(SegmentFault) {
    let layout = Layout(of: bytes)
    guard layout.isClosed else { throw .openContent }
    content = Array(bytes[layout.content])
    var seen: [String: String] = [:]
    let fields = Array(bytes[layout.head]) + [UInt8(ascii: ";")] + Array(bytes[layout.tail])
    for part in fields.split(separator: UInt8(ascii: ";")) {
      let text = Self.trimmed(part)
      guard !text.isEmpty else { continue }
      guard seen.count < HJ212Limits.fields else { throw .tooManyFields }
      guard let equals = text.firstIndex(of: UInt8(ascii: "=")), equals > text.startIndex else {
        throw .field("a part of \(text.count) bytes")
      }
      let name = Self.text(Self.trimmed(text[..<equals])).uppercased()
      let value = Self.text(Self.trimmed(text[(equals + 1)...]))
      if let before = seen[name], before != value { throw .contradiction(name) }
      seen[name] = value
      try take(name, value)
    }
    if requestNumber == nil { requestNumber = Self.requestNumber(in: content) }
  }

  /// What can still be told of a damaged segment: the fields in front of CP that make sense.
  init(salvaging bytes: [UInt8]) {
    if let whole = try? Segment(bytes) {
      self = whole
      return
    }
    self.init()
    for part in bytes[Layout(of: bytes).head].split(separator: UInt8(ascii: ";")).prefix(HJ212Limits.fields) {
      guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = Self.text(Self.trimmed(part[..<equals])).uppercased()
      try? take(name, Self.text(Self.trimmed(part[(equals + 1)...])))
    }
  }

  private mutating func take(_ name: String, _ value: String) throws(SegmentFault) {
    switch name {
    case "QN": if !value.isEmpty { requestNumber = value }
    case "ST": system = try Self.number(name, value, atMost: 999)
    case "CN": command = try Self.number(name, value, atMost: 9_999)
    case "PW": password = AccessPassword(value)
    case "MN": device = value
    case "FLAG": flag = try Self.number(name, value, atMost: 255).map { MessageFlag(bits: UInt8($0)) }
    case "PNUM": packetCount = try Self.number(name, value, atMost: 9_999)
    case "PNO": packetNumber = try Self.number(name, value, atMost: 9_999)
    default: break
    }
  }

  /// A plain number; nil when the field is empty.
  private static func number(_ name: String, _ value: String, atMost bound: Int) throws(SegmentFault) -> Int? {
    if value.isEmpty { return nil }
    var number = 0
    for byte in value.utf8 {
      guard (0x30...0x39).contains(byte), number <= bound else { throw .value(field: name, value: value) }
      number = number * 10 + Int(byte - 0x30)
    }
    guard number <= bound else { throw .value(field: name, value: value) }
    return number
  }

  /// The QN that frames of 2005 carry inside CP.
  private static func requestNumber(in content: [UInt8]) -> String? {
    for part in content.split(whereSeparator: { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ",") }) {
      let text = trimmed(part)
      guard text.count > 3, text.prefix(3).map({ $0 == 0x3D ? $0 : $0 & 0xDF }).elementsEqual("QN=".utf8) else {
        continue
      }
      let value = Self.text(trimmed(text.dropFirst(3)))
      return value.isEmpty ? nil : value
    }
    return nil
  }

  /// Without white space at both ends.
  static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var slice = bytes
    while let first = slice.first, first <= 0x20 { slice.removeFirst() }
    while let last = slice.last, last <= 0x20 { slice.removeLast() }
    return slice
  }

  static func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

  package static func == (a: Segment, b: Segment) -> Bool {
    a.requestNumber == b.requestNumber && a.system == b.system && a.command == b.command && a.password == b.password
      && a.device == b.device && a.flag == b.flag && a.packetCount == b.packetCount
      && a.packetNumber == b.packetNumber && a.content == b.content
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(device)
    hasher.combine(requestNumber)
    hasher.combine(content)
  }
}

extension Segment {
  /// Where the fields in front of CP, its content, and the fields behind it stand; without CP all is head.
  struct Layout {
    let head: Range<Int>
    let content: Range<Int>
    let tail: Range<Int>
    /// False when nothing ends the content; it then reaches to the end.
    let isClosed: Bool

    init(of bytes: [UInt8]) {
      guard let start = Self.contentStart(bytes) else {
        head = 0..<bytes.count
        content = 0..<0
        tail = 0..<0
        isClosed = true
        return
      }
      let end = Self.firstDoubleAmpersand(bytes, from: start.content)
      head = 0..<start.field
      content = start.content..<(end ?? bytes.count)
      tail = (end.map { $0 + 2 } ?? bytes.count)..<bytes.count
      isClosed = end != nil
    }

    /// Where the field CP begins and where its content does.
    private static func contentStart(_ bytes: [UInt8]) -> (field: Int, content: Int)? {
      let mark = Array("CP=&&".utf8)
      guard bytes.count >= mark.count else { return nil }
      for index in 0...(bytes.count - mark.count) {
        guard index == 0 || bytes[index - 1] == UInt8(ascii: ";") || bytes[index - 1] == 0x20 else { continue }
        guard bytes[index] & 0xDF == mark[0], bytes[index + 1] & 0xDF == mark[1],
          bytes[(index + 2)..<(index + 5)].elementsEqual(mark[2...])
        else { continue }
        return (index, index + mark.count)
      }
      return nil
    }

    private static func firstDoubleAmpersand(_ bytes: [UInt8], from start: Int) -> Int? {
      var index = start
      while index + 1 < bytes.count {
        if bytes[index] == UInt8(ascii: "&"), bytes[index + 1] == UInt8(ascii: "&") { return index }
        index += 1
      }
      return nil
    }
  }
}
