import AirQuality
import ConfigurationFiles
import HJ212
import Instruments
import Secrets

extension InstrumentListenerDefinition {
  /// The listener of a configured feed; `overrides` are what the registry sets for stations, by id.
  init(_ feed: InstrumentFeedConfiguration, offset: CivilOffset, overrides: [String: StationSetting]) {
    var limits = InstrumentLimits()
    limits.connections = feed.connections
    limits.idleMilliseconds = feed.idleMilliseconds
    let devices = feed.devices.map { device in
      let settings = DeviceSettings(
        station: device.station, units: device.units, stampsEnd: device.stampsEnd, minutes: device.minutes
      ).applying(overrides[device.station ?? device.identity])
      let password = device.password.map { AccessPassword($0.reveal()) }
      return (device.identity, InstrumentPolicy.Device(settings: settings, password: password))
    }
    self.init(
      name: feed.name, host: feed.listen.host, port: feed.listen.port,
      policy: InstrumentPolicy(devices: Dictionary(devices, uniquingKeysWith: { first, _ in first }), offset: offset),
      limits: limits)
  }
}
