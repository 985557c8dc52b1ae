package import AirQuality
package import Engine

/// What `lantian dust …` asks for over the control socket (沙尘).
package struct DustRequest: Sendable, Hashable {
  /// What is to be done.
  package enum Act: Sendable, Hashable {
    /// States a period; `basis` is the evidence of a declaration, the document number of a confirmation.
    case state(DustPeriod.Step, county: String, from: Instant, until: Instant, basis: String)
    /// Takes back the period with that id.
    case withdraw(period: String, reason: String)
  }

  /// The act's own id when the caller chose one, so that a repeated request does nothing; nil lets the daemon choose. It
  /// becomes the id of the period that the act states.
  package var id: String?
  /// Who acts, at most 64 characters.
  package var by: String
  package var act: Act

  package init(id: String? = nil, by: String, act: Act) {
    self.id = id
    self.by = by
    self.act = act
  }
}

/// What became of an act on sand-dust.
package struct DustResult: Sendable, Hashable {
  /// The period it is about.
  package var period: String
  package var result: ActResult

  package init(period: String, result: ActResult) {
    self.period = period
    self.result = result
  }
}
