import AirQuality
import ConfigurationFiles
import Testing

@Suite("recorded configurations")
struct ConfigurationLoaderTests {
  @Test("says exactly what the case expects", arguments: CaseFolder.names)
  func oneFile(_ name: String) {
    check(CaseFolder.root + "/cases/" + name)
  }

  @Test("main file and fragments", arguments: CaseFolder.folders)
  func folder(_ name: String) {
    check(CaseFolder.root + "/folders/" + name + "/lantian.yaml")
  }

  @Test("there are enough cases")
  func count() {
    #expect(CaseFolder.names.count + CaseFolder.folders.count >= 80)
  }

  private func check(_ path: String) {
    let outcome = CaseFolder.outcome(path)
    if CaseFolder.isRecording {
      CaseFolder.record(outcome, in: path)
    } else {
      #expect(outcome == CaseFolder.expected(path))
    }
  }
}
