import CLibssl

/// A certificate chain and its key as PEM files.
public struct TLSIdentity: Sendable {
  /// Leaf first, then the intermediates that the server sends.
  public var chainFile: String
  public var keyFile: String

  public init(chainFile: String, keyFile: String) {
    self.chainFile = chainFile
    self.keyFile = keyFile
  }
}

/// The libssl context of one identity.
///
/// `@unchecked Sendable`: an SSL_CTX is reference counted and, once set up, may be used by many threads (OpenSSL's
/// own rule); it is only read after `init`.
@safe final class TLSContext: @unchecked Sendable {
  let pointer: OpaquePointer

  init(_ identity: TLSIdentity) throws(FaultServerError) {
    var error = [CChar](repeating: 0, count: 512)
    guard
      let context = unsafe clibssl_context_new(identity.chainFile, identity.keyFile, &error, error.count)
    else {
      let text = String(decoding: error.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw FaultServerError("TLS identity: \(text)")
    }
    unsafe pointer = context
  }

  deinit { unsafe clibssl_context_free(pointer) }
}
