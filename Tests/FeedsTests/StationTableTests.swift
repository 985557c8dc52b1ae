import Testing

@testable import Feeds

@Suite("the stations of a body")
struct StationTableTests {
  private func number(_ table: inout StationTable, _ text: String) -> UInt32? {
    Array(text.utf8).withText { table.number(of: $0) }
  }

  @Test func numbersAreInOrderOfAppearance() {
    var table = StationTable()
    // Enough to grow several times, of all lengths, and each asked for again.
    let ids = (0..<5_000).map { String(repeating: "x", count: $0 % 23) + "s\($0)" }
    for round in 0..<2 {
      for (index, id) in ids.enumerated() {
        #expect(number(&table, id) == UInt32(index), "round \(round)")
        if index.isMultiple(of: 7) { #expect(number(&table, id) == UInt32(index)) }
      }
    }
    #expect(table.names == ids)
    #expect(table.number(of: "s0") == 0 && table.number(of: "new") == 5_000 && number(&table, "new") == 5_000)
  }

  @Test func prefixesAndSpellings() {
    var table = StationTable()
    #expect(["a", "ab", "abc", "abcdefgh", "abcdefghi"].map { number(&table, $0) } == [0, 1, 2, 3, 4])
    #expect(["abcdefghi", "abc", "a"].map { number(&table, $0) } == [4, 2, 0])
    // One text in two spellings is one station.
    #expect(number(&table, "caf\u{E9}") == 5 && number(&table, "cafe\u{301}") == 5 && number(&table, "caf\u{E9}") == 5)
    #expect(table.names.count == 6)
  }

  @Test func whatIsNoIdIsRefusedEachTime() {
    var table = StationTable()
    for bad in ["", "a\u{1}", "\u{7F}", String(repeating: "x", count: FeedLimits.stationBytes + 1)] {
      #expect(number(&table, bad) == nil)
      #expect(number(&table, bad) == nil)
    }
    #expect(table.names.isEmpty && number(&table, String(repeating: "x", count: FeedLimits.stationBytes)) == 0)
  }
}
