import ArgumentParser
import ConfigurationFiles
import Daemon
import FoundationEssentials

/// Verbs that talk to the running daemon.
struct ControlOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "State directory of the daemon; otherwise LANTIAN_STATE_DIR, then `state` of the configuration.",
      valueName: "folder"))
  var state: String?

  /// The state directory itself, for verbs that read a stopped daemon's state.
  func stateDirectory(_ global: GlobalOptions) throws -> String {
    try state ?? global.environment["LANTIAN_STATE_DIR"] ?? global.loadOrExit().loaded.stateDirectory
  }

  /// The client of the daemon's control socket.
  func client(_ global: GlobalOptions) -> ControlClient {
    if let directory = state ?? global.environment["LANTIAN_STATE_DIR"] {
      return ControlClient(stateDirectory: directory)
    }
    // A broken configuration must not keep people from a running daemon.
    let configured = try? global.load().loaded.stateDirectory
    return ControlClient(stateDirectory: configured ?? "/var/lib/lantian")
  }
}

/// The envelope of every answer.
struct Envelope<Payload: Decodable>: Decodable {
  struct Fault: Decodable {
    var code: String
    var message: String
  }
  var status: String
  var data: Payload?
  var error: Fault?
}

extension ControlClient {
  /// Asks the API; `print`s the raw answer with `--output json` and returns nil, else decodes it.
  func fetch<Payload: Decodable>(
    _ path: String, as type: Payload.Type, output: GlobalOptions.Output
  ) async throws -> Payload? {
    let answer: Answer
    do {
      answer = try await get(path)
    } catch {
      throw ExitStatus.unavailable.fail("\(error)")
    }
    return try Self.unwrap(answer, as: type, output: output)
  }

  /// The payload of an answer; an error answer ends the command.
  static func unwrap<Payload: Decodable>(
    _ answer: Answer, as type: Payload.Type, output: GlobalOptions.Output
  ) throws -> Payload? {
    if output == .json { InputFile.writeStandardOutput(answer.body + (answer.body.last == 0x0A ? [] : [0x0A])) }
    let envelope = try? JSONDecoder().decode(Envelope<Payload>.self, from: Data(answer.body))
    guard (200..<300).contains(answer.status), let payload = envelope?.data else {
      let message = envelope?.error.map { "\($0.code): \($0.message)" } ?? "the daemon answered \(answer.status)"
      let status: ExitStatus = answer.status == 503 ? .retry : .data
      throw status.fail(message)
    }
    return output == .json ? nil : payload
  }
}
