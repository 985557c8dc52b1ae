package import HJ212

/// One feed of instruments that dial in.
package struct InstrumentListenerDefinition: Sendable, Hashable {
  /// The feed's name.
  package var name: String
  /// An address or host name, without brackets.
  package var host: String
  /// 0 takes a free one.
  package var port: Int
  package var policy: InstrumentPolicy
  package var limits: InstrumentLimits

  package init(
    name: String, host: String, port: Int, policy: InstrumentPolicy, limits: InstrumentLimits = InstrumentLimits()
  ) {
    self.name = name
    self.host = host
    self.port = port
    self.policy = policy
    self.limits = limits
  }

  /// `127.0.0.1:9001`.
  package var address: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
}
