// swift-tools-version: 6.2
import PackageDescription

/// Every target: Swift 6 mode, warnings are errors, imports are internal unless a face needs them.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Targets that touch C say where they are unsafe.
let edge: [SwiftSetting] = settings + [.strictMemorySafety()]

/// C and C++: warnings are errors.
let cSettings: [CSetting] = [.treatAllWarnings(as: .error)]
let cxxSettings: [CXXSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "Lantian",
  products: [.executable(name: "lantian", targets: ["lantian"])],
  dependencies: [
    // The command line: verbs, help, completion, exit codes.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // The logging face the other libraries share.
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    // Header fields and status codes of the HTTP server's faces.
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    // Channels and buffers of the HTTP server's faces.
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    // SQLite with a serial writer, snapshot readers and migrations.
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    // The HTTP server of API, metrics, stream and console. Without its default traits: no configuration library.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    // YAML with marks, so that errors name the line.
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    // Hummingbird's server is a service; stopping it gracefully speaks this library's language.
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // MARK: C libraries, each behind the calls Swift cannot make

    // libcurl carries every transfer; only its variadic calls are wrapped.
    .target(name: "CLibcurl", cSettings: cSettings, linkerSettings: [.linkedLibrary("curl")]),
    // libmosquitto keeps subscriptions of MQTT up; libcurl's MQTT sends no pings, has no TLS and knows quality 0 only.
    .target(name: "CMosquitto", cSettings: cSettings, linkerSettings: [.linkedLibrary("mosquitto")]),
    // One private epoll set replaces a Dispatch source per socket.
    .target(name: "CEpoll", cSettings: cSettings),
    // simdjson reads feed bodies 60 times faster than Foundation; C++, so it stands behind a C header.
    .target(name: "CSimdjson", cxxSettings: cxxSettings, linkerSettings: [.linkedLibrary("simdjson")]),
    // expat goes on after an undefined entity such as `&mdash;`, which FoundationXML does not.
    .target(name: "CExpat", cSettings: cSettings, linkerSettings: [.linkedLibrary("expat")]),
    // SHA-256 and HMAC of OpenSSL's libcrypto.
    .target(name: "CLibcrypto", cSettings: cSettings, linkerSettings: [.linkedLibrary("crypto")]),
    // posix_spawn, pidfd and memfd, which Swift cannot call or does not see.
    .target(name: "CSpawn", cSettings: cSettings),
    // deflateInit2 and inflateInit2 are macros, which Swift cannot call.
    .target(name: "CGzip", cSettings: cSettings, linkerSettings: [.linkedLibrary("z")]),

    // exp, log, pow and cos of <math.h>, without the rest of the C library.
    .target(name: "CMath", cSettings: cSettings, linkerSettings: [.linkedLibrary("m")]),
    // libnetcdf reads the files of CHM15k, CL61 and E-PROFILE, classic and HDF5, out of memory.
    .target(name: "CNetCDF", cSettings: cSettings, linkerSettings: [.linkedLibrary("netcdf")]),

    // MARK: The functional core

    .target(name: "AirQuality", swiftSettings: settings),
    // The one JSON writer of API, webhooks, log lines and decoded rows.
    .target(name: "JSONText", dependencies: ["AirQuality"], swiftSettings: settings),
    .target(name: "Lidar", dependencies: ["AirQuality", "CMath"], swiftSettings: settings),
    // The protocol of instruments and platforms (HJ 212): bytes to frames, messages, readings and answers.
    .target(name: "HJ212", dependencies: ["AirQuality"], swiftSettings: settings),
    .target(
      name: "Feeds", dependencies: ["AirQuality", "CExpat", "CSimdjson", "HJ212", "JSONText", "Lidar"],
      swiftSettings: edge),
    .target(name: "Screening", dependencies: ["AirQuality"], swiftSettings: settings),
    .target(name: "Rollup", dependencies: ["AirQuality"], swiftSettings: settings),
    .target(name: "Targets", dependencies: ["AirQuality"], swiftSettings: settings),
    .target(name: "Alerts", dependencies: ["AirQuality"], swiftSettings: settings),
    .target(
      name: "Engine", dependencies: ["AirQuality", "Screening", "Rollup", "Targets", "Alerts"],
      swiftSettings: settings),

    // How a published number was made, from stored facts (`lantian explain`).
    .target(
      name: "Explanations", dependencies: ["AirQuality", "Engine", "JSONText", "Rollup"], swiftSettings: settings),
    // Bureau history files to rows: CSV layouts, stamps, units; no I/O.
    .target(name: "History", dependencies: ["AirQuality"], swiftSettings: settings),
    // History through the engine under a virtual clock, and the report of it; no I/O.
    .target(
      name: "Replay", dependencies: ["AirQuality", "Alerts", "Engine", "History", "JSONText"], swiftSettings: settings),

    // A unit over a period by HJ 663: statistics, counts of days, ranking, year on year; no I/O.
    .target(name: "Assessment", dependencies: ["AirQuality"], swiftSettings: settings),
    // Bulletins (通报): what is said of a period, and how it is written as text, HTML, CSV and OpenDocument; no I/O.
    .target(
      name: "Reports", dependencies: ["AirQuality", "Assessment", "Engine", "JSONText"], swiftSettings: settings),
    // Reviewed data of a bureau (审核数据): the set out of files, and how it differs from what is stored; no I/O.
    .target(
      name: "Reviews", dependencies: ["AirQuality", "Engine", "History", "JSONText", "Replay", "Rollup"],
      swiftSettings: settings),

    // Lidar files in NetCDF; links libnetcdf, reads memory only.
    .target(name: "LidarFiles", dependencies: ["AirQuality", "CNetCDF", "Lidar"], swiftSettings: edge),

    // MARK: The shell

    .target(name: "Timekeeping", dependencies: ["AirQuality"], swiftSettings: edge),
    // Passwords and keys in memory, which never show themselves; the one type from the configuration to the transfer.
    .target(name: "Secrets", swiftSettings: settings),
    // SHA-256 and HMAC of libcrypto: checksums of records, files already imported, signatures.
    .target(name: "Digests", dependencies: ["CLibcrypto"], swiftSettings: edge),
    .target(
      name: "Transport", dependencies: ["CLibcurl", "CEpoll", "Secrets", "Timekeeping"], swiftSettings: edge),
    .target(
      name: "Polling", dependencies: ["AirQuality", "Secrets", "Timekeeping", "Transport"], swiftSettings: settings),
    // Feeds whose data come by themselves: pushes, spool folders, brokers.
    .target(
      name: "Receiving",
      dependencies: [
        "AirQuality", "CGzip", "CMosquitto", "Digests", "Polling", "Secrets", "Timekeeping", "Transport",
      ],
      swiftSettings: edge),
    .target(
      name: "Store",
      dependencies: ["AirQuality", "Digests", "Engine", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: edge),
    .target(
      name: "Delivery",
      dependencies: ["AirQuality", "CSpawn", "Digests", "Engine", "JSONText", "Secrets", "Store", "Timekeeping"],
      swiftSettings: edge),
    .target(
      name: "Web",
      dependencies: [
        "AirQuality", "Engine", "JSONText", "Screening", "Secrets", "Timekeeping",
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      resources: [
        .embedInCode("Resources/console.html"), .embedInCode("Resources/console.css"),
        .embedInCode("Resources/console.js"), .embedInCode("Resources/openapi.json"),
      ],
      swiftSettings: edge),
    // Instruments that dial in over TCP: connections around the sessions of HJ 212.
    .target(
      name: "Instruments",
      dependencies: [
        "AirQuality", "HJ212", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: settings),
    .target(
      name: "ConfigurationFiles",
      dependencies: [
        "AirQuality", "Digests", "JSONText", "Screening", "Secrets", "Targets",
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: edge),
    .target(
      name: "Daemon",
      dependencies: [
        "AirQuality", "Alerts", "Assessment", "ConfigurationFiles", "Delivery", "Digests", "Engine", "Explanations",
        "Feeds", "HJ212", "Instruments", "JSONText", "Lidar", "LidarFiles", "Polling", "Receiving", "Reports",
        "Reviews", "Rollup",
        "Screening", "Secrets", "Store", "Targets", "Timekeeping",
        "Transport", "Web",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: edge),
    // The simulated city and its feed server behind `lantian demo`.
    .target(
      name: "Demo",
      dependencies: [
        "AirQuality", "Engine", "CGzip",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "Logging", package: "swift-log"),
      ],
      resources: [.embedInCode("Resources/targets-2020.csv")], swiftSettings: edge),
    .executableTarget(
      name: "lantian",
      dependencies: [
        "AirQuality", "Alerts", "Assessment", "CGzip", "ConfigurationFiles", "Daemon", "Demo", "Digests", "Engine",
        "Explanations", "Feeds", "History", "JSONText", "Lidar", "LidarFiles", "Replay", "Reports", "Reviews", "Store",
        "Timekeeping",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: edge),

    // MARK: Benchmarks

    // The plain C loop that polling is measured beside, a small server for both, and Lantian's transport in its place.
    .executableTarget(name: "bench-polling", dependencies: ["CLibcurl"]),
    .executableTarget(name: "bench-server"),
    .executableTarget(name: "bench-transport", dependencies: ["Transport", "Timekeeping"], swiftSettings: edge),
    // Rings in plain C, the cost of a durable write, child processes with a notification socket.
    .target(name: "bench-support", cSettings: cSettings),
    // What reading feed bodies costs at the least in C and C++.
    .target(
      name: "bench-parsers", cxxSettings: cxxSettings,
      linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("expat")]),
    // `Deploy/bench`: everything that is promised about speed, measured and put into one table.
    .executableTarget(
      name: "lantian-bench",
      dependencies: [
        "AirQuality", "CGzip", "ConfigurationFiles", "Daemon", "Engine", "Explanations", "Feeds", "LoopbackServer",
        "Rollup",
        "Screening", "Store", "Timekeeping", "bench-parsers", "bench-support",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: edge),

    // MARK: Test support and tests

    // Typed wrappers over libssl for the fault server; test support only.
    .target(name: "CLibssl", cSettings: cSettings, linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
    // The HTTP server that misbehaves on request; test support, never linked into the product.
    .target(name: "FaultServer", dependencies: ["CLibssl", "CGzip"], swiftSettings: edge),
    .executableTarget(name: "lantian-faultserver", dependencies: ["FaultServer"], swiftSettings: edge),
    // A small HTTP server on a thread per connection, for the tests of transfers and polling.
    .target(name: "LoopbackServer", path: "Tests/LoopbackServer", swiftSettings: settings),
    // Seeded random numbers and directories of their own.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    // Counts fsync and fdatasync of the test process.
    .target(name: "CSyncCounter", path: "Tests/CSyncCounter", cSettings: cSettings),

    // zlib's file calls, for recorded answers; tests alone use it.
    .systemLibrary(name: "CZlib", path: "Tests/CZlib"),

    .testTarget(name: "AirQualityTests", dependencies: ["AirQuality"], swiftSettings: settings),
    .testTarget(
      name: "HJ212Tests", dependencies: ["AirQuality", "HJ212"], exclude: ["Corpus"], swiftSettings: settings),
    .testTarget(
      name: "LidarTests", dependencies: ["AirQuality", "CNetCDF", "CZlib", "Lidar", "LidarFiles", "TestSupport"],
      exclude: ["Corpus"], swiftSettings: edge),
    .testTarget(
      name: "FeedsTests", dependencies: ["AirQuality", "CZlib", "Feeds", "HJ212", "Lidar"], exclude: ["Corpus"],
      swiftSettings: edge),
    .testTarget(
      name: "ScreeningTests", dependencies: ["AirQuality", "Screening", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "RollupTests", dependencies: ["Rollup", "AirQuality"], swiftSettings: settings),
    .testTarget(name: "TargetsTests", dependencies: ["AirQuality", "Targets", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "AlertsTests", dependencies: ["Alerts", "AirQuality"], swiftSettings: settings),
    .testTarget(
      name: "ExplanationsTests", dependencies: ["AirQuality", "Engine", "Explanations"], swiftSettings: settings),
    .testTarget(
      name: "EngineTests", dependencies: ["AirQuality", "Engine", "Rollup", "Screening", "TestSupport"],
      swiftSettings: settings),
    .testTarget(name: "HistoryTests", dependencies: ["AirQuality", "History"], swiftSettings: settings),
    .testTarget(name: "AssessmentTests", dependencies: ["AirQuality", "Assessment"], swiftSettings: settings),
    .testTarget(
      name: "ReportsTests", dependencies: ["AirQuality", "Assessment", "Engine", "Reports"], exclude: ["Golden"],
      swiftSettings: settings),
    .testTarget(
      name: "ReviewsTests", dependencies: ["AirQuality", "Engine", "History", "Replay", "Reviews"],
      swiftSettings: settings),
    .testTarget(
      name: "ReplayTests", dependencies: ["AirQuality", "Alerts", "CGzip", "Engine", "History", "Replay"],
      exclude: ["Golden"], swiftSettings: edge),
    .testTarget(
      name: "TransportTests", dependencies: ["LoopbackServer", "Secrets", "Timekeeping", "Transport"],
      swiftSettings: settings),
    .testTarget(
      name: "PollingTests",
      dependencies: ["Polling", "Transport", "Timekeeping", "AirQuality", "LoopbackServer", "Secrets"],
      swiftSettings: settings),
    .testTarget(
      name: "ReceivingTests",
      dependencies: [
        "AirQuality", "CGzip", "CMosquitto", "Digests", "Polling", "Receiving", "Secrets", "TestSupport", "Timekeeping",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "StoreTests",
      dependencies: [
        "AirQuality", "Engine", "Store", "CSyncCounter", "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "DeliveryTests",
      dependencies: ["AirQuality", "Delivery", "Digests", "Engine", "Secrets", "Store", "TestSupport"],
      exclude: ["Golden"], swiftSettings: settings),
    .testTarget(
      name: "WebTests",
      dependencies: [
        "AirQuality", "Engine", "Screening", "Secrets", "Timekeeping", "Web",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
      ],
      exclude: ["Golden"], swiftSettings: settings),
    .testTarget(
      name: "InstrumentsTests",
      dependencies: [
        "AirQuality", "HJ212", "Instruments", "TestSupport", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ConfigurationFilesTests",
      dependencies: ["AirQuality", "ConfigurationFiles", "Digests", "Secrets", "TestSupport"], exclude: ["testdata"],
      swiftSettings: settings),
    .testTarget(name: "TimekeepingTests", dependencies: ["AirQuality", "Timekeeping"], swiftSettings: settings),
    // Reads the source tree.
    .testTarget(name: "TidyTests", swiftSettings: settings),
    .testTarget(
      name: "DaemonTests",
      dependencies: [
        "AirQuality", "Assessment", "CZlib", "ConfigurationFiles", "Daemon", "Delivery", "Engine", "Feeds", "HJ212",
        "Lidar", "LidarFiles", "Polling", "Receiving", "Reports", "Secrets", "Store", "TestSupport", "Timekeeping",
        "Transport", "Web",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: edge),
    .testTarget(name: "JSONTextTests", dependencies: ["AirQuality", "JSONText"], swiftSettings: settings),

    .testTarget(name: "FaultServerTests", dependencies: ["FaultServer"], swiftSettings: edge),
    // Starts the real binary against the fault server.
    .testTarget(
      name: "AcceptanceTests",
      dependencies: ["AirQuality", "Digests", "FaultServer", "HJ212", "LoopbackServer", "Store", "lantian"],
      swiftSettings: settings),
    .testTarget(name: "DemoTests", dependencies: ["AirQuality", "Engine", "Demo", "CGzip"], swiftSettings: edge),
  ],
  cxxLanguageStandard: .cxx17
)

// `Deploy/fuzz` alone asks for the fuzzer: its `main` is libFuzzer's, so nothing else can link it.
if Context.environment["LANTIAN_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "lantian-fuzz", dependencies: ["AirQuality", "Feeds", "HJ212", "Lidar", "LidarFiles"],
      swiftSettings: edge + [.unsafeFlags(["-parse-as-library"])]))
}
