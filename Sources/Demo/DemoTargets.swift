/// The table of 2020 as it is shipped, inside the binary.
package enum DemoTargets {
  package static var csv: String { String(decoding: PackageResources.targets_2020_csv, as: UTF8.self) }
}
