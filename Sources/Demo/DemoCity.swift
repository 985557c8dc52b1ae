/// A county of the demonstration city (吕梁市) with what the simulator needs to know of its air.
package struct DemoCounty: Sendable {
  /// Six digits of GB/T 2260.
  package let code: String
  package let nameChinese: String
  package let nameEnglish: String
  /// Group of the 2020 plan.
  package let group: String
  /// Degrees north and east.
  package let latitude: Double
  package let longitude: Double
  /// Annual PM10 target of the 2020 plan, µg/m³.
  let pm10Target: Double
  /// Annual SO2 target, µg/m³.
  let so2Target: Double
  /// January to November mean of PM10 and SO2 as a share of the target: above 366/335 the year is lost.
  let pm10Share: Double
  let so2Share: Double
  /// PM2.5 of an ordinary winter hour and at the height of the episode, µg/m³.
  let winterPM25: Double
  let peakPM25: Double
  /// Hours from the scenario's start to the onset of stagnation, and how long the build-up takes.
  let onsetHours: Double
  let riseHours: Double
  /// Hours by which the cold front comes later than in the north-west.
  let frontDelayHours: Double
  let hasLidar: Bool

  /// Whether it is one of the four plain counties (平川四县).
  package var isPlain: Bool { group == "平川四县" }
}

/// The 13 counties; names, codes, groups and targets are those of 吕政办发〔2020〕19号, Annex 1.
package enum DemoCity {
  package static let code = "141100"
  package static let name = "吕梁市"
  /// The county of the urban district.
  package static let urbanCounty = "141102"

  /// In the order of Annex 1.
  package static let counties: [DemoCounty] = [
    county(
      "141102", "离石区", "Lishi District", near, 37.51786, 111.150695, (84, 20), (1.00, 1.03), 62, 212, 130, 44, 2, false),
    county(
      "141128", "方山县", "Fangshan County", near, 37.894631, 111.244098, (104, 43), (0.90, 0.72), 48, 128, 60, 60, 1, true
    ),
    county(
      "141129", "中阳县", "Zhongyang County", near, 37.357058, 111.179657, (80, 32), (0.99, 0.86), 55, 158, 128, 50, 3,
      true),
    county(
      "141125", "柳林县", "Liulin County", near, 37.429772, 110.889007, (109, 60), (0.91, 0.97), 66, 208, 126, 42, 2, true),
    county(
      "141122", "交城县", "Jiaocheng County", plain, 37.551963, 112.156064, (108, 45), (0.92, 0.84), 74, 218, 34, 40, 5,
      true),
    county(
      "141121", "文水县", "Wenshui County", plain, 37.438101, 112.028866, (109, 60), (0.97, 0.78), 78, 232, 32, 38, 5, true
    ),
    county(
      "141182", "汾阳市", "Fenyang City", plain, 37.261756, 111.770477, (109, 60), (1.02, 0.83), 82, 326, 30, 34, 5, true),
    county(
      "141181", "孝义市", "Xiaoyi City", plain, 37.146294, 111.778818, (109, 60), (1.01, 0.98), 86, 350, 28, 32, 6, true),
    county(
      "141130", "交口县", "Jiaokou County", other, 36.982186, 111.181151, (76, 23), (0.88, 0.90), 42, 112, 64, 60, 5, false
    ),
    county(
      "141126", "石楼县", "Shilou County", other, 36.99857, 110.834634, (95, 41), (0.86, 0.66), 36, 92, 70, 60, 4, false),
    county(
      "141124", "临县", "Linxian County", other, 37.950758, 110.992093, (103, 37), (1.13, 0.80), 50, 122, 60, 56, 1, false
    ),
    county(
      "141123", "兴县", "Xingxian County", other, 38.462389, 111.127667, (104, 38), (0.93, 0.74), 44, 104, 66, 56, 0,
      false),
    county(
      "141127", "岚县", "Lanxian County", other, 38.279299, 111.671917, (96, 39), (0.89, 0.70), 40, 98, 66, 56, 0, false),
  ]

  private static let near = "市区及周边"
  private static let plain = "平川四县"
  private static let other = "其他地区"

  private static func county(
    _ code: String, _ chinese: String, _ english: String, _ group: String, _ latitude: Double, _ longitude: Double,
    _ targets: (pm10: Double, so2: Double), _ shares: (pm10: Double, so2: Double), _ winter: Double, _ peak: Double,
    _ onset: Double, _ rise: Double, _ frontDelay: Double, _ hasLidar: Bool
  ) -> DemoCounty {
    DemoCounty(
      code: code, nameChinese: chinese, nameEnglish: english, group: group, latitude: latitude, longitude: longitude,
      pm10Target: targets.pm10, so2Target: targets.so2, pm10Share: shares.pm10, so2Share: shares.so2,
      winterPM25: winter, peakPM25: peak, onsetHours: onset, riseHours: rise, frontDelayHours: frontDelay,
      hasLidar: hasLidar)
  }
}
