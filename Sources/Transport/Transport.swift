internal import CLibcurl
package import Dispatch
internal import Glibc
internal import Timekeeping

/// Many bounded HTTP transfers on one serial queue.
///
/// Every method is called on `queue`, and every completion runs there. Transfers beyond the caps wait in a bounded
/// queue, host by host in turn. `shutdown()` must be called, on the queue, before the process exits.
///
/// `@unchecked Sendable`: all state is touched on `queue` only, which every entry checks.
package final class Transport: @unchecked Sendable {
  package let queue: DispatchQueue
  package let limits: TransportLimits
  let reactor: Reactor
  private var hosts: [String: TransferHost] = [:]
  private var transfers: [TransferToken: Transfer] = [:]
  private var free: [EasyHandle] = []
  private var ready = FIFO<TransferHost>()
  private var nextIdentifier: UInt64 = 0
  private var running = 0
  private var waiting = 0
  private var isStopped = false

  /// libcurl's global state, made once a process.
  private static let globalCode: CURLcode = lantian_curl_global_init()

  /// - Throws: `TransportError` when libcurl or epoll cannot be set up.
  package init(queue: DispatchQueue, limits: TransportLimits = TransportLimits()) throws(TransportError) {
    guard Transport.globalCode == CURLE_OK else {
      throw TransportError(
        kind: .other, code: Int(Transport.globalCode.rawValue), message: "libcurl cannot be initialised")
    }
    // libcurl leaves SIGPIPE to the program when it may not touch signals.
    signal(SIGPIPE, SIG_IGN)
    self.queue = queue
    self.limits = limits
    reactor = try Reactor(queue: queue, limits: limits)
    // Held strongly, like the reactor by its sources: a transport lives until `shutdown()` lets go of it.
    unsafe reactor.onDone = { [self] easy, code in unsafe done(easy, code) }
    reactor.onShardFailure = { [self] shard, code in abandon(shard, code) }
  }

  /// What has happened so far.
  package var counters: TransportCounters {
    dispatchPrecondition(condition: .onQueue(queue))
    var counters = reactor.counters
    counters.running = running
    counters.waiting = waiting
    counters.hosts = hosts.count
    return counters
  }

  // MARK: Submitting

  /// Starts a transfer, or lets it wait for its turn. `completion` runs on the queue exactly once, never before this
  /// method returns.
  @discardableResult
  package func submit(
    _ request: TransferRequest, completion: @escaping @Sendable (TransferResult) -> Void
  ) -> TransferToken {
    dispatchPrecondition(condition: .onQueue(queue))
    nextIdentifier += 1
    let token = TransferToken(identifier: nextIdentifier)
    guard !isStopped else {
      refuse(TransportError(kind: .cancelled, message: "the transport is shut down"), completion)
      return token
    }
    guard waiting < limits.maxWaiting else {
      reactor.counters.overloads += 1
      let message = "\(waiting) transfers already wait for a slot (limit \(limits.maxWaiting))"
      refuse(TransportError(kind: .overloaded, message: message), completion)
      return token
    }
    do {
      let host = try host(request.host)
      let transfer = Transfer(token: token, request: request, host: host, completion: completion)
      transfers[token] = transfer
      host.waiting.append(transfer)
      waiting += 1
      offer(host)
      startWaiting()
    } catch {
      refuse(error, completion)
    }
    return token
  }

  /// Ends a transfer; its completion runs with `cancelled`, possibly before this method returns, unless it was over.
  package func cancel(_ token: TransferToken) {
    dispatchPrecondition(condition: .onQueue(queue))
    guard let transfer = transfers[token] else { return }
    let error = TransportError(kind: .cancelled, message: "cancelled")
    switch transfer.state {
    case .over: break
    case .waiting:
      // It leaves its host's queue when its turn comes.
      transfer.state = .over
      waiting -= 1
      transfers[token] = nil
      refuse(error, transfer.completion)
    case .running(let handle):
      detach(handle, from: transfer)
      complete(transfer, TransferResult(outcome: .failure(error), lastByteAt: .now()))
      startWaiting()
    }
  }

  private func refuse(_ error: TransportError, _ completion: @escaping @Sendable (TransferResult) -> Void) {
    queue.async { @Sendable in
      completion(TransferResult(outcome: .failure(error), lastByteAt: .now()))
    }
  }

  // MARK: Hosts and turns

  private func host(_ name: String) throws(TransportError) -> TransferHost {
    if let known = hosts[name] { return known }
    if hosts.count >= limits.maxHosts { forgetIdleHosts() }
    var shard = reactor.shards.last
    if let last = shard, last.hosts >= limits.maxHostsPerShard {
      shard = reactor.shards.first { $0.hosts < limits.maxHostsPerShard }
    }
    let chosen = if let shard { shard } else { try reactor.addShard() }
    let host = TransferHost(name: name, shard: chosen)
    chosen.hosts += 1
    hosts[name] = host
    return host
  }

  private func forgetIdleHosts() {
    hosts = hosts.filter { _, host in
      let isIdle = host.running == 0 && host.waiting.isEmpty
      if isIdle { host.shard.hosts -= 1 }
      return !isIdle
    }
  }

  private func offer(_ host: TransferHost) {
    guard !host.isReady, !host.waiting.isEmpty, host.running < limits.maxTransfersPerHost else { return }
    host.isReady = true
    ready.append(host)
  }

  private func startWaiting() {
    while running < limits.maxTransfers, let host = ready.popFirst() {
      host.isReady = false
      if let transfer = host.waiting.popFirst(), case .waiting = transfer.state { start(transfer) }
      offer(host)
    }
  }

  // MARK: Running

  private func start(_ transfer: Transfer) {
    waiting -= 1
    guard let handle = free.popLast() ?? EasyHandle() else {
      transfer.state = .over
      transfers[transfer.token] = nil
      refuse(TransportError(kind: .other, message: "curl_easy_init failed: out of memory"), transfer.completion)
      return
    }
    transfer.state = .running(handle)
    transfer.startedAt = .now()
    transfer.host.running += 1
    running += 1
    reactor.counters.started += 1
    if transfer.isFTP { reactor.nudge(transfer.host.shard, isBeginning: true) }
    do {
      try begin(transfer, on: handle, url: transfer.request.url)
    } catch {
      release(handle, of: transfer)
      // Later, so that a caller is never completed from inside its own submit.
      transfers[transfer.token] = nil
      refuse(error, transfer.completion)
    }
  }

  private func begin(_ transfer: Transfer, on handle: EasyHandle, url: String) throws(TransportError) {
    let request = transfer.request
    guard request.body.count <= limits.maxRequestBodyBytes else {
      throw TransportError(
        kind: .tooLarge, message: "request body of \(request.body.count) bytes (limit \(limits.maxRequestBodyBytes))")
    }
    try handle.prepare(request, url: url, reactor: reactor)
    handle.transfer = transfer
    let code = unsafe curl_multi_add_handle(transfer.host.shard.multi, handle.easy)
    guard code == CURLM_OK else {
      handle.transfer = nil
      throw TransportError(kind: .other, message: "curl_multi_add_handle: \(multiErrorText(code))")
    }
    reactor.requestFlush()
  }

  /// Takes the handle out of its multi and back into the pool.
  private func detach(_ handle: EasyHandle, from transfer: Transfer) {
    let shard = transfer.host.shard
    let code = unsafe curl_multi_remove_handle(shard.multi, handle.easy)
    release(handle, of: transfer)
    if code != CURLM_OK { reactor.rebuild(shard, after: code) }
    reactor.requestFlush()
  }

  private func release(_ handle: EasyHandle, of transfer: Transfer) {
    transfer.state = .over
    handle.transfer = nil
    handle.clear()
    free.append(handle)
    if transfer.isFTP { reactor.nudge(transfer.host.shard, isBeginning: false) }
    transfer.host.running -= 1
    running -= 1
    offer(transfer.host)
  }

  private func complete(_ transfer: Transfer, _ result: TransferResult) {
    transfers[transfer.token] = nil
    reactor.counters.finished += 1
    transfer.completion(result)
  }

  private func done(_ easy: OpaquePointer, _ code: CURLcode) {
    var pointer: UnsafeMutableRawPointer?
    unsafe lantian_easy_get_pointer(easy, CURLINFO_PRIVATE, &pointer)
    guard let pointer = unsafe pointer else { preconditionFailure("an easy handle without its owner") }
    let handle = unsafe Unmanaged<EasyHandle>.fromOpaque(pointer).takeUnretainedValue()
    guard let transfer = handle.transfer else { return }
    if code == CURLE_OK, let target = redirectTarget(handle) {
      follow(target, transfer, handle)
      return
    }
    let result = result(of: handle, transfer, code)
    detach(handle, from: transfer)
    complete(transfer, result)
    startWaiting()
  }

  private func result(of handle: EasyHandle, _ transfer: Transfer, _ code: CURLcode) -> TransferResult {
    let end = MonotonicInstant.now()
    let outcome: TransferResult.Outcome
    if code == CURLE_OK {
      let version = [0, 10, 11, 20]
      let index = handle.long(CURLINFO_HTTP_VERSION)
      // What a server of files says on its way is no header, and a transfer that came whole is a success.
      let isHTTP = TransferProtocols(schemeOf: transfer.request.url).isHTTP
      outcome = .response(
        TransferResponse(
          status: isHTTP ? handle.long(CURLINFO_RESPONSE_CODE) : 200,
          headers: HeaderBlock(bytes: isHTTP ? handle.head : []),
          body: handle.body,
          httpVersion: index < version.count ? version[index] : index))
    } else {
      outcome = .failure(error(of: handle, transfer, code))
    }
    let isNew = handle.long(CURLINFO_NUM_CONNECTS) > 0
    let connect = isNew ? max(handle.size(CURLINFO_CONNECT_TIME_T), handle.size(CURLINFO_APPCONNECT_TIME_T)) : 0
    return TransferResult(
      outcome: outcome, bytesReceived: handle.size(CURLINFO_SIZE_DOWNLOAD_T),
      connectSeconds: Double(connect) / 1_000_000, totalSeconds: end.seconds(since: transfer.startedAt),
      lastByteAt: handle.lastByteAt ?? end)
  }

  private func error(of handle: EasyHandle, _ transfer: Transfer, _ code: CURLcode) -> TransportError {
    let options = transfer.request.options
    let number = Int(code.rawValue)
    switch handle.refusal {
    case .bodyTooLarge:
      let message = "body is larger than \(options.maxBodyBytes) bytes after decompression"
      return TransportError(kind: .tooLarge, code: number, message: message)
    case .headersTooLarge:
      return TransportError(
        kind: .tooLarge, code: number, message: "headers are larger than \(options.maxHeaderBytes) bytes")
    case nil: break
    }
    var kind = TransportError.kind(of: code)
    var message = handle.errorMessage(code)
    switch kind {
    case .tls where TransferProtocols(schemeOf: transfer.request.url) == .sftp:
      message = "the host's key is not the one that is known or configured (\(message))"
    case .tls where code == CURLE_PEER_FAILED_VERIFICATION:
      let verify = handle.long(CURLINFO_SSL_VERIFYRESULT)
      message = TransportError.certificateFault(verifyResult: verify, detail: message)
    case .tooLarge: message += " (limit \(options.maxBodyBytes) bytes)"
    case .connect where reactor.lastSocketError != 0:
      message = "cannot open a socket: \(systemErrorText(reactor.lastSocketError)); raise the limit of open files"
    case .protocol where code == CURLE_UNSUPPORTED_PROTOCOL && handle.long(CURLINFO_REDIRECT_COUNT) > 0:
      kind = .redirects
      message = "redirect to a scheme that is not allowed (\(message))"
    default:
      // libcurl asks for the kind of key that the file names first.
      if message.contains("exchange encryption keys") {
        message =
          "both sides know no kind of host key in common: put the host's ssh-ed25519 line of known_hosts before its "
          + "ssh-rsa line, or write host_key_sha256 (\(message))"
      }
    }
    return TransportError(kind: kind, code: number, message: message)
  }

  // MARK: Redirects that carry headers of the vendor or of the configuration

  /// Where to go next, when the request carries a header that libcurl would take to any host.
  private func redirectTarget(_ handle: EasyHandle) -> String? {
    guard let transfer = handle.transfer, transfer.request.options.maxRedirects > 0,
      transfer.request.options.staysOnOrigin
    else { return nil }
    return handle.string(CURLINFO_REDIRECT_URL)
  }

  private func follow(_ target: String, _ transfer: Transfer, _ handle: EasyHandle) {
    let shard = transfer.host.shard
    let options = transfer.request.options
    transfer.hops += 1
    do throws(TransportError) {
      guard transfer.hops <= options.maxRedirects else {
        throw TransportError(kind: .redirects, message: "more than \(options.maxRedirects) redirects")
      }
      guard transfer.request.method == .get, Origin(target) == Origin(transfer.request.url) else {
        throw TransportError(
          kind: .redirects,
          message:
            "redirect to \(TransferRequest.authority(of: target)) not followed: the request carries a secret header")
      }
      let code = unsafe curl_multi_remove_handle(shard.multi, handle.easy)
      guard code == CURLM_OK else {
        throw TransportError(kind: .other, message: "curl_multi_remove_handle: \(multiErrorText(code))")
      }
      let spent = Int(MonotonicInstant.now().nanoseconds(since: transfer.startedAt) / 1_000_000)
      try begin(transfer, on: handle, url: target)
      try handle.set(CURLOPT_TIMEOUT_MS, max(1, Int(options.timeout.milliseconds64) - spent))
      handle.configured = nil
    } catch {
      let end = MonotonicInstant.now()
      detach(handle, from: transfer)
      let seconds = end.seconds(since: transfer.startedAt)
      complete(transfer, TransferResult(outcome: .failure(error), totalSeconds: seconds, lastByteAt: end))
      startWaiting()
    }
  }

  // MARK: Failure and end

  /// Ends all transfers of a multi that libcurl has given up.
  private func abandon(_ shard: Shard, _ code: CURLMcode) {
    let error = TransportError(kind: .other, message: "libcurl lost its event loop: \(multiErrorText(code))")
    endTransfers(error) { $0 === shard }
  }

  private func endTransfers(_ error: TransportError, where matches: (Shard) -> Bool) {
    for transfer in transfers.values.filter({ matches($0.host.shard) }).sorted(by: { $0.token < $1.token }) {
      guard case .running(let handle) = transfer.state else { continue }
      _ = unsafe curl_multi_remove_handle(transfer.host.shard.multi, handle.easy)
      release(handle, of: transfer)
      transfers[transfer.token] = nil
      refuse(error, transfer.completion)
    }
  }

  /// Cancels everything, closes every connection and gives libcurl's memory back. Completions still run, later.
  /// Not to be called from inside a completion.
  package func shutdown() {
    dispatchPrecondition(condition: .onQueue(queue))
    guard !isStopped else { return }
    isStopped = true
    let error = TransportError(kind: .cancelled, message: "the transport is shut down")
    for transfer in transfers.values.sorted(by: { $0.token < $1.token }) {
      if case .waiting = transfer.state {
        transfer.state = .over
        transfers[transfer.token] = nil
        refuse(error, transfer.completion)
      }
    }
    waiting = 0
    endTransfers(error) { _ in true }
    for handle in free { handle.destroy() }
    free.removeAll()
    hosts.removeAll()
    ready = FIFO()
    reactor.shutdown()
  }
}

extension TransferToken: Comparable {
  package static func < (a: TransferToken, b: TransferToken) -> Bool { a.identifier < b.identifier }
}

/// Scheme, host and port of a URL, with the scheme's usual port filled in.
private struct Origin: Equatable {
  let scheme: TransferProtocols
  let authority: String

  init(_ url: String) {
    scheme = TransferProtocols(schemeOf: url)
    let host = TransferRequest.authority(of: url)
    let afterBracket = host.lastIndex(of: "]").map { host[$0...] } ?? host[...]
    authority = afterBracket.contains(":") ? host : host + (scheme == .https ? ":443" : ":80")
  }
}
