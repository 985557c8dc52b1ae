/// What `lantian alert lift` asks for over the control socket (解除).
package struct LiftRequest: Sendable, Hashable {
  /// The act's own id when the caller chose one, so that a repeated request does nothing; nil lets the daemon choose.
  package var id: String?
  /// Unit code.
  package var county: String
  /// Who lifts, at most 64 characters.
  package var by: String
  /// Why, at most 500 characters.
  package var reason: String

  package init(id: String? = nil, county: String, by: String, reason: String) {
    self.id = id
    self.county = county
    self.by = by
    self.reason = reason
  }
}

/// What became of an act.
package enum ActResult: Sendable, Hashable {
  /// Journalled and applied; `sequence` is the event it made, nil when it made none.
  case done(sequence: Int64?)
  /// Refused by the rules: `code` is a stable word, `message` is for people.
  case refused(code: String, message: String)
  /// Not possible now (recovering, stopping).
  case unavailable(message: String)
}

/// What became of a reload.
package enum ReloadResult: Sendable, Hashable {
  case reloaded(generation: Int64)
  /// The old configuration stays in force; `message` names file, line and path.
  case refused(message: String)
}
