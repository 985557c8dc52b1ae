internal import CEpoll
internal import CLibcurl
internal import Dispatch
internal import Glibc
internal import Timekeeping

/// Drives many curl multis from one serial queue.
///
/// A private epoll set holds every socket of every multi; Dispatch watches that one descriptor with a permanent read
/// source, and one timer source serves all of libcurl's time-outs. Sockets never meet Dispatch themselves.
///
/// Invariants:
/// - Every member is touched on `queue` only.
/// - `sockets[fd].interest` is what the epoll set holds for `fd` (0: nothing). A socket that curl no longer watches but
///   keeps open stays in the set (`isWatched` false) so that a reused connection costs no system call; its first
///   event, the peer's close, takes it out.
/// - Event data is `generation << 32 | fd`; the generation moves when a descriptor is opened, closed or added anew.
/// - libcurl is never called from inside one of its callbacks.
/// - `shutdown()` must be called before the last reference goes: the sources hold the reactor until then.
///
/// `@unchecked Sendable`: handlers given to Dispatch capture it, and all of them run on `queue`.
@safe final class Reactor: @unchecked Sendable {
  struct SocketSlot {
    var generation: UInt32 = 0
    var shard: Int32 = -1
    var interest: UInt32 = 0
    var isWatched = false
    /// Opened by `openSocket`, so its close is seen by `closeSocket`.
    var isManaged = false
  }

  /// Events taken per look into the set.
  private static let eventCapacity = 256
  /// Looks into the set per wake-up, so that other work of the queue gets its turn.
  private static let maxLooksPerWakeup = 8
  /// Passes over the dirty shards per wake-up.
  private static let maxPassesPerWakeup = 16

  let queue: DispatchQueue
  var counters = TransportCounters()
  /// Tests set it: the next registration fails as if the kernel had refused it, which makes libcurl give the multi up.
  var failsNextRegistration = false
  /// errno of the last socket that could not be opened; 0 after a success.
  var lastSocketError: Int32 = 0
  private(set) var shards: [Shard] = []
  /// Called for every transfer that libcurl reports as done.
  var onDone: (OpaquePointer, CURLcode) -> Void = { _, _ in }
  /// Called when a multi has failed, before it is rebuilt: its transfers must be taken out.
  var onShardFailure: (Shard, CURLMcode) -> Void = { _, _ in }

  private let set: Int32
  private let readiness: any DispatchSourceRead
  private let timer: any DispatchSourceTimer
  private let events: UnsafeMutablePointer<epoll_event>
  private let tickNanoseconds: Int64
  private let connectionsPerShard: Int
  private var sockets: [SocketSlot] = []
  private var dirty: [Shard] = []
  private var working: [Shard] = []
  /// Earliest deadline heard of since the timer was last set.
  private var candidate = Int64.max
  /// What the timer is set to; `.max`: not set.
  private var armed = Int64.max
  private var isInside = false
  private var isFlushQueued = false
  private var isStopped = false

  /// - Throws: `TransportError` when no epoll set can be made.
  init(queue: DispatchQueue, limits: TransportLimits) throws(TransportError) {
    set = lantian_epoll_create()
    guard set >= 0 else {
      throw TransportError(kind: .other, message: "cannot create an epoll set: \(systemErrorText(errno))")
    }
    self.queue = queue
    tickNanoseconds = Int64(max(1, limits.timerTickMilliseconds)) * 1_000_000
    connectionsPerShard = limits.maxHostsPerShard * 2
    unsafe events = .allocate(capacity: Reactor.eventCapacity)
    readiness = DispatchSource.makeReadSource(fileDescriptor: set, queue: queue)
    timer = DispatchSource.makeTimerSource(queue: queue)
    readiness.setEventHandler { @Sendable [self] in socketsReady() }
    timer.setEventHandler { @Sendable [self] in timerFired() }
    timer.schedule(deadline: .distantFuture)
    readiness.activate()
    timer.activate()
  }

  // MARK: Shards

  /// Makes one more multi.
  func addShard() throws(TransportError) -> Shard {
    guard let multi = unsafe curl_multi_init() else {
      throw TransportError(kind: .other, message: "curl_multi_init failed: out of memory")
    }
    let shard = unsafe Shard(index: shards.count, multi: multi, reactor: self)
    try configure(shard)
    shards.append(shard)
    counters.shards = shards.count
    return shard
  }

  private func configure(_ shard: Shard) throws(TransportError) {
    let pointer = unsafe Unmanaged.passUnretained(shard).toOpaque()
    let multi = unsafe shard.multi
    let codes = unsafe [
      lantian_multi_set_socket_function(multi, socketCallback),
      lantian_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, pointer),
      lantian_multi_set_timer_function(multi, timerCallback),
      lantian_multi_set_pointer(multi, CURLMOPT_TIMERDATA, pointer),
      lantian_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connectionsPerShard),
    ]
    for code in codes where code != CURLM_OK {
      throw TransportError(kind: .other, message: "curl_multi_setopt: \(multiErrorText(code))")
    }
  }

  /// Throws the failed multi away and puts a fresh one in its place.
  func rebuild(_ shard: Shard, after code: CURLMcode) {
    counters.rebuilds += 1
    onShardFailure(shard, code)
    unsafe curl_multi_cleanup(shard.multi)
    closeLeftovers(of: shard)
    shard.deadline = .max
    guard let multi = unsafe curl_multi_init() else {
      preconditionFailure("curl_multi_init failed: out of memory")
    }
    unsafe shard.multi = multi
    do {
      try configure(shard)
    } catch {
      preconditionFailure("a multi that was configured once cannot be configured again: \(error)")
    }
  }

  /// libcurl 7.88 forgets the socket of a connect that its own abort interrupted.
  private func closeLeftovers(of shard: Shard) {
    for index in sockets.indices where sockets[index].isManaged && sockets[index].shard == Int32(shard.index) {
      if closing(Int32(index)) { close(Int32(index)) }
    }
  }

  // MARK: Wake-ups

  /// Asks for a run of the dirty shards soon: at the end of the running handler, or in a block of its own.
  func requestFlush() {
    guard !isInside, !isFlushQueued, !isStopped else { return }
    isFlushQueued = true
    queue.async { @Sendable [self] in
      isFlushQueued = false
      guard !isStopped else { return }
      isInside = true
      leave()
    }
  }

  private func socketsReady() {
    guard !isStopped else { return }
    counters.wakeups += 1
    isInside = true
    for _ in 0..<Reactor.maxLooksPerWakeup {
      let count = unsafe lantian_epoll_poll(set, events, Int32(Reactor.eventCapacity))
      guard count > 0 else { break }
      for index in 0..<count {
        unsafe dispatch(data: lantian_epoll_data(events, index), flags: lantian_epoll_events(events, index))
      }
      runDirty()
    }
    leave()
  }

  private func dispatch(data: UInt64, flags: UInt32) {
    let descriptor = Int(truncatingIfNeeded: data & 0xFFFF_FFFF)
    let slot = sockets[descriptor]
    guard slot.generation == UInt32(truncatingIfNeeded: data >> 32), slot.interest != 0 else {
      counters.staleEvents += 1
      return
    }
    guard slot.isWatched else {
      // An idle connection: the peer closed it. libcurl finds out when it next wants to reuse it.
      _ = lantian_epoll_control(set, lantian_epoll_delete, Int32(descriptor), 0, 0)
      sockets[descriptor].interest = 0
      return
    }
    var mask: Int32 = 0
    if flags & (lantian_epoll_in | lantian_epoll_hangup) != 0 { mask |= CURL_CSELECT_IN }
    if flags & lantian_epoll_out != 0 { mask |= CURL_CSELECT_OUT }
    if flags & lantian_epoll_error != 0 { mask |= CURL_CSELECT_ERR }
    drive(shards[Int(slot.shard)], socket: Int32(descriptor), mask: mask)
  }

  private func timerFired() {
    guard !isStopped else { return }
    counters.wakeups += 1
    isInside = true
    armed = .max
    candidate = .max
    let now = MonotonicInstant.now().nanoseconds
    for shard in shards where shard.deadline <= now {
      shard.deadline = .max
      markDirty(shard)
    }
    runDirty()
    for shard in shards where shard.nudgeAt <= now { nudge(shard, now) }
    for shard in shards { candidate = min(candidate, shard.deadline, shard.nudgeAt) }
    leave()
  }

  /// The end of every handler: runs what became due meanwhile and sets the timer if it must ring earlier.
  private func leave() {
    runDirty()
    isInside = false
    if !dirty.isEmpty { requestFlush() }
    guard candidate < armed else { return }
    let (tick, _) = (candidate / tickNanoseconds).addingReportingOverflow(1)
    armed = tick * tickNanoseconds
    candidate = .max
    let delay = max(0, armed - MonotonicInstant.now().nanoseconds)
    timer.schedule(
      deadline: .now() + .nanoseconds(Int(delay)), leeway: .nanoseconds(Int(tickNanoseconds / 4)))
  }

  private func runDirty() {
    var passes = 0
    while !dirty.isEmpty, passes < Reactor.maxPassesPerWakeup {
      passes += 1
      swap(&dirty, &working)
      for shard in working {
        shard.isDirty = false
        drive(shard, socket: curlTimeoutSocket, mask: 0)
      }
      working.removeAll(keepingCapacity: true)
    }
  }

  private func drive(_ shard: Shard, socket: Int32, mask: Int32) {
    var running: Int32 = 0
    settle(shard, unsafe curl_multi_socket_action(shard.multi, socket, mask, &running))
  }

  /// What every call into a multi may have brought.
  private func settle(_ shard: Shard, _ code: CURLMcode) {
    guard code == CURLM_OK else {
      rebuild(shard, after: code)
      return
    }
    var left: Int32 = 0
    while let message = unsafe curl_multi_info_read(shard.multi, &left) {
      guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle else { continue }
      let result = unsafe message.pointee.data.result
      unsafe onDone(easy, result)
    }
  }

  // MARK: Nudges

  /// Real nanoseconds between two nudges.
  private static let nudgeNanoseconds: Int64 = 20_000_000

  /// A transfer of FTP begins or ends. libcurl 7.88 goes to sleep without a socket or a time when a server answers EPSV
  /// at once on a connection that is used again: until its next look at the transfer it does not even open the data
  /// connection. While such transfers run, all of their multi are looked at every few milliseconds.
  func nudge(_ shard: Shard, isBeginning: Bool) {
    shard.nudged += isBeginning ? 1 : -1
    if shard.nudged <= 0 {
      shard.nudgeAt = .max
    } else if shard.nudgeAt == .max {
      shard.nudgeAt = MonotonicInstant.now().nanoseconds + Self.nudgeNanoseconds
      candidate = min(candidate, shard.nudgeAt)
    }
  }

  private func nudge(_ shard: Shard, _ now: Int64) {
    shard.nudgeAt = now + Self.nudgeNanoseconds
    var running: Int32 = 0
    settle(shard, unsafe lantian_multi_socket_all(shard.multi, &running))
    runDirty()
  }

  func markDirty(_ shard: Shard) {
    guard !shard.isDirty else { return }
    shard.isDirty = true
    dirty.append(shard)
  }

  // MARK: What libcurl asks for

  /// Records libcurl's wish for a call in `milliseconds`; -1: none, 0: at the end of this handler.
  func timerChanged(_ shard: Shard, milliseconds: Int) {
    switch milliseconds {
    case ..<0: shard.deadline = .max
    case 0:
      shard.deadline = .max
      markDirty(shard)
    default:
      shard.deadline = MonotonicInstant.now().nanoseconds + Int64(milliseconds) * 1_000_000
      if shard.deadline < candidate { candidate = shard.deadline }
    }
  }

  /// Puts the set in the state libcurl asks for. -1 makes libcurl abort the multi, which is then rebuilt.
  func socketChanged(_ socket: Int32, what: Int32, shard: Int) -> Int32 {
    guard socket >= 0 else { return -1 }
    reserve(socket)
    let index = Int(socket)
    if what == CURL_POLL_REMOVE {
      sockets[index].isWatched = false
      if !sockets[index].isManaged || sockets[index].interest != lantian_epoll_in { forget(index) }
      return 0
    }
    var wanted: UInt32 = 0
    if what & CURL_POLL_IN != 0 { wanted |= lantian_epoll_in }
    if what & CURL_POLL_OUT != 0 { wanted |= lantian_epoll_out }
    sockets[index].shard = Int32(shard)
    sockets[index].isWatched = true
    guard sockets[index].interest != wanted else { return 0 }
    return register(index, wanted) ? 0 : -1
  }

  private func register(_ index: Int, _ wanted: UInt32) -> Bool {
    if failsNextRegistration {
      failsNextRegistration = false
      return false
    }
    let isNew = sockets[index].interest == 0
    if isNew { sockets[index].generation &+= 1 }
    let data = UInt64(sockets[index].generation) << 32 | UInt64(index)
    var operation = isNew ? lantian_epoll_add : lantian_epoll_modify
    var code = lantian_epoll_control(set, operation, Int32(index), wanted, data)
    if code != 0, errno == EEXIST || errno == ENOENT {
      operation = errno == EEXIST ? lantian_epoll_modify : lantian_epoll_add
      code = lantian_epoll_control(set, operation, Int32(index), wanted, data)
    }
    sockets[index].interest = code == 0 ? wanted : 0
    return code == 0
  }

  private func forget(_ index: Int) {
    guard sockets[index].interest != 0 else { return }
    _ = lantian_epoll_control(set, lantian_epoll_delete, Int32(index), 0, 0)
    sockets[index].interest = 0
  }

  func opened(_ socket: Int32) {
    reserve(socket)
    let index = Int(socket)
    sockets[index] = SocketSlot(generation: sockets[index].generation &+ 1, isManaged: true)
    counters.socketsOpened += 1
    lastSocketError = 0
  }

  /// A socket is about to be closed; false when it was closed already and its number may be another's.
  func closing(_ socket: Int32) -> Bool {
    reserve(socket)
    let index = Int(socket)
    guard sockets[index].isManaged else { return false }
    forget(index)
    sockets[index] = SocketSlot(generation: sockets[index].generation &+ 1)
    counters.socketsClosed += 1
    return true
  }

  private func reserve(_ socket: Int32) {
    while sockets.count <= Int(socket) { sockets.append(SocketSlot()) }
  }

  // MARK: Teardown

  /// Closes every connection and both sources. The transfers must have been taken out before.
  func shutdown() {
    precondition(!isInside, "a transport is not shut down from inside one of its completions")
    guard !isStopped else { return }
    for shard in shards { unsafe curl_multi_cleanup(shard.multi) }
    isStopped = true
    shards.removeAll()
    dirty.removeAll()
    let set = set
    // The descriptor is closed only after the source has let go of it.
    readiness.setCancelHandler { @Sendable in close(set) }
    readiness.cancel()
    timer.cancel()
    unsafe onDone = { _, _ in }
    onShardFailure = { _, _ in }
  }

  deinit { unsafe events.deallocate() }
}
