import Testing

/// A condition did not come true in time.
struct NotInTime: Error, CustomStringConvertible {
  var description: String
}

/// Looks at a condition again and again until it gives a value; throws after `seconds` with what was waited for.
///
/// The pause between two looks only keeps the machine free; nothing depends on its length.
func eventually<Value>(
  within seconds: Double = 30, _ what: @autoclosure () throws -> String, _ look: () async throws -> Value?
) async throws -> Value {
  let deadline = ContinuousClock.now + .seconds(seconds)
  var last: String?
  repeat {
    do {
      if let value = try await look() { return value }
      last = nil
    } catch let failure as LoopbackClient.Failure {
      last = failure.description
    }
    try await Task.sleep(for: .milliseconds(20))
  } while ContinuousClock.now < deadline
  throw NotInTime(
    description: "waited \(seconds) s in vain: " + ((try? what()) ?? "?") + (last.map { " (\($0))" } ?? ""))
}
