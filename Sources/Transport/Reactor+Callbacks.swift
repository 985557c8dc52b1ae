internal import CLibcurl
internal import Glibc

/// CURL_SOCKET_TIMEOUT: "no socket, look at the time-outs".
let curlTimeoutSocket: Int32 = -1

/// What libcurl says about a CURLMcode.
func multiErrorText(_ code: CURLMcode) -> String {
  unsafe String(cString: curl_multi_strerror(code))
}

/// What the system says about an errno.
func systemErrorText(_ code: Int32) -> String {
  unsafe String(cString: strerror(code))
}

let socketCallback: curl_socket_callback = { _, socket, what, user, _ in
  guard let user = unsafe user else { return -1 }
  let shard = unsafe Unmanaged<Shard>.fromOpaque(user).takeUnretainedValue()
  return shard.reactor.socketChanged(socket, what: what, shard: shard.index)
}

let timerCallback: curl_multi_timer_callback = { _, milliseconds, user in
  guard let user = unsafe user else { return -1 }
  let shard = unsafe Unmanaged<Shard>.fromOpaque(user).takeUnretainedValue()
  shard.reactor.timerChanged(shard, milliseconds: milliseconds)
  return 0
}

/// Sockets are closed on exec, so that hook programs do not inherit them.
let openSocketCallback: curl_opensocket_callback = { user, _, address in
  guard let user = unsafe user, let address = unsafe address else { return -1 }
  let reactor = unsafe Unmanaged<Reactor>.fromOpaque(user).takeUnretainedValue()
  let type = unsafe address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
  let descriptor = unsafe socket(address.pointee.family, type, address.pointee.protocol)
  guard descriptor >= 0 else {
    reactor.lastSocketError = errno
    reactor.counters.socketFailures += 1
    return -1
  }
  reactor.opened(descriptor)
  return descriptor
}

let closeSocketCallback: curl_closesocket_callback = { user, descriptor in
  guard let user = unsafe user,
    unsafe Unmanaged<Reactor>.fromOpaque(user).takeUnretainedValue().closing(descriptor)
  else { return 0 }
  return close(descriptor)
}

let bodyCallback: curl_write_callback = { bytes, size, count, user in
  guard let user = unsafe user else { return 0 }
  let handle = unsafe Unmanaged<EasyHandle>.fromOpaque(user).takeUnretainedValue()
  return unsafe handle.receive(UnsafeRawBufferPointer(start: bytes, count: size * count))
}

let headerCallback: curl_write_callback = { bytes, size, count, user in
  guard let user = unsafe user else { return 0 }
  let handle = unsafe Unmanaged<EasyHandle>.fromOpaque(user).takeUnretainedValue()
  return unsafe handle.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
}
