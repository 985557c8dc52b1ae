import Polling
import Testing

@Suite("Names and files of folders")
struct FolderMemoryTests {
  @Test(
    arguments: [
      ("*", "a.csv", true), ("*.csv", "a.csv", true), ("*.csv", "a.csv.gz", false), ("a?c", "abc", true),
      ("a?c", "ac", false), ("*a*b*c*", "xxaxxbxxcxx", true), ("*a*b*c*", "xxaxxcxxbxx", false), ("", "a", false),
      ("站*.csv", "站点一.csv", true), ("?", "站", true), ("*", ".hidden", false), ("*", "", false), ("*", "..", false),
      ("*", "a/b", false), ("*", "a\nb", false), ("*", "a.part", false), ("*", "a.TMP", false),
      ("*", String(repeating: "n", count: 256), false), ("a*", "b", false), ("**", "a", true), ("*.csv", ".csv", false),
    ])
  func patterns(pattern: String, name: String, fits: Bool) {
    #expect(FileNamePattern(pattern).matches(name) == fits)
  }

  @Test("many stars take no longer than pattern times name")
  func noExplosion() {
    let pattern = FileNamePattern(String(repeating: "*a", count: 60) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 255)))
  }

  @Test("what is remembered comes back from its bytes; a part or a change of them is nothing")
  func bytes() {
    var memory = FolderMemory()
    let files = [
      ListedFile(name: "a b.csv", size: 7, stamp: "20200101000000"),
      ListedFile(name: "站.csv", size: -1, stamp: "Jan 1 08:00"),
    ]
    for file in files { memory.note(file) }
    #expect(FolderMemory(bytes: memory.bytes) == memory && FolderMemory(bytes: FolderMemory().bytes) == FolderMemory())
    #expect(memory.knows(files[0]) && !memory.knows(ListedFile(name: "a b.csv", size: 8, stamp: "20200101000000")))
    for length in 0..<(memory.bytes.count - 1) {
      #expect(FolderMemory(bytes: Array(memory.bytes.prefix(length))) == nil, "\(length)")
    }
    memory.retain([files[1]])
    #expect(memory.count == 1 && !memory.knows(files[0]))
  }
}
