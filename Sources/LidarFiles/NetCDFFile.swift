import CNetCDF

/// A NetCDF file in memory: classic, 64-bit, or HDF5. Bounds are checked before memory is taken.
@safe final class NetCDFFile {
  /// Why a file or one of its variables cannot be read.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Numbers of one variable that are read at once, whatever the file's size.
  static let maximumValues = 64 << 20
  /// A small file cannot ask for much memory: this many numbers a byte are more than compression gives.
  static let valuesPerByte = 64
  private let limit: Int
  /// What is missing of a classic file that is cut short: its profiles up to there are read; nil for a whole file.
  let cut: String?

  private let identifier: CInt
  // libnetcdf reads out of this memory until the file is closed.
  private let memory: UnsafeMutableRawPointer

  init(_ bytes: [UInt8]) throws(Failure) {
    var records: ClassicHeader.Records?
    if ClassicHeader.begins(bytes) {
      do throws(ClassicHeader.Failure) { records = try ClassicHeader.check(bytes) } catch {
        throw Failure(description: error.description)
      }
    }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(1, bytes.count), alignment: 16)
    unsafe bytes.withUnsafeBytes { source in
      if let base = source.baseAddress { unsafe memory.copyMemory(from: base, byteCount: source.count) }
    }
    // The library reads a variable whole or not at all: records that are not all there are left out of the count.
    if let records, records.whole < records.stated {
      for (place, byte) in records.count(of: records.whole) {
        unsafe memory.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
      }
      cut = "the file is cut short: \(records.whole) of \(records.stated) profiles are whole"
    } else {
      cut = nil
    }
    var identifier: CInt = -1
    let status = unsafe nc_open_mem("lidar", CInt(NC_NOWRITE), bytes.count, memory, &identifier)
    guard status == NC_NOERR else {
      unsafe memory.deallocate()
      throw Failure(description: "no NetCDF file: \(Self.text(status))")
    }
    limit = min(Self.maximumValues, 65_536 + Self.valuesPerByte * min(bytes.count, Self.maximumValues))
    unsafe self.memory = memory
    self.identifier = identifier
  }

  deinit {
    _ = nc_close(identifier)
    unsafe memory.deallocate()
  }

  private static func text(_ status: CInt) -> String {
    // Above zero stand the numbers of errno, which for a file in memory say that it ends too early.
    guard status <= 0 else { return "the file is cut short or damaged" }
    guard let text = unsafe nc_strerror(status) else { return "error \(status)" }
    return unsafe String(cString: text)
  }

  /// The lengths of a variable's dimensions; nil when there is no such variable.
  func shape(_ name: String) -> [Int]? {
    guard let (_, shape) = variable(name) else { return nil }
    return shape
  }

  private func variable(_ name: String) -> (CInt, [Int])? {
    var number: CInt = -1
    guard unsafe nc_inq_varid(identifier, name, &number) == NC_NOERR else { return nil }
    var count: CInt = 0
    guard unsafe nc_inq_varndims(identifier, number, &count) == NC_NOERR, (0...8).contains(count) else { return nil }
    var dimensions = [CInt](repeating: 0, count: max(1, Int(count)))
    guard unsafe nc_inq_vardimid(identifier, number, &dimensions) == NC_NOERR else { return nil }
    var shape: [Int] = []
    for dimension in dimensions.prefix(Int(count)) {
      var length = 0
      guard unsafe nc_inq_dimlen(identifier, dimension, &length) == NC_NOERR else { return nil }
      shape.append(length)
    }
    return (number, shape)
  }

  /// All numbers of a variable, `scale_factor` and `add_offset` applied, fill values and the like as NaN; nil when there is
  /// no such variable.
  func numbers(_ name: String) throws(Failure) -> [Double]? {
    guard let (number, shape) = variable(name) else { return nil }
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow, product <= limit else {
        throw Failure(description: "\(name) claims more than \(limit) values, more than a file of this size holds")
      }
      count = product
    }
    guard count > 0 else { return [] }
    var values = [Double](repeating: .nan, count: count)
    let status = unsafe nc_get_var_double(identifier, number, &values)
    // Out of range is told, the values that fit are there.
    guard status == NC_NOERR || status == NC_ERANGE else {
      throw Failure(description: "\(name) cannot be read: \(Self.text(status))")
    }
    var fills = ["_FillValue", "missing_value"].compactMap { attribute($0, number) }
    if fills.isEmpty, let standing = standingFill(of: number) { fills = [standing] }
    let factor = attribute("scale_factor", number) ?? 1
    let offset = attribute("add_offset", number) ?? 0
    // The library's own fill of numbers that were never written.
    let unwritten = 9.9692099683868690e+36
    for index in values.indices {
      let value = values[index]
      if fills.contains(value) || value >= unwritten * 0.99 {
        values[index] = .nan
      } else if factor != 1 || offset != 0 {
        values[index] = value * factor + offset
      }
    }
    return values
  }

  /// What the library fills whole numbers with that were never written, by their type; nil for bytes, which have none, and
  /// for floating point.
  private func standingFill(of variable: CInt) -> Double? {
    var type: nc_type = 0
    guard unsafe nc_inq_vartype(identifier, variable, &type) == NC_NOERR else { return nil }
    switch type {
    case nc_type(NC_SHORT): return -32_767
    case nc_type(NC_INT): return -2_147_483_647
    case nc_type(NC_USHORT): return 65_535
    case nc_type(NC_UINT): return 4_294_967_295
    case nc_type(NC_INT64): return -9_223_372_036_854_775_808
    default: return nil
    }
  }

  /// A number among the attributes of the whole file; nil without it.
  func attributeNumber(_ name: String) -> Double? { attribute(name, NC_GLOBAL) }

  /// One number of a variable without dimensions, or the first of one; nil without it.
  func number(_ name: String) -> Double? {
    guard let values = try? numbers(name), let first = values.first, first.isFinite else { return nil }
    return first
  }

  private func attribute(_ name: String, _ variable: CInt) -> Double? {
    var length = 0
    var type: nc_type = 0
    guard unsafe nc_inq_att(identifier, variable, name, &type, &length) == NC_NOERR, length == 1, type != NC_CHAR,
      type != NC_STRING
    else { return nil }
    var value = 0.0
    return unsafe nc_get_att_double(identifier, variable, name, &value) == NC_NOERR ? value : nil
  }

  /// Longest text of an attribute that is read, bytes.
  static let maximumText = 65_536

  /// A text attribute of a variable, or of the file when the variable is nil: characters (NC_CHAR), or the first of its
  /// strings (NC_STRING); nil when there is none.
  ///
  /// - Throws: when there is one that is no text, is too long, or cannot be read.
  func attributeText(_ name: String, of variableName: String?) throws(Failure) -> String? {
    var number = NC_GLOBAL
    if let variableName {
      guard let found = variable(variableName)?.0 else { return nil }
      number = found
    }
    let place = (variableName.map { $0 + ":" } ?? "") + name
    var length = 0
    var type: nc_type = 0
    guard unsafe nc_inq_att(identifier, number, name, &type, &length) == NC_NOERR else { return nil }
    guard length <= Self.maximumText else { throw Failure(description: "\(place) is longer than \(Self.maximumText)") }
    switch type {
    case nc_type(NC_CHAR):
      var bytes = [CChar](repeating: 0, count: length + 1)
      let status = unsafe nc_get_att_text(identifier, number, name, &bytes)
      guard status == NC_NOERR else { throw Failure(description: "\(place) cannot be read: \(Self.text(status))") }
      return String(decoding: bytes.prefix(length).prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    case nc_type(NC_STRING): return try strings(name, number, count: length, place)
    default: throw Failure(description: "\(place) is no text")
    }
  }

  /// The first of an attribute's strings, which the library allocates.
  private func strings(_ name: String, _ variable: CInt, count: Int, _ place: String) throws(Failure) -> String? {
    guard count > 0 else { return nil }
    var texts = unsafe [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    let status = unsafe nc_get_att_string(identifier, variable, name, &texts)
    guard status == NC_NOERR else { throw Failure(description: "\(place) cannot be read: \(Self.text(status))") }
    defer { unsafe _ = nc_free_string(count, &texts) }
    guard let first = unsafe texts[0] else { return nil }
    var bytes: [UInt8] = []
    while bytes.count < Self.maximumText, unsafe first[bytes.count] != 0 {
      unsafe bytes.append(UInt8(bitPattern: first[bytes.count]))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
