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

let package = Package(
  name: "Lantian",
  products: [],
  dependencies: [
    // The command line: verbs, help, completion, exit codes.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // The logging face the other libraries share.
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    // SQLite with a serial writer, snapshot readers and migrations.
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    // The HTTP server of API, metrics, stream and console.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    // YAML with marks, so that errors name the line.
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(name: "AirQuality", swiftSettings: settings),
    .target(name: "Alerts", dependencies: ["AirQuality"], swiftSettings: settings),
    .target(name: "Targets", dependencies: ["AirQuality"], swiftSettings: settings),
    .target(name: "Screening", dependencies: ["AirQuality"], swiftSettings: settings),
    .target(name: "Rollup", dependencies: ["AirQuality"], swiftSettings: settings),
    .target(
      name: "Engine", dependencies: ["AirQuality", "Screening", "Rollup", "Targets", "Alerts"],
      swiftSettings: settings),
    .target(
      name: "Daemon",
      dependencies: ["AirQuality", "Engine", .product(name: "Logging", package: "swift-log")],
      swiftSettings: edge),
    .testTarget(name: "AlertsTests", dependencies: ["Alerts", "AirQuality"], swiftSettings: settings),
    .testTarget(name: "TargetsTests", dependencies: ["Targets", "AirQuality"], swiftSettings: settings),
    .testTarget(name: "EngineTests", dependencies: ["Engine", "AirQuality"], swiftSettings: settings),
    .testTarget(name: "AirQualityTests", dependencies: ["AirQuality"], swiftSettings: settings),
  ]
)
