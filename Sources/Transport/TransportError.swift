internal import CLibcurl

/// Why a transfer gave no answer.
package struct TransportError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure, for outcomes and for deciding whether to try again.
  package enum Kind: String, Sendable {
    case timeout, connect, dns, tls
    case tooLarge = "too_large"
    case reset, redirects, `protocol`, cancelled
    /// The bounded queue in front of the transfers is full.
    case overloaded
    case other
  }

  package var kind: Kind
  /// libcurl's CURLcode; 0 when libcurl was not asked.
  package var code: Int
  /// What went wrong, for people; names no secret.
  package var message: String
  /// Whether the same request may succeed later without a change of configuration.
  package var isRetryable: Bool

  package init(kind: Kind, code: Int = 0, message: String) {
    self.kind = kind
    self.code = code
    self.message = message
    isRetryable =
      switch kind {
      case .timeout, .connect, .dns, .tls, .reset, .protocol, .overloaded, .other: true
      case .tooLarge, .redirects, .cancelled: false
      }
  }

  package var description: String { "\(kind.rawValue): \(message)" }
}

extension TransportError {
  /// The kind of a CURLcode; `.other` for those without a kind of their own.
  static func kind(of code: CURLcode) -> Kind {
    switch code {
    case CURLE_OPERATION_TIMEDOUT: .timeout
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .dns
    case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED, CURLE_PROXY: .connect
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ENGINE_INITFAILED,
      CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED:
      .tls
    case CURLE_FILESIZE_EXCEEDED: .tooLarge
    case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE: .reset
    case CURLE_TOO_MANY_REDIRECTS: .redirects
    case CURLE_SSH: .connect
    case CURLE_LOGIN_DENIED, CURLE_REMOTE_ACCESS_DENIED, CURLE_REMOTE_FILE_NOT_FOUND, CURLE_FTP_COULDNT_RETR_FILE,
      CURLE_FTP_WEIRD_PASV_REPLY, CURLE_FTP_WEIRD_227_FORMAT, CURLE_FTP_PRET_FAILED,
      CURLE_FTP_COULDNT_SET_TYPE, CURLE_FTP_COULDNT_USE_REST, CURLE_QUOTE_ERROR:
      .protocol
    case CURLE_FTP_CANT_GET_HOST, CURLE_FTP_ACCEPT_FAILED: .connect
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_HTTP3,
      CURLE_BAD_CONTENT_ENCODING, CURLE_URL_MALFORMAT:
      .protocol
    default: .other
    }
  }

  /// What is wrong with a certificate chain and what to do, from OpenSSL's verify result (0: the chain itself is good).
  static func certificateFault(verifyResult: Int, detail: String) -> String {
    switch verifyResult {
    case 0: detail
    case 9: "certificate is not yet valid; check both clocks (\(detail))"
    case 10: "certificate has expired; the feed's owner must renew it (\(detail))"
    case 18: "certificate is self-signed; give it as the feed's CA file if it is to be trusted (\(detail))"
    case 19: "chain ends in a self-signed authority that is not trusted; give it as the feed's CA file (\(detail))"
    case 2, 20, 21:
      "unknown issuer: the chain is incomplete or its authority is not trusted; give the authority as the feed's CA "
        + "file (\(detail))"
    case 23: "certificate has been revoked (\(detail))"
    case 62: "certificate is for another host name (\(detail))"
    default: "certificate not accepted, OpenSSL verify result \(verifyResult) (\(detail))"
    }
  }
}

extension TransportError {
  /// Whether a server of files did not understand the way it was asked for a listing.
  package var isListingRefused: Bool { code == Int(CURLE_FTP_COULDNT_RETR_FILE.rawValue) }

  /// Whether a server of files refuses the one file that was asked for, and others may be had.
  package var isOfOneFile: Bool {
    [CURLE_REMOTE_FILE_NOT_FOUND, CURLE_REMOTE_ACCESS_DENIED, CURLE_FTP_COULDNT_RETR_FILE]
      .contains { code == Int($0.rawValue) }
  }

  /// Whether a transfer ended before its announced end.
  package var isPartial: Bool { code == Int(CURLE_PARTIAL_FILE.rawValue) }
}
