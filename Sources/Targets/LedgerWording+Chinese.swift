import AirQuality

extension LedgerWording {
  private var within: String { ["不高于", "低于", "不低于"][place] }
  private var beyond: String { ["高于", "不低于", "低于"][place] }
  private var place: Int {
    switch comparison {
    case .atMost: 0
    case .below: 1
    case .atLeast: 2
    }
  }
  private var periods: String { isMonthly ? "个月" : "天" }

  func chinese(_ result: LedgerResult) -> String {
    let target = result.target.map { $0.text() } ?? ""
    let toDate = judged(result.valueToDate)
    let projected = judged(result.projection?.value)
    switch cause {
    case .noNumber: return noNumber
    case .notConnected: return counts ? "无可用于计数的数据，暂不能判定" : "该指标尚无数据来源，暂不能判定"
    case .countingNotSet: return "全市天数的计数口径（市区或县·天）未设定，暂不能判定"
    case .noDays: return isMonthly ? "本年尚无月值报送，暂不能判定" : "本年尚无有效日均值，暂不能判定"
    case .projectedWithin: return "照目前水平（未计季节变化）全年预计\(projected)，\(within)目标\(target)" + remaining(result)
    case .projectedAbove: return "照目前水平（未计季节变化）全年预计\(projected)，\(beyond)目标\(target)" + remaining(result)
    case .beyondReach:
      let best = comparison == .atLeast ? "全部优良" : "全为零"
      return "目前为\(toDate)，余下\(result.daysLeft)\(periods)即使\(best)也将\(beyond)目标\(target)"
    case .yearWithin: return "全年为\(toDate)，\(within)目标\(target)，数据已审核"
    case .yearWithinProvisional: return "全年初步为\(toDate)，\(within)目标\(target)，数据待审核"
    case .yearAbove: return "全年为\(toDate)，\(beyond)目标\(target)，数据已审核"
    case .yearAboveProvisional: return "全年初步为\(toDate)，\(beyond)目标\(target)，数据待审核"
    case .invalidYear:
      return "全年有效日\(result.days)天，不满足年均值有效性要求（全年不少于324天，每月不少于27天，二月不少于25天），不能判定"
    case .invalidYearAhead:
      let why = result.lostMonth.map { "\($0.month)月有效日至多\($0.days)天" } ?? "全年有效日至多\(result.days + result.daysLeft)天"
      return "\(why)，有效日已不足以构成有效年均值（全年不少于324天，每月不少于27天，二月不少于25天），不能判定；请补录历史日均值"
    case .missingMonths: return "缺\(result.missing)个月的月值，补报后方可判定"
    default: return factChinese(result, target: target, toDate: toDate)
    }
  }

  private func factChinese(_ result: LedgerResult, target: String, toDate: String) -> String {
    let station = result.hours.map { "；单站超限\($0.year.station)站·时" } ?? ""
    let listing = result.listings.first
    let named = "\(listing?.period ?? "")全省后十名单（\(listing?.document ?? "")）"
    switch cause {
    case .noSeason: return "该县采暖期起止日期未设定，暂不能判定"
    case .noSeasonHours: return "采暖期内尚无小时数据，暂不能判定"
    case .tooFewSeasonDays: return "采暖期已过\(result.days + result.missing)天中有效日仅\(result.days)天，不足75%，暂不能判定"
    case .hourAbove:
      return "采暖期小时均值最高\(toDate)，高于\(target)，超限\(result.hours?.year.county ?? 0)小时" + station
    case .stationHourAbove: return "采暖期县均小时值最高\(toDate)，\(within)\(target)，但有单站超限" + station
    case .hoursWithin: return "采暖期小时均值最高\(toDate)，\(within)\(target)" + station
    case .hoursWithinProvisional: return "采暖期小时均值最高\(toDate)，\(within)\(target)，数据待审核" + station
    case .noList: return "以省发布的排名为准，本年名单尚未导入"
    case .noYearList: return "年度名单尚未导入，暂不能判定"
    case .monthListed: return "列入\(named)"
    case .monthNotListed: return "未列入\(named)；年度名单发布后判定"
    case .yearListed: return "列入年度\(named)"
    case .yearNotListed: return "未列入年度\(named)"
    case .noReport: return "尚无报送数值，暂不能判定"
    default: return "已报送\(toDate)，目标\(target)，年末核定后判定"
    }
  }

  private var noNumber: String {
    let lacking = "缺\(row.year - 1)年官方数值，暂不能判定"
    if let days = row.cutDays { return "目标为较\(row.year - 1)年减少\(days)天，" + lacking }
    if let drop = row.dropPercent { return "目标为较\(row.year - 1)年下降\(Concentration(drop).text())%，" + lacking }
    return indicator == .heavyDays ? "目标为持续改善，" + lacking : "目标数值另行下达，尚未给出"
  }

  private func remaining(_ result: LedgerResult) -> String {
    guard let allowed = result.remainingMeanAllowed?.text(decimals: 1) else { return "" }
    if indicator == .goodDays { return "，余下\(result.daysLeft)天还需\(allowed)天优良" }
    if counts { return "，余下\(result.daysLeft)天最多还可有\(allowed)天" }
    return isMonthly ? "，余下各月均值须\(within)\(allowed)" : "，余下有效日均值不得高于\(allowed)"
  }
}
