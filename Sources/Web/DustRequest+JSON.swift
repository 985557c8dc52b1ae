import AirQuality
import Engine

extension DustRequest {
  /// Reads `{"county","from","until","by","evidence"}` of a declaration, with `document` in place of `evidence` of a
  /// confirmation; `id` optional.
  init(stating step: DustPeriod.Step, json: [UInt8], offset: CivilOffset) throws(RequestError) {
    let fields = try ActFields(json: json, keys: ["id", "county", "from", "until", "by", step.basisName])
    let county = try fields.required("county", atMost: 32)
    let from = try fields.instant("from", offset: offset)
    let until = try fields.instant("until", offset: offset)
    guard from < until, until.milliseconds - from.milliseconds <= DustPeriod.longest else {
      throw RequestError(
        status: 400, code: "bad_until",
        message: "until must be after from (\(offset.format(from))), by at most \(DustPeriod.longest / 86_400_000) days"
      )
    }
    let by = try fields.required("by", atMost: 64)
    let basis = try fields.required(step.basisName, atMost: step == .declared ? 500 : 100)
    self.init(
      id: try fields.optional("id", atMost: 64), by: by,
      act: .state(step, county: county, from: from, until: until, basis: basis))
  }

  /// Reads `{"period","by","reason"}`; `id` optional.
  init(withdrawing json: [UInt8]) throws(RequestError) {
    let fields = try ActFields(json: json, keys: ["id", "period", "by", "reason"])
    let period = try fields.required("period", atMost: 64)
    let by = try fields.required("by", atMost: 64)
    let reason = try fields.required("reason", atMost: 500)
    self.init(id: try fields.optional("id", atMost: 64), by: by, act: .withdraw(period: period, reason: reason))
  }
}
