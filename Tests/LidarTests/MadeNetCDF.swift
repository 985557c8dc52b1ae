import CNetCDF
import Glibc
import LidarFiles
import Synchronization

/// A NetCDF file that a test makes in memory.
struct MadeNetCDF {
  /// A variable over named dimensions.
  struct Variable {
    var name: String
    var dimensions: [String]
    var values: [Double]
    var units: String?
    /// Whether the unit is kept as NC_STRING rather than as characters.
    var isString = false
    /// A number where a text belongs.
    var numberAsUnit: Double?
    var isInteger = false
  }

  var dimensions: [(String, Int)]
  var variables: [Variable]
  /// Texts of the whole file.
  var attributes: [(String, String)] = []

  /// An E-PROFILE file of three profiles of four bins.
  static func eprofile(
    units: String? = "1E-6*1/(m*sr)", isString: Bool = false, time: String = "days since 1970-01-01 00:00:00.000",
    times: [Double] = [18_000, 18_001, 18_002], altitude: [Double] = [30, 60, 90, 120], altitudeUnits: String? = "m",
    wavelength: Double = 1_064, station: Double? = 0, flags: [Double] = []
  ) -> MadeNetCDF {
    var variables: [Variable] = [
      .init(name: "time", dimensions: ["time"], values: times, units: time, isString: isString),
      .init(name: "altitude", dimensions: ["altitude"], values: altitude, units: altitudeUnits, isString: isString),
      .init(name: "l0_wavelength", dimensions: [], values: [wavelength]),
      .init(
        name: "attenuated_backscatter_0", dimensions: ["time", "altitude"],
        values: (0..<(times.count * altitude.count)).map { Double($0 + 1) }, units: units, isString: isString),
    ]
    if !flags.isEmpty {
      variables.append(.init(name: "quality_flag", dimensions: ["time", "altitude"], values: flags))
    }
    if let station { variables.append(.init(name: "station_altitude", dimensions: [], values: [station])) }
    return MadeNetCDF(dimensions: [("time", times.count), ("altitude", altitude.count)], variables: variables)
  }

  /// The file as HDF5 (NetCDF-4), which alone knows strings, or in the classic format, its times records.
  func bytes(isClassic: Bool = false) -> [UInt8] {
    NetCDFDecoder.library.withLock { _ in made(isClassic: isClassic) }
  }

  private func made(isClassic: Bool) -> [UInt8] {
    var file: CInt = -1
    check(unsafe nc_create_mem("made", isClassic ? 0 : CInt(NC_NETCDF4), 1 << 16, &file))
    for (name, text) in attributes {
      check(unsafe nc_put_att_text(file, NC_GLOBAL, name, text.utf8.count, text))
    }
    var numbers: [String: CInt] = [:]
    for (name, length) in dimensions {
      var number: CInt = -1
      check(unsafe nc_def_dim(file, name, isClassic && name == "time" ? 0 : length, &number))
      numbers[name] = number
    }
    for variable in variables {
      var number: CInt = -1
      let over = variable.dimensions.map { numbers[$0]! }
      let type = nc_type(variable.isInteger ? NC_INT : NC_DOUBLE)
      check(unsafe nc_def_var(file, variable.name, type, CInt(over.count), over, &number))
      if let units = variable.units {
        if variable.isString {
          unsafe units.withCString { text in
            var texts = unsafe [UnsafePointer<CChar>?](repeating: text, count: 1)
            check(unsafe nc_put_att_string(file, number, "units", 1, &texts))
          }
        } else {
          check(unsafe nc_put_att_text(file, number, "units", units.utf8.count, units))
        }
      }
      if let value = variable.numberAsUnit {
        var value = value
        check(unsafe nc_put_att_double(file, number, "units", nc_type(NC_DOUBLE), 1, &value))
      }
    }
    check(nc_enddef(file))
    for variable in variables {
      var number: CInt = -1
      check(unsafe nc_inq_varid(file, variable.name, &number))
      let start = [Int](repeating: 0, count: max(1, variable.dimensions.count))
      let counts = variable.dimensions.map { name in dimensions.first { $0.0 == name }!.1 } + [1]
      check(unsafe nc_put_vara_double(file, number, start, counts, variable.values))
    }
    var memory = unsafe NC_memio()
    check(unsafe nc_close_memio(file, &memory))
    defer { unsafe free(memory.memory) }
    return unsafe Array(UnsafeRawBufferPointer(start: memory.memory, count: memory.size))
  }

  private func check(_ status: CInt) { precondition(status == NC_NOERR, "libnetcdf says \(status)") }
}
