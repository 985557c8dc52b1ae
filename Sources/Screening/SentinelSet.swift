/// Whole numbers that stand for no value, in thousandths. Nearly all that it is asked for are not in it: one bit of a
/// word tells so for most of them, and nothing is hashed.
struct SentinelSet: Sendable {
  private let numbers: [Int64]
  /// A bit for each number that has its place.
  private let filter: SIMD4<UInt64>
  /// No number of it is smaller than this in magnitude, in the unit of the values.
  let least: Double

  init(_ numbers: [Int64]) {
    self.numbers = Array(Set(numbers)).sorted()
    least = (numbers.map { Double($0.magnitude) }.min() ?? .infinity) / 1_000 - 1e-6
    var filter = SIMD4<UInt64>()
    for number in numbers {
      let place = Self.place(number)
      filter[place >> 6] |= 1 << UInt64(place & 63)
    }
    self.filter = filter
  }

  func contains(_ number: Int64) -> Bool {
    let place = Self.place(number)
    guard filter[place >> 6] & (1 << UInt64(place & 63)) != 0 else { return false }
    return numbers.contains(number)
  }

  /// 0 to 255.
  @inline(__always)
  private static func place(_ number: Int64) -> Int {
    Int(truncatingIfNeeded: (UInt64(bitPattern: number) &* 0x9E37_79B9_7F4A_7C15) >> 56)
  }
}
