public import AirQuality

/// What `Engine.apply` asks the shell to do. All effects of one record commit in one transaction with the record.
public enum Effect: Sendable, Hashable {
  /// Append the event.
  case event(EventRecord)
  /// Append the event to the inspectors' log, which has numbers of its own.
  case inspection(EventRecord)
  /// Put one delivery into the outbox of a hook; the event is one emitted by the same `apply`.
  case deliver(hook: String, sequence: Int64)
  /// Write (or rewrite) the chunk of a county and day.
  case chunk(ChunkKey, bytes: [UInt8])
  /// Rows came that are older than the rings: load the chunks of that county and day and answer with a `history` event.
  case need(county: String, day: CivilDay)
  /// Keep the daily values of a closed day, as a new revision when they differ from the newest.
  case dayValue(DayValue)
  /// Keep reviewed hours of a county's day; later ones of the same station and pollutant stand in their place.
  case review(ReviewRecord)
  /// Keep these verdicts beside the rows of the record's batch.
  case screened([ScreeningVerdict])
  /// Seal the stored hours of a month and chain the seal to the one before.
  case seal(CivilMonth)
}

/// Which part of a county's day a chunk holds.
public enum ChunkKind: UInt8, Sendable, Hashable {
  /// Hour values of all its stations for 24 hours.
  case hours = 0
  /// Minute values of all its stations for the 24 hours.
  case minutes = 1
}

/// The key of a stored chunk.
public struct ChunkKey: Sendable, Hashable {
  /// County code; empty for stations of no county.
  public var county: String
  public var day: CivilDay
  public var kind: ChunkKind
  /// The hour of the day, 0 to 23, for minutes; 0 for hours.
  public var hour: UInt8

  public init(county: String, day: CivilDay, kind: ChunkKind, hour: UInt8 = 0) {
    self.county = county
    self.day = day
    self.kind = kind
    self.hour = hour
  }
}
