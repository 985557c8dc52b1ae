import AirQuality
import Testing

@Suite("Rounding by GB/T 8170 and decimal text")
struct RoundingTests {
  @Test(
    "half to even",
    arguments: [
      ("0.5", 0, "0"), ("1.5", 0, "2"), ("2.5", 0, "2"), ("60.5", 0, "60"), ("61.5", 0, "62"), ("60.501", 0, "61"),
      ("-0.5", 0, "0"), ("-1.5", 0, "-2"), ("-2.5", 0, "-2"), ("4.05", 1, "4"), ("4.15", 1, "4.2"), ("4.25", 1, "4.2"),
      ("0.125", 2, "0.12"), ("0.135", 2, "0.14"), ("0.125", 3, "0.125"), ("99.5", 0, "100"), ("98.5", 0, "98"),
    ])
  func halfEven(_ text: String, _ decimals: Int, _ expected: String) throws {
    #expect(try amount(text).rounded(toDecimals: decimals).text() == expected)
  }

  @Test("rounding keeps missing and never leaves the range")
  func ends() {
    #expect(Concentration.missing.rounded(toDecimals: 0).isMissing)
    #expect(Concentration(thousandths: .max).rounded(toDecimals: 0).isMissing)
    #expect(Concentration(thousandths: .max).rounded(toDecimals: 3).thousandths == .max)
  }

  @Test(
    "decimal text is read exactly",
    arguments: [
      ("75", 75_000), ("075.50", 75_500), ("+1.5", 1_500), ("-1.25", -1_250), (".5", 500), ("5.", 5_000),
      ("７５．５", 75_500),
      // What is dropped never crosses a multiple of 0.01.
      ("75.0001", 75_001), ("75.0000", 75_000), ("75.0019", 75_001), ("60.4999", 60_499), ("60.49999999999999", 60_499),
      ("2147483.647", 2_147_483_647),
    ])
  func reads(_ text: String, _ thousandths: Int32) throws {
    #expect(try amount(text).thousandths == thousandths)
  }

  @Test(
    "what is no decimal number is refused",
    arguments: ["", "-", ".", "1e3", "1,5", "0x10", "12a", "1.2.3", "nan", "2147483.648", "99999999999", "七五"])
  func refuses(_ text: String) {
    #expect(Concentration(decimal: text.utf8) == nil)
  }
}
