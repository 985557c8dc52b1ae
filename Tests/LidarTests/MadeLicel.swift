/// Licel files that a test makes.
enum MadeLicel {
  struct Dataset {
    var wave: String
    var raw: [Int32]
    var isPhotonCounting = false
    /// Another kind of data than these two.
    var mode: Int?
  }

  /// One record of datasets with 15 m bins, vertical beam.
  static func file(_ datasets: [Dataset], width: String = "15.0") -> [UInt8] {
    func digits(_ number: Int, _ count: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, count - text.count)) + text
    }
    var bytes = Array(
      (" a1.012\r\n Site 02/02/2011 00:00:28 02/02/2011 00:01:29 0100 -060.0 -002.9 00 00 30.0 1013.0\r\n"
        + " 0000600 0010 0000600 0010 \(digits(datasets.count, 2))\r\n").utf8)
    for (number, dataset) in datasets.enumerated() {
      let kind = String(dataset.mode ?? (dataset.isPhotonCounting ? 1 : 0))
      let text =
        " 1 \(kind) 1 \(digits(dataset.raw.count, 5)) 1 0960 \(width) \(dataset.wave) 0 0 00 000 12 000010 0.500 "
        + "B\(dataset.isPhotonCounting ? "C" : "T")\(number)\r\n"
      bytes += Array(text.utf8)
    }
    bytes += [0x0D, 0x0A]
    for dataset in datasets {
      for value in dataset.raw { bytes += (0..<4).map { UInt8(truncatingIfNeeded: value >> Int32(8 * $0)) } }
      bytes += [0x0D, 0x0A]
    }
    return bytes
  }
}
