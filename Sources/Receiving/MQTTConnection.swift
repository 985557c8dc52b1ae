internal import CMosquitto
internal import Glibc
internal import Secrets

/// One connection to a broker through libmosquitto, used on one thread.
///
/// libmosquitto queues the acknowledgement of a message before it calls back, and writes it with the next `write()`:
/// that is not called after a message that could not be committed, so the broker keeps the message and sends it again.
@safe final class MQTTConnection {
  /// What a message led to.
  enum Receipt: Sendable {
    /// It may be acknowledged.
    case settled
    /// It must come again: the connection is given up without an acknowledgement.
    case keep
  }

  /// Takes a message by its topic and payload.
  ///
  /// - Parameter isRetained: the broker had kept it and sends it because of the subscription. One that is published
  ///   while the subscription stands never says so, whatever its publisher asked for (MQTT 5, 3.3.1.3).
  typealias Receiver = (_ topic: String, _ payload: [UInt8], _ isRetained: Bool) -> Receipt

  /// Days that a broker keeps the session of a client that is away (MQTT 5).
  static let sessionSeconds: UInt32 = 7 * 86_400
  /// Room for topic and properties beside a message's payload.
  static let overheadBytes = 66_000

  private let client: OpaquePointer
  private let definition: MQTTDefinition
  private let receive: Receiver
  /// The broker answered: nil when it accepts and has granted every topic.
  private(set) var isSubscribed = false
  private(set) var refusal: ArrivalFault?
  private var mustEnd = false

  /// - Parameter receive: called on the thread for every message.
  init(_ definition: MQTTDefinition, receive: @escaping Receiver) throws(ArrivalFault) {
    Self.prepareLibrary
    // Not a clean session: the broker keeps subscriptions and what comes meanwhile.
    guard let client = unsafe mosquitto_new(definition.clientID, false, nil) else {
      throw ArrivalFault(code: "mqtt", message: "libmosquitto gives no client: out of memory, or a bad client_id")
    }
    unsafe self.client = client
    self.definition = definition
    self.receive = receive
    let me = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe mosquitto_user_data_set(client, me)
    // Packets are queued, and written by this thread when it says so.
    unsafe mosquitto_threaded_set(client, true)
    unsafe mosquitto_connect_v5_callback_set(client, connectCallback)
    unsafe mosquitto_subscribe_v5_callback_set(client, subscribeCallback)
    unsafe mosquitto_message_v5_callback_set(client, messageCallback)
  }

  deinit { unsafe mosquitto_destroy(client) }

  /// libmosquitto's global state, made once a process.
  private static let prepareLibrary: Void = { _ = mosquitto_lib_init() }()

  /// Opens the connection; waits for TCP and TLS.
  func open() throws(ArrivalFault) {
    let version = definition.isVersion5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311
    try check(unsafe mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, Int32(version)), "version")
    if let user = definition.username {
      let password = definition.password?.revealText()
      try check(unsafe mosquitto_username_pw_set(client, user, password), "user")
    }
    if definition.usesTLS {
      let folder = definition.authorityFile == nil ? "/etc/ssl/certs" : nil
      try check(unsafe mosquitto_tls_set(client, definition.authorityFile, folder, nil, nil, nil), "tls")
      try check(unsafe mosquitto_tls_opts_set(client, 1, nil, nil), "tls")
      try check(unsafe mosquitto_tls_insecure_set(client, false), "tls")
    }
    var properties: OpaquePointer?
    defer { unsafe mosquitto_property_free_all(&properties) }
    if definition.isVersion5 {
      let limit = UInt32(clamping: definition.maxBodyBytes + Self.overheadBytes)
      try check(
        unsafe mosquitto_property_add_int32(&properties, Int32(MQTT_PROP_MAXIMUM_PACKET_SIZE.rawValue), limit), "size")
      try check(
        unsafe mosquitto_property_add_int32(
          &properties, Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue), Self.sessionSeconds), "session")
    }
    try check(
      unsafe mosquitto_connect_bind_v5(
        client, definition.host, Int32(clamping: definition.port), Int32(clamping: definition.keepAliveSeconds), nil,
        properties), "connect")
  }

  /// Waits at most so long for the broker, and does what is to be done.
  func turn(milliseconds: Int32) throws(ArrivalFault) {
    let socket = unsafe mosquitto_socket(client)
    guard socket >= 0 else { throw ArrivalFault(code: "connect", message: "the connection to the broker is lost") }
    var wanted = Int16(POLLIN)
    if unsafe mosquitto_want_write(client) { wanted |= Int16(POLLOUT) }
    var descriptor = pollfd(fd: socket, events: wanted, revents: 0)
    _ = unsafe poll(&descriptor, 1, milliseconds)
    if descriptor.revents & ~Int16(POLLOUT) != 0 {
      let code = unsafe mosquitto_loop_read(client, 1)
      // What the broker said is worth more than that it hung up.
      if let refusal { throw refusal }
      try check(code, "read")
    }
    if mustEnd { throw refusal ?? ArrivalFault(code: "mqtt", message: "the connection is given up") }
    if unsafe mosquitto_want_write(client) { try check(unsafe mosquitto_loop_write(client, 1), "write") }
    try check(unsafe mosquitto_loop_misc(client), "keep_alive")
    if let refusal { throw refusal }
  }

  /// Says good-bye; the session stays with the broker.
  func close() {
    unsafe mosquitto_disconnect(client)
    if unsafe mosquitto_want_write(client) { _ = unsafe mosquitto_loop_write(client, 1) }
  }

  private func check(_ code: Int32, _ action: String) throws(ArrivalFault) {
    guard code != Int32(MOSQ_ERR_SUCCESS.rawValue) else { return }
    let number = errno
    var text = unsafe String(cString: mosquitto_strerror(code))
    if code == Int32(MOSQ_ERR_ERRNO.rawValue), let reason = unsafe strerror(number) {
      text = unsafe String(cString: reason)
    }
    let isTLS = code == Int32(MOSQ_ERR_TLS.rawValue) || code == Int32(MOSQ_ERR_TLS_HANDSHAKE.rawValue)
    throw ArrivalFault(code: isTLS ? "tls" : "connect", message: "\(action): \(text)")
  }

  // MARK: What the broker says

  fileprivate func connected(_ code: Int32) {
    guard code == 0 else {
      let text =
        definition.isVersion5
        ? unsafe String(cString: mosquitto_reason_string(code)) : unsafe String(cString: mosquitto_connack_string(code))
      refusal = ArrivalFault(code: "refused", message: "the broker refuses the connection: \(text)")
      return
    }
    for topic in definition.topics {
      let code = unsafe mosquitto_subscribe_v5(client, nil, topic, Int32(definition.quality), 0, nil)
      if code != 0 { refusal = ArrivalFault(code: "subscribe", message: "topic \(topic) cannot be asked for") }
    }
  }

  fileprivate func subscribed(_ granted: [Int32]) {
    if granted.contains(where: { $0 >= 128 }) {
      refusal = ArrivalFault(
        code: "subscribe", message: "the broker grants not every topic: \(definition.topics.joined(separator: ", "))")
    } else {
      isSubscribed = true
    }
  }

  fileprivate func received(_ topic: String, _ payload: [UInt8], isRetained: Bool) {
    // What follows a message that must come again comes again too.
    guard !mustEnd else { return }
    if case .keep = receive(topic, payload, isRetained) { mustEnd = true }
  }
}

private func connection(_ user: UnsafeMutableRawPointer?) -> MQTTConnection? {
  unsafe user.map { unsafe Unmanaged<MQTTConnection>.fromOpaque($0).takeUnretainedValue() }
}

private let connectCallback:
  @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32, Int32, OpaquePointer?) -> Void = {
    _, user, code, _, _ in
    unsafe connection(user)?.connected(code)
  }

private let subscribeCallback:
  @convention(c) (
    OpaquePointer?, UnsafeMutableRawPointer?, Int32, Int32, UnsafePointer<Int32>?, OpaquePointer?
  ) -> Void = { _, user, _, count, granted, _ in
    guard let granted = unsafe granted, count > 0 else { return }
    let list = unsafe Array(UnsafeBufferPointer(start: granted, count: Int(count)))
    unsafe connection(user)?.subscribed(list)
  }

private let messageCallback:
  @convention(c) (
    OpaquePointer?, UnsafeMutableRawPointer?, UnsafePointer<mosquitto_message>?, OpaquePointer?
  ) -> Void = { _, user, message, _ in
    guard let message = unsafe message, let topic = unsafe message.pointee.topic else { return }
    let count = max(0, Int(unsafe message.pointee.payloadlen))
    let payload = unsafe Array(UnsafeRawBufferPointer(start: message.pointee.payload, count: count))
    let isRetained = unsafe message.pointee.retain
    unsafe connection(user)?.received(String(cString: topic), payload, isRetained: isRetained)
  }
