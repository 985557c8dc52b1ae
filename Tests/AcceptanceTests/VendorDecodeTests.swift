import Glibc
import Testing

@Suite("decode of vendors' recorded answers", .enabled(if: RecordedFeeds.arePresent, "\(RecordedFeeds.absence)"))
struct VendorDecodeTests {
  @Test(
    "rows, exit code and notes",
    arguments: [
      ("waqi", "waqi/city_feed.json", 10, 0), ("waqi", "waqi/error.json", 0, 65),
      ("openaq-v3", "openaq/v3_latest.json", 1_000, 0),
      ("openaq-realtime", "openaq/realtime.ndjson", 1, 0), ("purpleair", "purpleair/local_dual_laser.json", 12, 0),
      ("purpleair", "purpleair/get_sensors_response.json", 0, 0),
      ("purpleair", "purpleair/error_invalid_api_key_response.json", 0, 65),
      ("airgradient", "airgradient/current_measures.json", 6, 0),
      ("airgradient", "airgradient/measures_after_boot.json", 0, 0),
      ("airnow_hourly", "airnow/hourly_excerpt.dat", 4, 0),
      ("sensorthings", "sensorthings/observations.json", 101, 0), ("pm25in", "pm25in/quota_error_http200.json", 0, 65),
    ])
  func decode(_ format: String, _ file: String, _ count: Int, _ exit: Int32) async throws {
    let bench = try Workbench()
    let run = try await LantianProcess.verb(
      ["decode", "--strict", "--format", format, RecordedFeeds.root + "/" + file], in: bench)
    #expect(run.exit == exit, "\(run.error)")
    #expect(run.output.split(separator: "\n").count == count)
    if exit != 0 { #expect(run.error.contains("error_reply")) }
  }

  @Test("what is left out because it is another quantity is counted")
  func otherQuantities() async throws {
    let bench = try Workbench()
    try bench.write("points.txt", "a,site=A pm25=1,pm25_count=9 1606784400\na,site=A uptime=3 1606784400\n")
    let run = try await LantianProcess.verb(["decode", "--format", "influx-line", bench.file("points.txt")], in: bench)
    #expect(run.exit == 0 && run.error.contains("2 values of other quantities left out"), "\(run.error)")
  }

  @Test("help lists every format")
  func help() async throws {
    let run = try await LantianProcess.verb(["decode", "--help"], in: try Workbench())
    for name in ["cnemc", "waqi", "openaq-v3", "influx-line", "prometheus-text"] { #expect(run.output.contains(name)) }
    #expect(run.output.contains("indices"))
  }
}
