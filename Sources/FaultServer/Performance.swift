/// Carries out one behaviour on one connection.
struct Performance {
  let connection: Connection
  let request: RecordedRequest
  let stop: StopSignal
  let keepAlive: Bool

  /// `index` counts the requests of the route before this one.
  func perform(_ behaviour: Behaviour, index: Int) -> ConnectionEnd {
    switch behaviour {
    case .respond(let response): return send(response)
    case .computed(let make): return send(make(request))
    case .sequence(let list):
      guard let last = list.last else { return send(Response(status: 404)) }
      return perform(index < list.count ? list[index] : last, index: index)
    case .delayed(let milliseconds, let next):
      return stop.wait(milliseconds: milliseconds, watching: connection.descriptor)
        ? perform(next, index: index) : .abandoned
    case .truncated(let response, let sentBytes):
      _ =
        sendHead(response, contentLength: Int64(response.body.count))
        && connection.send(response.body.prefix(sentBytes))
      return .closed
    case .announced(let response, let contentLength):
      guard sendHead(response, contentLength: contentLength), connection.send(response.body) else { return .abandoned }
      return hang()
    case .drip(let response, let bytes, let interval):
      return drip(response, bytesPerStep: max(1, bytes), intervalMilliseconds: interval)
    case .hang: return hang()
    case .hangAfterHeaders(let response):
      return sendHead(response, contentLength: Int64(max(1, response.body.count))) ? hang() : .abandoned
    case .close: return .closed
    case .reset(let moment): return reset(moment)
    case .redirect(let location, let status):
      return send(Response(status: status, headers: [("Location", location)]))
    case .redirectLoop:
      let step = (Int(request.query) ?? 0) + 1
      return send(Response(status: 302, headers: [("Location", "\(request.path)?\(step)")]))
    case .conditional(let response): return conditional(response)
    case .chunked(let response, let chunkBytes, let terminated):
      return chunked(response, chunkBytes: max(1, chunkBytes), terminated: terminated)
    case .raw(let bytes):
      _ = connection.send(bytes)
      return .closed
    }
  }

  private var connectionHeader: [(String, String)] { keepAlive ? [] : [("Connection", "close")] }

  private func sendHead(_ response: Response, contentLength: Int64?, extra: [(String, String)] = []) -> Bool {
    connection.send(response.head(contentLength: contentLength, extra: extra + connectionHeader))
  }

  private func send(_ response: Response) -> ConnectionEnd {
    let bodiless = response.status == 304 || response.status == 204
    var bytes = response.head(
      contentLength: bodiless ? nil : Int64(response.body.count), extra: connectionHeader)
    if !bodiless && request.method != "HEAD" { bytes += response.body }
    return connection.send(bytes) ? .kept : .abandoned
  }

  private func hang() -> ConnectionEnd {
    _ = stop.wait(milliseconds: -1, watching: connection.descriptor)
    return .abandoned
  }

  private func drip(_ response: Response, bytesPerStep: Int, intervalMilliseconds: Int) -> ConnectionEnd {
    guard sendHead(response, contentLength: Int64(response.body.count)) else { return .abandoned }
    var rest = response.body[...]
    while !rest.isEmpty {
      guard connection.send(rest.prefix(bytesPerStep)) else { return .abandoned }
      rest = rest.dropFirst(bytesPerStep)
      if !rest.isEmpty && !stop.wait(milliseconds: intervalMilliseconds, watching: connection.descriptor) {
        return .abandoned
      }
    }
    return .kept
  }

  private func reset(_ moment: Behaviour.ResetMoment) -> ConnectionEnd {
    switch moment {
    case .beforeAnswer: break
    case .afterHeaders(let response):
      _ = sendHead(response, contentLength: Int64(max(1, response.body.count)))
    case .afterBodyBytes(let response, let count):
      _ = sendHead(response, contentLength: Int64(response.body.count)) && connection.send(response.body.prefix(count))
    }
    return .reset
  }

  private func conditional(_ response: Response) -> ConnectionEnd {
    let unchanged: Bool
    if let asked = request.header("If-None-Match") {
      let tags = asked.split(separator: ",").map { $0.drop { $0 == " " } }
      unchanged = tags.contains { tag in tag == "*" || response.header("ETag").map { tag == $0 } == true }
    } else if let asked = request.header("If-Modified-Since") {
      unchanged = asked == response.header("Last-Modified")
    } else {
      unchanged = false
    }
    guard unchanged else { return send(response) }
    let kept = response.headers.filter { ["etag", "last-modified"].contains($0.0.lowercased()) }
    return send(Response(status: 304, headers: kept))
  }

  private func chunked(_ response: Response, chunkBytes: Int, terminated: Bool) -> ConnectionEnd {
    guard sendHead(response, contentLength: nil, extra: [("Transfer-Encoding", "chunked")]) else { return .abandoned }
    var rest = response.body[...]
    while !rest.isEmpty {
      let chunk = rest.prefix(chunkBytes)
      rest = rest.dropFirst(chunkBytes)
      let size = String(chunk.count, radix: 16)
      guard connection.send(Array("\(size)\r\n".utf8) + chunk + [0x0D, 0x0A]) else { return .abandoned }
    }
    guard terminated else { return .closed }
    return connection.send(Array("0\r\n\r\n".utf8)) ? .kept : .abandoned
  }
}
