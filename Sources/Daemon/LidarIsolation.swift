import AirQuality
import Delivery
import Dispatch
import FoundationEssentials
import Glibc
import Synchronization

/// Reads HDF5 files in a process of their own (CL61, E-PROFILE): a damaged one can corrupt the memory of the library that
/// reads it (libhdf5 1.10), and one bad feed may hurt only itself.
///
/// The process is this program again, `lantian lidar - --extract FILE`, with the body on its standard input, a limit of
/// memory and a deadline; it leaves the observations in a file of the state directory, which is read with bounds and removed.
final class LidarIsolation: Sendable {
  /// This program; nil where it is not lantian itself (tests), and HDF5 files are refused.
  let program: String?
  let folder: String
  private let queue = DispatchQueue(label: "lantian.lidar")
  private let number = Atomic<UInt64>(0)

  /// Longest time for one file.
  static let timeoutMilliseconds = 60_000
  /// Bytes of an extract at most.
  static let maximumExtractBytes = 16 << 20
  private static let prefix = "lidar-extract-"

  /// Why a file was not read.
  struct Failure: Error, Sendable {
    var code: String
    var message: String
  }

  init(program: String?, stateDirectory: String) {
    self.program = program
    folder = stateDirectory
    // What an earlier process could not remove.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(Self.prefix) { _ = unsafe unlink(folder + "/" + name) }
  }

  /// The path of this program when it is `lantian`.
  static func ownProgram() -> String? {
    var buffer = [CChar](repeating: 0, count: 4_096)
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
    guard count > 0 else { return nil }
    let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return path.hasSuffix("/lantian") ? path : nil
  }

  /// Whether a body is HDF5.
  static func isNeeded(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x89, 0x48, 0x44, 0x46]) }

  /// `done` is called exactly once, on a queue of its own.
  func extract(_ bytes: [UInt8], done: @escaping @Sendable (Result<LidarExtract, Failure>) -> Void) {
    guard let program else {
      return done(
        .failure(Failure(code: "configuration", message: "HDF5 files are read by the program lantian only")))
    }
    let file = folder + "/" + Self.prefix + "\(number.add(1, ordering: .relaxed).newValue)-\(getpid())"
    let command = HookConfiguration.Command(
      command: [program, "lidar", "-", "--extract", file], timeoutMilliseconds: Self.timeoutMilliseconds)
    _ = ExecRunner.run(command, environment: [:], input: bytes, queue: queue) { result in
      defer { _ = unsafe unlink(file) }
      switch result.end {
      case .exited(0): done(Self.read(file))
      case .exited(let code):
        done(.failure(Failure(code: "syntax", message: "the reader ended with \(code): \(result.output.suffix(300))")))
      case .signalled(let signal):
        done(.failure(Failure(code: "syntax", message: "the file broke its reader (signal \(signal)); it is damaged")))
      case .timedOut:
        done(.failure(Failure(code: "syntax", message: "not read within \(Self.timeoutMilliseconds / 1_000) s")))
      case .notStarted(let reason):
        done(.failure(Failure(code: "memory", message: "no reader could be started: \(reason)")))
      }
    }
  }

  private static func read(_ file: String) -> Result<LidarExtract, Failure> {
    var status = stat()
    let size = unsafe stat(file, &status) == 0 ? Int(status.st_size) : 0
    guard size > 0, size <= maximumExtractBytes, let data = FileManager.default.contents(atPath: file) else {
      return .failure(Failure(code: "syntax", message: "the reader left \(size) bytes"))
    }
    do throws(SnapshotReadingError) {
      return .success(try LidarExtract(decoding: Array(data)))
    } catch {
      return .failure(Failure(code: "syntax", message: "the reader left something else: \(error)"))
    }
  }
}
