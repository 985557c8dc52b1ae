internal import CLibcurl
internal import Timekeeping

/// One reusable easy handle with the buffers of the transfer it carries.
///
/// libcurl holds unretained pointers to it; the transport's pool keeps it alive until `destroy()`.
@safe final class EasyHandle {
  /// Why a callback ended the transfer.
  enum Refusal {
    case bodyTooLarge
    case headersTooLarge
  }

  let easy: OpaquePointer
  var transfer: Transfer?
  var body: [UInt8] = []
  var head: [UInt8] = []
  var refusal: Refusal?
  var lastByteAt: MonotonicInstant?
  /// CURL_ERROR_SIZE bytes that libcurl writes its own words into.
  let errorText: UnsafeMutablePointer<CChar>
  var maxBodyBytes = 0
  var maxHeaderBytes = 0
  var list: UnsafeMutablePointer<curl_slist>?
  var configured: TransferOptions?
  /// The schemes it allows, from the options or the URL.
  var configuredProtocols: TransferProtocols = []
  var configuredURL = ""
  var configuredHeaders: [TransferHeader] = []
  var configuredMethod = TransferRequest.Method.get
  private var headerBytes = 0

  init?() {
    guard let easy = unsafe curl_easy_init() else { return nil }
    unsafe self.easy = easy
    unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  /// Empties the buffers before a (further) request.
  func clear() {
    body = []
    head.removeAll(keepingCapacity: true)
    headerBytes = 0
    refusal = nil
    lastByteAt = nil
    unsafe errorText.pointee = 0
  }

  /// Takes decoded body bytes; 0 ends the transfer.
  func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard body.count + bytes.count <= maxBodyBytes else {
      refusal = .bodyTooLarge
      return 0
    }
    unsafe body.append(contentsOf: bytes)
    lastByteAt = .now()
    return bytes.count
  }

  /// Takes one header line; 0 ends the transfer. A status line starts a new response.
  func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
    headerBytes += bytes.count
    guard headerBytes <= maxHeaderBytes else {
      refusal = .headersTooLarge
      return 0
    }
    if unsafe bytes.count >= 5 && bytes[0] == 0x48 && bytes[1] == 0x54 && bytes[2] == 0x54 && bytes[3] == 0x50
      && bytes[4] == 0x2F
    {
      head.removeAll(keepingCapacity: true)
    }
    unsafe head.append(contentsOf: bytes)
    return bytes.count
  }

  /// libcurl's own words for the failure, or the name of the code.
  func errorMessage(_ code: CURLcode) -> String {
    let text = unsafe String(cString: errorText)
    return unsafe text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
  }

  func long(_ info: CURLINFO) -> Int {
    var value = 0
    return unsafe lantian_easy_get_long(easy, info, &value) == CURLE_OK ? value : 0
  }

  func size(_ info: CURLINFO) -> Int {
    var value: curl_off_t = 0
    return unsafe lantian_easy_get_size(easy, info, &value) == CURLE_OK ? Int(value) : 0
  }

  func string(_ info: CURLINFO) -> String? {
    var value: UnsafePointer<CChar>?
    guard unsafe lantian_easy_get_string(easy, info, &value) == CURLE_OK, let value = unsafe value else { return nil }
    return unsafe String(cString: value)
  }

  /// Gives the handle back to libcurl. It must not be in a multi.
  func destroy() {
    unsafe curl_easy_cleanup(easy)
    unsafe curl_slist_free_all(list)
    unsafe list = nil
    unsafe errorText.deallocate()
  }
}
