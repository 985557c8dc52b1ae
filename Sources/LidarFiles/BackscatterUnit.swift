/// What makes 1/(m sr) of the unit that a file states for attenuated backscatter: `1/(m*sr)`, `m-1 sr-1`, `1E-6*1/(m*sr)`.
package enum BackscatterUnit {
  private static let spellings: Set<String> = [
    "1/(m*sr)", "1/(msr)", "1/(sr*m)", "1/m/sr", "(m*sr)^-1", "(msr)^-1", "m-1sr-1", "m-1*sr-1", "sr-1m-1",
    "sr-1*m-1", "m^-1sr^-1", "m^-1*sr^-1", "sr^-1m^-1", "m**-1sr**-1",
  ]

  /// Nil when the unit is not understood.
  package static func factor(_ unit: String) -> Double? {
    let text = unit.lowercased().filter { $0 != " " && $0 != "_" }
    if spellings.contains(text) { return 1 }
    var factor = 1.0
    for exponent in 1...15 {
      factor /= 10
      for power in ["1e-\(exponent)", "1e-0\(exponent)", "10^-\(exponent)", "10**-\(exponent)", "10-\(exponent)"]
      where text.hasPrefix(power) {
        var rest = text.dropFirst(power.count)
        if rest.first == "*" { rest = rest.dropFirst() }
        if spellings.contains(String(rest)) || spellings.contains("1" + rest) { return factor }
      }
    }
    return nil
  }

  /// The factor of a variable's unit.
  ///
  /// - Parameter standing: what the maker defines where the file names no unit; nil when nothing is defined.
  /// - Throws: when the unit is missing or not understood.
  static func factor(
    of variable: String, in file: NetCDFFile, standing: String? = nil
  ) throws(NetCDFFile.Failure) -> Double {
    guard let unit = try file.attributeText("units", of: variable) ?? standing else {
      throw NetCDFFile.Failure(description: "\(variable) has no unit; 1/(m*sr) or 1E-6*1/(m*sr) are understood")
    }
    guard let factor = factor(unit) else {
      throw NetCDFFile.Failure(
        description: "the unit of \(variable), \"\(unit.prefix(60))\", is not understood; 1/(m*sr) or 1E-6*1/(m*sr) are"
      )
    }
    return factor
  }
}
