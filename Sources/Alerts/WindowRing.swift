package import AirQuality

/// The AQI of one running 24 h window.
package struct RunningAQI: Sendable, Hashable, BitwiseCopyable {
  /// What is known of it.
  package enum Quality: UInt8, Sendable, BitwiseCopyable {
    /// Nothing that decides.
    case indeterminate = 0
    /// From some of the pollutants: the true AQI is this or higher. It may raise, never clear.
    case lowerBound
    case complete
  }
  /// 0 to 500; 0 when indeterminate.
  package var value: Int16
  package var quality: Quality

  package init(value: Int16, quality: Quality) {
    self.value = value
    self.quality = quality
  }

  package static let indeterminate = RunningAQI(value: 0, quality: .indeterminate)

  /// Above, at or below a threshold, or not decided by what is known.
  package func isAbove(_ threshold: Int) -> Bool? {
    switch quality {
    case .indeterminate: nil
    case .lowerBound: Int(value) > threshold ? true : nil
    case .complete: Int(value) > threshold
    }
  }
}

/// The running AQIs of a unit's last 15 days, one per civil hour, by the hour that ends the window.
package struct WindowRing: Sendable, Hashable {
  /// 15 days: red needs 73 windows, and late rows of two weeks still count.
  package static let capacity = 360

  private var windows: [RunningAQI]
  /// The newest civil hour held; nil before the first.
  package private(set) var head: Int32?

  package init() { windows = Array(repeating: .indeterminate, count: Self.capacity) }

  private static func slot(_ hour: Int32) -> Int {
    let remainder = Int(hour) % capacity
    return remainder < 0 ? remainder + capacity : remainder
  }

  /// The oldest hour that is held.
  package var tail: Int32? { head.map { $0 - Int32(Self.capacity) + 1 } }

  /// The window that ends with `hour`; indeterminate when it is not held.
  package subscript(hour: Int32) -> RunningAQI {
    guard let head, hour <= head, hour > head - Int32(Self.capacity) else { return .indeterminate }
    return windows[Self.slot(hour)]
  }

  /// Copies the windows of hours `first` to `last`, all of which are held, to the front of `buffer`.
  func copy(_ first: Int32, through last: Int32, to buffer: UnsafeMutableBufferPointer<RunningAQI>) {
    var slot = Self.slot(first)
    for place in 0..<Int(last - first) + 1 {
      buffer[place] = windows[slot]
      slot = slot + 1 == Self.capacity ? 0 : slot + 1
    }
  }

  /// Sets a window; a newer hour moves the head and leaves the hours between indeterminate. False when it is too old.
  @discardableResult
  package mutating func set(_ window: RunningAQI, hour: Int32) -> Bool {
    if let head {
      guard hour > head - Int32(Self.capacity) else { return false }
      if hour > head {
        let gap = min(Int(hour - head), Self.capacity)
        for step in 1...gap { windows[Self.slot(hour - Int32(gap) + Int32(step))] = .indeterminate }
        self.head = hour
      }
    } else {
      head = hour
    }
    windows[Self.slot(hour)] = window
    return true
  }

  package func encode(into writer: inout ByteWriter) {
    writer.optional(head) { $0.fixed($1) }
    for window in windows {
      writer.fixed(window.value)
      writer.byte(window.quality.rawValue)
    }
  }

  package init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    self.init()
    head = try reader.optional { reader throws(SnapshotReadingError) in try reader.fixed(Int32.self) }
    for slot in 0..<Self.capacity {
      windows[slot] = RunningAQI(
        value: try reader.fixed(Int16.self), quality: try reader.coded(RunningAQI.Quality.self))
    }
  }
}
