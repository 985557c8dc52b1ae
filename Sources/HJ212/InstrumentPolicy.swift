package import AirQuality

/// Which devices may dial in, and how each is read.
package struct InstrumentPolicy: Sendable, Hashable {
  /// One device of the list.
  package struct Device: Sendable, Hashable {
    package var settings: DeviceSettings
    /// Nil when any password is taken.
    package var password: AccessPassword?

    package init(settings: DeviceSettings = DeviceSettings(), password: AccessPassword? = nil) {
      self.settings = settings
      self.password = password
    }
  }

  /// By identity (MN).
  package var devices: [String: Device]
  package var offset: CivilOffset

  package init(devices: [String: Device], offset: CivilOffset = .china) {
    self.devices = devices
    self.offset = offset
  }
}
