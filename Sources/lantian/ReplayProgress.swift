import Glibc

/// Progress on standard error: a bar on a terminal, plain lines when asked for, nothing otherwise.
struct ReplayProgress {
  private let title: String
  private let isTerminal: Bool
  private let always: Bool
  private var shown = -1

  init(title: String, always: Bool) {
    self.title = title
    self.always = always
    isTerminal = isatty(2) == 1
  }

  mutating func show(_ done: Int, of all: Int) {
    let percent = all == 0 ? 100 : done * 100 / all
    guard percent != shown else { return }
    if always {
      guard percent / 10 != shown / 10 || shown < 0 else { return }
      printError("lantian: replay: \(title): \(percent) %")
    } else if isTerminal {
      let filled = percent * 40 / 100
      let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 40 - filled)
      let text = Array("\r\(title) [\(bar)] \(percent) %\(percent == 100 ? "\n" : "")".utf8)
      _ = unsafe text.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
    }
    shown = percent
  }
}
