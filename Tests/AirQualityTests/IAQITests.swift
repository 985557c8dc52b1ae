import AirQuality
import Testing

func amount(_ text: String) throws -> Concentration { try #require(Concentration(decimal: text.utf8)) }

@Suite("Individual indices of HJ 633")
struct IAQITests {
  @Test("every golden vector of both editions", .enabled(if: SharedData.isPresent, "\(SharedData.absent)"))
  func vectors() throws {
    var count = 0
    for line in try SharedData.lines("golden/iaqi_vectors.csv").dropFirst() {
      let fields = line.split(separator: ",").map(String.init)
      let edition: AQIEdition = fields[0] == "2012" ? .hj633In2012 : .hj633In2026
      let name = fields[1].lowercased().replacing(".", with: "")
      let factor = try #require(AQIFactor(rawValue: name), "factor \(name)")
      #expect(edition.iaqi(factor, try amount(fields[2])) == Int(fields[3]), "\(line)")
      #expect(Int(fields[3]) != nil || fields[3].hasPrefix("none"))
      count += 1
    }
    #expect(count == 726)
  }

  @Test("a node gives its own index, the next step above it gives the next", arguments: AQIEdition.allCases)
  func nodes(_ edition: AQIEdition) {
    for factor in AQIFactor.allCases {
      let nodes = factor.nodes(edition)
      for (index, node) in nodes.enumerated() {
        let thousandths = Int32(node) * 1_000
        #expect(edition.iaqi(factor, Concentration(thousandths: thousandths)) == AQIFactor.indices[index])
        guard index > 0, index < nodes.count - 1 else { continue }
        // One whole step of the standard's decimals.
        let step: Int32 = factor.pollutant == .co ? 100 : 1_000
        let above = edition.iaqi(factor, Concentration(thousandths: thousandths + step))
        #expect((above ?? 0) > AQIFactor.indices[index], "\(factor) above \(node)")
      }
    }
  }

  @Test("the 2012 edition takes the concentration as it is given, a thousandth above a node counts")
  func unroundedIn2012() throws {
    #expect(AQIEdition.hj633In2012.iaqi(.pm25Day, try amount("75")) == 100)
    #expect(AQIEdition.hj633In2012.iaqi(.pm25Day, try amount("75.001")) == 101)
    #expect(AQIEdition.hj633In2012.iaqi(.pm10Day, try amount("150")) == 100)
  }

  @Test(
    "the 2026 edition rounds half to even first",
    arguments: [
      (AQIFactor.pm25Day, "60.4", 100), (.pm25Day, "60.5", 100), (.pm25Day, "60.500001", 101), (.pm25Day, "60.6", 101),
      (.pm25Day, "61.5", 102), (.pm25Day, "75", 114), (.pm10Day, "150", 112), (.pm10Day, "120.5", 100),
      (.coDay, "4.05", 100), (.coDay, "4.15", 101), (.coDay, "4.0500001", 101), (.so2Hour, "800.5", 200),
      (.o3EightHour, "801", 300),
    ])
  func roundedIn2026(_ factor: AQIFactor, _ text: String, _ expected: Int) throws {
    #expect(AQIEdition.hj633In2026.iaqi(factor, try amount(text)) == expected)
  }

  @Test("above the scale the index is held, missing has none, noise below zero is zero", arguments: AQIEdition.allCases)
  func ends(_ edition: AQIEdition) {
    for factor in AQIFactor.allCases {
      #expect(edition.iaqi(factor, .missing) == nil)
      #expect(edition.iaqi(factor, Concentration(thousandths: -400)) == 0)
      let top = edition.iaqi(factor, Concentration(thousandths: 2_000_000_000))
      switch (factor, edition) {
      case (.so2Hour, .hj633In2012), (.o3EightHour, .hj633In2012): #expect(top == nil)
      case (.so2Hour, .hj633In2026): #expect(top == 200)
      case (.o3EightHour, .hj633In2026): #expect(top == 300)
      default: #expect(top == 500)
      }
    }
  }

  /// The rule in its plainest form: the smallest index whose concentration, on the segment, is not below the given one.
  private func reference(_ factor: AQIFactor, _ edition: AQIEdition, thousandths: Int) -> Int? {
    var c = thousandths
    if edition == .hj633In2026 {
      let step = factor.pollutant == .co ? 100 : 1_000
      let below = c / step * step
      let twice = 2 * (c - below)
      if twice > step || (twice == step && below / step % 2 == 1) { c = below + step } else { c = below }
    }
    let nodes = factor.nodes(edition).map { $0 * 1_000 }
    for k in 0...500 {
      guard let upper = AQIFactor.indices.firstIndex(where: { $0 >= k }), upper < nodes.count else { break }
      if k == 0 {
        if c == 0 { return 0 }
        continue
      }
      let (i0, i1) = (AQIFactor.indices[upper - 1], AQIFactor.indices[upper])
      let (b0, b1) = (nodes[upper - 1], nodes[upper])
      // c <= b0 + (k - i0) (b1 - b0) / (i1 - i0)
      if (c - b0) * (i1 - i0) <= (k - i0) * (b1 - b0) { return k }
    }
    if nodes.count == 8 { return 500 }
    return edition == .hj633In2012 ? nil : AQIFactor.indices[nodes.count - 1]
  }

  @Test("monotone, and equal to the plain rule, at every thousandth around every node", arguments: AQIEdition.allCases)
  func aroundNodes(_ edition: AQIEdition) {
    for factor in AQIFactor.allCases {
      for node in factor.nodes(edition) {
        var last = 0
        for thousandths in max(0, node * 1_000 - 1_100)...(node * 1_000 + 1_100) {
          let iaqi = edition.iaqi(factor, Concentration(thousandths: Int32(thousandths)))
          // The plain rule is slow: one point in seven, and the close neighbours of the node.
          if thousandths % 7 == 0 || abs(thousandths - node * 1_000) < 4 {
            #expect(iaqi == reference(factor, edition, thousandths: thousandths), "\(factor) \(thousandths)")
          }
          guard let iaqi else { continue }
          if iaqi < last { Issue.record("\(factor) falls at \(thousandths)") }
          last = iaqi
        }
      }
    }
  }

  @Test("random concentrations equal the plain rule", arguments: [UInt64(20_201_201), 7, 633])
  func random(_ seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2_000 {
      let factor = AQIFactor.allCases.randomElement(using: &generator) ?? .pm25Day
      let edition = AQIEdition.allCases.randomElement(using: &generator) ?? .hj633In2012
      let top = (factor.nodes(edition).last ?? 0) * 1_100
      let thousandths = Int.random(in: 0...top, using: &generator)
      #expect(
        edition.iaqi(factor, Concentration(thousandths: Int32(thousandths)))
          == reference(factor, edition, thousandths: thousandths),
        "seed \(seed): \(factor) \(edition) \(thousandths)")
    }
  }

  @Test("the edition by date changes on 2026-03-01")
  func byDate() throws {
    let setting = try #require(AQIEditionSetting(name: "by-date"))
    #expect(setting.edition(on: try #require(CivilDay("2026-02-28"))) == .hj633In2012)
    #expect(setting.edition(on: try #require(CivilDay("2026-03-01"))) == .hj633In2026)
    #expect(AQIEdition.firstDayOf2026 == CivilDay("2026-03-01"))
    for name in AQIEditionSetting.names { #expect(AQIEditionSetting(name: name)?.name == name) }
    #expect(AQIEditionSetting(name: "hj633-2026")?.edition(on: CivilDay(number: 0)) == .hj633In2026)
    #expect(AQIEditionSetting(name: "2012") == nil)
  }
}
