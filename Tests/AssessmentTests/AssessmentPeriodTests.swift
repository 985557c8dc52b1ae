import AirQuality
import Assessment
import Testing

struct AssessmentPeriodTests {
  private static let season = CivilDay("2020-11-01")!...CivilDay("2021-03-31")!

  @Test(arguments: [
    (AssessmentPeriod.Kind.day, "2020-12-05", "2020-12-05", "2020-12-05", "2020-12-05"),
    (.week, "2020-W49", "2020-11-30", "2020-12-06", "2020-W49"),
    (.week, "2020-12-05", "2020-11-30", "2020-12-06", "2020-W49"),
    (.week, "2021-01-01", "2020-12-28", "2021-01-03", "2020-W53"),
    (.week, "2021-W01", "2021-01-04", "2021-01-10", "2021-W01"),
    (.month, "2020-02", "2020-02-01", "2020-02-29", "2020-02"),
    (.quarter, "2020-Q4", "2020-10-01", "2020-12-31", "2020-Q4"),
    (.quarter, "2020-05-17", "2020-04-01", "2020-06-30", "2020-Q2"),
    (.year, "2020", "2020-01-01", "2020-12-31", "2020"),
    (.season, "2020", "2020-11-01", "2021-03-31", "2020/2021"),
    (.season, "2021-02-03", "2020-11-01", "2021-03-31", "2020/2021"),
  ])
  func reads(kind: AssessmentPeriod.Kind, text: String, first: String, last: String, name: String) throws {
    let period = try #require(AssessmentPeriod(kind, text, seasons: [Self.season]))
    #expect(period.days == CivilDay(first)!...CivilDay(last)! && period.name == name && period.kind == kind)
  }

  @Test(arguments: [
    (AssessmentPeriod.Kind.day, "2020-12"), (.day, "2020-02-30"), (.week, "2019-W53"), (.week, "2020-W00"),
    (.week, "2020-49"),
    (.month, "2020-13"), (.month, "2020"), (.quarter, "2020-Q5"), (.year, "20"), (.year, "2020-Q1"), (.season, "2019"),
    (.season, "2020-07-01"), (.year, "x"), (.month, ""),
  ])
  func refuses(kind: AssessmentPeriod.Kind, text: String) {
    #expect(AssessmentPeriod(kind, text, seasons: [Self.season]) == nil)
  }

  @Test func theLastOneThatIsOver() throws {
    let today = try #require(CivilDay("2021-04-01"))
    let names = AssessmentPeriod.Kind.allCases.map {
      AssessmentPeriod.last($0, before: today, seasons: [Self.season])?.name
    }
    #expect(names == ["2021-03-31", "2021-W12", "2021-03", "2021-Q1", "2020", "2020/2021"])
    #expect(AssessmentPeriod.last(.season, before: CivilDay("2021-03-31")!, seasons: [Self.season]) == nil)
  }

  @Test func theYearBefore() throws {
    #expect(AssessmentPeriod(.day, "2020-02-29")?.yearBefore.name == "2019-02-28")
    #expect(AssessmentPeriod(.month, "2020-02")?.yearBefore.name == "2019-02")
    #expect(AssessmentPeriod(.quarter, "2020-Q1")?.yearBefore.name == "2019-Q1")
    #expect(AssessmentPeriod.season(Self.season).yearBefore.days == CivilDay("2019-11-01")!...CivilDay("2020-03-31")!)
  }

  /// Every day from 1999 to 2031 lies in the week that its name leads back to.
  /// Figures of a month, a quarter and a year up to one day stand beside the same span of the year before.
  @Test(
    arguments: [
      ("2021-03-10", "2020-03-10"), ("2020-03-10", "2019-03-10"), ("2020-02-28", "2019-02-28"),
      ("2021-02-27", "2020-02-27"), ("2021-03-30", "2020-03-30"),
    ])
  func oneSpanBeside(through: String, before: String) throws {
    let day = try #require(CivilDay(through))
    for kind in [AssessmentPeriod.Kind.month, .quarter, .year] {
      let period = try #require(AssessmentPeriod(kind, holding: day))
      #expect(period.dayBefore(day).description == before, "\(period.name)")
    }
  }

  @Test func aPeriodThatIsOverStandsBesideAllOfTheOneBefore() throws {
    let february = try #require(AssessmentPeriod(.month, "2021-02"))
    #expect(february.dayBefore(CivilDay("2021-02-28")!).description == "2020-02-29")
    #expect(february.dayBefore(CivilDay("2021-05-01")!).description == "2020-02-29")
    #expect(AssessmentPeriod(.month, "2020-02")?.dayBefore(CivilDay("2020-02-29")!).description == "2019-02-28")
  }

  @Test func weeksLeadBack() throws {
    for number in CivilDay("1999-01-01")!.number...CivilDay("2031-12-31")!.number {
      let day = CivilDay(number: number)
      let week = try #require(AssessmentPeriod(.week, holding: day))
      #expect(week.days.contains(day) && AssessmentPeriod.weekday(week.days.lowerBound) == 0)
      #expect(AssessmentPeriod(.week, week.name) == week)
    }
  }
}
