import AirQuality
import Glibc
import JSONText
public import Logging
import Synchronization

/// How a log line is written.
public enum LogFormat: String, CaseIterable, Sendable {
  case logfmt
  case json
}

/// Log lines on standard error: one line each, key=value or JSON, with journald's `<n>` priority in front when standard
/// error is the journal (sd-daemon(3)).
public struct StructuredLogHandler: LogHandler {
  public var metadata: Logger.Metadata = [:]
  public var logLevel: Logger.Level = .info
  private let label: String
  private let format: LogFormat
  private let journald: Bool
  /// One write per line; the lock keeps lines whole.
  private static let lock = Mutex(())

  /// `journald` writes priorities and leaves time stamps to the journal.
  public init(label: String, format: LogFormat, journald: Bool, level: Logger.Level) {
    self.label = label
    self.format = format
    self.journald = journald
    self.logLevel = level
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    let bytes = Array(
      line(
        level: event.level, message: "\(event.message)",
        metadata: metadata.merging(event.metadata ?? [:]) { _, new in new }, time: Self.timestamp()
      ).utf8)
    Self.lock.withLock { _ in
      _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
    }
  }

  /// One line with its newline; metadata in the order of its keys.
  func line(level: Logger.Level, message: String, metadata: Logger.Metadata, time: String) -> String {
    var fields: [(String, String)] = []
    if !journald { fields.append(("time", time)) }
    fields.append(("level", level.rawValue))
    fields.append(("msg", message))
    fields.append(("room", label))
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { fields.append((key, "\(value)")) }
    var line = journald ? "<\(Self.priority(level))>" : ""
    switch format {
    case .logfmt: line += fields.map { "\($0)=\(Self.logfmt($1))" }.joined(separator: " ")
    case .json:
      line += "{" + fields.map { "\(JSONWriter.quoted($0)):\(JSONWriter.quoted($1))" }.joined(separator: ",") + "}"
    }
    return line + "\n"
  }

  /// syslog(3) priorities.
  private static func priority(_ level: Logger.Level) -> Int {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }

  private static func timestamp() -> String {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    return CivilOffset.utc.format(Instant(milliseconds: Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000))
  }

  private static func logfmt(_ text: String) -> String {
    let plain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3D && $0 != 0x7F }
    return plain ? text : JSONWriter.quoted(text)
  }
}
