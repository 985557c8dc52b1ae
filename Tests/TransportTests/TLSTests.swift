import Glibc
import LoopbackServer
import Testing
import Transport

/// Certificates and servers made with the openssl program, in a folder of their own.
final class OpenSSL {
  static let program = "/usr/bin/openssl"
  static var isInstalled: Bool { access(program, X_OK) == 0 }

  private static let script = """
    set -e
    cd "$1"
    key="ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    openssl req -x509 -newkey $key -keyout ca.key -out ca.pem -days 2 -subj "/CN=Test Authority"
    leaf() {
      openssl req -newkey $key -keyout $1.key -out $1.csr -subj "/CN=$1"
      printf "subjectAltName=$2" > $1.ext
      openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out $1.pem -days $3 -extfile $1.ext
    }
    leaf good IP:127.0.0.1 2
    leaf expired IP:127.0.0.1 -1
    leaf other DNS:other.example 2
    """

  let folder: String
  private var servers: [pid_t] = []

  init() throws {
    var template = Array("/tmp/transport-tls-XXXXXX".utf8CString)
    folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    let (process, output) = try OpenSSL.spawn(["/bin/sh", "-c", OpenSSL.script, "sh", folder])
    _ = OpenSSL.read(output, until: nil)
    close(output)
    var status: Int32 = 0
    waitpid(process, &status, 0)
    try #require(status == 0, "certificates could not be made")
  }

  /// Starts a server with the certificate called `name` and returns its port.
  func serve(_ name: String) throws -> Int {
    let (process, output) = try OpenSSL.spawn([
      OpenSSL.program, "s_server", "-accept", "127.0.0.1:0", "-cert", "\(folder)/\(name).pem", "-key",
      "\(folder)/\(name).key", "-www",
    ])
    servers.append(process)
    // The pipe stays open: the server goes on writing to it.
    let text = OpenSSL.read(output, until: "ACCEPT 127.0.0.1:")
    return try #require(Int(text))
  }

  func stop() {
    for server in servers {
      kill(server, SIGKILL)
      waitpid(server, nil, 0)
    }
    for name in ["ca", "good", "expired", "other"] {
      for suffix in ["key", "pem", "csr", "ext"] { unlink("\(folder)/\(name).\(suffix)") }
    }
    unlink("\(folder)/ca.srl")
    rmdir(folder)
  }

  /// Everything until the end, or the line that follows `mark`.
  private static func read(_ descriptor: Int32, until mark: String?) -> String {
    var text = ""
    var byte: UInt8 = 0
    while Glibc.read(descriptor, &byte, 1) == 1 {
      guard byte != 0x0A else {
        if let mark, text.hasPrefix(mark) { return String(text.dropFirst(mark.count)) }
        text = ""
        continue
      }
      text.unicodeScalars.append(Unicode.Scalar(byte))
    }
    return text
  }

  private static func spawn(_ arguments: [String]) throws -> (pid_t, Int32) {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    var words = arguments.map { strdup($0) } + [nil]
    var process: pid_t = 0
    let code = posix_spawn(&process, arguments[0], &actions, nil, &words, environ)
    posix_spawn_file_actions_destroy(&actions)
    for word in words { free(word) }
    close(ends[1])
    try #require(code == 0, "cannot start \(arguments[0])")
    return (process, ends[0])
  }
}

@Suite("TLS", .enabled(if: OpenSSL.isInstalled, "the openssl program is not installed"))
struct TLSTests {
  @Test func chainsAreVerifiedAndFaultsNamed() async throws {
    let openssl = try OpenSSL()
    defer { openssl.stop() }
    let session = try Session()
    let authority = TransferTLS(authorityFile: "\(openssl.folder)/ca.pem")
    let good = try openssl.serve("good")

    let trusted = await session.fetch("https://127.0.0.1:\(good)/") { $0.tls = authority }
    #expect(trusted.response?.status == 200, "\(String(describing: trusted.failure))")
    #expect(trusted.connectSeconds > 0)

    let unknown = await session.fetch("https://127.0.0.1:\(good)/")
    #expect(unknown.failure?.kind == .tls)
    #expect(unknown.failure?.message.contains("unknown issuer") == true, "\(String(describing: unknown.failure))")

    let missing = await session.fetch("https://127.0.0.1:\(good)/") {
      $0.tls = TransferTLS(authorityFile: "\(openssl.folder)/nowhere.pem")
    }
    #expect(missing.failure?.kind == .tls)

    for (name, words) in [("expired", "expired"), ("other", "host")] {
      let port = try openssl.serve(name)
      let result = await session.fetch("https://127.0.0.1:\(port)/") { $0.tls = authority }
      #expect(result.failure?.kind == .tls)
      #expect(result.failure?.message.contains(words) == true, "\(String(describing: result.failure))")
    }
    await session.close()
  }
  @Test("a handle that spoke https speaks http next, with the same options")
  func schemesDoNotStick() async throws {
    let openssl = try OpenSSL()
    defer { openssl.stop() }
    let session = try Session()
    let server = LoopbackServer { _, connection in
      connection.answer(body: Array("plain".utf8))
      return true
    }
    defer { server.stop() }
    let port = try openssl.serve("good")
    for _ in 0..<2 {
      let secure = await session.fetch("https://127.0.0.1:\(port)/")
      #expect(secure.failure?.kind == .tls)
      let plain = await session.fetch("http://127.0.0.1:\(server.port)/")
      #expect(plain.response?.status == 200, "\(String(describing: plain.failure))")
    }
    await session.close()
  }
}
