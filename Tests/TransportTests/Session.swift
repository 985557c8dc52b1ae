import Dispatch
import Synchronization
import Testing
import Timekeeping
import Transport

/// A transport on a queue of its own, driven from async tests.
final class Session: Sendable {
  let queue = DispatchQueue(label: "test.transport")
  let transport: Transport

  init(limits: TransportLimits = TransportLimits()) throws {
    transport = try Transport(queue: queue, limits: limits)
  }

  func fetch(_ request: TransferRequest) async -> TransferResult {
    await withCheckedContinuation { continuation in
      queue.async { @Sendable [transport] in
        transport.submit(request) { @Sendable in continuation.resume(returning: $0) }
      }
    }
  }

  func fetch(_ url: String, _ change: (inout TransferOptions) -> Void = { _ in }) async -> TransferResult {
    var options = TransferOptions()
    change(&options)
    return await fetch(TransferRequest(url: url, options: options))
  }

  /// Submits all requests in one batch and returns their results in order.
  func fetchAll(_ requests: [TransferRequest]) async -> [TransferResult] {
    await withCheckedContinuation { continuation in
      queue.async { @Sendable [transport] in
        let results = Mutex<([TransferResult?], Int)>((Array(repeating: nil, count: requests.count), 0))
        let box = Box(results)
        for (index, request) in requests.enumerated() {
          transport.submit(request) { @Sendable result in
            let finished = box.value.withLock { state -> [TransferResult]? in
              state.0[index] = result
              state.1 += 1
              return state.1 == requests.count ? state.0.compactMap(\.self) : nil
            }
            if let finished { continuation.resume(returning: finished) }
          }
        }
      }
    }
  }

  func onQueue<Value: Sendable>(_ work: @escaping @Sendable (Transport) -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      queue.async { @Sendable [transport] in continuation.resume(returning: work(transport)) }
    }
  }

  /// Lets real time pass, where passing time is what is tested.
  func elapse(_ duration: Duration) async {
    await withCheckedContinuation { continuation in
      queue.asyncAfter(deadline: .now() + .nanoseconds(Int(duration.nanoseconds64))) { @Sendable in
        continuation.resume()
      }
    }
  }

  func close() async { await onQueue { $0.shutdown() } }
}

/// Holds a mutex where a closure can keep it.
final class Box: Sendable {
  let value: Mutex<([TransferResult?], Int)>
  init(_ value: consuming Mutex<([TransferResult?], Int)>) { self.value = value }
}

extension TransferResult {
  var response: TransferResponse? {
    if case .response(let response) = outcome { response } else { nil }
  }
  var failure: TransportError? {
    if case .failure(let error) = outcome { error } else { nil }
  }
}

extension TransferResponse {
  var text: String { String(decoding: body, as: UTF8.self) }
}
