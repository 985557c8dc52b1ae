import Glibc

/// What the kernel says about this process (`/proc`, Linux); a figure that cannot be read is nil.
struct ProcessStatus: Sendable {
  var cpuSeconds: Double?
  var residentBytes: Double?
  var virtualBytes: Double?
  var openDescriptors: Double?
  var maximumDescriptors: Double?
  var threads: Double?
  /// Unix time.
  var startSeconds: Double?

  static func read() -> ProcessStatus {
    var status = ProcessStatus()
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    // Fields are counted from behind the command's name, which may hold spaces and parentheses itself.
    if let text = contents("/proc/self/stat"), let name = text.lastIndex(of: ")") {
      let fields = text[text.index(after: name)...].split(separator: " ")
      func field(_ number: Int) -> Double? { number - 3 < fields.count ? Double(fields[number - 3]) : nil }
      if let user = field(14), let system = field(15), ticks > 0 { status.cpuSeconds = (user + system) / ticks }
      status.threads = field(20)
      status.virtualBytes = field(23)
      status.residentBytes = field(24).map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) }
      if let boot = bootSeconds, let start = field(22), ticks > 0 { status.startSeconds = boot + start / ticks }
    }
    status.openDescriptors = countDescriptors()
    var limit = rlimit()
    if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      status.maximumDescriptors = Double(limit.rlim_cur)
    }
    return status
  }

  /// When the machine started, Unix time; the kernel states it once and does not change it.
  private static let bootSeconds: Double? = {
    guard let text = contents("/proc/stat") else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix("btime ") { return Double(line.dropFirst(6)) }
    return nil
  }()

  /// A file of `/proc`, at most 1 MiB of it; nil when it cannot be read.
  private static func contents(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while bytes.count < 1_048_576 {
      let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 { return nil }
      if count == 0 { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func countDescriptors() -> Double? {
    guard let directory = unsafe opendir("/proc/self/fd") else { return nil }
    defer { unsafe closedir(directory) }
    var count = 0
    while unsafe readdir(directory) != nil { count += 1 }
    // Without `.`, `..` and the descriptor of this very listing.
    return Double(max(0, count - 3))
  }
}
