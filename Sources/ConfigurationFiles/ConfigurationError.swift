/// One fault of the configuration: where it stands, what is there, and what to do about it.
///
/// The text for people is made in `ConfigurationError+Text.swift`. Values of secrets are never part of an error.
package struct ConfigurationError: Error, Hashable, Sendable {
  package var location: SourceLocation
  /// `feeds[2].format.json.rows`; a column name for tables; empty when the file as a whole is meant.
  package var path: String
  package var fault: ConfigurationFault

  package init(_ fault: ConfigurationFault, at location: SourceLocation, path: String = "") {
    self.location = location
    self.path = path
    self.fault = fault
  }
}

/// What is wrong.
package enum ConfigurationFault: Hashable, Sendable {
  case cannotRead(reason: String)
  case tooLarge(limitBytes: Int)
  case notText
  case syntax(problem: String)
  case duplicateKeys([String])
  case tooDeep(limit: Int)
  case tooManyValues(limit: Int)
  case tooMany(what: String, limit: Int)
  case notAMapping(found: String)
  case versionMissing
  case versionNotFirst
  case versionUnknown(value: String)
  case unknownKey(key: String, nearest: String?, valid: [String])
  case missingKey(key: String, meaning: String)
  case wrongKind(expected: String, found: String)
  /// `value` is nil when it must not be shown.
  case badValue(value: String?, expected: String)
  case unknownName(value: String, what: String, nearest: String?, valid: [String])
  case duplicateName(value: String, what: String, first: SourceLocation)
  case secondPlace(first: SourceLocation)
  case undefinedVariable(name: String)
  case brokenVariable
  case badURL(value: String, reason: String)
  case exactlyOne(of: [String], found: [String])
  case secretUnreadable(file: String, reason: String)
  case columnMissing(column: String, nearest: String?, found: [String])
  case badField(column: String, value: String, expected: String)
  case badTable(reason: String)
  case moreErrors(count: Int)
}

/// Something that works but is probably not meant.
package struct ConfigurationWarning: Hashable, Sendable {
  package var location: SourceLocation
  package var path: String
  package var concern: Concern

  /// What is doubtful, with the values a message needs.
  package enum Concern: Hashable, Sendable {
    case countyWithoutStations(code: String, name: String)
    case countyUnmonitored(code: String, name: String)
    case credentialsWithoutTLS
    case credentialsInURL
    case authorizationInHeaders
    case intervalShorterThanTimeout(every: String, timeout: String)
    case connectTimeoutLonger(connect: String, timeout: String)
    case secretWorldReadable(file: String, mode: String)
    case inlineSecretWorldReadable(mode: String)
    case unsignedWebhook
    case notExecutable(file: String, reason: String)
    case unknownColumn(column: String, nearest: String?)
    case boundaryOfNoCounty(name: String)
    case countyWithoutBoundary(code: String, name: String)
    /// `found` is nil when the position lies in no boundary at all.
    case countyContradictsPosition(station: String, given: String, found: String?)
    case namedCalibration(model: String, station: String)
    case noFeeds
    case fragmentNotRead
    case listensBeyondLoopback(address: String)
    case overriddenByEnvironment(variable: String)
    case budgetWithoutFeeds
    case budgetTooSmall(polls: Int, requests: Int, per: String)
    case shortToken
    case passwordWithoutTLS(advice: String)
    case folderUnusable(folder: String, reason: String)
  }

  package init(_ concern: Concern, at location: SourceLocation, path: String = "") {
    self.location = location
    self.path = path
    self.concern = concern
  }
}

/// A configuration that cannot be used: all its errors in the order of the files, and the warnings found on the way.
package struct ConfigurationFailure: Error, Sendable {
  package var errors: [ConfigurationError]
  package var warnings: [ConfigurationWarning]
  package init(errors: [ConfigurationError], warnings: [ConfigurationWarning]) {
    self.errors = errors
    self.warnings = warnings
  }
}
