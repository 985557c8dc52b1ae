/// Puts the packets of split messages (拆分包, PNUM and PNO) together, by device, request number and command.
///
/// A message is handed out when its last packet is there, whatever their order. A packet that comes again while others
/// are missing shows a sender who waits for the answer to each: what is there is handed out then, and every further
/// packet at once. Bounded: with too many unfinished messages the oldest is handed out as it is.
package struct MessageAssembler: Sendable {
  /// A message that can be read: its packets in order.
  package struct Message: Sendable, Hashable {
    package var parts: [Part]
    /// Numbers of packets that are not there.
    package var missing: [Int] = []
    /// DataTime of an earlier packet, for those that have none of their own.
    package var time: String?

    /// The content of CP over all packets.
    package var content: DataContent {
      var bytes: [UInt8] = []
      if let time { bytes += Array("DataTime=\(time);".utf8) }
      for part in parts { bytes += part.segment.content + [UInt8(ascii: ";")] }
      return DataContent(reading: bytes)
    }
  }

  /// One packet.
  package struct Part: Sendable, Hashable {
    package var segment: Segment
    /// The frame as it is kept for audit.
    package var record: [UInt8]

    package init(segment: Segment, record: [UInt8] = []) {
      self.segment = segment
      self.record = record
    }
  }

  private struct Key: Hashable, Sendable {
    var device: String
    var request: String?
    var command: Int?
  }

  private struct Unfinished: Sendable {
    var key: Key
    var count: Int
    var parts: [Int: Part] = [:]
    /// Numbers handed out before.
    var taken: Set<Int> = []
    var isStepwise = false
    var time: String?

    var isComplete: Bool { parts.count + taken.count == count }
    var message: Message {
      let numbers = parts.keys.sorted()
      let missing = (1...count).filter { parts[$0] == nil && !taken.contains($0) }
      return Message(parts: numbers.compactMap { parts[$0] }, missing: missing, time: time)
    }
  }

  /// Oldest first.
  private var unfinished: [Unfinished] = []

  package init() {}

  /// Packets that wait for others.
  package var waitingParts: Int { unfinished.reduce(0) { $0 + $1.parts.count } }

  /// Takes a packet; the messages that can be read now.
  package mutating func take(_ part: Part) -> [Message] {
    let segment = part.segment
    guard let (count, number) = segment.packets, count <= HJ212Limits.packets, (1...count).contains(number) else {
      return [Message(parts: [part])]
    }
    let key = Key(device: segment.device, request: segment.requestNumber, command: segment.command)
    var done: [Message] = []
    var index = unfinished.firstIndex { $0.key == key }
    if let known = index, unfinished[known].count != count {
      done += hand(out: known)
      unfinished.remove(at: known)
      index = nil
    }
    if index == nil {
      if unfinished.count >= HJ212Limits.unfinishedMessages {
        done += hand(out: 0)
        unfinished.removeFirst()
      }
      unfinished.append(Unfinished(key: key, count: count))
      index = unfinished.count - 1
    }
    guard let at = index else { return done }
    let isRepeated = unfinished[at].parts[number] != nil || unfinished[at].taken.contains(number)
    unfinished[at].taken.remove(number)
    unfinished[at].parts[number] = part
    if isRepeated { unfinished[at].isStepwise = true }
    let isComplete = unfinished[at].isComplete
    if isComplete || unfinished[at].isStepwise { done += hand(out: at) }
    if isComplete { unfinished.remove(at: at) }
    return done
  }

  /// Everything that waits, as it is: no more packets are expected.
  package mutating func takeAll() -> [Message] {
    var done: [Message] = []
    for index in unfinished.indices { done += hand(out: index) }
    unfinished = []
    return done
  }

  private mutating func hand(out index: Int) -> [Message] {
    guard !unfinished[index].parts.isEmpty else { return [] }
    let message = unfinished[index].message
    unfinished[index].taken.formUnion(unfinished[index].parts.keys)
    unfinished[index].parts = [:]
    unfinished[index].time = message.content.blocks.last?.time ?? unfinished[index].time
    return [message]
  }
}
