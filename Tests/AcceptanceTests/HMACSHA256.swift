import Digests

/// HMAC-SHA256 by the text of RFC 2104: signatures are not checked with the call that made them.
enum HMACSHA256 {
  static func hex(key: [UInt8], message: [UInt8]) -> String {
    var block = key.count > 64 ? SHA256.hash(key) : key
    block += [UInt8](repeating: 0, count: 64 - block.count)
    let inner = SHA256.hash(block.map { $0 ^ 0x36 } + message)
    let outer = SHA256.hash(block.map { $0 ^ 0x5C } + inner)
    return outer.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
