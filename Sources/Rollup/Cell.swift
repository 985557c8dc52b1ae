import AirQuality

/// What one slot of one lane holds: a value in thousandths and a meta byte.
///
/// The low three bits of the meta byte are the code, the high five the ordinal of the feed in its station's table of
/// sources. A code of 0 is an empty cell, and an empty cell is all zero bits.
struct Cell: Hashable, BitwiseCopyable {
  var value: Int32
  var meta: UInt8

  static let empty = Cell(value: 0, meta: 0)

  init(value: Int32, meta: UInt8) {
    self.value = value
    self.meta = meta
  }

  init(value: Int32, code: UInt8, ordinal: UInt8) { self.init(value: value, meta: code | ordinal << 3) }

  var code: UInt8 { meta & 7 }
  var ordinal: UInt8 { meta >> 3 }

  /// The value when it may enter means, nil otherwise. `limit` is `Cell.ordinaryLimit` or `Cell.assessedLimit`.
  @inline(__always) func usable(_ limit: UInt8) -> Int32? {
    code &- 1 < limit || code == Cell.rolled || (code == Cell.rolledSuspect && limit == Cell.assessedLimit)
      ? value : nil
  }

  // Codes of rows, in the order that makes "usable" one comparison …
  static let good: UInt8 = 1
  static let unknown: UInt8 = 2
  static let suspect: UInt8 = 3
  static let fail: UInt8 = 4
  static let missing: UInt8 = 5
  // … and of values made from finer ones.
  static let rolled: UInt8 = 6
  static let rolledSuspect: UInt8 = 7

  /// Codes 1 and 2 enter the means of ordinary stations, 1 to 3 those of assessed stations.
  static let ordinaryLimit: UInt8 = 2
  static let assessedLimit: UInt8 = 3

  /// The ordinal of every source beyond a station's 31st.
  static let otherSource: UInt8 = 31

  static func code(of flag: QualityFlag) -> UInt8 {
    // Spelled out, this is an addition instead of a jump.
    switch flag {
    case .good: 1
    case .unknown: 2
    case .suspect: 3
    case .fail: 4
    case .missing: 5
    }
  }

  static func flag(of code: UInt8) -> QualityFlag? {
    switch code {
    case good, rolled: .good
    case unknown: .unknown
    case suspect, rolledSuspect: .suspect
    case fail: .fail
    case missing: .missing
    default: nil
    }
  }
}

/// On what condition a row takes its cell.
package enum CellClaim: UInt8, Sendable {
  /// A feed's value: the rule of identity.
  case value = 0
  /// Another verdict on a value that the feed gave before: it changes the flag, and only where the value is still there.
  case flag = 1
  /// A value that is worth less than any other of its time: only where there is none.
  case vacancy = 2
}

/// What becomes of a row whose cell is known.
enum Arrival {
  /// The cell takes the row.
  case stored
  /// The cell takes the row instead of that of a feed that counts less.
  case preferred
  /// The cell takes the row instead of another value of the same feed.
  case correction
  /// The cell holds the row already.
  case duplicate
  /// Another feed counts more; the row is evidence only.
  case evidence

  var takesCell: Bool {
    switch self {
    case .stored, .preferred, .correction: true
    case .duplicate, .evidence: false
    }
  }

  /// The rule of identity (DESIGN.md 3): the first feed in configuration order that has a value counts; a different
  /// value from the same feed is a correction. A row that marks its value as missing is no value: it never replaces
  /// another feed's, nor one made from finer rows, and is replaced by any.
  ///
  /// - Parameters:
  ///   - sameSource: both rows come from one feed.
  ///   - outranks: the arriving row's feed stands before the stored one's in the configuration.
  @inline(__always)
  static func of(
    _ arriving: Cell, at stored: Cell, sameSource: Bool, outranks: @autoclosure () -> Bool
  ) -> Arrival {
    let code = stored.code
    if code == 0 { return .stored }
    if code >= Cell.rolled { return arriving.code == Cell.missing ? .evidence : .stored }
    if sameSource {
      if stored.value == arriving.value, code == arriving.code { return .duplicate }
      return code == Cell.missing ? .stored : .correction
    }
    if arriving.code == Cell.missing { return .evidence }
    if code == Cell.missing { return .stored }
    return outranks() ? .preferred : .evidence
  }

  /// The same under the row's claim.
  @inline(__always)
  static func of(
    _ arriving: Cell, at stored: Cell, claim: CellClaim, sameSource: Bool, outranks: @autoclosure () -> Bool
  ) -> Arrival {
    let isSame = sameSource && stored.value == arriving.value
    switch claim {
    case .value: return of(arriving, at: stored, sameSource: sameSource, outranks: outranks())
    case .flag:
      guard isSame, (Cell.good...Cell.fail).contains(stored.code) else { return .evidence }
      return stored.code == arriving.code ? .duplicate : .correction
    case .vacancy:
      if stored.code == 0 || stored.code == Cell.missing { return .stored }
      return isSame && stored.code == arriving.code ? .duplicate : .evidence
    }
  }
}
