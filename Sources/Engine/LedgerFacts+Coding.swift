import AirQuality

/// The ledger's facts inside configuration records, field by field in declaration order.
extension LedgerFacts {
  func encode(into writer: inout ByteWriter) {
    writer.list(baselines) { writer, baseline in
      writer.signed(Int64(baseline.year))
      writer.text(baseline.county)
      writer.text(baseline.indicator)
      writer.signed(Int64(baseline.value.thousandths))
      writer.flag(baseline.isOfficial)
      writer.text(baseline.source)
    }
    writer.list(heatingSeasons) { writer, season in
      writer.text(season.county)
      writer.signed(Int64(season.from.number))
      writer.signed(Int64(season.until.number))
    }
    writer.list(reported) { writer, reported in
      writer.text(reported.indicator)
      writer.text(reported.county)
      writer.signed(Int64(reported.year))
      writer.optional(reported.month) { $0.signed(Int64($1)) }
      writer.signed(Int64(reported.value.thousandths))
      writer.text(reported.source)
    }
    writer.list(provinceLists) { writer, list in
      writer.signed(Int64(list.year))
      writer.optional(list.month) { $0.signed(Int64($1)) }
      writer.text(list.document)
      writer.list(list.members) { $0.text($1) }
    }
    writer.list(reviewedYears) { writer, reviewed in
      writer.signed(Int64(reviewed.year))
      writer.text(reviewed.county)
      writer.text(reviewed.document)
    }
    writer.optional(cityDays) { $0.text($1.rawValue) }
  }

  init<Failure>(decoding reader: inout ByteReader<Failure>) throws(Failure) {
    self.init(
      baselines: try reader.list(of: "baselines") { reader throws(Failure) in
        TargetBaseline(
          year: try reader.integer("the year"), county: try reader.text(), indicator: try reader.text(),
          value: Concentration(thousandths: try reader.integer("the value")), isOfficial: try reader.flag(),
          source: try reader.text())
      },
      heatingSeasons: try reader.list(of: "heating seasons") { reader throws(Failure) in
        HeatingSeason(
          county: try reader.text(), from: CivilDay(number: try reader.integer("a day")),
          until: CivilDay(number: try reader.integer("a day")))
      },
      reported: try reader.list(of: "reported values") { reader throws(Failure) in
        ReportedValue(
          indicator: try reader.text(), county: try reader.text(), year: try reader.integer("the year"),
          month: try optionalMonth(&reader), value: Concentration(thousandths: try reader.integer("the value")),
          source: try reader.text())
      },
      provinceLists: try reader.list(of: "province lists") { reader throws(Failure) in
        ProvinceList(
          year: try reader.integer("the year"), month: try optionalMonth(&reader), document: try reader.text(),
          members: try reader.texts())
      },
      reviewedYears: try reader.list(of: "reviewed years") { reader throws(Failure) in
        ReviewedYear(
          year: try reader.integer("the year"), county: try reader.text(), document: try reader.text())
      }, cityDays: try reader.optional { reader throws(Failure) in try reader.named(CityDayCount.self) })
  }
}

private func optionalMonth<Failure>(_ reader: inout ByteReader<Failure>) throws(Failure) -> Int? {
  try reader.optional { reader throws(Failure) in
    let month: Int = try reader.integer("a month")
    guard (1...12).contains(month) else { throw reader.fail("\(month) is no month") }
    return month
  }
}
