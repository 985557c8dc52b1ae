internal import CGzip

/// Bodies and files that come packed with gzip, unpacked within a bound.
package enum Gunzip {
  /// Why nothing was unpacked.
  package enum Problem: Error, Sendable, Hashable {
    case damaged
    /// Unpacked it is larger than the bound.
    case tooLarge
  }

  /// Whether bytes begin as a gzip file does (RFC 1952).
  package static func isPacked(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B
  }

  /// All members of a gzip file, one after another; zeros may pad its end.
  ///
  /// - Parameter limitBytes: of the unpacked bytes; no more memory than that (and a member's start) is ever taken.
  package static func unpack(_ bytes: [UInt8], limitBytes: Int) throws(Problem) -> [UInt8] {
    var output: [UInt8] = []
    var start = 0
    repeat {
      let member = try unpackMember(bytes, from: start, limitBytes: limitBytes - output.count)
      output += member.bytes
      start += member.consumed
    } while start < bytes.count && bytes[start] != 0
    guard bytes[start...].allSatisfy({ $0 == 0 }) else { throw .damaged }
    return output
  }

  private static func unpackMember(
    _ bytes: [UInt8], from start: Int, limitBytes: Int
  ) throws(Problem) -> (bytes: [UInt8], consumed: Int) {
    // A member without content still needs room to be read to its end.
    let most = max(1, limitBytes)
    var capacity = min(most, max(1 << 16, (bytes.count - start).multipliedReportingOverflow(by: 4).partialValue))
    while true {
      var consumed = 0
      var size = 0
      let unpacked = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
        size = unsafe bytes.withUnsafeBufferPointer { source in
          guard let base = source.baseAddress else { return -1 }
          return unsafe cgzip_gunzip_member(
            base + start, source.count - start, &consumed, target.baseAddress, capacity)
        }
        count = max(0, size)
      }
      if size >= 0 {
        guard size <= limitBytes else { throw .tooLarge }
        return (unpacked, consumed)
      }
      guard size == -2 else { throw .damaged }
      guard capacity < most else { throw .tooLarge }
      capacity = min(most, capacity * 4)
    }
  }
}
