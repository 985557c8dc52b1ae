import AirQuality
import ArgumentParser
import Daemon
import Demo
import Engine
import FoundationEssentials
import Logging
import Synchronization
import Timekeeping

/// `lantian demo`: a feed server and the daemon on simulated feeds.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Runs the daemon on a simulated city, with the feeds served by this process.",
    discussion: "An episode builds up from 2020-12-01, crosses the levels and clears. All data are made up.")

  @OptionGroup var global: GlobalOptions

  @Option(help: "Port of the console and the API; 0 takes a free one.")
  var port: Int = 8650

  @Option(help: "Civil seconds per real second.")
  var speed: Double = DemoScenario.defaultSpeed

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port is 0 to 65535") }
    guard speed > 0, speed <= 86_400 else { throw ValidationError("--speed is more than 0 and at most 86400") }
  }

  func run() async throws {
    let state = try stateDirectory()
    let folder = state + "/configuration"
    let clock = SharedClock()
    let server: DemoFeedServer
    do {
      server = try await DemoFeedServer.start(clock: { clock.now() })
    } catch {
      throw ExitStatus.unavailable.fail("the demo's feed server cannot start: \(error)")
    }
    do {
      try writeConfiguration(folder: folder, feedPort: server.port, state: state)
    } catch {
      throw ExitStatus.inputOutput.fail("\(folder): \(error)")
    }
    let environment = global.environment.filter { $0.key != "LANTIAN_LISTEN" && $0.key != "LANTIAN_STATE_DIR" }
    var options = DaemonOptions(
      environment: environment, logger: global.logger(),
      load: { try GlobalOptions.load(path: folder + "/lantian.yaml", environment: environment) })
    options.simulated = true
    options.clock = { [speed] newest in
      clock.start(at: max(DemoScenario.start, newest ?? DemoScenario.start), speed: speed)
    }
    options.onView = { views in DemoApprover.decide(units: views.units) }
    options.onReady = { address in
      printLine("模拟数据 SIMULATED DATA · console: http://\(address)/ · feeds: http://127.0.0.1:\(server.port)/")
    }
    let end = await DaemonRuntime(options).run()
    await server.stop()
    try RunCommand.finish(end)
  }

  private func stateDirectory() throws -> String {
    if let given = global.environment["LANTIAN_STATE_DIR"] { return given }
    let base =
      global.environment["XDG_STATE_HOME"] ?? global.environment["HOME"].map { $0 + "/.local/state" }
      ?? FileManager.default.temporaryDirectory.path
    return base + "/lantian-demo"
  }

  private func writeConfiguration(folder: String, feedPort: Int, state: String) throws {
    let files = DemoScenario.configurationFiles(
      feedPort: feedPort, statePath: state, listen: "127.0.0.1:\(port)", targetsCSV: DemoTargets.csv, speed: speed)
    for (path, contents) in files {
      let file = folder + "/" + path
      try FileManager.default.createDirectory(
        atPath: String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)]), withIntermediateDirectories: true)
      try Data(contents.utf8).write(to: URL(filePath: file), options: .atomic)
    }
  }

  /// One civil clock for the feed server and the daemon, set when the daemon knows where its state ends.
  private final class SharedClock: Sendable {
    private let clock = Mutex<ScaledClock?>(nil)

    func now() -> Instant { clock.withLock { $0?.now() } ?? DemoScenario.start }

    func start(at base: Instant, speed: Double) -> any SiteClock {
      let made = ScaledClock(base: base, speed: speed)
      clock.withLock { $0 = made }
      return made
    }
  }
}
