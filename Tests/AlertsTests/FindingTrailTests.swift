import AirQuality
import Alerts
import Testing

struct FindingTrailTests {
  @Test("holds 15 days; hours that are passed over were not judged")
  func ring() throws {
    var trail = FindingTrail()
    #expect(trail[5] == nil)
    trail.set(.yellow, hour: 5)
    trail.set(.red, hour: 8)
    #expect([5, 6, 7, 8, 9].map { trail[$0] } == [.yellow, nil, nil, .red, nil])
    trail.set(.none, hour: -351)
    #expect(trail[-351] == Level.none, "the oldest hour held")
    trail.set(.blue, hour: -352)
    #expect(trail[-352] == nil, "older than the ring")
    trail.set(.orange, hour: 8 + 2 * Int32(FindingTrail.capacity))
    #expect(trail[8] == nil && trail[5] == nil)
    var writer = ByteWriter(capacity: 64)
    trail.encode(into: &writer)
    var reader = SnapshotReader(writer.bytes, subject: "trail")
    #expect(try FindingTrail(decoding: &reader) == trail)
  }

  @Test("finds anew what each hour would have found, by the lifts of its time")
  func revise() {
    var windows = WindowRing()
    var trail = FindingTrail()
    for hour in Int32(0)..<60 {
      windows.set(RunningAQI(value: 250, quality: .complete), hour: hour)
      let found = LevelAssessment(windows: windows, criteria: .mee2018, ignoreThrough: nil).level
      trail.set(found, hour: hour)
    }
    // Nothing changed: nothing differs.
    var unchanged = trail
    #expect(unchanged.revise(from: 0, before: 60, windows: windows, criteria: .mee2018).isEmpty && unchanged == trail)
    // Without hour 10 the 25th window of a row comes at hour 35 instead of 24, the 49th at 59 instead of 48.
    windows.set(RunningAQI(value: 150, quality: .complete), hour: 10)
    let revisions = trail.revise(from: 10, before: 60, windows: windows, criteria: .mee2018)
    #expect(revisions.map(\.hour) == Array(24...34) + Array(48...58))
    #expect(revisions.allSatisfy { $0.found < $0.published })
    #expect(trail.revise(from: 10, before: 60, windows: windows, criteria: .mee2018).isEmpty, "said once")
    // Had a person lifted at hour 40, later hours would count from there.
    trail.noteLift(through: 40)
    #expect(trail.ignoreThrough(at: 40) == nil && trail.ignoreThrough(at: 41) == 40)
    let lifted = trail.revise(from: 0, before: 60, windows: windows, criteria: .mee2018)
    #expect(lifted.map(\.hour) == Array(41...59) && lifted.allSatisfy { $0.found == .none })
  }
}
