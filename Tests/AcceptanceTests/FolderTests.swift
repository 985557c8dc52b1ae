import FoundationEssentials
import Glibc
import LoopbackServer
import Testing

/// Feeds over FTP and SFTP through the real binary.
@Suite("Folders on servers of files", .serialized)
struct FolderTests {
  static let mapping = ArrivalTests.mapping

  @Test("an FTP folder: new files once, over a restart; a wrong password is said and never shown")
  func ftp() async throws {
    let server = FTPServer()
    server.put("/data", "1.json", FTPServer.File(ArrivalTests.rows([("2183A", "21"), ("M1", "23")])))
    server.put("/data", "readme.txt", FTPServer.File("x"))
    let bench = try Workbench()
    try bench.write("ftp.pw", "geheim\n", mode: 0o600)
    func configure(_ password: String) throws {
      try bench.write("ftp.pw", password + "\n", mode: 0o600)
      try bench.configure(
        feeds: Self.mapping(
          "ftp",
          [
            "url: \"\(server.url("/data/*.json"))\"", "every: 1s", "settle: 100ms",
            "auth: {basic: {username: reader, password_file: ftp.pw}}",
          ]))
    }
    try configure("geheim")
    var daemon = try await LantianProcess.start(bench)
    #expect(try await eventually("M1; log:\n\(daemon.log)") { try ArrivalTests.value(daemon, "M1") } == 23)
    _ = try await eventually("nothing new") { try daemon.polls("ftp", "not_modified") >= 1 ? true : nil }
    #expect(try await daemon.stop() == .exited(0))
    #expect(server.commands.filter { $0.hasPrefix("RETR") } == ["RETR 1.json"])
    server.put("/data", "2.json", FTPServer.File(ArrivalTests.rows([("F1", "25")])))
    daemon = try await LantianProcess.start(bench)
    #expect(try await eventually("F1; log:\n\(daemon.log)") { try ArrivalTests.value(daemon, "F1") } == 25)
    #expect(try daemon.feed("ftp")["state"].string == "ok")
    #expect(server.commands.filter { $0.hasPrefix("RETR") } == ["RETR 1.json", "RETR 2.json"])
    try configure("falsch")
    #expect(try LoopbackClient(port: daemon.port).request("POST", "/-/reload").status == 200)
    _ = try await eventually("the fault") {
      try daemon.feed("ftp")["last_error"]["code"].string == "protocol" ? true : nil
    }
    #expect(!daemon.log.contains("falsch") && !daemon.log.contains("geheim"))
    #expect(try await daemon.stop() == .exited(0))
    server.stop()
    let trial = try await LantianProcess.verb(
      ["feed", "test", "ftp", "--config", bench.file("lantian.yaml")], in: bench)
    #expect(trial.exit == 65)
  }

  /// Why SFTP cannot be tried here; nil when it can.
  static let noServer: String? = {
    for program in ["/usr/sbin/sshd", "/usr/bin/ssh-keygen"] where access(program, X_OK) != 0 {
      return "\(program) is not installed (openssh-server)"
    }
    // A server of root's wants this folder.
    if geteuid() == 0, access("/run/sshd", F_OK) != 0, mkdir("/run/sshd", 0o755) != 0 { return "no /run/sshd" }
    return nil
  }()

  @Test(
    "SFTP: a key in, the host's key verified by file and by fingerprint, another host's key refused",
    .enabled(if: noServer == nil, "openssh-server is not installed"))
  func sftp() async throws {
    let bench = try Workbench()
    for name in ["host", "other", "user"] {
      let made = try Child(
        ["/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", bench.file(name)],
        environment: LantianProcess.environment, output: bench.file("keygen.out"), error: bench.file("keygen.err"),
        folder: "/")
      #expect(try await made.waitForEnd(within: 30) == .exited(0))
    }
    mkdir(bench.file("data"), 0o755)
    try bench.write("data/1.json", ArrivalTests.rows([("2183A", "61"), ("M1", "63")]))
    let port = try Self.freePort()
    try bench.write(
      "sshd.conf",
      """
      Port \(port)
      ListenAddress 127.0.0.1
      HostKey \(bench.file("host"))
      AuthorizedKeysFile \(bench.file("user.pub"))
      PidFile none
      StrictModes no
      PasswordAuthentication no
      PermitRootLogin prohibit-password
      Subsystem sftp internal-sftp

      """)
    let server = try Child(
      ["/usr/sbin/sshd", "-D", "-e", "-f", bench.file("sshd.conf")], environment: LantianProcess.environment,
      output: bench.file("sshd.out"), error: bench.file("sshd.err"), folder: "/")
    defer { server.kill(SIGTERM) }
    _ = try await eventually("sshd listens:\n\(bench.read("sshd.err"))") {
      bench.read("sshd.err").contains("Server listening") ? true : nil
    }
    func key(_ name: String) -> String {
      bench.read(name + ".pub").split(separator: " ").prefix(2).joined(separator: " ")
    }
    try bench.write("known", "[127.0.0.1]:\(port) \(key("host"))\n")
    try bench.write("wrong", "[127.0.0.1]:\(port) \(key("other"))\n")
    let print = try Child(
      ["/usr/bin/ssh-keygen", "-lf", bench.file("host.pub")], environment: LantianProcess.environment,
      output: bench.file("print.out"), error: bench.file("print.err"), folder: "/")
    #expect(try await print.waitForEnd(within: 30) == .exited(0))
    let fingerprint = try #require(bench.read("print.out").split(separator: " ").dropFirst().first)
    let user = String(cString: try #require(getpwuid(geteuid())).pointee.pw_name)
    func feed(_ name: String, _ ssh: String) -> String {
      Self.mapping(
        name,
        [
          "url: \"sftp://127.0.0.1:\(port)\(bench.file("data"))/*.json\"", "every: 1s", "settle: 100ms",
          "ssh: {\(ssh)}",
          "auth: {key: {username: \(user), private_key_file: user}}",
        ])
    }
    try bench.configure(
      feeds: feed("pinned", "host_key_sha256: \"\(fingerprint)\"") + feed("known", "known_hosts: known")
        + feed("wrong", "known_hosts: wrong")
        + feed("other", "host_key_sha256: \"SHA256:\(String(repeating: "A", count: 43))\""))
    let daemon = try await LantianProcess.start(bench)
    for name in ["pinned", "known"] {
      _ = try await eventually("\(name): \(try daemon.feed(name)) log:\n\(daemon.log)\n\(bench.read("sshd.err"))") {
        try daemon.feed(name)["readings"].int == 2 ? true : nil
      }
    }
    for name in ["wrong", "other"] {
      _ = try await eventually("\(name): \(try daemon.feed(name))") {
        try daemon.feed(name)["last_error"]["code"].string == "tls" ? true : nil
      }
      #expect(try daemon.feed(name)["readings"].int == 0)
    }
    #expect(try ArrivalTests.value(daemon, "M1") == 63)
    #expect(try await daemon.stop() == .exited(0))
  }

  /// A port that nobody listens on now.
  static func freePort() throws -> Int {
    let server = FTPServer()
    server.stop()
    return Int(server.port)
  }
}
