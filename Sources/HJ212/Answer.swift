/// What Lantian answers to an instrument (应答).
package enum Answer: Sendable, Hashable {
  /// 数据应答 (9014): the data are stored.
  case stored
  /// 通知应答 (9013).
  case noticed
  /// 请求应答 (9011) with the reason (QnRtn) why the frame is refused.
  case refused(Refusal)

  /// QnRtn of HJ 212-2017, table 6.
  package enum Refusal: Int, Sendable, Hashable {
    /// The request is not carried out.
    case declined = 2
    case password = 3
    case device = 4
    case flag = 6
    case command = 8
    case checksum = 9
    /// Of the data nothing can be read.
    case content = 100
  }

  private var command: Int {
    switch self {
    case .stored: 9014
    case .noticed: 9013
    case .refused: 9011
    }
  }

  /// The frame of the answer. QN, MN and PW are the sender's own, so that nothing is told that it did not send; fields
  /// with anything but plain characters are left out. HJ/T 212-2005 puts the QN of the request, and for data its CN,
  /// into CP; later editions put the QN in front.
  package func frame(to request: Segment) -> [UInt8] {
    var fields: [String] = []
    let number = request.requestNumber.flatMap { Self.plain($0) }
    let isOld = request.edition == .of2005
    if !isOld, let number { fields.append("QN=\(number)") }
    fields += ["ST=91", "CN=\(command)"]
    var text = fields.joined(separator: ";")
    var bytes = Array(text.utf8)
    if let password = request.password?.reveal(), Self.isPlain(password) { bytes += Array(";PW=".utf8) + password }
    text = ""
    if let device = Self.plain(request.device), !device.isEmpty { text += ";MN=\(device)" }
    if let flag = request.flag { text += ";Flag=\(flag.ofAnswer.bits)" }
    text += ";CP=&&\(content(request, isOld ? number : nil))&&"
    bytes += Array(text.utf8)
    return FrameEncoder.frame(bytes) ?? []
  }

  private func content(_ request: Segment, _ number: String?) -> String {
    var parts: [String] = []
    if let number { parts.append("QN=\(number)") }
    switch self {
    case .stored: if request.edition == .of2005, let command = request.command { parts.append("CN=\(command)") }
    case .noticed: break
    case .refused(let reason): parts.append("QnRtn=\(reason.rawValue)")
    }
    return parts.joined(separator: ";")
  }

  private static func plain(_ text: String) -> String? { isPlain(Array(text.utf8)) ? text : nil }

  private static func isPlain(_ bytes: [UInt8]) -> Bool {
    bytes.count <= HJ212Limits.nameBytes
      && bytes.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || [0x2D, 0x2E, 0x5F].contains(byte)
      }
  }
}
