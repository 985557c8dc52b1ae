extension Concentration {
  /// The amount rounded to 0 to 3 decimals, ties to even (GB/T 8170-2008, 3.2); missing stays missing.
  ///
  /// Near the ends of the range, where the rounded amount cannot be held, the result is missing.
  public func rounded(toDecimals decimals: Int) -> Concentration {
    precondition((0...3).contains(decimals), "a concentration has 0 to 3 decimals")
    if isMissing { return self }
    let step: Int64 = [1_000, 100, 10, 1][decimals]
    let rounded = divideHalfEven(Int64(thousandths), step) * step
    return Int32(exactly: rounded).map(Concentration.init(thousandths:)) ?? .missing
  }

  /// An amount of thousandths, held at the ends of the range.
  public init(clamping thousandths: Int64) {
    self.init(thousandths: Int32(clamping: max(thousandths, Int64(Int32.min) + 1)))
  }

  /// The amount written as a plain decimal number (`75`, `0.6`, `-1.25`; full-width digits are understood).
  ///
  /// Nil when the text is no such number or the amount is out of range. Digits beyond the third decimal are dropped,
  /// except that a number just above a multiple of 0.01 stays above it. All nodes of HJ 633 and all ties of
  /// GB/T 8170 to one decimal or none lie at multiples of 0.01, so that every decision comes out as for the full number.
  public init?(decimal text: some Sequence<UInt8>) {
    guard let digits = CSVLine.halfWidth(text) else { return nil }
    var rest = digits[...]
    let negative = rest.first == 0x2D
    if negative || rest.first == 0x2B { rest = rest.dropFirst() }
    var magnitude: Int64 = 0
    var sawDigit = false
    var decimals: Int? = nil
    var dropped = false
    for byte in rest {
      if byte == 0x2E, decimals == nil {
        decimals = 0
        continue
      }
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      sawDigit = true
      if let count = decimals {
        if count == 3 {
          dropped = dropped || byte != 0x30
          continue
        }
        decimals = count + 1
      }
      magnitude = magnitude * 10 + Int64(byte - 0x30)
      guard magnitude <= Int64(Int32.max) else { return nil }
    }
    guard sawDigit else { return nil }
    for _ in (decimals ?? 0)..<3 { magnitude *= 10 }
    if dropped, magnitude % 10 == 0 { magnitude += 1 }
    guard magnitude <= Int64(Int32.max) else { return nil }
    self.init(thousandths: Int32(negative ? -magnitude : magnitude))
  }

  /// The amount as text with at most `decimals` decimals, rounded, without trailing zeros: `84`, `0.6`; `—` if missing.
  public func text(decimals: Int = 3) -> String {
    let shown = rounded(toDecimals: decimals)
    if shown.isMissing { return "—" }
    let magnitude = Int64(shown.thousandths).magnitude
    var text = (shown.thousandths < 0 ? "-" : "") + String(magnitude / 1_000)
    var fraction = magnitude % 1_000
    if fraction != 0 {
      text += "."
      var place: UInt64 = 100
      while fraction != 0 {
        text += String(fraction / place)
        fraction %= place
        place /= 10
      }
    }
    return text
  }
}
