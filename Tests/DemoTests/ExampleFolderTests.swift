import Demo
import Glibc
import Testing

/// The example folder in the repository is what the program writes.
@Suite struct ExampleFolderTests {
  /// `Deploy/demo` of this checkout.
  static let folder = String(#filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }) + "/Deploy/demo"

  /// With `LANTIAN_WRITE_EXAMPLES=1` the files are written anew instead of compared.
  @Test(arguments: DemoScenario.exampleFiles().keys.sorted())
  func matches(name: String) throws {
    let expected = Array(try #require(DemoScenario.exampleFiles()[name]).utf8)
    let path = Self.folder + "/" + name
    if unsafe getenv("LANTIAN_WRITE_EXAMPLES") != nil {
      let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
      defer { close(file) }
      let written = unsafe write(file, expected, expected.count)
      #expect(written == expected.count)
      return
    }
    let file = unsafe open(path, O_RDONLY)
    defer { close(file) }
    var found: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while file >= 0 {
      let count = unsafe read(file, &chunk, chunk.count)
      if count <= 0 { break }
      found += chunk[..<count]
    }
    #expect(found == expected, "\(path): write it anew with LANTIAN_WRITE_EXAMPLES=1")
  }
}
