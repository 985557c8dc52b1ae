import ConfigurationFiles
import Glibc
import Secrets
import Testing

@Suite("secrets")
struct SecretTests {
  /// Every text that stands for a secret in the recorded cases.
  static let secrets = ["s3cr3t", "hunter2"]

  @Test("no case prints a secret", arguments: CaseFolder.names)
  func neverPrinted(_ name: String) {
    let path = CaseFolder.root + "/cases/" + name
    var said = CaseFolder.outcome(path).joined(separator: "\n")
    do {
      let loaded = try ConfigurationLoader.load(CaseFolder.sources(path))
      said += loaded.explanation.json + loaded.explanationLines.joined(separator: "\n")
      for hook in loaded.hooks { said += "\(hook)" }
      for feed in loaded.feeds { said += "\(feed.authentication) \(feed.headers)" }
      var dumped = ""
      dump(loaded.hooks, to: &dumped)
      dump(loaded.feeds.map(\.authentication), to: &dumped)
      said += dumped
    } catch {
      var dumped = ""
      dump(error, to: &dumped)
      said += dumped
    }
    for secret in Self.secrets { #expect(!said.contains(secret), "\(secret) in \(name)") }
  }

  @Test("the cases do hold secrets, so that the check above can fail")
  func casesHoldSecrets() {
    let all = CaseFolder.names.flatMap { CaseFolder.lines(CaseFolder.root + "/cases/" + $0) }.joined()
    #expect(all.contains("s3cr3t"))
    let loaded = try? ConfigurationLoader.load(CaseFolder.sources(CaseFolder.root + "/cases/good-everything.yaml"))
    guard case .webhook(let webhook)? = loaded?.hooks.first?.target else {
      Issue.record("no webhook")
      return
    }
    #expect(webhook.url.revealText().contains("hunter2"))
  }

  @Test(
    "one trailing newline of a secret file is ignored",
    arguments: [
      ("key", "key"), ("key\n", "key"), ("key\r\n", "key"), ("key\n\n", "key\n"), (" key ", " key "),
    ])
  func newline(_ content: String, _ expected: String) throws {
    let folder = TemporaryFolder()
    folder.write("key", content)
    folder.writeMain("hooks: [{name: a, webhook: {url: \"https://a/\", secret_file: key}}]\n")
    let loaded = try ConfigurationLoader.load(folder.sources())
    guard case .webhook(let webhook)? = loaded.hooks.first?.target else {
      Issue.record("no webhook")
      return
    }
    #expect(webhook.secret?.revealText() == expected)
    #expect(loaded.warnings.map(\.concern) == [.noFeeds])
  }

  @Test("a file for everybody's eyes is warned of", arguments: [(0o640, false), (0o600, false), (0o644, true)])
  func mode(_ mode: Int, _ warns: Bool) throws {
    let folder = TemporaryFolder()
    folder.write("key", "key\n", mode: mode_t(mode))
    folder.writeMain("hooks: [{name: a, webhook: {url: \"https://a/\", secret_file: key}}]\n")
    let warnings = try ConfigurationLoader.load(folder.sources()).warnings
    let found = warnings.contains { if case .secretWorldReadable = $0.concern { true } else { false } }
    #expect(found == warns)
  }

  @Test("an inline secret in a file for everybody's eyes is warned of", arguments: [(0o640, false), (0o644, true)])
  func inlineMode(_ mode: Int, _ warns: Bool) throws {
    let folder = TemporaryFolder()
    folder.writeMain("hooks: [{name: a, webhook: {url: \"https://a/\", secret: k}}]\n", mode: mode_t(mode))
    let warnings = try ConfigurationLoader.load(folder.sources()).warnings
    let found = warnings.contains { if case .inlineSecretWorldReadable = $0.concern { true } else { false } }
    #expect(found == warns)
  }

  @Test func credentialsComeFromSystemdsDirectory() throws {
    let folder = TemporaryFolder()
    folder.write("key", "from systemd\n")
    folder.writeMain(
      "feeds: [{name: a, url: \"https://a/\", format: cnemc, every: 1h, auth: {bearer_file: \"credential:key\"}}]\n")
    let loaded = try ConfigurationLoader.load(folder.sources(["CREDENTIALS_DIRECTORY": folder.path]))
    #expect(loaded.feeds.first?.authentication == .bearer(Secret(Array("from systemd".utf8))))
    let failure = #expect(throws: ConfigurationFailure.self) { try ConfigurationLoader.load(folder.sources()) }
    #expect(failure?.errors.first?.description.contains("LoadCredential=key:/path") == true)
  }
}
