import AirQuality
import ConfigurationFiles
import Feeds
import Secrets

/// What decoding needs of a feed, whichever way its data come.
struct FormattedFeed {
  var name: String
  var format: ConfigurationFiles.FeedFormat
  var station: String?
  var maxBodyBytes: Int
  /// The feed is polled by what is learned of its publications.
  var followsPublications = false
  /// What its provider must not repeat.
  var mask = SecretMask()
  var origin: ConfigurationOrigin
  var location: SourceLocation { origin.location }

  init(_ feed: FeedConfiguration) {
    (name, format, station, origin) = (feed.name, feed.format, feed.station, feed.origin)
    maxBodyBytes = Int(feed.maxBodyBytes)
    followsPublications = feed.pacing.publication != nil
    mask = feed.mask
  }

  init(_ feed: ReceivedFeedConfiguration) {
    (name, format, station, origin) = (feed.name, feed.format, feed.station, feed.origin)
    maxBodyBytes = Int(feed.maxBodyBytes)
  }

  /// A line for people about a format that cannot work: the file and line of the value that is wrong, its path, why.
  func problem(_ error: MappingError) -> String {
    if case .mapping(let mapping) = format, let value = mapping.value(of: error) {
      return "\(value.location): \(value.path): feed \(name): \(error.message)"
    }
    return "\(location): \(origin.path).format.\(error.key): feed \(name): \(error.message)"
  }
}

extension FormatMapping {
  /// The configured value that an error of the decoder is about; nil when it is about none in particular.
  func value(of error: MappingError) -> Value? {
    let parts = error.key.split(separator: ".").map(String.init)
    switch parts.first {
    case "rows": if let bad = quoted(error) { return bad } else { return rows }
    case "time": return quoted(error) ?? (time.path.text.isEmpty ? nil : time.path)
    case "fields": return fields
    case "error": return parts.count > 1 ? errorMessage : self.error
    case "values": return values.first { $0.pollutant.name == parts.dropFirst().first }?.path ?? quoted(error)
    case "names": return long?.pollutant
    default: return quoted(error)
    }
  }

  /// The path whose text the message quotes.
  private func quoted(_ error: MappingError) -> Value? {
    var all = [station, rows, time.path, self.error, errorMessage, long?.pollutant, long?.value, long?.unitPath]
    all += [
      fields, latitude, longitude, nextPage, time.timeOfDay, time.zonePath, time.end, time.periodPath,
      time.periodUnitPath,
    ]
    for value in values { all += [value.path, value.unitPath] }
    return all.compactMap { $0 }.first { error.message.contains("\"\($0.text)\"") }
  }
}
