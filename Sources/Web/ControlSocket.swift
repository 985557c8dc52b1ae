import Glibc
import NIOCore
import NIOPosix

/// The file of the control socket: replaced only when dead, published only when its mode is right, removed only when it
/// is still ours.
struct ControlSocket: Sendable {
  /// Read and write for owner and group, nothing for others.
  static let mode: mode_t = 0o660
  /// What `sockaddr_un` holds, without the final NUL.
  static let maximumPathBytes = 107

  let path: String
  /// Where the socket is bound before it has its mode; renamed to `path` then.
  var temporaryPath: String { path + ".new" }

  /// Refuses a path that is too long, taken by another kind of file, or answered by a running daemon.
  func prepare(group: any EventLoopGroup) async throws(WebError) {
    guard temporaryPath.utf8.count <= Self.maximumPathBytes else {
      throw .cannotListen(
        address: path,
        reason: "the path is longer than \(Self.maximumPathBytes - 4) bytes; use a shorter state directory")
    }
    for candidate in [path, temporaryPath] {
      guard let status = Self.status(of: candidate) else { continue }
      guard status.st_mode & S_IFMT == S_IFSOCK else {
        throw .cannotListen(address: candidate, reason: "a file that is not a socket stands there; remove it")
      }
    }
    guard Self.status(of: path) != nil else { return }
    if let answered = try? await ClientBootstrap(group: group).connectTimeout(.seconds(2))
      .connect(unixDomainSocketPath: path).get()
    {
      try? await answered.close().get()
      throw .cannotListen(address: path, reason: "another lantian daemon answers there")
    }
  }

  /// Gives the bound socket its mode and its name.
  func publish() throws(WebError) {
    guard unsafe chmod(temporaryPath, Self.mode) == 0, unsafe rename(temporaryPath, path) == 0 else {
      let reason = Self.text(ofErrno: errno)
      _ = unsafe unlink(temporaryPath)
      throw .cannotListen(address: path, reason: reason)
    }
  }

  /// Removes the file if it is a socket.
  func remove() {
    guard let status = Self.status(of: path), status.st_mode & S_IFMT == S_IFSOCK else { return }
    _ = unsafe unlink(path)
  }

  private static func status(of path: String) -> stat? {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? status : nil
  }

  /// Why binding failed, for people.
  static func reason(_ error: any Error) -> String {
    if let error = error as? IOError { return text(ofErrno: error.errnoCode) }
    return "\(error)"
  }

  private static func text(ofErrno code: CInt) -> String {
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }
}
