import FaultServer
import Glibc
import Testing

@Suite("the daemon as a process", .serialized)
struct DaemonTests {
  @Test("starts, is ready whatever the feeds do, and ends with 0")
  func startAndStop() async throws {
    let bench = try Workbench()
    let server = try FaultServer.start()
    server.route("/rows", .hang)
    try bench.configure(feeds: Workbench.feed("dead", server.url("/rows")))
    let daemon = try await LantianProcess.start(bench)
    #expect(daemon.isReady())
    #expect(try daemon.get("/-/healthy").status == 200)
    #expect(try daemon.api("status")["ready"].bool == true)
    #expect(try await daemon.stop(within: 25) == .exited(0))
  }
}
