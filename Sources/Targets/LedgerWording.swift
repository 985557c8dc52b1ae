import AirQuality

/// Why a row is judged as it is, for people.
struct LedgerWording {
  enum Cause {
    /// The plan prints no number and the official value of the year before is not known.
    case noNumber
    case notConnected
    case noDays
    case projectedWithin
    case projectedAbove
    /// Above the target even with zero on every day left.
    case beyondReach
    case yearWithin
    case yearWithinProvisional
    case yearAbove
    case yearAboveProvisional
    case invalidYear
  }

  let row: TargetRow
  let cause: Cause

  func chinese(_ result: LedgerResult) -> String {
    let target = result.target.map { $0.text() } ?? ""
    let toDate = judged(result.valueToDate)
    let projected = judged(result.projection?.value)
    switch cause {
    case .noNumber:
      if let days = row.cutDays { return "目标为较\(row.year - 1)年减少\(days)天，缺\(row.year - 1)年官方数值，暂不能判定" }
      if let drop = row.dropPercent {
        return "目标为较\(row.year - 1)年下降\(Concentration(drop).text())%，缺\(row.year - 1)年官方数值，暂不能判定"
      }
      if row.indicator == Indicator.heavyDays.rawValue { return "目标为持续改善，缺\(row.year - 1)年官方数值，暂不能判定" }
      return row.indicator == Indicator.leaveWorstTen.rawValue
        ? "以省发布的排名为准，尚未接入" : "目标数值另行下达，尚未给出"
    case .notConnected:
      return row.indicator == Indicator.heavyDays.rawValue ? "重污染天数的计数口径未设定或无数据，暂不能判定" : "该指标尚无数据来源，暂不能判定"
    case .noDays: return "本年尚无有效日均值，暂不能判定"
    case .projectedWithin:
      return "照目前水平全年预计\(projected)，不高于目标\(target)" + remainingChinese(result) + shortYearChinese(result)
    case .projectedAbove:
      return "照目前水平全年预计\(projected)，高于目标\(target)" + remainingChinese(result) + shortYearChinese(result)
    case .beyondReach: return "目前为\(toDate)，余下\(result.daysLeft)天即使全为零也将高于目标\(target)"
    case .yearWithin: return "全年为\(toDate)，不高于目标\(target)，数据已审核"
    case .yearWithinProvisional: return "全年初步为\(toDate)，不高于目标\(target)，数据待审核"
    case .yearAbove: return "全年为\(toDate)，高于目标\(target)，数据已审核"
    case .yearAboveProvisional: return "全年初步为\(toDate)，高于目标\(target)，数据待审核"
    case .invalidYear:
      return "全年有效日\(result.days)天，不满足年均值有效性要求（全年不少于324天，每月不少于27天，二月不少于25天），不能判定"
    }
  }

  func english(_ result: LedgerResult) -> String {
    let target = result.target.map { $0.text() } ?? ""
    let toDate = judged(result.valueToDate)
    let projected = judged(result.projection?.value)
    switch cause {
    case .noNumber:
      let lacking = "the official value of \(row.year - 1) is not known"
      if let days = row.cutDays { return "the target is \(days) days fewer than in \(row.year - 1); \(lacking)" }
      if let drop = row.dropPercent {
        return "the target is \(Concentration(drop).text()) % below \(row.year - 1); \(lacking)"
      }
      if row.indicator == Indicator.heavyDays.rawValue { return "the target is to keep improving; \(lacking)" }
      return row.indicator == Indicator.leaveWorstTen.rawValue
        ? "the province's ranking decides, it is not connected"
        : "the number is handed down separately and not given yet"
    case .notConnected:
      return row.indicator == Indicator.heavyDays.rawValue
        ? "the way of counting heavy days is not set, or there are no data"
        : "no source of data is connected for this indicator"
    case .noDays: return "no valid day in this year so far"
    case .projectedWithin:
      return "going on as it is, the year comes to \(projected), within the target \(target)" + remainingEnglish(result)
        + shortYearEnglish(result)
    case .projectedAbove:
      return "going on as it is, the year comes to \(projected), above the target \(target)" + remainingEnglish(result)
        + shortYearEnglish(result)
    case .beyondReach:
      return "\(toDate) so far; even zero on all \(result.daysLeft) days left is above the target \(target)"
    case .yearWithin: return "the year came to \(toDate), within the target \(target), on reviewed data"
    case .yearWithinProvisional:
      return "the year came to \(toDate), within the target \(target); the review is outstanding"
    case .yearAbove: return "the year came to \(toDate), above the target \(target), on reviewed data"
    case .yearAboveProvisional:
      return "the year came to \(toDate), above the target \(target); the review is outstanding"
    case .invalidYear:
      return "\(result.days) valid days do not make a valid year (324 days, 27 in each month, 25 in February)"
    }
  }

  private func remainingChinese(_ result: LedgerResult) -> String {
    guard let allowed = result.remainingMeanAllowed else { return "" }
    return counts
      ? "，余下\(result.daysLeft)天最多还可有\(allowed.text(decimals: 1))天" : "，余下有效日均值不得高于\(allowed.text(decimals: 1))"
  }

  private func remainingEnglish(_ result: LedgerResult) -> String {
    guard let allowed = result.remainingMeanAllowed else { return "" }
    return counts
      ? "; at most \(allowed.text(decimals: 1)) more may come in the \(result.daysLeft) days left"
      : "; the valid days left may average \(allowed.text(decimals: 1))"
  }

  private func shortYearChinese(_ result: LedgerResult) -> String {
    result.days + result.daysLeft < LedgerDays.daysOfValidYear ? "；有效日已不足以构成有效年均值" : ""
  }

  private func shortYearEnglish(_ result: LedgerResult) -> String {
    result.days + result.daysLeft < LedgerDays.daysOfValidYear ? "; too few valid days are left for a valid year" : ""
  }

  private var counts: Bool { row.indicator == Indicator.heavyDays.rawValue }

  /// An amount as it is compared, so that the sentence is true as it stands.
  private func judged(_ amount: Concentration?) -> String {
    amount.map { $0.text(decimals: counts ? 2 : Indicator.decimals(year: row.year)) } ?? "—"
  }
}
