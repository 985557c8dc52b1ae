internal import Timekeeping

/// One submitted request on its way: waiting, running, or over.
final class Transfer {
  enum State {
    case waiting
    case running(EasyHandle)
    case over
  }

  let token: TransferToken
  let request: TransferRequest
  let host: TransferHost
  let completion: @Sendable (TransferResult) -> Void
  let isFTP: Bool
  var state = State.waiting
  var startedAt = MonotonicInstant(nanoseconds: 0)
  /// Redirects followed by the transport itself (those with a vendor's authentication header).
  var hops = 0

  init(
    token: TransferToken, request: TransferRequest, host: TransferHost,
    completion: @escaping @Sendable (TransferResult) -> Void
  ) {
    self.token = token
    self.request = request
    isFTP = !TransferProtocols(schemeOf: request.url).isDisjoint(with: [.ftp, .ftps])
    self.host = host
    self.completion = completion
  }
}

/// One host and port: its shard, its running transfers and those that wait for their turn.
final class TransferHost {
  let name: String
  let shard: Shard
  var running = 0
  var waiting = FIFO<Transfer>()
  /// Whether the host stands in the transport's list of hosts that may start a transfer.
  var isReady = false

  init(name: String, shard: Shard) {
    self.name = name
    self.shard = shard
  }
}
