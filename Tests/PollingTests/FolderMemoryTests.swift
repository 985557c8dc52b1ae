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

  @Test("what has no room is said to have none, and is not offered for taking")
  func room() {
    let files = "abcde".map { ListedFile(name: String($0), size: 1, stamp: "") }
    var memory = FolderMemory(limit: 3)
    let first = files.prefix(2).map { memory.note($0) }
    #expect(first == [true, true])
    // One that changed has its place already.
    let changed = ListedFile(name: "a", size: 2, stamp: "")
    let room = memory.room(for: [files[2], files[3], changed, files[4]])
    #expect(room.files == [files[2], changed] && room.excess == 2)
    let noted = (room.files + [files[3], files[2]]).map { memory.note($0) }
    #expect(noted == [true, true, false, true] && memory.count == 3 && memory.knows(changed))
    #expect(memory.room(for: [files[3]]).excess == 1 && memory.room(for: [files[0]]).excess == 0)
    #expect(FolderMemory(bytes: memory.bytes, limit: 3) == memory && FolderMemory(bytes: memory.bytes, limit: 2) == nil)
    memory.retain([files[1], files[2]])
    let later = memory.note(files[3])
    #expect(later && memory.knows(files[3]))
  }

  @Test("a memory beyond the former bound of 50,000 comes back from its bytes")
  func many() {
    var memory = FolderMemory()
    for number in 0..<50_001 { memory.note(ListedFile(name: "\(number)", size: 1, stamp: "s")) }
    #expect(memory.count == 50_001 && FolderMemory(bytes: memory.bytes)?.count == 50_001)
  }
}
