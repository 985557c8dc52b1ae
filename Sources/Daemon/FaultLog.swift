import Logging
import Receiving
import Synchronization

/// A feed's fault is worth a line when it begins or changes; the same again is not.
final class FaultLog: Sendable {
  private let newest = Mutex<[String: String]>([:])
  private let logger: Logger

  init(_ logger: Logger) { self.logger = logger }

  /// A fault was met.
  func note(_ feed: String, _ fault: ArrivalFault) {
    let isNew = newest.withLock { newest in
      let before = newest.updateValue(fault.code + (fault.path ?? ""), forKey: feed)
      return before != fault.code + (fault.path ?? "")
    }
    guard isNew else { return }
    logger.warning(
      "data refused",
      metadata: [
        "feed": "\(feed)", "code": "\(fault.code)", "error": "\(fault.message)", "path": "\(fault.path ?? "")",
      ])
  }

  /// Data were committed.
  func settle(_ feed: String) { newest.withLock { _ = $0.removeValue(forKey: feed) } }
}
