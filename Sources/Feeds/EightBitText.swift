/// Texts in a code of one byte a character. Files in them that happen to be UTF-8 are taken as that.
struct EightBitText {
  /// The characters of bytes 0x80 to 0xFF.
  private let upper: [Unicode.Scalar]

  /// Nil for encodings that are none.
  init?(_ encoding: TextEncoding) {
    switch encoding {
    case .utf8, .gb18030: return nil
    case .latin1: upper = (0x80...0xFF).map { Unicode.Scalar(UInt8($0)) }
    case .cp437: upper = Array(Self.codePage437.unicodeScalars)
    }
  }

  func utf8(_ body: ByteText) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(body.count + body.count / 8)
    for index in 0..<body.count {
      let byte = body[index]
      if byte < 0x80 {
        text.append(byte)
      } else {
        text += UTF8.encode(upper[Int(byte) - 0x80]).map(Array.init) ?? []
      }
    }
    return text
  }

  /// IBM code page 437, bytes 0x80 to 0xFF.
  private static let codePage437 =
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»"
    + "░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
    + "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}"
}
