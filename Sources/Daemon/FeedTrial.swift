import AirQuality
import ConfigurationFiles
import Engine
import Feeds
import JSONText
import Lidar
import Polling
import Screening
import Synchronization
import Timekeeping
import Web

/// One poll of one configured feed, outside the daemon: `feed test`.
package enum FeedTrial {
  /// What the poll gave.
  package struct Report: Sendable {
    /// Screened readings, then what lidars saw as `/api/v1/lidar` shows it, one JSON object a line.
    package var ndjson: [UInt8]
    /// The same as tables; one without rows is left out.
    package var tables: [Table]
    package var errors: [String]
    /// One line: status, bytes, rows, verdict.
    package var verdict: String
    package var failed: Bool
  }

  /// Rows for people, under the names of their columns.
  package struct Table: Sendable {
    package var header: [String]
    package var rows: [[String]]
  }

  /// - Throws: `FeedFault` when the feed is unknown or gives no answer.
  package static func run(name: String, configuration: RuntimeConfiguration) async throws -> Report {
    if let received = configuration.loaded.received.first(where: { $0.name == name }) {
      throw FeedFault(
        code: "not_polled",
        message: "its data come by themselves (\(received.way.name)); decode --format reads recorded ones")
    }
    if let instruments = configuration.loaded.instruments.first(where: { $0.name == name }) {
      throw FeedFault(
        code: "not_polled",
        message: "instruments dial in for it at \(instruments.listen); decode --format hj212 reads recorded frames")
    }
    guard let reader = configuration.readers[name],
      let definition = configuration.definitions.first(where: { $0.name == name })
    else {
      let known = configuration.definitions.map(\.name).joined(separator: ", ")
      throw FeedFault(code: "unknown_feed", message: "no enabled feed is called \(name); known are \(known)")
    }
    let site = configuration.loaded.site
    let poller = try Poller(
      clock: WallClock(), zone: site.offset, userAgent: "lantian/\(DaemonOptions.version)", consumer: { _ in })
    await poller.apply(definitions: [definition])
    let outcome: Result<PollAnswer, any Error>
    do {
      outcome = .success(try await poller.pollOnce(name))
    } catch {
      outcome = .failure(error)
    }
    await poller.shutdown(deadline: .seconds(1))
    let answer = try outcome.get()
    let body = try FeedIntake.unpacked(answer, limitBytes: reader.maxBodyBytes)
    return report(answer, body, reader: reader, site: site, configuration: configuration.loaded)
  }

  private static func report(
    _ answer: PollAnswer, _ body: [UInt8], reader: FeedIntake.Reader, site: Site, configuration: LoadedConfiguration
  ) -> Report {
    var (decoded, observations) = decode(body, answer, reader: reader, site: site, configuration: configuration)
    let registry = Dictionary(site.stations.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let tally = Screener(limits: configuration.screening).screen(
      &decoded.batch.readings, classes: decoded.batch.stations.map { registry[$0]?.stationClass },
      receivedAt: answer.receivedAt)
    var ndjson: [UInt8] = []
    NDJSONWriter(feed: answer.feed, offset: site.offset).write(
      decoded.batch, county: { registry[$0]?.county }, to: &ndjson)
    for observation in observations {
      var writer = JSONWriter(offset: site.offset)
      writer.write(observation, watches: [])
      ndjson += writer.bytes + [0x0A]
    }
    var failed = false
    var verdict = answer.fileName ?? "HTTP \(answer.status)"
    verdict += ", \(answer.bytes) bytes, \(decoded.rowCount) rows, "
    verdict += "\(tally.good) good, \(tally.suspect) suspect, \(tally.fail) failed, \(tally.missing) missing, "
    if decoded.ignoredValues > 0 { verdict += "\(decoded.ignoredValues) values of other quantities left out, " }
    verdict += "\(decoded.profiles.count + decoded.recordCount) profiles, \(decoded.errorCount) errors: "
    switch decoded.verdict {
    case .ok: verdict += "ok"
    case .empty: verdict += "empty"
    case .failed(let failure):
      verdict += "\(failure.code.rawValue): \(failure.message)"
      failed = true
    }
    return Report(
      ndjson: ndjson,
      tables: [readings(decoded.batch, registry, site.offset), lidars(observations, site.offset)]
        .filter { !$0.rows.isEmpty },
      errors: decoded.errors.map { "row \($0.row), \($0.path): \($0.code.rawValue): \($0.message)" }, verdict: verdict,
      failed: failed)
  }

  /// As the daemon decodes it: what readings and lidar observations an answer gives.
  private static func decode(
    _ body: [UInt8], _ answer: PollAnswer, reader: FeedIntake.Reader, site: Site, configuration: LoadedConfiguration
  ) -> (DecodedBody, [LidarObservation]) {
    if reader.decoder.format == .preset(.lidarFile), LidarFormat(sniffing: body) != nil {
      let extract = LidarExtract(of: body, station: reader.defaultStation)
      return (extract.body, extract.observations)
    }
    var context = DecodeContext(
      receivedAt: answer.receivedAt, siteOffset: site.offset, defaultStation: reader.defaultStation)
    context.overrides = IntakeRegistry(configuration).overrides
    var decoded = reader.decoder.decode(body, context: context)
    decoded.hide(by: reader.mask)
    return (decoded, LidarObserver.observations(decoded.profiles.map { LidarRecord($0) }, station: nil))
  }

  private static func readings(
    _ batch: ReadingBatch, _ registry: [String: Station], _ offset: CivilOffset
  ) -> Table {
    Table(
      header: ["station", "county", "pollutant", "value", "unit", "begin", "end", "flag", "reasons"],
      rows: batch.readings.map { reading in
        let station = batch.stations[Int(reading.station)]
        return [
          station, registry[station]?.county ?? "-", reading.pollutant.name,
          reading.value.isNaN ? "-" : NDJSONWriter.number(reading.value), reading.pollutant.unit.rawValue,
          offset.format(reading.begin), offset.format(reading.end), String(reading.flag.rawValue),
          reading.reasons.list.joined(separator: ","),
        ]
      })
  }

  private static func lidars(_ observations: [LidarObservation], _ offset: CivilOffset) -> Table {
    func meters(_ value: Double?) -> String { value.map { NDJSONWriter.number($0.rounded()) } ?? "-" }
    return Table(
      header: [
        "lidar", "at", "profiles", "tilt", "mixed layer, m", "uncertainty, m", "quality", "reason", "layers aloft, m",
        "cloud base, m",
      ],
      rows: observations.map { observation in
        [
          observation.station, offset.format(observation.at), String(observation.profiles),
          NDJSONWriter.number(observation.tiltDegrees), meters(observation.boundaryLayerMeters),
          meters(observation.uncertaintyMeters), observation.quality, observation.reason,
          observation.layers.map { "\(meters($0.baseMeters))-\(meters($0.topMeters))" }.joined(separator: " "),
          meters(observation.cloudBaseMeters),
        ]
      })
  }
}
