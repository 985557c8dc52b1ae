import Store
import TestSupport
import Testing

@Suite struct StoreBenchmarkTests {
  @Test func itWritesWhatItSays() async throws {
    let directory = TemporaryDirectory()
    let result = try StoreBenchmark.run(directory: directory.path, batches: 3, rowsPerBatch: 100)
    #expect(result.rows == 300 && result.payloadBytes > 300 && result.rowsPerSecond > 0)
    let store = try Store(directory: directory.path)
    #expect(store.committed.position == 53)
    await store.close()
  }
}
