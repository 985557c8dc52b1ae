/// Certificates for every way a chain can be right or wrong, made with the `openssl` program in a test's own folder.
public struct TestCertificates: Sendable {
  /// The root to trust, PEM.
  public let authorityFile: String
  /// For localhost and 127.0.0.1, signed by the root.
  public let good: TLSIdentity
  /// The same, expired in 2021.
  public let expired: TLSIdentity
  /// Valid, but for `elsewhere.example`.
  public let wrongHost: TLSIdentity
  /// Signed by an intermediate that the server does not send.
  public let incompleteChain: TLSIdentity
  /// The same with its intermediate.
  public let completeChain: TLSIdentity
  /// Its own issuer.
  public let selfSigned: TLSIdentity

  /// Makes them all in `directory`, which exists and is the caller's to remove.
  public static func generate(in directory: String) throws -> TestCertificates {
    try Maker(directory: directory).all()
  }
}

private struct Maker {
  let directory: String
  private let localNames = "subjectAltName=DNS:localhost,IP:127.0.0.1"

  func path(_ name: String) -> String { directory + "/" + name }

  func all() throws(FaultServerError) -> TestCertificates {
    try authority("root", signer: nil)
    try authority("intermediate", signer: "root")
    let good = try leaf("good", signer: "root", names: localNames)
    let expired = try leaf("expired", signer: "root", names: localNames, expired: true)
    let wrongHost = try leaf("wrong-host", signer: "root", names: "subjectAltName=DNS:elsewhere.example")
    let incomplete = try leaf("incomplete", signer: "intermediate", names: localNames)
    let chain = path("complete.pem")
    let whole = try Command.read(incomplete.chainFile) + Command.read(path("intermediate.pem"))
    try Command.write(String(decoding: whole, as: UTF8.self), to: chain)
    return TestCertificates(
      authorityFile: path("root.pem"), good: good, expired: expired, wrongHost: wrongHost,
      incompleteChain: incomplete, completeChain: TLSIdentity(chainFile: chain, keyFile: incomplete.keyFile),
      selfSigned: try selfSigned())
  }

  /// A key and a request for it.
  private func request(_ name: String, subject: String) throws(FaultServerError) {
    try Command.run([
      "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
      path(name + ".key"), "-out", path(name + ".csr"), "-subj", "/CN=" + subject,
    ])
  }

  /// Signs the request of `name`, by its own key when there is no signer. `openssl ca` alone sets both dates.
  private func sign(_ name: String, signer: String?, extensions: String, expired: Bool) throws(FaultServerError) {
    let issuer = signer ?? name
    try Command.write(extensions + "\n", to: path(name + ".ext"))
    try Command.write("", to: path(name + ".index"))
    let configuration = """
      [ca]
      default_ca = here
      [here]
      database = \(path(name + ".index"))
      new_certs_dir = \(directory)
      rand_serial = yes
      default_md = sha256
      policy = any
      unique_subject = no
      [any]
      commonName = supplied

      """
    try Command.write(configuration, to: path(name + ".cnf"))
    var arguments = [
      "openssl", "ca", "-batch", "-notext", "-config", path(name + ".cnf"), "-keyfile", path(issuer + ".key"), "-in",
      path(name + ".csr"), "-out", path(name + ".pem"), "-extfile", path(name + ".ext"),
    ]
    arguments += signer.map { ["-cert", path($0 + ".pem")] } ?? ["-selfsign"]
    arguments += ["-startdate", "20200101000000Z", "-enddate", expired ? "20210101000000Z" : "20991231000000Z"]
    try Command.run(arguments)
  }

  private func authority(_ name: String, signer: String?) throws(FaultServerError) {
    try request(name, subject: "Lantian test \(name)")
    let extensions = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign"
    try sign(name, signer: signer, extensions: extensions, expired: false)
  }

  private func leaf(
    _ name: String, signer: String, names: String, expired: Bool = false
  ) throws(FaultServerError) -> TLSIdentity {
    try request(name, subject: name)
    try sign(name, signer: signer, extensions: "basicConstraints=CA:FALSE\n" + names, expired: expired)
    return TLSIdentity(chainFile: path(name + ".pem"), keyFile: path(name + ".key"))
  }

  private func selfSigned() throws(FaultServerError) -> TLSIdentity {
    try request("self-signed", subject: "localhost")
    try sign("self-signed", signer: nil, extensions: localNames, expired: false)
    return TLSIdentity(chainFile: path("self-signed.pem"), keyFile: path("self-signed.key"))
  }
}
