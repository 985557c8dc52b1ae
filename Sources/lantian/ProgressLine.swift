import Glibc

/// How far long work is, on one line of standard error while that is a terminal; nothing otherwise.
struct ProgressLine {
  private let label: String
  private let isShown = isatty(STDERR_FILENO) == 1
  private var shown = -1

  init(label: String) { self.label = label }

  /// `label  42 %`, written when the whole per cent changes.
  mutating func show(_ done: Int64, of all: Int64) {
    guard isShown, all > 0 else { return }
    let percent = Int(done * 100 / all)
    guard percent != shown else { return }
    shown = percent
    write("\r\(label)  \(percent) %")
  }

  /// Wipes the line.
  mutating func clear() {
    guard shown >= 0 else { return }
    shown = -1
    write("\r\u{1B}[K")
  }

  private func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in _ = unsafe Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
  }
}
