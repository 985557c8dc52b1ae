package import Engine
import Web

extension ControlClient {
  /// Days of a station and pollutant that one part of a reviewed set may hold.
  package static let reviewedDaysPerPart = ReviewBody.maximumDays

  /// Hands the daemon a part of a reviewed set.
  package func importReviewed(_ part: ReviewedImport) async throws(Unreachable) -> Answer {
    try await post("/control/v1/import/reviewed", ReviewBody.encode(part), type: ReviewBody.type)
  }
}
