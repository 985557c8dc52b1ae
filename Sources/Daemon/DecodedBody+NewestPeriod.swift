import AirQuality
import Feeds
import Lidar
import Polling

extension DecodedBody {
  /// The newest period of the readings; of an answer with lidar profiles alone, the newest of those.
  func newestPeriod(at moment: Instant) -> NewestPeriod? {
    if let period = batch.newestPeriod(at: moment) { return period }
    let limit = moment.adding(milliseconds: NewestPeriod.toleranceMilliseconds)
    guard let end = profiles.lazy.map(\.at).filter({ $0 <= limit }).max() else { return nil }
    let stations = Set(profiles.lazy.filter { $0.at == end }.map(\.station))
    return NewestPeriod(end: end, spanMilliseconds: 0, stations: stations.count)
  }
}
