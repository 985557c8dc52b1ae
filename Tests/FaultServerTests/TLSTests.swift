import Testing

@testable import FaultServer

/// The certificates are what their names say, as `openssl s_client` sees them.
@Suite struct TLSTests {
  /// Whether a client that trusts the test root and asks for localhost accepts the identity.
  private func accepted(_ identity: TLSIdentity, _ certificates: TestCertificates) throws -> Bool {
    let server = try FaultServer.start(tls: identity)
    defer { server.stop() }
    do {
      try Command.run([
        "openssl", "s_client", "-connect", "127.0.0.1:\(server.port)", "-servername", "localhost", "-CAfile",
        certificates.authorityFile, "-verify_return_error", "-verify_hostname", "localhost",
      ])
      return true
    } catch {
      return false
    }
  }

  @Test func chainsAreRightOrWrongAsNamed() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let certificates = try TestCertificates.generate(in: folder.path)
    #expect(try accepted(certificates.good, certificates))
    #expect(try accepted(certificates.completeChain, certificates))
    #expect(try !accepted(certificates.expired, certificates))
    #expect(try !accepted(certificates.wrongHost, certificates))
    #expect(try !accepted(certificates.incompleteChain, certificates))
    #expect(try !accepted(certificates.selfSigned, certificates))
  }

  @Test func anUnusableIdentityIsNamed() throws {
    #expect(throws: FaultServerError.self) {
      try FaultServer.start(tls: TLSIdentity(chainFile: "/nowhere.pem", keyFile: "/nowhere.key"))
    }
  }
}
