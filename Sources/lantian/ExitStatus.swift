import ArgumentParser
import Glibc

/// Exit codes by sysexits(3).
enum ExitStatus: Int32 {
  case usage = 64
  case data = 65
  case noInput = 66
  case unavailable = 69
  case inputOutput = 74
  case retry = 75
  case configuration = 78

  /// Prints the sentence on standard error and ends the command with this code.
  func fail(_ message: String) -> ExitCode {
    printError("lantian: " + message)
    return ExitCode(rawValue)
  }
}

/// A line on standard error.
func printError(_ line: String) {
  let bytes = Array((line + "\n").utf8)
  _ = unsafe bytes.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
}

/// A line on standard output, written at once: a reader at the other end of a pipe sees it now.
func printLine(_ line: String) {
  InputFile.writeStandardOutput(Array((line + "\n").utf8))
}
