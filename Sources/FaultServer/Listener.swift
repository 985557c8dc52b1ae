import Glibc

/// Listening sockets on IPv4 loopback.
enum Listener {
  static func open(host: String, port: Int, backlog: Int32) throws(FaultServerError) -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw FaultServerError(call: "socket") }
    setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
    var address = try address(host: host, port: port)
    guard unsafe withAddress(&address, { unsafe bind(descriptor, $0, $1) }) == 0 else {
      let error = FaultServerError(call: "bind \(host):\(port)")
      close(descriptor)
      throw error
    }
    guard listen(descriptor, backlog) == 0 else {
      let error = FaultServerError(call: "listen")
      close(descriptor)
      throw error
    }
    return descriptor
  }

  /// The port that the system gave.
  static func port(of descriptor: Int32) throws(FaultServerError) -> Int {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withAddress(&address) { pointer, _ in unsafe getsockname(descriptor, pointer, &length) }
    guard result == 0 else { throw FaultServerError(call: "getsockname") }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  static func address(host: String, port: Int) throws(FaultServerError) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port).bigEndian)
    guard unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
      throw FaultServerError("\(host) is no IPv4 address")
    }
    return address
  }

  static func withAddress<R>(
    _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> R
  ) -> R {
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  static func setOption(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
    var value = value
    _ = unsafe setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Makes the next close send RST.
  static func resetOnClose(_ descriptor: Int32) {
    var value = linger(l_onoff: 1, l_linger: 0)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
  }
}
