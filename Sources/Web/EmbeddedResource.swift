/// A file that is part of the binary.
struct EmbeddedResource: Sendable {
  let bytes: [UInt8]
  let contentType: String
  let contentSecurityPolicy: String
  /// Strong, from the content.
  let entityTag: String

  private init(_ bytes: [UInt8], _ contentType: String, policy: String = "default-src 'none'; frame-ancestors 'none'") {
    self.bytes = bytes
    self.contentType = contentType
    self.contentSecurityPolicy = policy
    // FNV-1a, 64 bits: tells versions of the same file apart, protects nothing.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    self.entityTag = "\"" + String(hash, radix: 16) + "\""
  }

  /// The console. Everything it uses comes from this server; inline scripts and styles are refused.
  static let page = EmbeddedResource(
    PackageResources.console_html, "text/html; charset=utf-8",
    policy: "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
      + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
  static let style = EmbeddedResource(PackageResources.console_css, "text/css; charset=utf-8")
  static let script = EmbeddedResource(PackageResources.console_js, "text/javascript; charset=utf-8")
  static let openAPI = EmbeddedResource(PackageResources.openapi_json, WebFace.jsonType)
}
