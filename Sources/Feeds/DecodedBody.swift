package import AirQuality
package import Lidar

/// What one feed answer held.
///
/// Readings that stood before a fault stay in `batch` even when the verdict is `failed`: they are as good as any.
package struct DecodedBody: Sendable, Equatable {
  package var batch = ReadingBatch()
  /// Lidar profiles, in the order of the body.
  package var profiles: [LidarProfile] = []
  /// Profiles of a lidar's own file, in its order.
  package var records: [LidarRecord] = []
  /// How many profiles a lidar's file held, also when they were taken elsewhere.
  package var recordCount = 0
  /// The AQI that the feed itself publishes beside its rows, for comparison; never used as a value.
  package var publishedIndices: [PublishedIndex] = []
  /// The first `FeedLimits.keptErrors` errors.
  package var errors: [RowError] = []
  /// All errors, kept or not.
  package var errorCount = 0
  /// Rows seen, bad ones included.
  package var rowCount = 0
  /// Rows left out on purpose (a city's average among its stations).
  package var skippedRows = 0
  /// Values of a long layout whose pollutant the mapping does not name.
  package var ignoredValues = 0
  /// What people must know of the answer as a whole, English: that it is one page of several, that its values are indices.
  package var notes: [String] = []
  package var verdict = DecodeVerdict.empty

  package init() {}
}

/// The AQI a feed publishes with a station's hour.
package struct PublishedIndex: Sendable, Hashable {
  /// Index into the batch's `stations`.
  package var station: UInt32
  /// Start of the row's averaging period.
  package var begin: Instant
  package var aqi: Int

  package init(station: UInt32, begin: Instant, aqi: Int) {
    self.station = station
    self.begin = begin
    self.aqi = aqi
  }
}

/// Whether an answer was what its format says.
package enum DecodeVerdict: Sendable, Hashable {
  /// At least one row was good.
  case ok
  /// Well formed, and no row in it.
  case empty
  case failed(DecodeFailure)
}

/// Why a body as a whole is bad.
package struct DecodeFailure: Error, Sendable, Hashable {
  /// Short and stable; stands in `last_error.code`.
  package enum Code: String, Sendable, CaseIterable {
    /// No bytes, or white space alone.
    case empty
    case encoding
    case notJSON = "not_json"
    case notXML = "not_xml"
    case notCSV = "not_csv"
    case notText = "not_text"
    case notHJ212 = "not_hj212"
    case notLidar = "not_lidar"
    case truncated
    case syntax
    case tooDeep = "too_deep"
    case memory
    /// The path to the rows leads nowhere, or a needed column is missing.
    case noRows = "no_rows"
    /// The provider answered with an error of its own, whatever the HTTP status.
    case errorReply = "error_reply"
    /// Rows there were, and not one could be used.
    case noUsableRow = "no_usable_row"
    case configuration
  }
  package var code: Code
  /// English, for people: what was found, where, and what to do.
  package var message: String
  /// Where in the body, as in `RowError.path`; nil until `FeedDecoder` says the root for a fault of the body as a whole.
  package var path: String?

  package init(_ code: Code, _ message: String, path: String? = nil) {
    self.code = code
    self.message = message
    self.path = path
  }
}

/// One bad row or value.
package struct RowError: Error, Sendable, Hashable {
  /// Short and stable; what about the row is bad.
  package enum Code: String, Sendable, CaseIterable {
    case row
    case station
    case time
    case value
    case unit
    case position
    case duplicateKey = "duplicate_key"
    case profile
    case structure
  }
  package var code: Code
  /// `$.data[3].pm2_5`, `line 7, column "PM10"`, `line 12, Row[3]/PM10`.
  package var path: String
  /// Number of the row in the body, from 0.
  package var row: Int
  /// English, for people, naming the value and what to do.
  package var message: String

  package init(_ code: Code, path: String, row: Int, message: String) {
    self.code = code
    self.path = path
    self.row = row
    self.message = message
  }
}
