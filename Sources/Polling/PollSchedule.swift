package import AirQuality
internal import Timekeeping

/// The slots of one feed: `phase + k · every` on the site's civil clock, never counted from a completion.
///
/// Local midnight of 1970-01-01 is slot time zero, so that hourly and daily feeds keep their place in the civil hour
/// and day. Without an explicit offset the phase is spread over feeds by a stable hash of the name.
package struct PollSchedule: Hashable, Sendable {
  /// Longest spread of feeds without an offset, in civil milliseconds.
  package static let maxSpreadMilliseconds: Int64 = 60_000

  package let everyMilliseconds: Int64
  /// 0 ..< `everyMilliseconds`.
  package let phaseMilliseconds: Int64
  private let zoneMilliseconds: Int64

  /// - Parameter every: at least a millisecond.
  package init(name: String, every: Duration, offset: Duration?, zone: CivilOffset) {
    let every = max(1, every.milliseconds64)
    everyMilliseconds = every
    zoneMilliseconds = Int64(zone.seconds) * 1_000
    if let offset {
      let rest = offset.milliseconds64 % every
      phaseMilliseconds = rest < 0 ? rest + every : rest
    } else {
      let window = min(every, PollSchedule.maxSpreadMilliseconds)
      phaseMilliseconds = Int64(stableHash(name) % UInt64(window))
    }
  }

  /// The number of the last slot at or before `instant`.
  private func number(at instant: Instant) -> Int64 {
    floorDivide(instant.milliseconds + zoneMilliseconds - phaseMilliseconds, everyMilliseconds)
  }

  private func slot(_ number: Int64) -> Instant {
    Instant(milliseconds: number * everyMilliseconds + phaseMilliseconds - zoneMilliseconds)
  }

  /// The first slot later than `instant`.
  package func slot(after instant: Instant) -> Instant { slot(number(at: instant) + 1) }

  /// The last slot at or before `instant`.
  package func slot(atOrBefore instant: Instant) -> Instant { slot(number(at: instant)) }

  /// The slots from `first` (a slot) to `last` inclusive; 0 when `last` lies before it.
  package func count(from first: Instant, through last: Instant) -> Int {
    last < first ? 0 : Int(number(at: last) - number(at: first)) + 1
  }
}

/// A hash of a name that is the same in every process and version (FNV-1a with a final mix).
package func stableHash(_ name: String) -> UInt64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
  hash ^= hash >> 32
  hash &*= 0xD6E8_FEB8_6659_FD93
  return hash ^ hash >> 32
}
