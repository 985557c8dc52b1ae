import FaultServer
import FoundationEssentials
import Glibc

/// The recorded answers that lie beside the checkout.
enum RecordedFeeds {
  /// `../shared/data/feeds` from the root of the checkout.
  static let root =
    "/" + (#filePath.split(separator: "/").dropLast(4) + ["shared", "data", "feeds"]).joined(separator: "/")

  static var arePresent: Bool { access(root + "/cnemc", R_OK) == 0 }
  static let absence = "the recorded answers (../shared/data beside the checkout) are not here"

  static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: root + "/" + path)))
  }

  /// A national poll, unpacked.
  static func national(_ poll: String) throws -> [UInt8] {
    guard let bytes = Gzip.decompress(try bytes("cnemc/\(poll)_data.xml.gz"), limit: 64 << 20) else {
      throw Child.Failure(description: "\(poll): not gzip")
    }
    return bytes
  }

  static let nationalPolls = ["201907181226", "201907181250", "20190723"]

  /// What one row of the national feed publishes, read without the decoder under test.
  struct NationalRow {
    var station: String
    var time: String
    /// Nil where the feed has a dash.
    var aqi: Int?
  }

  static func nationalRows(_ xml: [UInt8]) -> [NationalRow] {
    String(decoding: xml, as: UTF8.self).components(separatedBy: "<b:AQIDataPublishLive>").dropFirst().map { row in
      func field(_ name: String) -> String {
        guard let start = row.firstRange(of: "<b:\(name)>"),
          let end = row[start.upperBound...].firstRange(of: "</b:\(name)>")
        else { return "" }
        return String(row[start.upperBound..<end.lowerBound])
      }
      return NationalRow(station: field("StationCode"), time: field("TimePoint"), aqi: Int(field("AQI")))
    }
  }
}
