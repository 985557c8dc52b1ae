import HJ212
import Testing

@Suite("split messages")
struct MessageAssemblerTests {
  static func part(_ number: Int, of count: Int, _ content: String, request: String = "1", device: String = "A") throws
    -> MessageAssembler.Part
  {
    let text = "QN=\(request);CN=2011;MN=\(device);Flag=7;PNUM=\(count);PNO=\(number);CP=&&\(content)&&"
    return MessageAssembler.Part(segment: try Segment(Array(text.utf8)))
  }

  static let contents = ["DataTime=20200101000000;a34004-Rtd=1", "a34002-Rtd=2;a21026-Rtd=3", "a21026-Flag=M"]

  @Test("every order of three packets gives the same message")
  func orders() throws {
    for order in [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]] {
      var assembler = MessageAssembler()
      var done: [MessageAssembler.Message] = []
      for (index, number) in order.enumerated() {
        let made = assembler.take(try Self.part(number, of: 3, Self.contents[number - 1]))
        #expect(made.isEmpty == (index < 2), "\(order)")
        done += made
      }
      let message = try #require(done.first)
      #expect(message.missing.isEmpty && assembler.waitingParts == 0)
      let factors = message.content.blocks[0].factors
      #expect(message.content.blocks.count == 1 && factors.map(\.code) == ["a34004", "a34002", "a21026"])
      // The flag in the last packet belongs to the value in the one before.
      #expect(factors[2].sampled == "3" && factors[2].flag == "M")
    }
  }

  @Test("messages of several devices and requests do not mix")
  func interleaved() throws {
    var assembler = MessageAssembler()
    #expect(assembler.take(try Self.part(1, of: 2, "a-Rtd=1", request: "1")).isEmpty)
    #expect(assembler.take(try Self.part(1, of: 2, "a-Rtd=2", request: "2")).isEmpty)
    #expect(assembler.take(try Self.part(1, of: 2, "a-Rtd=3", request: "1", device: "B")).isEmpty)
    let second = assembler.take(try Self.part(2, of: 2, "b-Rtd=2", request: "2"))
    #expect(second.first?.content.blocks.first?.factors.map(\.sampled) == ["2", "2"])
    #expect(assembler.waitingParts == 2)
    #expect(assembler.takeAll().map(\.missing) == [[2], [2]])
    #expect(assembler.waitingParts == 0 && assembler.takeAll().isEmpty)
  }

  @Test("a sender who waits for the answer to each packet is not kept waiting")
  func stepwise() throws {
    var assembler = MessageAssembler()
    let first = try Self.part(1, of: 3, Self.contents[0])
    #expect(assembler.take(first).isEmpty)
    let again = assembler.take(first)
    #expect(again.count == 1 && again[0].parts == [first] && again[0].missing == [2, 3])
    let second = assembler.take(try Self.part(2, of: 3, Self.contents[1]))
    #expect(second.count == 1 && second[0].content.blocks.first?.time == "20200101000000")
    #expect(assembler.take(try Self.part(2, of: 3, Self.contents[1])).count == 1)
    #expect(assembler.take(try Self.part(3, of: 3, Self.contents[2])).count == 1)
    #expect(assembler.takeAll().isEmpty)
  }

  @Test("bounds: many messages, many packets, numbers of no packet")
  func bounds() throws {
    var assembler = MessageAssembler()
    var done = 0
    for request in 0..<100 {
      done += assembler.take(try Self.part(1, of: 2, "a-Rtd=1", request: "\(request)")).count
      #expect(assembler.waitingParts <= HJ212Limits.unfinishedMessages)
    }
    #expect(done == 100 - HJ212Limits.unfinishedMessages)
    for (number, count) in [(1, 65), (0, 2), (3, 2), (1, 1), (9_999, 9_999)] {
      var fresh = MessageAssembler()
      #expect(fresh.take(try Self.part(number, of: count, "a-Rtd=1")).count == 1, "\(number) of \(count)")
    }
    var split = MessageAssembler()
    let numberless = try Segment(Array("QN=1;CN=2011;MN=A;Flag=7;CP=&&DataTime=1&&".utf8))
    #expect(split.take(MessageAssembler.Part(segment: numberless)).count == 1)
    #expect(split.take(try Self.part(1, of: 3, "a-Rtd=1")).isEmpty)
    // Another number of packets is another message.
    #expect(split.take(try Self.part(1, of: 2, "a-Rtd=1")).map(\.missing) == [[2, 3]])
  }
}
