import AirQuality
import ArgumentParser
import Daemon
import Logging
import Timekeeping

/// `lantian run`: the daemon in the foreground.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs the daemon in the foreground.",
    discussion: "SIGHUP reloads the configuration, SIGTERM and SIGINT drain and stop.")

  @OptionGroup var global: GlobalOptions

  @Option(
    help: ArgumentHelp(
      "Rehearsal: the civil clock begins at this instant (RFC 3339); the console says that data are simulated.",
      valueName: "instant"))
  var simulateFrom: String?

  @Option(help: "Rehearsal: civil seconds per real second.")
  var speed: Double = 1

  func validate() throws {
    if let simulateFrom, Self.instant(simulateFrom) == nil {
      throw ValidationError("--simulate-from takes an instant such as 2020-12-01T00:00:00+08:00")
    }
    guard speed > 0, speed <= 86_400 else { throw ValidationError("--speed is more than 0 and at most 86400") }
    if speed != 1, simulateFrom == nil { throw ValidationError("--speed needs --simulate-from") }
  }

  func run() async throws {
    let global = global
    var options = DaemonOptions(environment: global.environment, logger: global.logger(), load: { try global.load() })
    let logger = options.logger
    if let base = simulateFrom.flatMap(Self.instant) {
      options.simulated = true
      options.clock = { [speed] newest in
        // Time does not run backwards in a state: a rehearsal goes on where it stopped.
        if let newest, newest > base {
          logger.warning(
            "the state is newer than --simulate-from; the rehearsal goes on where it stopped (an empty state begins anew)",
            metadata: [
              "simulate_from": "\(CivilOffset.china.format(base))", "state": "\(CivilOffset.china.format(newest))",
            ])
        }
        return ScaledClock(base: max(base, newest ?? base), speed: speed)
      }
    } else {
      options.clock = { _ in SteadyClock { DaemonRuntime.log($0, logger) } }
    }
    try Self.finish(await DaemonRuntime(options).run())
  }

  /// `2020-12-01T00:00:00+08:00`.
  static func instant(_ text: String) -> Instant? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[10] == 0x54, bytes[13] == 0x3A, bytes[16] == 0x3A,
      let day = CivilDay(String(text.prefix(10))), let offset = CivilOffset(String(text.dropFirst(19)))
    else { return nil }
    let parts = [11, 14, 17].map { Int(String(decoding: bytes[$0..<($0 + 2)], as: UTF8.self)) }
    guard let hour = parts[0], let minute = parts[1], let second = parts[2], hour < 24, minute < 60, second < 60 else {
      return nil
    }
    return offset.start(of: day).adding(milliseconds: Int64(hour * 3_600 + minute * 60 + second) * 1_000)
  }

  /// The end of a daemon as exit code.
  static func finish(_ end: DaemonEnd) throws {
    switch end {
    case .stopped: return
    case .cannotListen(let message): throw ExitStatus.unavailable.fail(message)
    case .state(let message): throw ExitStatus.inputOutput.fail(message)
    case .configuration(let message): throw ExitStatus.configuration.fail(message)
    }
  }
}
