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

  private var young: [Key: Mark] = [:]
  private var old: [Key: Mark] = [:]

  static let capacity = 50_000

  init() {}

  var isEmpty: Bool { young.isEmpty && old.isEmpty }

  subscript(key: Key) -> Mark? { young[key] ?? old[key] }

  /// Remembers a verdict.
  mutating func set(_ mark: Mark, for key: Key) {
    if young.count >= Self.capacity, young[key] == nil { (old, young) = (young, [:]) }
    young[key] = mark
  }

  /// With other row numbers; what has none any more is forgotten.
  func moved(_ row: (Int32) -> Int32?) -> ScreeningMarks {
    func moved(_ marks: [Key: Mark]) -> [Key: Mark] {
      var result: [Key: Mark] = [:]
      for (key, mark) in marks {
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
      writer.list(generation.sorted { $0.key < $1.key }) {
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

  private static func generation(_ reader: inout SnapshotReader) throws(SnapshotReadingError) -> [Key: Mark] {
    var marks: [Key: Mark] = [:]
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
