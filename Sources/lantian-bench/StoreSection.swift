import Store

/// Rows per second into the store, each batch in a durable transaction of its own, and what the disk takes.
struct StoreSection {
  var bench: Workbench

  func run(into report: inout Report) throws {
    let disk = try fsyncMicroseconds(bench.directory)
    report.add("store", "one durable 4 KiB write on this disk", disk, "us")
    let result = try StoreBenchmark.run(
      directory: try freshDirectory(bench.path("store")), batches: bench.pick(200, quick: 40))
    report.add("store", "rows/s, 10,000 a transaction", result.rowsPerSecond, "1/s")
    report.add("store", "journal bytes of a row", result.bytesPerRow, "bytes")
    report.add(
      "store", "one commit of one record", result.emptyCommitSeconds * 1e6, "us", reference: ("durable write", disk))
    let small = try StoreBenchmark.run(
      directory: try freshDirectory(bench.path("store")), batches: bench.pick(1_000, quick: 200), rowsPerBatch: 100)
    report.add("store", "rows/s, 100 a transaction", small.rowsPerSecond, "1/s")
  }
}
