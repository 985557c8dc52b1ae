/// A foreign text for a message: bounded, on one line, in quotes.
func excerpt(_ text: ByteText) -> String {
  "\"" + plain(text, limitBytes: FeedLimits.excerptBytes) + "\""
}

func excerpt(_ text: String) -> String { Array(text.utf8).withText { excerpt($0) } }

/// A provider's own words for a message: bounded, on one line, long tokens blanked, since providers repeat keys.
func redacted(_ text: ByteText) -> String {
  var result = ""
  var word = ""
  func flush() {
    let digits = word.utf8.count(where: { $0 >= 0x30 && $0 <= 0x39 })
    result += word.utf8.count >= 16 && digits > 1 ? "[hidden]" : word
    word = ""
  }
  for character in plain(text, limitBytes: FeedLimits.replyBytes) {
    if character.isASCII, character.isLetter || character.isNumber || "-_+/=.".contains(character) {
      word.append(character)
    } else {
      flush()
      result.append(character)
    }
  }
  flush()
  return result
}

private func plain(_ text: ByteText, limitBytes: Int) -> String {
  var end = min(text.count, limitBytes)
  // Not inside a UTF-8 sequence.
  while end > 0, end < text.count, text[end] & 0xC0 == 0x80 { end -= 1 }
  var result = ""
  for scalar in text[0..<end].string.unicodeScalars {
    let hidden = scalar.value < 0x20 || scalar.value == 0x7F || (0x80...0x9F).contains(scalar.value)
    result.unicodeScalars.append(hidden ? "·" : scalar)
  }
  return end < text.count ? result + "…" : result
}
