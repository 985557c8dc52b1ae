import ArgumentParser
import CGzip
import Glibc

/// Files and standard streams of the verbs that work offline.
enum InputFile {
  /// Largest file, packed or unpacked.
  static let maximumBytes = 512 << 20

  /// Why a file cannot be used, and the exit code that says so: 66 when it is not there or cannot be read, 65 when what it
  /// holds is damaged or too much, 74 when an output cannot be written.
  struct Failure: Error, CustomStringConvertible {
    var description: String
    var status: ExitStatus

    /// Prints the sentence and ends the command.
    func exit() -> ExitCode { status.fail(description) }
  }

  /// The bytes of a file (`-` is standard input), unpacked when they are gzip.
  static func read(_ path: String) throws(Failure) -> [UInt8] {
    let descriptor = path == "-" ? 0 : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(description: "\(path): \(errorText())", status: .noInput) }
    defer { if descriptor != 0 { close(descriptor) } }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: chunkBytes)
    while let chunk = try next(of: descriptor, named: path, &buffer) {
      bytes += chunk
      if bytes.count > maximumBytes {
        throw Failure(description: "\(path): larger than \(maximumBytes) bytes", status: .data)
      }
    }
    return bytes.prefix(2) == [0x1F, 0x8B] ? try unpack(bytes, path) : bytes
  }

  /// Hands the bytes of a descriptor on, piece by piece.
  static func chunks(of descriptor: Int32, named path: String, _ body: (ArraySlice<UInt8>) throws -> Void) throws {
    var buffer = [UInt8](repeating: 0, count: chunkBytes)
    while let chunk = try next(of: descriptor, named: path, &buffer) { try body(chunk) }
  }

  private static let chunkBytes = 1 << 16

  /// The next bytes; nil at the end.
  private static func next(
    of descriptor: Int32, named path: String, _ buffer: inout [UInt8]
  ) throws(Failure) -> ArraySlice<UInt8>? {
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Failure(description: "\(path): \(errorText())", status: .noInput) }
      return count == 0 ? nil : buffer[..<count]
    }
  }

  private static func unpack(_ bytes: [UInt8], _ path: String) throws(Failure) -> [UInt8] {
    var capacity = max(1 << 16, bytes.count * 8)
    while capacity <= maximumBytes {
      var output = [UInt8](repeating: 0, count: capacity)
      let size = unsafe cgzip_gunzip(bytes, bytes.count, &output, capacity)
      if size >= 0 {
        output.removeLast(capacity - size)
        return output
      }
      capacity *= 4
    }
    throw Failure(description: "\(path): damaged gzip, or larger than \(maximumBytes) bytes unpacked", status: .data)
  }

  static func writeStandardOutput(_ bytes: [UInt8]) {
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { bytes in
        unsafe Glibc.write(1, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 {
        // A reader that went away wants no more; anything else loses what was asked for.
        if errno == EPIPE { return }
        printError("lantian: standard output cannot be written: \(errorText())")
        exit(ExitStatus.inputOutput.rawValue)
      }
      offset += count
    }
  }

  /// Writes a file whole: beside its name first, so that no half of it is ever found under it.
  ///
  /// Behind a symbolic link the file it names is written; a device or a pipe is written to, never replaced.
  static func write(_ bytes: [UInt8], to name: String) throws(Failure) {
    var path = name
    if let resolved = unsafe realpath(name, nil) {
      path = unsafe String(cString: resolved)
      unsafe free(resolved)
    }
    var status = stat()
    let exists = unsafe stat(path, &status) == 0
    let isSpecial = exists && status.st_mode & S_IFMT != S_IFREG
    let part = isSpecial ? path : path + ".part"
    let flags = O_WRONLY | O_CLOEXEC | (isSpecial ? 0 : O_CREAT | O_TRUNC)
    let descriptor = unsafe open(part, flags, 0o644)
    guard descriptor >= 0 else { throw Failure(description: "\(part): \(errorText())", status: .inputOutput) }
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { bytes in
        unsafe Glibc.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let failure = Failure(description: "\(part): \(errorText())", status: .inputOutput)
        close(descriptor)
        throw failure
      }
      offset += count
    }
    guard close(descriptor) == 0, unsafe isSpecial || rename(part, path) == 0 else {
      throw Failure(description: "\(path): \(errorText())", status: .inputOutput)
    }
  }

  private static func errorText() -> String {
    guard let text = unsafe strerror(errno) else { return "error \(errno)" }
    return unsafe String(cString: text)
  }
}
