import FaultServer
import Glibc
import Testing

@Suite("features of HTTP with real peers", .serialized)
struct TransferFeatureTests {
  private static let text = "{\"data\":[{\"s\":\"2183A\",\"t\":\"2020-12-01T10:00:00+08:00\",\"pm25\":29}]}"
  private static let from = ["--simulate-from", "2020-12-01T10:30:00+08:00"]

  /// A brotli stream (RFC 7932) of one uncompressed meta-block.
  static func brotli(_ bytes: [UInt8]) -> [UInt8] {
    let head = (bytes.count - 1) << 4 | 1 << 20
    return [UInt8(head & 0xFF), UInt8(head >> 8 & 0xFF), UInt8(head >> 16 & 0xFF)] + bytes + [0x03]
  }

  /// A zstd frame (RFC 8878) of one raw block; up to 255 bytes.
  static func zstd(_ bytes: [UInt8]) -> [UInt8] {
    let block = 1 | bytes.count << 3
    return [0x28, 0xB5, 0x2F, 0xFD, 0x20, UInt8(bytes.count)]
      + [UInt8(block & 0xFF), UInt8(block >> 8 & 0xFF), UInt8(block >> 16 & 0xFF)] + bytes
  }

  @Test("gzip, brotli and zstd are asked for and undone; a feed's own CA; a proxy sees the whole address")
  func codingsAndProxies() async throws {
    let bench = try Workbench()
    let certificates = try TestCertificates.generate(in: bench.path)
    let body = Array(Self.text.utf8)
    let server = try FaultServer.start()
    let plain = Response(headers: [("Content-Type", "application/json")], body: body)
    server.route("/gzip", .respond(plain.gzipped()))
    server.route("/br", .respond(Response(headers: [("Content-Encoding", "br")], body: Self.brotli(body))))
    server.route("/zstd", .respond(Response(headers: [("Content-Encoding", "zstd")], body: Self.zstd(body))))
    let secure = try FaultServer.start(tls: certificates.good)
    secure.fallback(.respond(plain))
    let proxy = try FaultServer.start()
    proxy.fallback(.respond(plain))
    try bench.configure(
      feeds: ["gzip", "br", "zstd"].map { Workbench.feed($0, server.url("/" + $0)) }.joined()
        + Workbench.feed(
          "ca", secure.url("/"), extra: ["http2: true", "tls: {ca_file: \"\(certificates.authorityFile)\"}"])
        + Workbench.feed(
          "proxied", "http://feed.invalid/rows?a=1", extra: ["proxy: \"http://who:pass@127.0.0.1:\(proxy.port)\""]))
    let daemon = try await LantianProcess.start(bench, Self.from)
    for name in ["gzip", "br", "zstd", "ca", "proxied"] {
      _ = try await eventually("\(name) answers; \(try daemon.feed(name))") {
        (try daemon.feed(name)["readings"].int ?? 0) == 1 ? true : nil
      }
    }
    let accepted = server.requests(path: "/br").first?.header("Accept-Encoding") ?? ""
    for coding in ["gzip", "br", "zstd"] { #expect(accepted.contains(coding)) }
    let seen = try #require(proxy.requests().first)
    #expect(seen.path == "http://feed.invalid/rows" && seen.query == "a=1")
    #expect(seen.header("Proxy-Authorization")?.hasPrefix("Basic ") == true)
    #expect(seen.header("User-Agent")?.hasPrefix("lantian/") == true)
    #expect(try await daemon.stop() == .exited(0))
  }

  static let nghttpd = "/usr/sbin/nghttpd"

  @Test(
    "HTTP/2 with a real peer",
    .enabled(if: access(Self.nghttpd, X_OK) == 0, "nghttpd (package nghttp2-server) is not installed"))
  func http2() async throws {
    let bench = try Workbench()
    let certificates = try TestCertificates.generate(in: bench.path)
    try bench.write("rows.json", Self.text)
    // A port that was free a moment ago.
    let probe = try FaultServer.start()
    let port = probe.port
    probe.stop()
    let peer = try Child(
      [
        Self.nghttpd, "-a", "127.0.0.1", "-v", "-d", bench.path, "\(port)", certificates.good.keyFile,
        certificates.good.chainFile,
      ], environment: LantianProcess.environment, output: bench.file("peer.out"), error: bench.file("peer.err"))
    defer { peer.kill(SIGKILL) }
    try bench.configure(
      feeds: Workbench.feed(
        "h2", "https://localhost:\(port)/rows.json",
        extra: ["http2: true", "tls: {ca_file: \"\(certificates.authorityFile)\"}"]))
    let daemon = try await LantianProcess.start(bench, Self.from)
    _ = try await eventually("an answer over HTTP/2; \(try daemon.feed("h2"))") {
      (try daemon.feed("h2")["readings"].int ?? 0) >= 1 ? true : nil
    }
    #expect(bench.read("peer.out").contains(":path"))
    #expect(try await daemon.stop() == .exited(0))
  }
}
