package import AirQuality
package import Secrets

/// One feed as the configuration states it: plain values, no file left unread.
package struct FeedConfiguration: Sendable, Hashable {
  /// Unique among the feeds; stands in logs, metrics and the journal.
  package var name: String
  /// Complete; may carry credentials, so show `display` instead.
  package var url: String
  /// The URL without user, password, query and substituted values.
  package var display: String
  /// False: kept and checked, not polled.
  package var enabled: Bool
  package var format: FeedFormat
  package var everyMilliseconds: Int64
  /// Distance of the polls from the multiples of `every` in civil time; nil lets the schedule spread it.
  package var offsetMilliseconds: Int64?
  /// The whole transfer.
  package var timeoutMilliseconds: Int64
  package var connectTimeoutMilliseconds: Int64
  package var lowSpeed: LowSpeed?
  /// Of the decoded answer.
  package var maxBodyBytes: Int64
  package var headers: [Header]
  package var authentication: FeedAuthentication
  package var tls: TLSConfiguration
  package var proxy: ProxyConfiguration?
  /// HTTP/2 is asked for; otherwise HTTP/1.1 only.
  package var http2: Bool
  package var maxRedirects: Int
  /// Station of all rows when the answer names none.
  package var station: String?
  /// Civil time without success after which the feed is late; nil: three times `every`.
  package var lateAfterMilliseconds: Int64?
  /// Civil time with the same content after which the feed is frozen; nil: six times `every`, at least three averaging
  /// periods of its data.
  package var frozenAfterMilliseconds: Int64?
  /// What moves its polls beside `every`.
  package var pacing = FeedPacing()
  /// Of a feed over FTP or SFTP.
  package var files: FileServerConfiguration?
  /// Where the feed stands; no part of its identity.
  package var origin: ConfigurationOrigin
  package var location: SourceLocation { origin.location }

  /// A transfer slower than this for that long is given up.
  package struct LowSpeed: Sendable, Hashable {
    package var bytesPerSecond: Int
    package var forMilliseconds: Int64
  }

  /// A request header; the value may be a key and is kept as a secret.
  package struct Header: Sendable, Hashable {
    package var name: String
    package var value: Secret
  }
}

/// How a feed proves who asks.
package enum FeedAuthentication: Sendable, Hashable {
  case none
  case basic(username: String, password: Secret)
  case bearer(Secret)
  case header(name: String, value: Secret)
  /// SFTP: a private key.
  case key(username: String, privateKeyFile: String, passphrase: Secret?)

  /// For people, without any secret.
  package var kind: String {
    switch self {
    case .none: "none"
    case .basic: "basic"
    case .bearer: "bearer"
    case .header(let name, _): "header \(name)"
    case .key: "key"
    }
  }
}

/// Trust beyond the system's certificate store.
package struct TLSConfiguration: Sendable, Hashable {
  /// PEM file of the authorities to trust instead of the system's; absolute path.
  package var authorityFile: String?
  package init(authorityFile: String? = nil) { self.authorityFile = authorityFile }
}

/// A proxy; the URL may carry credentials.
package struct ProxyConfiguration: Sendable, Hashable {
  package var url: Secret
  /// The URL without user and password.
  package var display: String
}

/// How answers are decoded.
package enum FeedFormat: Sendable, Hashable {
  /// A well-known format by name.
  case preset(String)
  case mapping(FormatMapping)

  /// `cnemc`, `json mapping`.
  package var summary: String {
    switch self {
    case .preset(let name): name
    case .mapping(let mapping): "\(mapping.kind.rawValue) mapping"
    }
  }
}

/// A declared mapping of a vendor's format. Paths are checked for presence only; the decoder compiles them.
package struct FormatMapping: Sendable, Hashable {
  /// What holds the rows.
  package enum Kind: String, Sendable, CaseIterable { case json, ndjson, csv, tsv, xml }

  package var kind: Kind
  /// Path of the rows; nil when the body (or each line) is the row.
  package var rows: Value?
  /// JSON only: path of the list that names what stands in rows that are lists.
  package var fields: Value?
  /// Path or column of the station id within a row.
  package var station: Value?
  package var time: TimeMapping
  /// Texts and numbers that stand for a missing value, as written.
  package var missing: [String]
  /// One row holds many pollutants, each under its own path.
  package var values: [PollutantValue]
  /// One row holds one pollutant.
  package var long: LongForm?
  /// Path that holds a message when the answer is an error in disguise …
  package var error: Value?
  /// … unless one of these stands there (`ok`, `0`) …
  package var errorExceptions: [String]
  /// … with the text for people here, when it is not at `error`.
  package var errorMessage: Value?
  /// Where each row says where it was taken.
  package var latitude: Value?
  package var longitude: Value?
  /// JSON only: path of the address of what follows this answer.
  package var nextPage: Value?
  /// CSV only: one ASCII character.
  package var delimiter: String
  /// CSV and TSV: lines before the header or the first row.
  package var skippedLines: Int
  /// CSV and TSV: the first line names the columns; otherwise paths are positions, `[0]`.
  package var hasHeader: Bool
  /// CSV and TSV: every line is ended, the last one too; without its end the last row is refused.
  package var endsLines: Bool
  /// Rows without a station are counted and left out instead of being errors.
  package var skipsRowsWithoutStation: Bool
  package var textEncoding: TextEncoding

  /// How a body's text is written.
  package enum TextEncoding: String, Sendable, CaseIterable {
    case utf8 = "utf-8"
    case gb18030
    case latin1
    case cp437
  }

  /// A path with its place, so that whoever compiles it can say where it stands.
  package struct Value: Sendable, Hashable {
    package var text: String
    package var origin: ConfigurationOrigin
    package var location: SourceLocation { origin.location }
    /// `feeds[2].format.json.rows`.
    package var path: String { origin.path }
  }

  /// A pollutant of a wide layout.
  package struct PollutantValue: Sendable, Hashable {
    package var pollutant: Pollutant
    package var path: Value
    /// The pollutant's own unit when only `unitPath` is given.
    package var unit: MeasurementUnit
    /// Where each row states its unit; it wins over `unit`.
    package var unitPath: Value?
    /// The value's own averaging period when it differs from the row's.
    package var periodMilliseconds: Int64?
  }

  /// A layout with a row for each value.
  package struct LongForm: Sendable, Hashable {
    /// Path of the pollutant's name within a row.
    package var pollutant: Value
    /// The feed's names of pollutants; others are counted and left …
    package var names: [Name]
    /// … unless they are usual spellings of a quantity, and those are asked for.
    package var commonNames: Bool
    /// Path of the value.
    package var value: Value
    /// Where each row states its unit; it wins over the names'.
    package var unitPath: Value?

    /// What one of the feed's names means.
    package struct Name: Sendable, Hashable {
      package var text: String
      package var pollutant: Pollutant
      package var unit: MeasurementUnit
    }
  }

  /// How rows are stamped.
  package struct TimeMapping: Sendable, Hashable {
    /// How a stamp is written.
    package enum Encoding: String, Sendable, CaseIterable {
      /// With its offset; without one `zone` holds.
      case rfc3339
      case epochSeconds = "epoch-s"
      case epochMilliseconds = "epoch-ms"
      /// By `pattern`, local to `zone`.
      case pattern
      /// ISO 8601 whose offset, if any, is wrong and ignored: local to `zone`.
      case isoLocal = "iso-local"
      /// Seconds before reception.
      case ageSeconds = "age-s"
      /// No stamp in the answer: the instant of reception; `path` is empty.
      case received
    }
    /// What a stamp names of its averaging period.
    package enum Stamp: String, Sendable, CaseIterable { case begin, end, instant }

    package var path: Value
    package var encoding: Encoding
    package var stamp: Stamp
    /// Milliseconds; 0 for instantaneous values, and where months or rows tell.
    package var periodMilliseconds: Int64
    /// The period is the calendar month of the stamp.
    package var isMonthly = false
    /// Path of the time of day, of the offset, of the period's end, where they stand apart from the stamp.
    package var timeOfDay: Value?
    package var zonePath: Value?
    package var end: Value?
    /// Where each row tells its period, in units of `periodUnitMilliseconds` or of the unit it names itself.
    package var periodPath: Value?
    package var periodUnitMilliseconds: Int64 = 1
    package var periodUnitPath: Value?
    /// Of stamps that carry no offset; nil means the site's.
    package var zone: CivilOffset?
    /// With `pattern`: `yyyy-MM-dd HH:mm:ss`.
    package var pattern: String?
  }
}
