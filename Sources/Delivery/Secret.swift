internal import CLibcrypto
internal import Glibc

/// The key of a webhook's signature. It prints, mirrors and encodes as `<redacted>`.
package struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Largest secret file, bytes.
  package static let maximumBytes = 65_536

  private let bytes: [UInt8]

  package init(bytes: [UInt8]) { self.bytes = bytes }

  /// Reads a secret file; one trailing newline (LF or CRLF) is ignored. An empty, unreadable or oversized file is an
  /// error that names the path.
  package init(file path: String) throws(DeliveryError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw DeliveryError(
        path: path, "cannot read the secret: \(Secret.text(errno)); check the path and its permissions")
    }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4_096)
    while content.count <= Secret.maximumBytes {
      let count = unsafe part.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw DeliveryError(path: path, "cannot read the secret: \(Secret.text(errno))") }
      if count == 0 { break }
      content.append(contentsOf: part[..<count])
    }
    guard content.count <= Secret.maximumBytes else {
      throw DeliveryError(path: path, "the secret is larger than \(Secret.maximumBytes) bytes: is this the right file?")
    }
    if content.last == 0x0A { content.removeLast(content.suffix(2).first == 0x0D ? 2 : 1) }
    guard !content.isEmpty else { throw DeliveryError(path: path, "the secret is empty; write a key into the file") }
    self.bytes = content
  }

  /// HMAC-SHA256 (RFC 2104, RFC 4231) of `message` under this key, 32 bytes.
  package func authenticationCode(of message: [UInt8]) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: 32) { output, count in
      let done = unsafe bytes.withUnsafeBufferPointer { key in
        unsafe message.withUnsafeBufferPointer { text in
          unsafe lantian_hmac_sha256(key.baseAddress, key.count, text.baseAddress, text.count, output.baseAddress)
        }
      }
      precondition(done == 1, "libcrypto gives no HMAC-SHA256: the installation of OpenSSL is broken")
      count = 32
    }
  }

  package var description: String { "<redacted>" }
  package var debugDescription: String { "<redacted>" }
  package var customMirror: Mirror { Mirror(self, children: []) }

  private static func text(_ number: Int32) -> String {
    guard let text = unsafe strerror(number) else { return "error \(number)" }
    return unsafe String(cString: text)
  }
}
