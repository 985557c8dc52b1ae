/// The language a bulletin is written in.
package enum ReportLanguage: String, CaseIterable, Sendable, Hashable {
  case chinese = "zh"
  case english = "en"

  /// The words of this language.
  func text(_ chinese: @autoclosure () -> String, _ english: @autoclosure () -> String) -> String {
    self == .chinese ? chinese() : english()
  }
}
