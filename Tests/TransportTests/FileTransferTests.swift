import LoopbackServer
import Secrets
import Testing
import Timekeeping
import Transport

@Suite("Transfers from servers of files")
struct FileTransferTests {
  static func options(_ options: inout TransferOptions) {
    options.authentication = .basic(user: "reader", password: Secret("geheim"))
    options.timeout = .seconds(10)
  }

  static func server() -> FTPServer {
    let server = FTPServer()
    server.put("/data", "a b.csv", FTPServer.File("blue sky"))
    server.put("/data", "b.csv", FTPServer.File(String(repeating: "x", count: 2_000)))
    return server
  }

  @Test("a file, a listing, and what servers refuse")
  func ftp() async throws {
    let server = Self.server()
    let session = try Session()
    let file = await session.fetch(server.url("/data/a%20b.csv"), Self.options)
    #expect(file.response?.text == "blue sky" && file.response?.status == 200, "\(file)")
    #expect(file.bytesReceived == 8 && file.response?.headers.bytes.isEmpty == true)
    let listing = await session.fetch(server.url("/data/")) {
      Self.options(&$0)
      $0.listing = .machine
    }
    #expect(listing.response?.text.contains("type=file;size=8;modify=20201205090000; a b.csv\n") == true)
    let long = await session.fetch(server.url("/data/")) {
      Self.options(&$0)
      $0.listing = .long
    }
    #expect(long.response?.text.contains("-rw-r--r--") == true)
    // The same connection served all of it.
    #expect(server.commands.filter { $0.hasPrefix("USER") }.count == 1)
    let absent = await session.fetch(server.url("/data/absent.csv"), Self.options)
    #expect(absent.failure?.kind == .protocol && absent.failure?.isListingRefused == false, "\(absent)")
    let folder = await session.fetch(server.url("/absent/"), Self.options)
    #expect(folder.failure?.kind == .protocol)
    let large = await session.fetch(server.url("/data/b.csv")) {
      Self.options(&$0)
      $0.maxBodyBytes = 1_999
    }
    #expect(large.failure?.kind == .tooLarge)
    let stranger = await session.fetch(server.url("/data/b.csv")) {
      $0.authentication = .basic(user: "reader", password: Secret("falsch"))
    }
    #expect(stranger.failure?.kind == .protocol && stranger.failure?.message.contains("falsch") == false)
    await session.close()
    server.stop()
  }

  @Test("an old server refuses the new listing, a broken transfer is no file, a silent one ends in time")
  func manners() async throws {
    let server = Self.server()
    let session = try Session()
    server.behave { $0.knowsMLSD = false }
    let listing = await session.fetch(server.url("/data/")) {
      Self.options(&$0)
      $0.listing = .machine
    }
    #expect(listing.failure?.isListingRefused == true, "\(listing)")
    server.behave { $0.breaksAfter = 100 }
    let broken = await session.fetch(server.url("/data/b.csv"), Self.options)
    #expect(broken.failure != nil)
    server.behave {
      $0.breaksAfter = nil
      $0.hangsAt = "b.csv"
    }
    let silent = await session.fetch(server.url("/data/b.csv")) {
      Self.options(&$0)
      $0.timeout = .milliseconds(300)
    }
    #expect(silent.failure?.kind == .timeout)
    await session.close()
    server.stop()
  }

  @Test("nothing is sent where TLS or the host's key are missing")
  func refusals() async throws {
    let server = Self.server()
    let session = try Session()
    let plain = await session.fetch(server.url("/data/b.csv")) {
      Self.options(&$0)
      $0.requiresTLS = true
    }
    #expect(plain.failure?.kind == .tls, "\(plain)")
    #expect(!server.commands.contains { $0.hasPrefix("PASS") })
    let unknown = await session.fetch("sftp://127.0.0.1:\(server.port)/x", Self.options)
    #expect(unknown.failure?.kind == .tls && unknown.failure?.message.contains("host_key_sha256") == true)
    for url in ["file:///etc/passwd", "dict://127.0.0.1/x", "scp://127.0.0.1/x", "telnet://127.0.0.1"] {
      let other = await session.fetch(url)
      #expect(other.failure?.kind == .protocol, "\(url)")
    }
    await session.close()
    server.stop()
  }
}
