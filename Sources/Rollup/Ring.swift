import AirQuality

/// A ring of planes: `values[slot][lane]` in thousandths beside a plane of meta bytes, for a window of slot numbers.
///
/// Slot numbers are civil minutes, hours or days; the ring holds `head - slots + 1 ... head`. One slot of all lanes is
/// contiguous, so that a batch walks a plane forward and a roll-up is a sum over planes. The memory is unsafe inside
/// and shared between copies until one of them writes, like an array's.
struct Ring: Sendable {
  /// The memory of a ring.
  ///
  /// `@unchecked Sendable`: it is written only while one `Ring` refers to it (`isKnownUniquelyReferenced`), like the
  /// buffer of an array.
  private final class Storage: @unchecked Sendable {
    let values: UnsafeMutablePointer<Int32>
    let metas: UnsafeMutablePointer<UInt8>
    let count: Int

    init(count: Int) {
      self.count = count
      values = .allocate(capacity: max(count, 1))
      metas = .allocate(capacity: max(count, 1))
      values.initialize(repeating: 0, count: max(count, 1))
      metas.initialize(repeating: 0, count: max(count, 1))
    }

    deinit {
      values.deallocate()
      metas.deallocate()
    }
  }

  /// Raw access for one batch, valid until the next mutation of the ring other than through it.
  struct Planes {
    let values: UnsafeMutablePointer<Int32>
    let metas: UnsafeMutablePointer<UInt8>
    /// Distance between the same lane of neighbouring slots.
    let stride: Int
    let slots: Int

    /// The cell at a slot index (not number) and lane.
    @inline(__always) subscript(slot: Int, lane: Int) -> Cell {
      get {
        assert(slot >= 0 && slot < slots && lane >= 0 && lane < stride)
        let offset = slot &* stride &+ lane
        return Cell(value: values[offset], meta: metas[offset])
      }
      nonmutating set {
        assert(slot >= 0 && slot < slots && lane >= 0 && lane < stride)
        let offset = slot &* stride &+ lane
        values[offset] = newValue.value
        metas[offset] = newValue.meta
      }
    }
  }

  let slots: Int
  /// Lanes in use.
  private(set) var lanes: Int
  /// Lanes there is room for.
  private var capacity: Int
  /// The newest slot number; nil before the first `advance`.
  private(set) var head: Int32?
  private var storage: Storage

  init(slots: Int, lanes: Int) {
    precondition(slots > 0 && lanes >= 0)
    self.slots = slots
    self.lanes = lanes
    capacity = lanes
    storage = Storage(count: slots * lanes)
  }

  /// Bytes of memory behind the ring.
  var byteCount: Int { storage.count * 5 }

  /// The oldest slot number held; nil before the first `advance`.
  var tail: Int32? { head.map { $0 - Int32(slots) + 1 } }

  /// Whether the ring holds that slot number.
  @inline(__always) func contains(_ number: Int32) -> Bool {
    guard let head else { return false }
    return number <= head && number > head &- Int32(truncatingIfNeeded: slots)
  }

  /// Where a slot number lies among the planes.
  @inline(__always) func index(of number: Int32) -> Int {
    let remainder = Int(number) % slots
    return remainder < 0 ? remainder + slots : remainder
  }

  /// The cell of a slot number; empty when the ring does not hold it.
  subscript(number: Int32, lane: Int) -> Cell {
    get {
      precondition(lane >= 0 && lane < lanes)
      return contains(number) ? reading[index(of: number), lane] : .empty
    }
    set {
      precondition(lane >= 0 && lane < lanes && contains(number))
      planes()[index(of: number), lane] = newValue
    }
  }

  /// The planes for reading.
  var reading: Planes {
    Planes(values: storage.values, metas: storage.metas, stride: capacity, slots: slots)
  }

  /// The planes for writing; one check of sharing a call, so take them once per batch.
  mutating func planes() -> Planes {
    if !isKnownUniquelyReferenced(&storage) { reallocate(capacity) }
    return reading
  }

  /// Moves the window so that `number` is its newest slot; slots that enter it are empty. Never moves back.
  mutating func advance(to number: Int32) {
    guard let old = head else {
      head = number
      return
    }
    guard number > old else { return }
    let planes = planes()
    let fresh = min(Int64(number) - Int64(old), Int64(slots))
    for step in 0..<Int32(fresh) {
      let start = index(of: number - step) * capacity
      planes.values.advanced(by: start).update(repeating: 0, count: capacity)
      planes.metas.advanced(by: start).update(repeating: 0, count: capacity)
    }
    head = number
  }

  /// As `advance`, of a ring that holds nothing: there is nothing to empty.
  mutating func advanceEmpty(to number: Int32) {
    assert(!UnsafeBufferPointer(start: storage.metas, count: storage.count).contains { $0 != 0 })
    head = max(head ?? number, number)
  }

  /// Makes room for `count` lanes in all; new lanes are empty.
  mutating func grow(lanes count: Int) {
    guard count > lanes else { return }
    if count > capacity { reallocate(max(count, capacity + capacity / 2)) }
    lanes = count
  }

  /// A ring of `count` lanes over the same window in which lane `l` holds what `source(l)` held here, empty for nil.
  func rearranged(lanes count: Int, source: (Int) -> Int?) -> Ring {
    var ring = Ring(slots: slots, lanes: count)
    ring.head = head
    let to = ring.planes()
    let from = reading
    for lane in 0..<count {
      guard let old = source(lane) else { continue }
      for slot in 0..<slots { to[slot, lane] = from[slot, old] }
    }
    return ring
  }

  private mutating func reallocate(_ newCapacity: Int) {
    let fresh = Storage(count: slots * newCapacity)
    for slot in 0..<slots {
      fresh.values.advanced(by: slot * newCapacity)
        .update(from: storage.values.advanced(by: slot * capacity), count: lanes)
      fresh.metas.advanced(by: slot * newCapacity)
        .update(from: storage.metas.advanced(by: slot * capacity), count: lanes)
    }
    storage = fresh
    capacity = newCapacity
  }

  // MARK: Bytes

  /// Appends window and planes, in slot-index order, without spare lanes.
  func encode(into writer: inout ByteWriter) {
    writer.fixed(Int64(head.map(Int64.init) ?? Int64.min))
    writer.fixed(UInt32(slots))
    writer.fixed(UInt32(lanes))
    for slot in 0..<slots {
      writer.raw(UnsafeRawBufferPointer(start: storage.values + slot * capacity, count: lanes * 4))
      writer.raw(UnsafeRawBufferPointer(start: storage.metas + slot * capacity, count: lanes))
    }
  }

  /// Reads what `encode` wrote; the shape must be the expected one.
  init(from reader: inout ByteReader, slots: Int, lanes: Int) throws(RollupError) {
    let head = try reader.fixed(Int64.self)
    guard try reader.fixed(UInt32.self) == UInt32(slots), try reader.fixed(UInt32.self) == UInt32(lanes),
      head == .min || Int32(exactly: head) != nil, reader.remaining >= slots * lanes * 5
    else { throw reader.damaged() }
    self.init(slots: slots, lanes: lanes)
    self.head = head == .min ? nil : Int32(head)
    for slot in 0..<slots {
      try reader.raw(into: UnsafeMutableRawBufferPointer(start: storage.values + slot * lanes, count: lanes * 4))
      try reader.raw(into: UnsafeMutableRawBufferPointer(start: storage.metas + slot * lanes, count: lanes))
    }
  }
}
