import Testing
import Transport

@testable import Polling

@Suite("Listings of folders")
struct FolderListingTests {
  static func listing(_ lines: [String], machine: Bool = false, pattern: String = "*") -> FolderListing {
    FolderListing(
      Array(lines.joined(separator: "\r\n").utf8), machine ? .machine : .long, pattern: FileNamePattern(pattern))
  }

  @Test(
    "lines of MLSD",
    arguments: [
      (
        "type=file;size=12;modify=20201205090000;perm=r; a b.csv",
        ListedFile(name: "a b.csv", size: 12, stamp: "20201205090000")
      ),
      ("Size=1;Type=File; x", ListedFile(name: "x", size: 1, stamp: "")),
      ("type=file;size=x;modify=1; x", ListedFile(name: "x", size: -1, stamp: "1")),
      ("type=dir;size=12; x", nil), ("type=cdir; .", nil), ("type=OS.unix=slink:/etc/passwd;size=1; x", nil),
      ("type=file;size=1; ../x", nil), ("type=file;size=1; ", nil), ("type=file;size=1;", nil), ("nonsense", nil),
      ("type=file;;=;size; y", ListedFile(name: "y", size: -1, stamp: "")),
    ] as [(String, ListedFile?)])
  func machine(line: String, expected: ListedFile?) {
    #expect(Self.listing([line], machine: true).files == [expected].compactMap(\.self))
  }

  @Test(
    "lines of LIST",
    arguments: [
      (
        "-rw-r--r--   1 ftp      ftp          1024 Dec  5 09:00 a b.csv",
        ListedFile(name: "a b.csv", size: 1_024, stamp: "Dec 5 09:00")
      ),
      (
        "-rw-r--r--   1 ftp      ftp          1024 Dec 05  2019  two.csv",
        ListedFile(name: " two.csv", size: 1_024, stamp: "Dec 05 2019")
      ),
      ("-rw-------   1 0 0 7 2020-12-05 09:00 x", ListedFile(name: "x", size: 7, stamp: "2020-12-05 09:00")),
      ("-rw-r--r-- 1 owner 7 Jun 1 09:00 no-group", ListedFile(name: "no-group", size: 7, stamp: "Jun 1 09:00")),
      ("-rw-r--r-- 1 may may 7 May 1 09:00 may.csv", ListedFile(name: "may.csv", size: 7, stamp: "May 1 09:00")),
      (
        "12-05-20  09:00AM                 1024 win file.csv",
        ListedFile(name: "win file.csv", size: 1_024, stamp: "12-05-20 09:00AM")
      ),
      ("12-05-20  09:00AM       <DIR>          folder", nil), ("total 12", nil), ("", nil),
      ("drwxr-xr-x 2 ftp ftp 4096 Dec 05 09:00 sub", nil), ("lrwxrwxrwx 1 f f 4 Dec 05 09:00 l -> /etc/passwd", nil),
      ("-rw-r--r-- 1 f f 4 Dec 05 09:00 ../../etc/passwd", nil), ("-rw-r--r-- 1 f f 4 Dec 05 09:00", nil),
      ("-rw-r--r-- 1 f f -4 Dec 05 09:00 x", nil), ("-", nil), ("- - - - - - - -", nil),
    ] as [(String, ListedFile?)])
  func long(line: String, expected: ListedFile?) {
    #expect(Self.listing([line]).files == [expected].compactMap(\.self))
  }

  @Test(
    "of too many the last names are kept, in whatever order they are listed; those before stay known",
    arguments: [
      ["a", "b", "c", "d", "e", "f"], ["f", "e", "d", "c", "b", "a"], ["d", "f", "a", "d", "c", "e", "b", "a"],
    ])
  func excess(names: [String]) {
    let lines = names.map { "type=file;size=1; \($0)" }
    let bytes = Array(lines.joined(separator: "\r\n").utf8)
    let pattern = FileNamePattern("*")
    let listing = FolderListing(bytes, .machine, pattern: pattern, limit: 2, remembered: 5)
    #expect(listing.files.map(\.name) == ["e", "f"] && listing.passed.map(\.name) == ["b", "c", "d"])
    #expect(listing.excess == 4)
    let roomy = FolderListing(bytes, .machine, pattern: pattern, limit: 6, remembered: 6)
    #expect(roomy.files.count == 6 && roomy.passed.isEmpty && roomy.excess == 0)
    #expect(FolderListing(bytes, .machine, pattern: pattern, limit: 2, remembered: 2).passed.isEmpty)
  }

  @Test("names in order, by pattern, each once; foreign encodings are counted; every cut is harmless")
  func whole() {
    let lines = ["b.csv", "a.csv", "c.txt", "a.csv"].map { "type=file;size=1;modify=2; \($0)" }
    #expect(Self.listing(lines, machine: true, pattern: "*.csv").files.map(\.name) == ["a.csv", "b.csv"])
    let gbk = Array("type=file;size=1; ".utf8) + [0xD5, 0xFF, 0x0D, 0x0A]
    #expect(FolderListing(gbk, .machine, pattern: FileNamePattern("*")).unreadable == 1)
    let text = Array("-rw-r--r-- 1 ftp ftp 1024 Dec  5 09:00 a\r\n12-05-20 09:00AM 1 b\r\n".utf8)
    for length in 0...text.count {
      for form in [TransferOptions.Listing.machine, .long] {
        let listing = FolderListing(Array(text.prefix(length)), form, pattern: FileNamePattern("*"))
        #expect(listing.files.count <= 2)
      }
    }
  }
}
