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
  targets: [
    .target(name: "AirQuality", swiftSettings: settings),
    .target(name: "Alerts", dependencies: ["AirQuality"], swiftSettings: settings),
    .target(name: "Engine", dependencies: ["AirQuality"], swiftSettings: settings),
    .testTarget(name: "AlertsTests", dependencies: ["Alerts", "AirQuality"], swiftSettings: settings),
    .testTarget(name: "AirQualityTests", dependencies: ["AirQuality"], swiftSettings: settings),
  ]
)
