import Glibc
import Synchronization

/// A small FTP server on 127.0.0.1 with a thread per connection: passive mode, reading only. For tests.
package final class FTPServer: Sendable {
  /// A file as it is listed and sent.
  package struct File: Sendable {
    package var bytes: [UInt8]
    /// `YYYYMMDDhhmmss`.
    package var stamp: String
    package init(_ text: String, stamp: String = "20201205090000") {
      bytes = Array(text.utf8)
      self.stamp = stamp
    }
  }

  /// What the server does wrong, or as servers of old do.
  package struct Manners: Sendable {
    package var knowsMLSD = true
    /// Nothing is sent on the data connection of this name.
    package var hangsAt: String?
    /// This many bytes of a file are sent, then the connection breaks off.
    package var breaksAfter: Int?
    package init() {}
  }

  private struct State {
    var folders: [String: [String: File]] = [:]
    var manners = Manners()
    var commands: [String] = []
  }

  package let port: UInt16
  private let listener: Int32
  private let state = Mutex(State())
  private let user: String
  private let password: String
  private let isStopped = Atomic<Bool>(false)

  package init(user: String = "reader", password: String = "geheim") {
    self.user = user
    self.password = password
    (listener, port) = listenOnLoopback()
    spawn { [self] in acceptAll() }
  }

  /// Every command so far, passwords included.
  package var commands: [String] { state.withLock { $0.commands } }

  package func behave(_ change: @Sendable (inout Manners) -> Void) { state.withLock { change(&$0.manners) } }

  /// Puts a file into a folder such as `/data`; nil removes it.
  package func put(_ folder: String, _ name: String, _ file: File?) {
    state.withLock { $0.folders[folder, default: [:]][name] = file }
  }

  package func url(_ path: String) -> String { "ftp://127.0.0.1:\(port)\(path)" }

  package func stop() {
    if !isStopped.exchange(true, ordering: .relaxed) { shutdown(listener, Int32(SHUT_RDWR)) }
  }

  private func acceptAll() {
    while true {
      let descriptor = accept(listener, nil, nil)
      if descriptor < 0 {
        if errno == EINTR || errno == ECONNABORTED { continue }
        break
      }
      spawn { [self] in
        Session(server: self, control: .init(descriptor: descriptor)).serve()
        close(descriptor)
      }
    }
    close(listener)
  }

  // MARK: One connection

  private final class Session {
    let server: FTPServer
    let control: LoopbackServer.Connection
    private var folder = "/"
    private var passive: Int32 = -1
    private var buffer: [UInt8] = []
    private var name = ""
    private var isIn = false

    init(server: FTPServer, control: LoopbackServer.Connection) {
      self.server = server
      self.control = control
    }

    func serve() {
      control.send("220 ready\r\n")
      while let line = readLine() {
        server.state.withLock { $0.commands.append(line) }
        let words = line.split(separator: " ", maxSplits: 1)
        guard let verb = words.first else { continue }
        guard perform(verb.uppercased(), words.count > 1 ? String(words[1]) : "") else { break }
      }
      if passive >= 0 { close(passive) }
    }

    private func readLine() -> String? {
      while true {
        if let end = buffer.firstIndex(of: 0x0A) {
          let line = buffer[..<end].filter { $0 != 0x0D }
          buffer.removeFirst(end + 1)
          return String(decoding: line, as: UTF8.self)
        }
        guard receive(control.descriptor, &buffer) else { return nil }
      }
    }

    private func perform(_ verb: String, _ argument: String) -> Bool {
      switch verb {
      case "USER":
        name = argument
        control.send("331 password\r\n")
      case "PASS":
        isIn = name == server.user && argument == server.password
        control.send(isIn ? "230 in\r\n" : "530 wrong\r\n")
      case "QUIT":
        control.send("221 bye\r\n")
        return false
      case _ where !isIn: control.send("530 not in\r\n")
      case "PWD": control.send("257 \"\(folder)\"\r\n")
      case "TYPE": control.send("200 ok\r\n")
      case "CWD": changeFolder(argument)
      case "EPSV": openPassive()
      case "MLSD", "LIST": list(verb)
      case "RETR": retrieve(argument)
      case "SIZE":
        let size = server.state.withLock { $0.folders[folder]?[argument]?.bytes.count }
        control.send(size.map { "213 \($0)\r\n" } ?? "550 no such file\r\n")
      default: control.send("502 unknown\r\n")
      }
      return true
    }

    private func changeFolder(_ argument: String) {
      var path = argument.hasPrefix("/") ? argument : (folder == "/" ? "/" : folder + "/") + argument
      while path.count > 1, path.hasSuffix("/") { path.removeLast() }
      let isThere = path == "/" || server.state.withLock { $0.folders[path] != nil }
      if isThere { folder = path }
      control.send(isThere ? "250 ok\r\n" : "550 no such folder\r\n")
    }

    private func openPassive() {
      if passive >= 0 { close(passive) }
      let (descriptor, port) = listenOnLoopback()
      passive = descriptor
      control.send("229 passive (|||\(port)|)\r\n")
    }

    private func list(_ verb: String) {
      let (files, manners) = server.state.withLock { ($0.folders[folder] ?? [:], $0.manners) }
      guard verb == "LIST" || manners.knowsMLSD else {
        control.send("500 unknown\r\n")
        return
      }
      var text = ""
      for (name, file) in files {
        text +=
          verb == "MLSD"
          ? "type=file;size=\(file.bytes.count);modify=\(file.stamp); \(name)\r\n"
          : "-rw-r--r--   1 ftp      ftp      \(file.bytes.count) Dec 05 \(file.stamp.suffix(6).prefix(2)):"
            + "\(file.stamp.suffix(4).prefix(2)) \(name)\r\n"
      }
      text +=
        verb == "MLSD" ? "type=dir;modify=20200101000000; sub\r\n" : "drwxr-xr-x 2 ftp ftp 4096 Dec 05 09:00 sub\r\n"
      transfer(Array(text.utf8), isBroken: false)
    }

    private func retrieve(_ name: String) {
      let (file, manners) = server.state.withLock { ($0.folders[folder]?[name], $0.manners) }
      guard let file else {
        control.send("550 no such file\r\n")
        return
      }
      if manners.hangsAt == name {
        control.send("150 soon\r\n")
        control.waitForClose()
        return
      }
      if let count = manners.breaksAfter, count < file.bytes.count {
        transfer(Array(file.bytes.prefix(count)), isBroken: true)
      } else {
        transfer(file.bytes, isBroken: false)
      }
    }

    private func transfer(_ bytes: [UInt8], isBroken: Bool) {
      guard passive >= 0 else {
        control.send("425 no data connection\r\n")
        return
      }
      control.send("150 here\r\n")
      let descriptor = accept(passive, nil, nil)
      close(passive)
      passive = -1
      if descriptor >= 0 {
        LoopbackServer.Connection(descriptor: descriptor).send(bytes)
        close(descriptor)
      }
      control.send(isBroken ? "426 broken off\r\n" : "226 done\r\n")
    }
  }
}

/// A listening socket on a free port of 127.0.0.1.
private func listenOnLoopback() -> (descriptor: Int32, port: UInt16) {
  let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  precondition(listener >= 0, "no socket for the test server")
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      precondition(bind(listener, $0, length) == 0 && listen(listener, 64) == 0, "cannot listen on loopback")
      precondition(getsockname(listener, $0, &length) == 0, "no port")
    }
  }
  return (listener, UInt16(bigEndian: address.sin_port))
}
