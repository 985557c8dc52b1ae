import AirQuality

/// Values of a station's relative humidity, by time.
struct HumidityCourse: Sendable, Hashable {
  struct Entry: Sendable, Hashable {
    var begin: Int64
    var end: Int64
    /// Percent.
    var value: Double

    init(begin: Int64, end: Int64, value: Double) {
      self.begin = begin
      self.end = end
      self.value = value
    }

    /// A screened humidity; one that failed says nothing.
    init?(_ reading: Reading) {
      guard reading.flag != .fail, reading.flag != .missing, reading.value.isFinite else { return nil }
      self.init(begin: reading.begin.milliseconds, end: reading.end.milliseconds, value: reading.value)
    }

    /// By end, then by begin.
    static func isBefore(_ a: Entry, _ b: Entry) -> Bool { (a.end, a.begin) < (b.end, b.begin) }
  }

  /// What a course has for a reading.
  struct Match: Sendable, Hashable {
    var entry: Entry
    /// Of the reading's own begin and end.
    var isExact: Bool
  }

  /// Ascending by `Entry.isBefore` once `sort` was called.
  private(set) var entries: [Entry] = []

  init(_ entries: [Entry] = []) { self.entries = entries }

  /// Takes an entry at the end, wherever it belongs.
  mutating func append(_ entry: Entry) { entries.append(entry) }

  /// Puts the entries in order; most answers are.
  mutating func sort() {
    let isAscending = zip(entries, entries.dropFirst()).allSatisfy { !Entry.isBefore($1, $0) }
    guard !isAscending else { return }
    // Of entries of one time the later one in the answer counts: it has to stay behind the earlier.
    entries = entries.enumerated().sorted { a, b in
      Entry.isBefore(a.element, b.element) || (!Entry.isBefore(b.element, a.element) && a.offset < b.offset)
    }.map(\.element)
  }

  /// Puts an entry where it belongs; one of the same time is replaced. With `capacity` entries the oldest goes.
  mutating func put(_ entry: Entry, capacity: Int) {
    let place = count { Entry.isBefore($0, entry) }
    if place < entries.count, entries[place].end == entry.end, entries[place].begin == entry.begin {
      entries[place] = entry
    } else if entries.count < capacity {
      entries.insert(entry, at: place)
    } else if place > 0 {
      entries.insert(entry, at: place)
      entries.removeFirst()
    }
  }

  /// Of the reading's own begin and end, else the newest of the 15 min that end with it.
  func match(for reading: Reading) -> Match? {
    let (begin, end) = (reading.begin.milliseconds, reading.end.milliseconds)
    let last = count { $0.end <= end } - 1
    guard last >= 0, entries[last].end >= end - Calibrator.humidityMilliseconds else { return nil }
    var place = last
    while place >= 0, entries[place].end == end {
      if entries[place].begin == begin { return Match(entry: entries[place], isExact: true) }
      place -= 1
    }
    return Match(entry: entries[last], isExact: false)
  }

  /// The better of what an answer and the memory have: the exact one, else the newer; the answer's of two alike.
  static func humidity(_ answer: Match?, _ memory: Match?) -> Double? {
    guard let answer else { return memory?.entry.value }
    guard let memory, !answer.isExact else { return answer.entry.value }
    return (memory.isExact || Entry.isBefore(answer.entry, memory.entry) ? memory : answer).entry.value
  }

  /// How many entries come first for which `isBefore` holds, found by halves.
  private func count(_ isBefore: (Entry) -> Bool) -> Int {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if isBefore(entries[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// The newest values of a station's relative humidity over all answers.
struct HumidityMemory: Sendable, Hashable {
  private(set) var course = HumidityCourse()
  static let capacity = 96

  init() {}

  /// Takes a value; a repeated one replaces the earlier.
  mutating func take(_ entry: HumidityCourse.Entry) { course.put(entry, capacity: Self.capacity) }

  func encode(into writer: inout ByteWriter) {
    writer.list(course.entries) { writer, entry in
      writer.signed(entry.begin)
      writer.signed(entry.end)
      writer.double(entry.value)
    }
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    course = HumidityCourse(
      try reader.list(of: "humidities") { reader throws(SnapshotReadingError) in
        HumidityCourse.Entry(begin: try reader.signed(), end: try reader.signed(), value: try reader.double())
      })
    course.sort()
  }
}
