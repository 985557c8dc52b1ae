package import AirQuality

/// A vendor's format, declared: where the rows are and what stands in them. All texts are as configuration writes
/// them; `FeedDecoder.init` checks them and names what is wrong.
///
/// Paths depend on the container. JSON: `$`, `.name`, `['name']`, `[0]` from the row; the row path may use `[*]` up to
/// four times, nested; a column path may begin with `^` (or `^^` …) instead of `$` to start at what encloses the row, and
/// `[#]` in it is the element with the row's number: rows of parallel lists are `$.hourly.time[*]`, their stamp `$`, a
/// value `^.hourly.pm10[#]`.
/// CSV and tables: a header name, or `[0]` by position. XML: `PM2_5`, `a/b`, `@id`, `a/@id` below the row element,
/// without namespace prefixes. In any container ` | ` separates alternatives, of which the first that holds a value is
/// taken: `$.pm2_5_atm | $.pm2_5`.
package struct FeedMapping: Sendable, Hashable {
  package var container: Container
  /// Path of the station id; nil takes `DecodeContext.defaultStation`.
  package var station: String?
  /// Rows whose station is null or absent are left out and counted instead of being errors.
  package var skipsRowsWithoutStation: Bool
  package var time: TimeMapping
  /// Numbers and texts that mean "no value", beside null.
  package var missing: [MissingMarker]
  /// Rows that are not read, by a text in them.
  package var exceptions: [RowException]
  /// Wide layout: a column for each pollutant.
  package var values: [ValueMapping]
  /// Long layout: a row for each value.
  package var long: LongLayout?
  /// Path of the value without which a row without a stamp says that nothing was measured: it is left out and counted,
  /// and no error.
  package var silencePath: String?
  /// How a row shows that its zeros are no values.
  package var unrated: UnratedMapping?
  /// How the provider says that it failed.
  package var error: ErrorMapping?
  /// Path of the AQI that the feed publishes, kept for comparison only.
  package var publishedIndex: String?
  /// Where each row says where it was taken (走航: mobile routes).
  package var position: PositionMapping?
  /// JSON: path from the body's root of the address of what did not fit into this answer.
  package var nextPage: String?
  /// What people must know of the readings, added to every answer that has some.
  package var advice: String?
  /// What people must know of an answer that has rows of this format and no value in them.
  package var emptyAdvice: String?
  package var encoding: TextEncoding
  /// What an instrument tells by the channels of its two lasers alone gets the channels' mean beside them.
  package var averagesTwinChannels: Bool

  package init(
    container: Container, station: String?, time: TimeMapping, missing: [MissingMarker] = [],
    values: [ValueMapping] = [], long: LongLayout? = nil, error: ErrorMapping? = nil, publishedIndex: String? = nil,
    skipsRowsWithoutStation: Bool = false, position: PositionMapping? = nil, nextPage: String? = nil,
    advice: String? = nil, encoding: TextEncoding = .utf8, averagesTwinChannels: Bool = false,
    unrated: UnratedMapping? = nil, emptyAdvice: String? = nil, exceptions: [RowException] = [],
    silencePath: String? = nil
  ) {
    self.container = container
    self.station = station
    self.time = time
    self.missing = missing
    self.values = values
    self.long = long
    self.error = error
    self.publishedIndex = publishedIndex
    self.skipsRowsWithoutStation = skipsRowsWithoutStation
    self.position = position
    self.nextPage = nextPage
    self.advice = advice
    self.encoding = encoding
    self.averagesTwinChannels = averagesTwinChannels
    self.unrated = unrated
    self.emptyAdvice = emptyAdvice
    self.exceptions = exceptions
    self.silencePath = silencePath
  }

  /// What holds the rows.
  package enum Container: Sendable, Hashable {
    /// `rows`: `$.data[*]`; without `[*]` one value is the one row.
    case json(rows: String)
    /// A JSON body a line; `rows` holds within each line.
    case ndjson(rows: String)
    /// JSON by columns: rows are lists, and the list at `fields` names what stands in them. Columns are those names, or
    /// paths as in `json` where they begin with `$` or `^`.
    case table(rows: String, fields: String)
    /// Tables as text: commas, tabs, bars.
    case csv(CSVLayout)
    /// `row`: local name of the element that is a row.
    case xml(row: String)
  }

  /// How a CSV file is laid out.
  package struct CSVLayout: Sendable, Hashable {
    /// One ASCII character.
    package var delimiter: Character
    /// Lines before the header (or the first row).
    package var skippedLines: Int
    package var hasHeader: Bool
    /// Whether every line is ended, the last one too: a last row without its end may have been cut inside a number, and is
    /// refused. Otherwise it is refused only when it has fewer fields than the one before.
    package var endsLines: Bool
    package init(delimiter: Character = ",", skippedLines: Int = 0, hasHeader: Bool = true, endsLines: Bool = false) {
      self.delimiter = delimiter
      self.skippedLines = skippedLines
      self.hasHeader = hasHeader
      self.endsLines = endsLines
    }
  }
}

/// One pollutant's column.
package struct ValueMapping: Sendable, Hashable {
  /// `Pollutant.name`.
  package var pollutant: String
  package var path: String
  /// `ug/m3`, `ppb` …; nil when `unitPath` is given.
  package var unit: String?
  /// Where each row states its unit.
  package var unitPath: String?
  /// The value's own averaging period, when it differs from the row's; `o3_8h` has 8 h by itself.
  package var periodMilliseconds: Int?
  /// What is read instead where `path` holds nothing.
  package var substitute: Substitute?
  /// Path of a longer mean of the same, for feeds that write 0 where they have no value: 0 in both is none.
  package var longMeanPath: String?

  package init(
    pollutant: String, path: String, unit: String? = nil, unitPath: String? = nil, periodMilliseconds: Int? = nil,
    longMeanPath: String? = nil, substitute: Substitute? = nil
  ) {
    self.pollutant = pollutant
    self.path = path
    self.unit = unit
    self.unitPath = unitPath
    self.periodMilliseconds = periodMilliseconds
    self.longMeanPath = longMeanPath
    self.substitute = substitute
  }

  /// A field that is the value in some rows and another quantity in others, as the number at a second path tells.
  package struct Substitute: Sendable, Hashable {
    package var path: String
    package var kindPath: String
    package var kind: Double
    /// Whether rows of the kind are those that have the value, or all others.
    package var isOfKind: Bool
    package init(path: String, kindPath: String, kind: Double, isOfKind: Bool) {
      self.path = path
      self.kindPath = kindPath
      self.kind = kind
      self.isOfKind = isOfKind
    }
  }
}

/// A row is one value: a column names the pollutant, another holds the number.
package struct LongLayout: Sendable, Hashable {
  /// Path of the pollutant's name.
  package var pollutant: String
  /// Path of the number.
  package var value: String
  /// Where each row states its unit; overrides `Name.unit`.
  package var unitPath: String?
  /// The feed's names; others are ignored and counted.
  package var names: [Name]
  /// Names that `names` lacks are understood as `QuantityName` does ("PM 2.5 concentration", "co_ppm").
  package var knowsCommonNames: Bool
  /// Where names give one quantity of a station and moment more than once, as several sensors of a device do, one is
  /// taken: that of the name which stands first in `names` and has a value.
  package var takesOneName: Bool
  /// What becomes of rows that name no pollutant; nil where they are errors.
  package var unnamed: Unnamed?

  package init(
    pollutant: String, value: String, unitPath: String? = nil, names: [Name] = [], knowsCommonNames: Bool = false,
    takesOneName: Bool = false, unnamed: Unnamed? = nil
  ) {
    self.pollutant = pollutant
    self.value = value
    self.unitPath = unitPath
    self.names = names
    self.knowsCommonNames = knowsCommonNames
    self.takesOneName = takesOneName
    self.unnamed = unnamed
  }

  /// Rows without a pollutant's name are kept as `unspecified`.
  package struct Unnamed: Sendable, Hashable {
    /// Path of the station that they have where it holds one: series of one place that say nothing of themselves would
    /// else be one.
    package var station: String
    /// What people must know of such rows.
    package var advice: String
    package init(station: String, advice: String) {
      self.station = station
      self.advice = advice
    }
  }

  /// One name of the feed.
  package struct Name: Sendable, Hashable {
    package var feedName: String
    /// `Pollutant.name`.
    package var pollutant: String
    package var unit: String?
    package init(_ feedName: String, pollutant: String, unit: String? = nil) {
      self.feedName = feedName
      self.pollutant = pollutant
      self.unit = unit
    }
  }
}

/// What a row's stamp is written as and what it means.
package struct TimeMapping: Sendable, Hashable {
  /// How the stamp is written, by the name that configuration uses.
  package enum Notation: String, CaseIterable, Sendable, Hashable {
    case epochMilliseconds = "epoch-ms"
    case epochSeconds = "epoch-s"
    /// With its offset; without one, `zone` or the site's. `begin/end` gives the row's period.
    case rfc3339
    /// ISO 8601 whose offset, if any, is wrong and ignored: the time is local to `zone`.
    case isoLocal = "iso-local"
    /// By `pattern`, local to `zone`.
    case local
    /// Seconds before reception.
    case age = "age-s"
    /// The feed has no stamp: the instant of reception.
    case received
  }
  /// What the stamp marks.
  package enum Meaning: String, CaseIterable, Sendable, Hashable {
    case begin, end, instant
  }
  /// Path of the stamp; nil only for `received`.
  package var path: String?
  package var notation: Notation
  /// `yyyy yy MM M dd d HH H mm ss SSS XXX` and literals, quoted by `'` where they are letters.
  package var pattern: String?
  package var meaning: Meaning
  /// Length of the averaging period; 0 for `instant`, and for periods that rows tell.
  package var periodMilliseconds: Int
  package var zone: CivilOffset?
  /// Path of the time of day, where it stands apart from the date at `path`; the two are read with a space between.
  package var timeOfDayPath: String?
  /// Path of the offset of the row's stamps (`+02:00`, or hours as a number), where it stands apart.
  package var zonePath: String?
  /// Path of the end of the row's period, written as its begin at `path`.
  package var endPath: String?
  /// Where each row tells its period; rows that tell none have `periodMilliseconds`.
  package var rowPeriod: RowPeriod?
  /// The period is the calendar month that the stamp lies in (with `end`: that it ends), as of dustfall (降尘).
  package var isMonthly: Bool

  /// A row's own averaging period: a number, times its unit.
  package struct RowPeriod: Sendable, Hashable {
    package var path: String
    /// Milliseconds of one.
    package var unitMilliseconds: Double
    /// Where the row names the unit: `minutes`, `hours`, `days`; overrides `unitMilliseconds`.
    package var unitPath: String?
    package init(path: String, unitMilliseconds: Double, unitPath: String? = nil) {
      self.path = path
      self.unitMilliseconds = unitMilliseconds
      self.unitPath = unitPath
    }
  }

  package init(
    path: String?, notation: Notation, pattern: String? = nil, meaning: Meaning, periodMilliseconds: Int,
    zone: CivilOffset? = nil, timeOfDayPath: String? = nil, zonePath: String? = nil, endPath: String? = nil,
    rowPeriod: RowPeriod? = nil, isMonthly: Bool = false
  ) {
    self.path = path
    self.notation = notation
    self.pattern = pattern
    self.meaning = meaning
    self.periodMilliseconds = periodMilliseconds
    self.zone = zone
    self.timeOfDayPath = timeOfDayPath
    self.zonePath = zonePath
    self.endPath = endPath
    self.rowPeriod = rowPeriod
    self.isMonthly = isMonthly
  }
}

/// Where rows say where they were taken, in degrees of WGS 84.
package struct PositionMapping: Sendable, Hashable {
  package var latitude: String
  package var longitude: String
  /// Whether names are given to places all over the world, so that one may stand for two: rows of a station more than a
  /// degree away from its first are refused.
  package var namesRepeat: Bool
  package init(latitude: String, longitude: String, namesRepeat: Bool = false) {
    self.latitude = latitude
    self.longitude = longitude
    self.namesRepeat = namesRepeat
  }
}

/// Rows that look like the others and are something else.
package struct RowException: Sendable, Hashable {
  package var path: String
  /// The texts at `path` that mark such a row.
  package var texts: [String]
  /// Why it cannot be read, for the row's error; nil for rows that are left out and counted as values of other quantities.
  package var complaint: String?
  package init(path: String, texts: [String], complaint: String? = nil) {
    self.path = path
    self.texts = texts
    self.complaint = complaint
  }
}

/// Rows without an assessment: their index is 0 and their grade is nothing. Their zeros are no values.
package struct UnratedMapping: Sendable, Hashable {
  /// Paths of the index and of the grade.
  package var index: String
  package var grade: String
  package init(index: String, grade: String) {
    self.index = index
    self.grade = grade
  }
}

/// A value that stands for none.
package enum MissingMarker: Sendable, Hashable {
  case number(Double)
  case text(String)
}

/// Where an answer says that it is an error.
package struct ErrorMapping: Sendable, Hashable {
  /// JSON: a path from the body's root. XML: the local name of an element outside the rows. Present (and neither null,
  /// false, 0 nor empty) it marks an error …
  package var path: String
  /// … unless it is one of these (`ok`, `0`, `success`).
  package var okValues: [String]
  /// JSON: where the text is, when not at `path`.
  package var messagePath: String?

  package init(path: String, okValues: [String] = [], messagePath: String? = nil) {
    self.path = path
    self.okValues = okValues
    self.messagePath = messagePath
  }
}

/// How a body's text is written.
package enum TextEncoding: String, CaseIterable, Sendable, Hashable {
  case utf8 = "utf-8"
  case gb18030
  /// ISO 8859-1.
  case latin1
  /// IBM code page 437.
  case cp437
}
