public import AirQuality

/// What an event is about; hooks subscribe by it.
public enum EventKind: String, CaseIterable, Sendable, Hashable {
  /// A finding's level changed (研判等级).
  case level
  /// An alert declared by a government (预警).
  case alert
  /// Data stopped, came back, or is missing.
  case data
  case watch
  case task
  /// Information that asks for no level: first running mean above 200, lifting proposed, SO2 conditions (提示).
  case notice
  case reminder
  /// Data to be inspected (数据异常待核查): of a log of its own that only inspectors see.
  case inspection
}

/// A scalar in an event's `inputs`.
public enum EventInput: Sendable, Hashable {
  case text(String)
  /// At most three decimals.
  case number(Double)
  case flag(Bool)
}

/// One event: an append-only row, the same in the API, the stream and every webhook.
public struct EventRecord: Sendable, Hashable {
  /// Gapless from 1.
  public var sequence: Int64
  /// Stable over the life of what it tells of: all events of one episode share it. With `sequence` the idempotency key.
  public var id: String
  public var kind: EventKind
  /// Unit code: a county, the city, or the urban district.
  public var county: String
  /// Level names for `level`, states for the others (`ok`, `indeterminate`, …).
  public var from: String
  public var to: String
  public var at: Instant
  /// The criterion that decided, `mee-2018/orange`.
  public var rule: String
  /// The numbers the decision rests on, in a fixed order.
  public var inputs: [Input]
  public var drill: Bool
  /// The leading number, its unit and window; nil where none applies.
  public var value: Double?
  public var unit: String
  public var window: String
  /// 0 to 1.
  public var completeness: Double?
  public var revision: Int
  /// When the episode or state began.
  public var startsAt: Instant
  /// Whether this event ends what `id` stands for.
  public var ends: Bool
  /// Texts for people (DOMAIN.md 12, message text), first line at most 70 characters.
  public var textChinese: String
  public var textEnglish: String

  /// A named scalar that a decision rests on.
  public struct Input: Sendable, Hashable {
    public var name: String
    public var value: EventInput
    public init(_ name: String, _ value: EventInput) {
      self.name = name
      self.value = value
    }
  }

  public init(
    sequence: Int64, id: String, kind: EventKind, county: String, from: String, to: String, at: Instant, rule: String,
    inputs: [Input], drill: Bool = false, value: Double? = nil, unit: String = "", window: String = "",
    completeness: Double? = nil, revision: Int = 0, startsAt: Instant, ends: Bool, textChinese: String,
    textEnglish: String
  ) {
    self.sequence = sequence
    self.id = id
    self.kind = kind
    self.county = county
    self.from = from
    self.to = to
    self.at = at
    self.rule = rule
    self.inputs = inputs
    self.drill = drill
    self.value = value
    self.unit = unit
    self.window = window
    self.completeness = completeness
    self.revision = revision
    self.startsAt = startsAt
    self.ends = ends
    self.textChinese = textChinese
    self.textEnglish = textEnglish
  }

  /// The delivery key of CONTRACT.md.
  public var idempotencyKey: String { "\(id)-\(sequence)" }
}
