import CLibssl
import Glibc

/// One accepted connection, plain or TLS, used by its one thread with blocking calls.
@safe final class Connection {
  let descriptor: Int32
  let id: Int
  private var session: OpaquePointer?
  private var buffer: [UInt8] = []
  private var isPlain: Bool { unsafe session == nil }

  init(descriptor: Int32, id: Int) {
    self.descriptor = descriptor
    self.id = id
  }

  /// The TLS handshake; false when it failed.
  func startTLS(_ context: TLSContext) -> Bool {
    unsafe session = clibssl_accept(context.pointer, descriptor)
    return unsafe session != nil
  }

  /// Frees the session; the descriptor is the owner's to close.
  func finish(orderly: Bool) {
    guard let open = unsafe session else { return }
    if orderly { unsafe clibssl_shutdown(open) }
    unsafe clibssl_session_free(open)
    unsafe session = nil
  }

  /// Sends everything; false when the peer is gone.
  func send(_ bytes: some Collection<UInt8>) -> Bool {
    let bytes = Array(bytes)
    return unsafe bytes.withUnsafeBytes { raw in
      var sent = 0
      while sent < raw.count {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: raw[sent...])
        let count =
          if let open = unsafe session {
            unsafe clibssl_write(open, rest.baseAddress!, rest.count)
          } else {
            unsafe Glibc.send(descriptor, rest.baseAddress!, rest.count, Int32(MSG_NOSIGNAL))
          }
        if count < 0 && errno == EINTR && isPlain { continue }
        if count <= 0 { return false }
        sent += count
      }
      return true
    }
  }

  /// Everything up to and including the empty line; nil at the end, or past `limit` bytes.
  func readHead(limit: Int) -> [UInt8]? {
    var searched = 0
    while true {
      if let end = Self.headEnd(in: buffer, from: max(0, searched - 3)) {
        let head = Array(buffer[..<end])
        buffer.removeFirst(end)
        return head
      }
      searched = buffer.count
      if buffer.count > limit || !fill() { return nil }
    }
  }

  /// Exactly `count` bytes; nil when the peer ends earlier.
  func read(count: Int) -> [UInt8]? {
    while buffer.count < count { if !fill() { return nil } }
    let bytes = Array(buffer[..<count])
    buffer.removeFirst(count)
    return bytes
  }

  /// A line without its CRLF; nil at the end.
  func readLine() -> String? {
    while true {
      if let end = buffer.firstIndex(of: 0x0A) {
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeFirst(end + 1)
        return line.hasSuffix("\r") ? String(line.dropLast()) : line
      }
      if buffer.count > 65_536 || !fill() { return nil }
    }
  }

  private static func headEnd(in bytes: [UInt8], from start: Int) -> Int? {
    guard bytes.count >= 4 else { return nil }
    for index in start..<max(start, bytes.count - 3) where bytes[index] == 0x0D {
      if bytes[index + 1] == 0x0A && bytes[index + 2] == 0x0D && bytes[index + 3] == 0x0A { return index + 4 }
    }
    return nil
  }

  private func fill() -> Bool {
    while true {
      var count = 0
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 16_384) { target, used in
        count =
          if let open = unsafe session {
            unsafe clibssl_read(open, target.baseAddress!, target.count)
          } else {
            unsafe recv(descriptor, target.baseAddress!, target.count, 0)
          }
        used = max(0, count)
      }
      if count < 0 && errno == EINTR && isPlain { continue }
      if count <= 0 { return false }
      buffer += chunk
      return true
    }
  }
}
