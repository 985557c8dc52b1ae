import FoundationEssentials
import Glibc
import bench_support

/// A line of progress on standard error.
func note(_ text: String) { FileHandleStandardError.write(text + "\n") }

/// Standard error without buffering.
enum FileHandleStandardError {
  static func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}

/// Why something could not be measured.
struct BenchmarkFailure: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

/// Monotonic nanoseconds.
@inline(__always)
func monotonic() -> Int64 { lantian_bench_now() }

/// Nanoseconds of processor time of this thread: what others do on the machine is left out.
@inline(__always)
func processorTime() -> Int64 { lantian_bench_cpu() }

/// A program started by the benchmark; its output goes to a file.
struct ChildProcess {
  let id: pid_t
  let log: String

  init(_ arguments: [String], environment: [String] = [], log: String) throws {
    self.log = log
    id = unsafe Self.withStrings(arguments) { arguments in
      unsafe Self.withStrings(environment) { environment in
        unsafe lantian_bench_spawn(arguments, environment, log)
      }
    }
    guard id > 0 else { throw BenchmarkFailure("\(arguments[0]) cannot be started: errno \(errno)") }
  }

  /// Signals (0 for none) and waits for the end.
  @discardableResult
  func end(_ signal: Int32 = SIGTERM) -> Int { Int(lantian_bench_end(id, signal)) }

  /// What it wrote.
  var output: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

  /// User and system seconds so far, and resident MiB.
  var usage: (cpuSeconds: Double, residentMiB: Double)? {
    guard let stat = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
      let status = try? String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8),
      let end = stat.lastIndex(of: ")")
    else { return nil }
    // After the name: state is field 3, utime 14, stime 15, in hundredths of a second.
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
    let resident = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
      .flatMap { Double($0.split(separator: " ").dropFirst().first ?? "") }
    return ((user + system) / 100, (resident ?? 0) / 1_024)
  }

  /// Runs a program to its end and gives its output.
  static func run(_ arguments: [String], log: String) throws -> String {
    try? FileManager.default.removeItem(atPath: log)
    let process = try ChildProcess(arguments, log: log)
    let status = process.end(0)
    guard status == 0 else { throw BenchmarkFailure("\(arguments[0]) ended with \(status): \(process.output)") }
    return process.output
  }

  private static func withStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
  ) -> Result {
    let copies: [UnsafeMutablePointer<CChar>?] = unsafe strings.map { unsafe strdup($0) }
    let list: [UnsafePointer<CChar>?] = unsafe copies.map { unsafe UnsafePointer($0) } + [nil]
    defer { unsafe copies.forEach { unsafe free($0) } }
    return unsafe list.withUnsafeBufferPointer { unsafe body($0.baseAddress.unsafelyUnwrapped) }
  }
}

/// A service manager's side of `NOTIFY_SOCKET`.
struct NotifySocket {
  let path: String
  private let descriptor: Int32

  init(path: String) throws {
    self.path = path
    descriptor = unsafe lantian_bench_notify_open(path)
    guard descriptor >= 0 else { throw BenchmarkFailure("\(path): no notification socket: errno \(errno)") }
  }

  /// Waits for `READY=1`.
  func waitForReady(milliseconds: Int32) throws {
    guard lantian_bench_notify_wait(descriptor, milliseconds) == 0 else {
      throw BenchmarkFailure("not ready within \(milliseconds) ms")
    }
  }

  func close() {
    Glibc.close(descriptor)
    unsafe unlink(path)
  }
}

/// Microseconds of one durable 4 KiB write in a directory.
func fsyncMicroseconds(_ directory: String) throws -> Double {
  let median = unsafe lantian_bench_fsync(directory, 200)
  guard median >= 0 else { throw BenchmarkFailure("\(directory) cannot be written: errno \(errno)") }
  return median
}

/// Creates a directory afresh.
func freshDirectory(_ path: String) throws -> String {
  try? FileManager.default.removeItem(atPath: path)
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  return path
}

func writeFile(_ path: String, _ text: String) throws {
  try Data(text.utf8).write(to: URL(filePath: path))
}
