/// The field Flag (拆分包及应答标志): six bits of version, then D (packets are numbered) and A (an answer is wanted).
package struct MessageFlag: Sendable, Hashable {
  /// What the version bits say.
  package enum Edition: Sendable, Hashable {
    /// HJ/T 212-2005, which had no version bits.
    case of2005
    case of2017
    case of2025
    /// A later one.
    case unknown
  }

  package var bits: UInt8

  package init(bits: UInt8) { self.bits = bits }

  package var edition: Edition {
    switch bits >> 2 {
    case 0: .of2005
    case 1: .of2017
    case 2: .of2025
    default: .unknown
    }
  }

  /// D: PNUM and PNO are said to follow.
  package var isSplit: Bool { bits & 2 != 0 }
  /// A: the sender waits for an answer.
  package var wantsAnswer: Bool { bits & 1 != 0 }

  /// The flag of an answer to this one: the same version, not split, no answer wanted.
  package var ofAnswer: MessageFlag { MessageFlag(bits: bits & ~3) }
}
