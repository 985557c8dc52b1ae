internal import CLibcrypto

/// SHA-256 (FIPS 180-4) and its HMAC, both of libcrypto.
@safe package struct SHA256: ~Copyable {
  private let state: OpaquePointer

  package init() {
    guard let state = unsafe lantian_sha256_new() else {
      preconditionFailure("libcrypto gives no SHA-256: the installation of OpenSSL is broken")
    }
    unsafe self.state = state
  }

  deinit { unsafe lantian_sha256_free(state) }

  /// Takes more of the message.
  package mutating func update(_ bytes: [UInt8]) {
    let done = unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe lantian_sha256_update(state, buffer.baseAddress, buffer.count)
    }
    precondition(done == 1, "libcrypto failed inside SHA-256")
  }

  /// A length and the bytes, so that two fields never run into each other.
  package mutating func field(_ bytes: [UInt8]) {
    number(Int64(bytes.count))
    update(bytes)
  }

  /// Eight bytes, little-endian.
  package mutating func number(_ value: Int64) {
    let bits = UInt64(bitPattern: value)
    update((0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64($0 * 8)) })
  }

  /// The 32 bytes.
  package consuming func finalize() -> [UInt8] {
    let digest = unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      let done = unsafe lantian_sha256_final(state, buffer.baseAddress)
      precondition(done == 1, "libcrypto failed inside SHA-256")
      count = 32
    }
    return digest
  }

  /// The 32 bytes of one message.
  package static func hash(_ bytes: [UInt8]) -> [UInt8] {
    var state = SHA256()
    state.update(bytes)
    return state.finalize()
  }

  /// HMAC-SHA256 (RFC 2104, RFC 4231) of `message` under `key`, 32 bytes.
  package static func authenticationCode(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: 32) { output, count in
      let done = unsafe key.withUnsafeBufferPointer { key in
        unsafe message.withUnsafeBufferPointer { text in
          unsafe lantian_hmac_sha256(key.baseAddress, key.count, text.baseAddress, text.count, output.baseAddress)
        }
      }
      precondition(done == 1, "libcrypto gives no HMAC-SHA256: the installation of OpenSSL is broken")
      count = 32
    }
  }

  /// Lower-case hexadecimal.
  package static func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
