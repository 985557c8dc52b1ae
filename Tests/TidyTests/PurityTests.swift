import Testing

/// The promises of the house that no compiler checks.
@Suite("The source tree is tidy")
struct PurityTests {
  /// No clock, no input or output, no randomness, no global state.
  static let pure = [
    "AirQuality", "JSONText", "HJ212", "Feeds", "Lidar", "Screening", "Rollup", "Targets", "Alerts", "Engine",
    "History", "Replay", "Assessment", "Reports", "Reviews", "Explanations",
  ]
  /// What pure targets may import: each other, and the C parsers of bodies.
  static let allowedImports = Set(pure + ["CExpat", "CMath", "CSimdjson", "Synchronization"])
  static let bannedCalls = [
    "clock_gettime", "gettimeofday", "time(nil)", "getenv", "ProcessInfo", "FileManager", "FileHandle", "Date()",
    "SystemRandomNumberGenerator", "arc4random", "random(in:", "shuffled()", "randomElement()", "DispatchQueue",
    "fopen(", "open(\"", "socket(", "readLine(", "ContinuousClock", "SuspendingClock", "Task {", "Thread",
  ]

  @Test func theTreeIsRead() {
    #expect(SourceTree.sources.count > 250 && SourceTree.tests.count > 50, "\(SourceTree.root)")
    for target in Self.pure { #expect(SourceTree.sources.contains { $0.target == target }, "\(target)") }
  }

  @Test func pureTargetsImportPureTargetsOnly() {
    for file in SourceTree.sources where Self.pure.contains(file.target) {
      for (number, line) in file.code.enumerated() {
        let words = line.split(separator: " ")
        guard let at = words.firstIndex(of: "import"), at <= 2, at + 1 < words.count else { continue }
        #expect(Self.allowedImports.contains(String(words[at + 1])), "\(file.path):\(number + 1) \(line)")
      }
    }
  }

  @Test func pureTargetsCallNothingOutside() {
    for file in SourceTree.sources where Self.pure.contains(file.target) {
      let banned = Self.bannedCalls.filter { holds(file.text, $0) }
      for (number, line) in file.code.enumerated() {
        for call in banned {
          #expect(!calls(call, in: line), "\(file.path):\(number + 1) calls \(call)")
        }
        let isGlobal = line.hasPrefix("var ") || line.hasPrefix("package var ") || line.hasPrefix("public var ")
        let isState = isGlobal || line.contains("static var ") && !line.contains("{")
        #expect(!isState || line.hasSuffix("{"), "\(file.path):\(number + 1) keeps global state")
      }
    }
  }

  @Test func nothingTrapsUnfinished() {
    for file in SourceTree.sources {
      for (number, line) in file.code.enumerated() {
        for word in ["try!", "fatalError(", "print("] where calls(word, in: line) {
          #expect(word == "print(" && Self.mayPrint(file), "\(file.path):\(number + 1) \(word)")
        }
      }
      for word in ["TO" + "DO", "FIX" + "ME", "XX" + "X:"] {
        #expect(!holds(file.text, word), "\(file.path): \(word)")
      }
    }
  }

  /// The command line and the benchmarks talk to people; the paths of JSON have a function of their own called so.
  private static func mayPrint(_ file: SourceFile) -> Bool {
    file.target.hasPrefix("lantian") || file.target.hasPrefix("bench") || file.path == "Sources/Feeds/JSONPlan.swift"
      || file.path == "Sources/Feeds/JSONPath.swift"
  }

  @Test func everyUncheckedSendableHasItsReason() {
    for file in SourceTree.sources {
      let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
      for (number, line) in file.code.enumerated() where holds(line, "@unchecked Sendable") {
        let above = lines[max(0, number - 12)..<number]
        #expect(
          above.contains { $0.contains("//") && $0.contains("@unchecked Sendable") }, "\(file.path):\(number + 1)")
      }
    }
  }

  /// Places outside every room's own queues: a control client that is a process of its own, a benchmark.
  static let mayWaitForAQueue = ["Sources/Daemon/ControlClient.swift", "Sources/bench-transport/main.swift"]

  @Test func queuesAreNotWaitedFor() {
    for file in SourceTree.sources where holds(file.text, ".sync") && !Self.mayWaitForAQueue.contains(file.path) {
      for (number, line) in file.code.enumerated() {
        let waits = line.contains("queue.sync") || line.contains("Queue.sync") || line.contains(".sync {")
        #expect(!waits, "\(file.path):\(number + 1) waits for a queue")
      }
    }
  }

  /// A plain closure would inherit the isolation where it is written and abort at run time.
  @Test func handlersOfDispatchAreSendable() {
    let takers = [".async {", ".setEventHandler {", ".setCancelHandler {", ".notify(queue: queue) {"]
    for file in SourceTree.sources where holds(file.text, "Dispatch") {
      for (number, line) in file.code.enumerated() where line.hasSuffix("{") || line.contains("{ ") {
        let isDelayed = line.contains(".asyncAfter(") && line.hasSuffix("{")
        let isHandler =
          takers.contains { line.contains($0) } || isDelayed || line.contains(".asyncAfter(") && line.contains(") {")
        guard isHandler else { continue }
        let next = number + 1 < file.code.count ? file.code[number + 1] : ""
        #expect(
          line.contains("@Sendable") || next.contains("@Sendable"),
          "\(file.path):\(number + 1) a handler without @Sendable"
        )
      }
    }
  }

  /// What a protocol asks for is documented there.
  static let witnesses = [
    "static func <", "static func ==", "func hash(into", "func encode(into", "func next()", "func log(event",
    "func enqueue(", "func checkIsolated()", "func now()", "func monotonicNow()",
  ]

  /// What leaves a file says what it is for. Overloads and members that a protocol or an enumeration documents are left
  /// to the eye: this looks at types, functions and initialisers.
  @Test func typesThatLeaveTheirFileAreDocumented() {
    let kinds = ["struct", "enum", "class", "actor", "protocol", "typealias", "func"]
    var bare: [String] = []
    for file in SourceTree.sources where !file.path.hasSuffix("/main.swift") {
      let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
      for (number, line) in file.code.enumerated() {
        let words = line.split(separator: " ")
        guard let first = words.first, first == "public" || first == "package" else { continue }
        guard words.dropFirst().prefix(4).contains(where: { kinds.contains(String($0)) }) else { continue }
        if Self.witnesses.contains(where: { line.contains($0) }) { continue }
        var above = number - 1
        while above >= 0, lines[above].split(separator: " ").first?.hasPrefix("@") == true { above -= 1 }
        let documented = above >= 0 && lines[above].split(separator: " ").first?.hasPrefix("///") == true
        if !documented { bare.append("\(file.path):\(number + 1)") }
      }
    }
    #expect(bare.isEmpty, "\(bare.joined(separator: "\n"))")
  }

  /// The canary: the checks see what they must.
  @Test func theChecksSee() {
    let code = SourceTree.code("let a = \"try! //\" // try!\n/* print( */ try! b()\n\"\"\"\nfatalError(\n\"\"\"\n")
    #expect(!calls("try!", in: code[0]) && calls("try!", in: code[1]) && !calls("print(", in: code[1]))
    #expect(!calls("fatalError(", in: code[3]))
    #expect(!calls("print(", in: "Self.print(") && calls("print(", in: "  print("))
  }
}
