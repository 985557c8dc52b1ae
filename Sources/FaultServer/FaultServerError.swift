import Glibc

/// Why the fault server or one of its helpers could not do its work.
public struct FaultServerError: Error, CustomStringConvertible {
  /// What was tried and what the system said.
  public var description: String

  init(_ description: String) { self.description = description }

  /// The call that failed, with errno's text.
  init(call: String, errno code: Int32 = errno) {
    let text = unsafe String(cString: strerror(code))
    self.description = "\(call): \(text)"
  }
}
