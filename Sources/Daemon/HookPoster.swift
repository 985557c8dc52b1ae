import Delivery
import Dispatch
import Secrets
import Synchronization
import Transport

/// Sends webhook requests over a transport of its own, so that slow receivers never delay polls.
final class HookPoster: Sendable {
  private let transport: Transport
  private let queue: DispatchQueue
  /// Proxy per hook, from the configuration.
  private let proxies = Mutex<[String: Secret]>([:])
  /// Answers of receivers are read no further than this.
  static let maximumAnswerBytes = 1 << 20

  init() throws(TransportError) {
    queue = DispatchQueue(label: "lantian.hooks.transfers")
    transport = try Transport(queue: queue)
  }

  func use(proxies next: [String: Secret]) { proxies.withLock { $0 = next } }

  /// One attempt; the returned closure calls it off.
  func post(
    _ request: WebhookRequest, _ completion: @escaping @Sendable (WebhookAnswer) -> Void
  ) -> @Sendable () -> Void {
    var options = TransferOptions()
    options.timeout = .milliseconds(request.timeoutMilliseconds)
    options.connectTimeout = .milliseconds(min(request.timeoutMilliseconds, 5_000))
    options.maxBodyBytes = Self.maximumAnswerBytes
    options.maxRedirects = 0
    options.tls.authorityFile = request.caFile
    options.proxy = proxies.withLock { $0[request.hook] }
    for header in request.headers where header.name == "User-Agent" { options.userAgent = header.value }
    var transfer = TransferRequest(url: request.url, options: options)
    transfer.method = .post
    transfer.body = request.body
    transfer.headers = request.headers.filter { $0.name != "User-Agent" }.map { TransferHeader($0.name, $0.value) }
    let box = TokenBox()
    queue.async { @Sendable [self, transfer] in
      let token = transport.submit(transfer) { result in
        switch result.outcome {
        case .response(let response):
          completion(.response(status: response.status, retryAfter: response.headers.first("Retry-After")))
        case .failure(let error): completion(.failure(error.description))
        }
      }
      box.token.withLock { $0 = token }
    }
    return { @Sendable [self] in
      queue.async { @Sendable [self] in
        if let token = box.token.withLock({ $0 }) { transport.cancel(token) }
      }
    }
  }

  private final class TokenBox: Sendable {
    let token = Mutex<TransferToken?>(nil)
  }

  /// Ends every transfer; must be called before the process exits.
  func shutdown() async {
    await withCheckedContinuation { continuation in
      queue.async { @Sendable [self] in
        transport.shutdown()
        continuation.resume()
      }
    }
  }
}
