/// How one arrival ended; the label values of `lantian_feed_arrivals_total`.
package enum ArrivalOutcome: Int, CaseIterable, Sendable {
  /// Its rows are committed.
  case ok
  /// The same once more, known by its idempotency key or signature: nothing to do.
  case repeated
  /// Well formed, without a row.
  case empty
  /// Not what the format says, damaged, or without a usable row.
  case parse
  case unauthorized
  case tooLarge
  /// An encoding that is not understood.
  case unsupported
  /// No room in the decode backlog; the sender tries again.
  case backlogFull
  /// The store did not take it; the sender tries again.
  case notCommitted
  /// The file or the connection could not be read.
  case unreachable

  /// The label value.
  package var label: String {
    switch self {
    case .ok: "ok"
    case .repeated: "repeated"
    case .empty: "empty"
    case .parse: "parse"
    case .unauthorized: "unauthorized"
    case .tooLarge: "too_large"
    case .unsupported: "unsupported"
    case .backlogFull: "backlog_full"
    case .notCommitted: "not_committed"
    case .unreachable: "unreachable"
    }
  }
}
