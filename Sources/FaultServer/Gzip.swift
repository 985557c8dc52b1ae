import CGzip

/// Gzip for prepared bodies.
public enum Gzip {
  /// The gzip form of `bytes`.
  public static func compress(_ bytes: [UInt8], level: Int32 = 6) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: cgzip_gzip_bound(bytes.count)) { target, count in
      unsafe bytes.withUnsafeBufferPointer { source in
        count = unsafe cgzip_gzip(source.baseAddress, source.count, target.baseAddress!, target.count, level)
      }
    }
  }

  /// The gzip form of `count` zeros, about a thousandth of it.
  public static func zeros(count zeros: UInt64) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: Int(zeros / 500) + 1_024) { target, count in
      count = unsafe cgzip_gzip_zeros(zeros, target.baseAddress!, target.count)
    }
  }

  /// Decodes gzip or zlib; nil when damaged or larger than `limit`.
  public static func decompress(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
    var size = -1
    let decoded = unsafe [UInt8](unsafeUninitializedCapacity: limit) { target, count in
      size = unsafe bytes.withUnsafeBufferPointer { source in
        unsafe cgzip_gunzip(source.baseAddress, source.count, target.baseAddress!, target.count)
      }
      count = max(0, size)
    }
    return size < 0 ? nil : decoded
  }
}
