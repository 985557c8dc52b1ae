import AirQuality

/// The steps in words, each with its clause.
enum ExplanationRules {
  typealias Words = (chinese: String, english: String)

  static let hour: Words = (
    "站点小时值：直接采用数据源的小时值；无小时值时由不少于45个分钟值平均",
    "Station hour: the feed's hour value; without one the mean of at least 45 minutes"
  )
  static let day: Words = (
    "站点日均值：当日至少20个有效小时值的平均（HJ 663）", "Station day: the mean of at least 20 valid hours of the day (HJ 663)"
  )
  static let ozoneDay: Words = (
    "站点臭氧日值：当日8小时滑动均值（止于8时至24时）的最大值；每个均值至少6小时，至少14个有效，不足时仅在超过160时有效（HJ 663 6.1.2）",
    "Station ozone day: the highest 8 h mean ending at 08 to 24 h; each of at least 6 hours, 14 of 17 valid, fewer only above 160 (HJ 663, 6.1.2)"
  )
  static let county: Words = (
    "区域均值：参与评价站点的算术平均；至少75%的站点有效，不足四个站点时至少50%",
    "Unit: the arithmetic mean of its assessed stations; at least 75 % of them, below four stations 50 %"
  )
  static let city: Words = (
    "全市均值：各县（市、区）均值的算术平均，不加权；至少75%的有评价点位的县有效",
    "Whole city: the unweighted mean of the counties; at least 75 % of the monitored ones"
  )
  static let review: Words = (
    "审核：经人工审核的点位·日以审核后的24个小时值为准，未留有效值的小时不计，初步数据另存",
    "Review: of a station's day that people have reviewed the 24 reviewed hours count; hours left without a value do not; provisional data stay beside"
  )
  static let reviewedHour: Words = (
    "审核：小时值和等级研判用初步数据；当日的审核导入见下，审核值进入日均值和台账",
    "Review: hours and levels use provisional data; the imports below reviewed the day, for its daily value and the ledger"
  )
  static let days: Words = (
    "月、年均值：有效日均值的算术平均，缺日不补（HJ 663）",
    "Month and year: the arithmetic mean of the valid days; missing days are not filled (HJ 663)"
  )
  static let valid: Words = ("有效性：满足（HJ 663）", "Validity: met (HJ 663)")

  static func invalid(_ period: ExplanationPeriod) -> Words {
    if case .year = period {
      return (
        "有效性：不满足（全年不少于324天，每月不少于27天，二月不少于25天），数值仅供参考",
        "Validity: not met (324 days a year, 27 a month, 25 in February); the value informs only"
      )
    }
    return (
      "有效性：不满足（每月不少于27天，二月不少于25天），数值仅供参考", "Validity: not met (27 days a month, 25 in February); the value informs only"
    )
  }

  static func rounding(_ pollutant: Pollutant) -> Words {
    pollutant == .co
      ? ("修约：一位小数，四舍六入五成双（GB/T 8170）", "Rounding: one decimal, ties to even (GB/T 8170)")
      : ("修约：取整，四舍六入五成双（GB/T 8170）", "Rounding: whole numbers, ties to even (GB/T 8170)")
  }
}
