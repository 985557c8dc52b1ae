import AirQuality

/// What readings were found to be by the tests over time, so that the same reading, sent again later, is found the same.
///
/// Two generations of at most `capacity` entries each: when the younger is full the older is forgotten.
struct ScreeningMarks: Sendable, Hashable {
  /// The reading; its value tells a repetition from a correction.
  struct Key: Hashable, Sendable, Comparable {
    var begin: Int64
    var row: Int32
    var period: Int32
    var value: Int32
    var pollutant: UInt8

    static func < (a: Key, b: Key) -> Bool {
      (a.begin, a.row, a.pollutant, a.period, a.value) < (b.begin, b.row, b.pollutant, b.period, b.value)
    }
  }

  /// The verdict.
  struct Mark: Hashable, Sendable {
    var flag: QualityFlag
    var reasons: ScreeningReasons
  }

  /// Some marks, and the newest begin among them.
  private struct Generation: Sendable, Hashable {
    private(set) var marks: [Key: Mark] = [:]
    private(set) var newest = Int64.min

    subscript(key: Key) -> Mark? {
      get { marks[key] }
      set {
        marks[key] = newValue
        newest = max(newest, key.begin)
      }
    }
  }

  private var young = Generation()
  private var old = Generation()

  static let capacity = 50_000

  init() {}

  /// Whether a reading that begins then can have a mark: most are newer than all of them, which saves the search.
  @inline(__always) func reach(_ begin: Int64) -> Bool { begin <= young.newest || begin <= old.newest }

  subscript(key: Key) -> Mark? { young[key] ?? old[key] }

  /// Remembers a verdict.
  mutating func set(_ mark: Mark, for key: Key) {
    if young.marks.count >= Self.capacity, young[key] == nil { (old, young) = (young, Generation()) }
    young[key] = mark
  }

  /// With other row numbers; what has none any more is forgotten.
  func moved(_ row: (Int32) -> Int32?) -> ScreeningMarks {
    func moved(_ generation: Generation) -> Generation {
      var result = Generation()
      for (key, mark) in generation.marks {
        guard let next = row(key.row) else { continue }
        var key = key
        key.row = next
        result[key] = mark
      }
      return result
    }
    var result = ScreeningMarks()
    (result.young, result.old) = (moved(young), moved(old))
    return result
  }

  func encode(into writer: inout ByteWriter) {
    for generation in [young, old] {
      writer.list(generation.marks.sorted { $0.key < $1.key }) {
        $0.fixed($1.key.begin)
        $0.fixed($1.key.row)
        $0.fixed($1.key.period)
        $0.fixed($1.key.value)
        $0.byte($1.key.pollutant)
        $0.byte($1.value.flag.rawValue)
        $0.fixed($1.value.reasons.rawValue)
      }
    }
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    young = try Self.generation(&reader)
    old = try Self.generation(&reader)
  }

  private static func generation(_ reader: inout SnapshotReader) throws(SnapshotReadingError) -> Generation {
    var marks = Generation()
    for _ in 0..<(try reader.count(of: "marks", width: 26)) {
      let key = Key(
        begin: try reader.fixed(Int64.self), row: try reader.fixed(Int32.self), period: try reader.fixed(Int32.self),
        value: try reader.fixed(Int32.self), pollutant: try reader.byte())
      marks[key] = Mark(
        flag: try reader.coded(QualityFlag.self),
        reasons: ScreeningReasons(rawValue: try reader.fixed(UInt32.self)))
    }
    return marks
  }
}
