/// The header of a classic NetCDF file (CDF-1, 64-bit offset CDF-2, 64-bit data CDF-5), read before libnetcdf is: 4.9.0 takes
/// counts of a damaged header at their word and ends the program. (NetCDF Users Guide, "File Format Specifications".)
///
/// Every count and length must be covered by the bytes that are left; nothing else is checked.
struct ClassicHeader {
  /// Where and why a header cannot be.
  struct Failure: Error {
    var description: String
  }

  /// Names are at most 256 characters for the library.
  private static let maximumName = 256
  /// For the library NC_MAX_VAR_DIMS is 1,024; this reader takes 8 itself.
  private static let maximumRank = 1_024

  private let bytes: [UInt8]
  private var place = 4
  /// CDF-5 counts and lengths in eight bytes, CDF-2 and CDF-5 offsets.
  private let hasLongCounts: Bool
  private let hasLongOffsets: Bool
  /// Their lengths; 0 for that of the records.
  private var dimensions: [Int] = []
  private var stated: UInt64 = 0
  /// Where the records begin, and bytes of one; nil and 0 without a variable over them.
  private var recordsBegin: Int?
  private var lastBegin = 0
  /// Bytes that fill up the last part of a record.
  private var lastFilling = 0
  private var recordBytes: [Int] = []

  /// The records of a file: profiles, one after another.
  struct Records {
    /// How many the header counts.
    var stated: Int
    /// How many of them are there from the first to the last byte.
    var whole: Int
    fileprivate var isLong: Bool

    /// The bytes of the header that count the records, for another count.
    func count(of records: Int) -> [(place: Int, byte: UInt8)] {
      let size = isLong ? 8 : 4
      return (0..<size).map { (4 + $0, UInt8(truncatingIfNeeded: records >> (8 * (size - 1 - $0)))) }
    }
  }

  /// Whether the bytes begin like such a file.
  static func begins(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 4 && bytes[0] == 0x43 && bytes[1] == 0x44 && bytes[2] == 0x46
  }

  /// Throws when a count or a length of the header cannot be; gives the records of a file that has some.
  static func check(_ bytes: [UInt8]) throws(Failure) -> Records? {
    var header = try ClassicHeader(bytes)
    try header.run()
    return header.records
  }

  private init(_ bytes: [UInt8]) throws(Failure) {
    self.bytes = bytes
    guard bytes.count >= 4, [1, 2, 5].contains(bytes[3]) else {
      throw Failure(description: "the version of a classic NetCDF file is 1, 2 or 5")
    }
    hasLongCounts = bytes[3] == 5
    hasLongOffsets = bytes[3] != 1
  }

  private mutating func run() throws(Failure) {
    // Records: how many there are, or all ones for a file that still grows.
    stated = try number(long: hasLongCounts)
    for _ in 0..<(try list(tag: 10, of: "dimensions", least: 8)) {
      try name()
      let length = try number(long: hasLongCounts)
      guard length <= UInt64(Int32.max) else { throw failure("a dimension of \(length)") }
      dimensions.append(Int(length))
    }
    try attributes()
    for _ in 0..<(try list(tag: 11, of: "variables", least: 28)) { try variable() }
  }

  private mutating func variable() throws(Failure) {
    try name()
    let rank = try number(long: hasLongCounts)
    guard rank <= UInt64(Self.maximumRank) else { throw failure("a variable over \(rank) dimensions") }
    var isOfRecords = false
    var values = 1
    for place in 0..<Int(rank) {
      let dimension = try number(long: hasLongCounts)
      guard dimension < UInt64(dimensions.count) else { throw failure("dimension \(dimension) of \(dimensions.count)") }
      let length = dimensions[Int(dimension)]
      if place == 0, length == 0 {
        isOfRecords = true
      } else {
        values = values.multipliedReportingOverflow(by: length).partialValue
      }
    }
    try attributes()
    guard let size = Self.size(of: try number(long: false)) else { throw failure("a variable of no type") }
    // The size may be wrong for large variables and is not used; the offset must lie in the file.
    _ = try number(long: hasLongCounts)
    let offset = try number(long: hasLongOffsets)
    guard offset <= UInt64(bytes.count) else { throw failure("a variable that begins at byte \(offset)") }
    guard isOfRecords else { return }
    recordsBegin = min(recordsBegin ?? .max, Int(offset))
    let bytesOfPart = values.multipliedReportingOverflow(by: size).partialValue
    recordBytes.append(bytesOfPart)
    if Int(offset) >= lastBegin { (lastBegin, lastFilling) = (Int(offset), (4 - bytesOfPart & 3) & 3) }
  }

  /// Nil for a file without records, one that still grows, or one whose sizes cannot be.
  private var records: Records? {
    guard let recordsBegin, stated > 0, stated <= UInt64(Int32.max), recordBytes.allSatisfy({ 0...(1 << 40) ~= $0 })
    else {
      return nil
    }
    // A part of a record is filled up to four bytes, unless it is all there is.
    let bytesOfOne =
      recordBytes.count == 1 ? recordBytes[0] : recordBytes.reduce(0) { $0 + ($1 + 3) & ~3 }
    guard bytesOfOne > 0 else { return nil }
    // The last one need not be filled up.
    let filling = recordBytes.count == 1 ? 0 : lastFilling
    let whole = (bytes.count - recordsBegin + filling) / bytesOfOne
    return Records(stated: Int(stated), whole: min(whole, Int(stated)), isLong: hasLongCounts)
  }

  private mutating func attributes() throws(Failure) {
    for _ in 0..<(try list(tag: 12, of: "attributes", least: 16)) {
      try name()
      guard let size = Self.size(of: try number(long: false)) else { throw failure("an attribute of no type") }
      let count = try number(long: hasLongCounts)
      guard count <= UInt64((bytes.count - place) / size) else { throw failure("an attribute of \(count) values") }
      try skip((Int(count) * size + 3) & ~3)
    }
  }

  /// Bytes of a value by its type; nil for none.
  private static func size(of type: UInt64) -> Int? {
    switch type {
    case 1, 2, 7: 1
    case 3, 8: 2
    case 4, 5, 9: 4
    case 6, 10, 11: 8
    default: nil
    }
  }

  /// A tag and how many elements follow; both are zero for an empty list.
  private mutating func list(tag: UInt64, of what: String, least: Int) throws(Failure) -> Int {
    let found = try number(long: false)
    let count = try number(long: hasLongCounts)
    guard found == tag || found == 0 && count == 0 else { throw failure("no list of \(what)") }
    guard count <= UInt64((bytes.count - place) / least) else { throw failure("\(count) \(what)") }
    return Int(count)
  }

  private mutating func name() throws(Failure) {
    let length = try number(long: hasLongCounts)
    guard (1...UInt64(Self.maximumName)).contains(length) else { throw failure("a name of \(length) characters") }
    try skip((Int(length) + 3) & ~3)
  }

  private mutating func number(long: Bool) throws(Failure) -> UInt64 {
    let size = long ? 8 : 4
    guard bytes.count - place >= size else { throw failure("its end") }
    var value: UInt64 = 0
    for offset in 0..<size { value = value << 8 | UInt64(bytes[place + offset]) }
    place += size
    return value
  }

  private mutating func skip(_ count: Int) throws(Failure) {
    guard count <= bytes.count - place else { throw failure("its end") }
    place += count
  }

  private func failure(_ what: String) -> Failure {
    Failure(description: "the header is damaged: \(what) at byte \(place)")
  }
}
