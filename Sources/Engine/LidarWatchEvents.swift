import AirQuality

/// Turns watches of lidars into events (kind `watch`), with their texts in both languages. A watch changes no level.
struct LidarWatchEvents {
  var site: Site

  /// A watch that began, ended or expired; one id for all three.
  func event(_ outcome: LidarWatch.Outcome, station: String, county: String) -> EventRecord {
    let kind = outcome.subject.kind
    var inputs: [EventRecord.Input] = [.init("station", .text(station))]
    inputs += outcome.evidence
    let state: (from: String, to: String, ends: Bool) =
      switch outcome.change {
      case .began: ("none", "watch", false)
      case .ended: ("watch", "none", true)
      case .silent, .unwatched: ("watch", "expired", true)
      }
    inputs.append(.init("basis", .text("observed")))
    let stamp = site.offset.format(outcome.since).prefix(16).filter { $0 != "-" && $0 != ":" }
    let edge =
      outcome.subject.edge.map { "-\(Int($0.fromDegrees))-\(Int($0.untilDegrees))-\(Int($0.rangeMeters))" } ?? ""
    let text = text(outcome, station: station, county: county, inputs)
    return EventRecord(
      sequence: 0, id: "\(county)-lidar-\(station)-\(kind.rawValue)\(edge)-\(stamp)", kind: .watch, county: county,
      from: state.from, to: state.to, at: outcome.at, rule: "lidar/\(kind.rawValue)", inputs: inputs,
      startsAt: outcome.since,
      ends: state.ends, textChinese: text.chinese, textEnglish: text.english)
  }

  private func text(
    _ outcome: LidarWatch.Outcome, station: String, county: String, _ inputs: [EventRecord.Input]
  ) -> (chinese: String, english: String) {
    let unit = unit(county)
    let kind = outcome.subject.kind
    let since = outcome.since
    let when = EventTexts.time(outcome.at, site.offset)
    let name = names(kind)
    switch outcome.change {
    case .began:
      let proof = proof(kind, inputs)
      return (
        "关注 \(unit.nameChinese) \(name.chinese)（雷达 \(station)）\(when)\n"
          + "\(proof.chinese)；实况观测，先于地面站点的线索，不影响等级。请关注后续变化并会商。",
        "WATCH \(unit.nameEnglish): \(name.english) (lidar \(station)), \(when)\n"
          + "\(proof.english); observed, ahead of the surface stations; the level stays as it is. For consultation."
      )
    case .ended:
      return (
        "\(unit.nameChinese) \(name.chinese)关注结束（雷达 \(station)）\(when)\n"
          + "自 \(EventTexts.time(since, site.offset)) 起，现已不再符合条件。",
        "\(unit.nameEnglish): \(name.english) over (lidar \(station)), \(when)\n"
          + "Since \(EventTexts.time(since, site.offset)); its conditions no longer hold."
      )
    case .silent:
      return (
        "\(unit.nameChinese) \(name.chinese)关注中止：雷达 \(station) 无可判数据 \(when)\n"
          + "自 \(EventTexts.time(since, site.offset)) 起，两小时内无可判断的观测；数据中断不等于情况好转，请检查雷达。",
        "\(unit.nameEnglish): \(name.english) unknown, lidar \(station) says nothing of it, \(when)\n"
          + "Since \(EventTexts.time(since, site.offset)); no observation for two hours: missing is not clean, check the "
          + "lidar."
      )
    case .unwatched:
      let beyond = outcome.subject.edge?.beyond ?? ""
      return (
        "\(unit.nameChinese) \(name.chinese)关注中止：\(beyond)方向已不在配置中（雷达 \(station)）\(when)\n"
          + "自 \(EventTexts.time(since, site.offset)) 起；不再观测，情况不明。",
        "\(unit.nameEnglish): \(name.english) unknown, \(beyond) is watched no more (lidar \(station)), \(when)\n"
          + "Since \(EventTexts.time(since, site.offset)); the configuration has this edge no more."
      )
    }
  }

  private func names(_ kind: LidarWatch.Kind) -> (chinese: String, english: String) {
    switch kind {
    case .elevatedLayer: ("高空气溶胶层", "elevated aerosol layer")
    case .fallingLayer: ("边界层下降而地面浓度上升", "boundary layer falls, surface rises")
    case .plumeSector: ("县界方向烟羽", "plume at the county's edge")
    }
  }

  private func proof(
    _ kind: LidarWatch.Kind, _ inputs: [EventRecord.Input]
  ) -> (chinese: String, english: String) {
    func number(_ name: String) -> String {
      for input in inputs where input.name == name {
        if case .number(let value) = input.value, value.magnitude < 1e9 {
          let tenths = Int64((value * 10).rounded())
          return value.magnitude >= 100 || tenths % 10 == 0
            ? "\(Int64(value.rounded()))" : "\(tenths / 10).\((tenths % 10).magnitude)"
        }
      }
      return "—"
    }
    switch kind {
    case .elevatedLayer:
      return (
        "层底 \(number("base_m")) m、层顶 \(number("top_m")) m，强度为其下空气的 \(number("contrast")) 倍，混合层顶 \(number("boundary_layer_m")) m",
        "base \(number("base_m")) m, top \(number("top_m")) m, \(number("contrast")) times the air below; mixed layer to "
          + "\(number("boundary_layer_m")) m"
      )
    case .fallingLayer:
      return (
        "混合层由 \(number("highest_m")) m 降至 \(number("boundary_layer_m")) m；三小时内 PM2.5 由 \(number("pm25_before")) 升至 "
          + "\(number("pm25"))，PM10 由 \(number("pm10_before")) 升至 \(number("pm10")) µg/m³",
        "mixed layer from \(number("highest_m")) to \(number("boundary_layer_m")) m; in three hours PM2.5 from "
          + "\(number("pm25_before")) to \(number("pm25")), PM10 from \(number("pm10_before")) to \(number("pm10")) µg/m³"
      )
    case .plumeSector:
      let beyond = inputs.first { $0.name == "beyond" }.flatMap {
        if case .text(let text) = $0.value { text } else { nil }
      }
      return (
        "方位 \(number("azimuth_deg"))°、距离 \(number("range_m")) m（\(beyond ?? "")）信号为扫描中位数的 \(number("ratio")) 倍；来风 "
          + "\(number("wind_from_deg"))°",
        "azimuth \(number("azimuth_deg"))°, \(number("range_m")) m (\(beyond ?? "")): \(number("ratio")) times the scan's median; "
          + "wind from \(number("wind_from_deg"))°"
      )
    }
  }

  private func unit(_ code: String) -> County {
    Engine.units(of: site).first { $0.code == code } ?? County(code: code, nameChinese: code, nameEnglish: code)
  }
}
