import AirQuality
import Testing

@testable import Rollup

@Suite struct RingTests {
  /// Every small layout, every start of the window, every step: a ring holds what a dictionary with the same window
  /// holds.
  @Test func everySmallLayout() {
    for slots in 1...5 {
      for lanes in 0...3 {
        for start in Int32(-6)...6 {
          for step in Int32(0)...7 {
            check(slots: slots, lanes: lanes, start: start, step: step)
          }
        }
      }
    }
  }

  private func check(slots: Int, lanes: Int, start: Int32, step: Int32) {
    var ring = Ring(slots: slots, lanes: lanes)
    #expect(!ring.contains(start) && ring.tail == nil)
    var model: [Int32: [Int: Cell]] = [:]
    var head = start
    var stamp: Int32 = 0
    ring.advance(to: head)
    for round in 0..<4 {
      for number in (head - Int32(slots) + 1)...head {
        for lane in 0..<lanes where (Int(number) + lane + round) % 2 == 0 {
          stamp += 1
          let cell = Cell(value: stamp, code: UInt8(stamp % 7) + 1, ordinal: UInt8(stamp % 31))
          ring[number, lane] = cell
          model[number, default: [:]][lane] = cell
        }
      }
      if round == 1 {
        // A copy taken before is untouched by what is written after.
        let copy = ring
        let planes = ring.planes()
        if lanes > 0 {
          let old = copy[head, 0]
          planes[ring.index(of: head), 0] = Cell(value: -1, code: 1, ordinal: 0)
          #expect(copy[head, 0] == old && ring[head, 0].value == -1)
          model[head, default: [:]][0] = ring[head, 0]
        }
      }
      head += step
      ring.advance(to: head)
      ring.advance(to: head - 1)
      #expect(ring.head == head)
      for number in (head - Int32(slots) - 9)...(head + 9) {
        let inside = number <= head && number > head - Int32(slots)
        #expect(ring.contains(number) == inside)
        for lane in 0..<lanes {
          #expect(ring[number, lane] == (inside ? model[number]?[lane] ?? .empty : .empty))
        }
      }
    }
    var writer = ByteWriter()
    ring.encode(into: &writer)
    var reader = ByteReader(writer.bytes, subject: "ring")
    let read = try? Ring(from: &reader, slots: slots, lanes: lanes)
    for number in (head - Int32(slots))...head + 1 {
      for lane in 0..<lanes { #expect(read?[number, lane] == ring[number, lane]) }
    }
  }

  @Test func growthKeepsEveryCell() {
    var ring = Ring(slots: 4, lanes: 1)
    ring.advance(to: 10)
    for lanes in 1...40 {
      ring.grow(lanes: lanes)
      ring[10 - Int32(lanes % 4), lanes - 1] = Cell(value: Int32(lanes), code: 1, ordinal: 0)
      for lane in 0..<lanes { #expect(ring[10 - Int32((lane + 1) % 4), lane].value == Int32(lane + 1)) }
    }
    let turned = ring.rearranged(lanes: 40) { $0 == 5 ? nil : 39 - $0 }
    for lane in 0..<40 where lane != 5 { #expect(turned[10 - Int32((40 - lane) % 4), lane].value == Int32(40 - lane)) }
    #expect((7...10).allSatisfy { turned[$0, 5] == .empty })
  }

  /// The rule of identity over every pair of codes and sources.
  @Test func everyArrival() {
    for stored in UInt8(0)...7 {
      for arriving in UInt8(1)...5 {
        for same in [true, false] {
          for outranks in [true, false] {
            let new = Cell(value: 1, code: arriving, ordinal: 0)
            let old = Cell(value: stored == 0 ? 0 : 2, code: stored, ordinal: same ? 0 : 1)
            let arrival = Arrival.of(new, at: old, sameSource: same, outranks: outranks)
            let expected: Arrival =
              switch (stored, same) {
              case (0, _): .stored
              case (6..., _): arriving == Cell.missing ? .evidence : .stored
              case (Cell.missing, true): .stored
              case (_, true): .correction
              default:
                arriving == Cell.missing
                  ? .evidence : stored == Cell.missing ? .stored : outranks ? .preferred : .evidence
              }
            #expect(arrival == expected, "\(stored) \(arriving) \(same) \(outranks)")
          }
        }
        let twin = Cell(value: 1, code: arriving, ordinal: 3)
        #expect(Arrival.of(twin, at: twin, sameSource: true, outranks: true) == .duplicate)
      }
    }
  }
  /// A verdict changes the flag of the same value alone; what is worth least takes only what is free.
  @Test func claims() {
    for stored in UInt8(0)...7 {
      for arriving in UInt8(1)...4 {
        for same in [true, false] {
          for value in [Int32(1), 2] {
            let new = Cell(value: 1, code: arriving, ordinal: 0)
            let old = Cell(value: stored == 0 ? 0 : value, code: stored, ordinal: 0)
            let isRow = (1...4).contains(stored)
            let flag = Arrival.of(new, at: old, claim: .flag, sameSource: same, outranks: true)
            #expect(
              flag == (isRow && same && value == 1 ? stored == arriving ? .duplicate : .correction : .evidence))
            let isFree = stored == 0 || stored == Cell.missing
            let isTwin = same && value == 1 && stored == arriving
            let vacancy = Arrival.of(new, at: old, claim: .vacancy, sameSource: same, outranks: true)
            #expect(vacancy == (isFree ? .stored : isTwin ? .duplicate : .evidence))
          }
        }
      }
    }
  }
}
